"""The keys of a lab's description, so that a misspelt one is not passed over without a word."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from autograder.lab import AttemptRules, CourseRules, Limits, Part, Release


def _fields(kind: type) -> frozenset[str]:
    return frozenset(field.name for field in dataclasses.fields(kind))


#: The tables, and the keys of each; those of `tasks` are the author's.
KEYS: dict[str, frozenset[str]] = {
    "lab": frozenset(
        "name title languages suite needs reference sample mistakes styles locale graph "
        "free_points packages data".split()
    ),
    "parts": _fields(Part),
    "release": _fields(Release),
    "limits": _fields(Limits),
    "course": _fields(CourseRules),
    "attempts": _fields(AttemptRules),
}
TABLES = frozenset({*KEYS, "tasks"})


def check_keys(description: Mapping[str, Any]) -> None:
    """See that every table and every key of a description is known.

    Raises
    ------
    ValueError
        If one is not; the text names the nearest that is.
    """
    refuse_unknown(description, TABLES, "table")
    for name, known in KEYS.items():
        found = description.get(name, {})
        for table in found if isinstance(found, list) else [found]:
            if isinstance(table, Mapping):
                refuse_unknown(table, known, "key", f" in [{name}]")


def refuse_unknown(found: Iterable[str], known: Iterable[str], kind: str, where: str = "") -> None:
    """Raise a ValueError for the first name that is not known.

    Parameters
    ----------
    found, known
        The names there are, and those there may be.
    kind, where
        What they name, and where they stand, in words.
    """
    names = sorted(known)
    for name in found:
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            advice = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
            raise ValueError(f"there is no {kind} {name!r}{where}; {advice}")
