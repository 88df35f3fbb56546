"""What a check is, and the audit of a lab's checks: titles and points.

A check is a function with the marker ``check``, and its docstring is its title::

    @pytest.mark.check(points=3)
    def test_forward(student, rng):
        '''forward returns x @ w.T'''

The marker's ``seconds`` and ``call_seconds`` override the lab's limits. ``requires`` names checks
before it in its file: where one of them does not pass, this one is not reached. ``where`` says who
it is for: "hidden", as all are unless told otherwise, the students ("public"), or "both".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from autograder.lab import LabError, Part
from autograder.suite_file import HIDDEN, WHERE

#: Marks of what may be left out; pytest gives the first to what is parametrised with nothing.
_NOT_ALWAYS = {"skip", "skipif", "xfail"}


def marker(item: pytest.Item) -> dict[str, Any]:
    """Return the arguments of a check's marker; nothing for what is no check."""
    mark = item.get_closest_marker("check")
    return dict(mark.kwargs) if mark else {}


def title(item: pytest.Item) -> str:
    """Return the first line of a check's docstring."""
    text = getattr(getattr(item, "function", None), "__doc__", None) or ""
    return text.strip().splitlines()[0].strip() if text.strip() else ""


def check_id(item: pytest.Item) -> str:
    """Name a check by its file and function."""
    return f"{item.path.name}::{getattr(item, 'originalname', None) or item.name}"


def required(item: pytest.Item) -> list[str]:
    """Return the ids of the checks without which a check is not reached."""
    names = marker(item).get("requires", ())
    return [f"{item.path.name}::{name}" for name in ([names] if isinstance(names, str) else names)]


def audit(items: Sequence[pytest.Item], parts: Mapping[str, Part], *, whole: bool) -> None:
    """See that checks are as a lab needs them.

    Parameters
    ----------
    items
        The checks, all of them in a suite of `parts`.
    parts
        The lab's parts by the file names of their suites.
    whole
        Whether these are all of the lab's checks, so that every part must have some.

    Raises
    ------
    LabError
        If a check lacks its points or its title, may be left out, requires what is not there, or is
        there twice; or if a part has none.
    """
    seen: dict[str, int] = {}
    for item in items:
        points = marker(item).get("points")
        if not isinstance(points, int) or points < 1 or not title(item):
            raise LabError(
                f"the check {check_id(item)} needs whole points, @pytest.mark.check(points=...)"
                ", and a title, the first line of its docstring"
            )
        if marks := {mark.name for mark in item.iter_markers()} & _NOT_ALWAYS:
            raise LabError(
                f"the check {check_id(item)} is marked {min(marks)}; a check passes or fails: take "
                "the mark out, or the check"
            )
        if unknown := [check for check in required(item) if check not in seen]:
            raise LabError(
                f"the check {check_id(item)} requires {unknown[0].rpartition(':')[2]}, which is "
                "no check before it in its file"
            )
        if marker(item).get("where", HIDDEN) not in WHERE:
            raise LabError(f"`where` of the check {check_id(item)} should be {', '.join(WHERE)}")
        if check_id(item) in seen:
            raise LabError(f"the check {check_id(item)} is there twice; write one function each")
        seen[check_id(item)] = points
    for suite, part in parts.items() if whole else ():
        if not any(check.startswith(f"{suite}::") for check in seen):
            raise LabError(f"there are no checks in {suite}, of which {part.name} is made")
