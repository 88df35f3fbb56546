"""The checks that a suite's file holds, read as it is written, without running it."""

from __future__ import annotations

import ast
import threading
from pathlib import Path
from typing import Any

from autograder.lab import LabError
from autograder.text import clean

#: Who a check is for: the grader, as all are unless told otherwise, the students, or both.
HIDDEN, PUBLIC, BOTH = "hidden", "public", "both"
WHERE = (HIDDEN, PUBLIC, BOTH)
_PARSING = threading.Lock()


def parse(source: str | bytes) -> ast.Module:
    """Parse Python as `ast.parse` does, in one thread at a time.

    In two at once, CPython 3.11 takes the depth of the one for that of the other, and fails.
    """
    with _PARSING:
        return ast.parse(source)


def written_checks(suite: Path) -> list[tuple[str, int | None]]:
    """List the functions that are marked as checks that are graded.

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
        (node.name, _points(marker))
        for node in ast.walk(tree)
        if isinstance(node, functions)
        and (marker := check_marker(node))
        and where_of(node, suite.name) != PUBLIC
    ]


def check_marker(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.Call | None:
    """Return the marker that makes a function a check; None if it is none."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.check":
            return decorator
    return None


def keyword(marker: ast.Call | None, name: str, default: Any) -> Any:
    """Return what a marker says under a name, if it is written as a literal."""
    for given in marker.keywords if marker else ():
        if given.arg == name:
            try:
                return ast.literal_eval(given.value)
            except ValueError:
                return default
    return default


def where_of(node: ast.FunctionDef | ast.AsyncFunctionDef, suite: str) -> str:
    """Return who a function of a suite is for, if it is a check.

    Raises
    ------
    LabError
        If that can't be told.
    """
    marker = check_marker(node)
    for given in marker.keywords if marker else ():
        if given.arg == "where":
            where = given.value.value if isinstance(given.value, ast.Constant) else None
            if where not in WHERE:
                raise LabError(
                    f"`where` of the check {suite}::{node.name} should be {', '.join(WHERE)}"
                )
            return str(where)
    return HIDDEN


def _points(marker: ast.Call) -> int | None:
    points = keyword(marker, "points", None)
    return points if isinstance(points, int) else None


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
