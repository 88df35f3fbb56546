"""The checks that a suite's file holds, read as it is written, without running it."""

from __future__ import annotations

import ast
import threading
from pathlib import Path

from autograder.lab import LabError
from autograder.text import clean

_PARSING = threading.Lock()


def parse(source: str | bytes) -> ast.Module:
    """Parse Python as `ast.parse` does, in one thread at a time.

    In two at once, CPython 3.11 takes the depth of the one for that of the other, and fails.
    """
    with _PARSING:
        return ast.parse(source)


def written_checks(suite: Path) -> list[tuple[str, int | None]]:
    """List the functions that are marked as checks.

    Parameters
    ----------
    suite
        The file.

    Returns
    -------
    list of tuple
        Name, and points; None where they are not written as a number.

    Raises
    ------
    LabError
        If it can't be read or is not Python.
    """
    try:
        tree = parse(suite.read_bytes())
    except OSError as error:
        raise LabError(f"cannot read the suite {clean(str(suite))}: {error.strerror}") from error
    except (SyntaxError, ValueError) as error:  # the latter of a null byte
        where = f" in line {error.lineno}" if isinstance(error, SyntaxError) else ""
        why = clean(getattr(error, "msg", str(error)))
        raise LabError(f"the suite {suite.name} is not Python: {why}{where}; fix it") from error
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        (node.name, _points(decorator))
        for node in ast.walk(tree)
        if isinstance(node, functions)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.check"
    ]


def _points(marker: ast.Call) -> int | None:
    values = [keyword.value for keyword in marker.keywords if keyword.arg == "points"]
    match values:
        case [ast.Constant(value=int(points))]:
            return points
    return None


def written_points(suite: Path) -> int:
    """Return the sum of the points of a suite's checks.

    Raises
    ------
    LabError
        If they can't be read.
    """
    checks = written_checks(suite)
    points = [number for _, number in checks if number is not None]
    if not checks or len(points) < len(checks):
        raise LabError(
            f"the points of the checks in {suite.name} can't be read there; write them as numbers, "
            "@pytest.mark.check(points=...), or give the part its points in lab.toml"
        )
    return sum(points)
