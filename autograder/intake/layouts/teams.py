"""Microsoft Teams: the library "Student Work" of a class, or what lies in it.

"Assignments Admin Documentation", learn.microsoft.com: students' files are in the document library
*Student Work* of the class's SharePoint site. There they are in ``Submitted files/<student>/
<assignment>/Version <number>/<file>``, a new version for each time it is turned in; ``Working
files`` holds drafts. The folders above may be missing, as in the zip of what was selected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograder.intake.attempts import Attempt, Person
from autograder.intake.errors import Refused
from autograder.intake.layouts import by_itself, matching
from autograder.intake.tree import Tree, join
from autograder.lab import Lab
from autograder.messages import say
from autograder.text import clean

SUBMITTED, WORKING = "submitted files", "working files"
_VERSION = re.compile(
    r"\D*?(?:version|versión|versione|versão|\u7248\u672c)\s*(\d{1,6})", re.IGNORECASE
)


def share(tree: Tree, _lab: Lab) -> float:
    """As in `autograder.intake.layouts.Layout`."""
    root = _root(tree)
    students = tree.folders(root)
    found = sum(bool(_assignments(tree, join(root, name))) for name in students)
    return matching(students, found)


def attempts(tree: Tree, lab: Lab) -> Iterator[Attempt | str]:
    """As in `autograder.intake.layouts.Layout`."""
    root = _root(tree)
    students = tree.folders(root)
    found = {name: _assignments(tree, join(root, name)) for name in students}
    wanted = _wanted({each for those in found.values() for each in those}, lab)
    for name, those in found.items():
        if not those and not root:
            yield by_itself(tree, name)
        for number, path in those.get(wanted, {}).items():
            yield Attempt((Person(name, name),), ((path, ""),), order=number)
    for name in (*tree.folders(), *tree.files()) if root else tree.files():
        if name.casefold() not in (SUBMITTED, WORKING):
            yield by_itself(tree, name)


def _root(tree: Tree) -> str:
    for name in tree.folders():
        if name.casefold() == SUBMITTED:
            return name
    return ""


def _assignments(tree: Tree, path: str) -> dict[str, dict[int, str]]:
    """Return a student's assignments, and the versions of each: number -> path."""
    found: dict[str, dict[int, str]] = {}
    for name in ("", *tree.folders(path)):
        here = join(path, name)
        versions = {
            int(match[1]): join(here, version)
            for version in tree.folders(here)
            if (match := _VERSION.fullmatch(version.strip()))
        }
        if versions:
            found[name] = versions
    return found


def _wanted(names: set[str], lab: Lab) -> str:
    """Return which assignment is meant.

    Raises
    ------
    Refused
        If that can't be told.
    """
    if len(names) == 1:
        return next(iter(names))
    for told in (lab.title, lab.name):
        meant = [name for name in names if name.casefold() == told.casefold()] or [
            name for name in names if told.casefold() in name.casefold()
        ]
        if len(meant) == 1:
            return meant[0]
    those = ", ".join(clean(name, 60) for name in sorted(names)[:5])
    raise Refused(
        say("it holds several assignments ({names}); leave the folders of one", names=those)
    )
