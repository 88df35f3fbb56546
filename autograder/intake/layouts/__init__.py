"""How platforms lay out what students handed in: each module here is one.

A module's name is the layout's, and its docstring cites where the platform says so. It has

- ``share(tree, lab)``, which tells from names which share of what is there, from 0 to 1, looks as
  this platform makes it, and
- ``attempts(tree, lab)``, which gives every `autograder.intake.attempts.Attempt`, and the name of
  everything else.

``lab`` is an `autograder.lab.Lab`; nothing in it is read. Whatever is no attempt, the folder or
archive of a student who was added by hand, say, is taken as in a plain folder.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from typing import Protocol

from autograder.intake.archives import TAR, ZIP
from autograder.intake.attempts import Attempt, Person
from autograder.intake.tree import Tree
from autograder.lab import Lab

#: What desktops, git and platforms leave among submissions.
IGNORED_NAMES = frozenset(
    {".DS_Store", ".git", ".gitignore", ".gitkeep", "Thumbs.db", "desktop.ini", "__MACOSX"}
)
#: Beginnings and endings of files that are about the class, and nobody's.
_READ_ME = ("readme", "read me", "license")
_TABLES = (".csv", ".tsv", ".xls", ".xlsx", ".ods", ".numbers", ".gsheet", ".yml", ".toml")


class Layout(Protocol):
    """What a module here has."""

    def share(self, tree: Tree, lab: Lab) -> float:
        """Tell which share of what is there looks as this platform makes it."""

    def attempts(self, tree: Tree, lab: Lab) -> Iterator[Attempt | str]:
        """Give every attempt, and the name of whatever is none."""


def nobodys(name: str, *, folder: bool = False) -> bool:
    """Return whether a file, or a folder, of this name is no student's."""
    low = name.casefold()
    about = not folder and (low.startswith(_READ_ME) or low.endswith(_TABLES))
    return about or name in IGNORED_NAMES or name.startswith("._")


def matching(names: list[str], matches: int) -> float:
    """Return which share of names that may be somebody's `matches` are."""
    number = sum(not nobodys(name) for name in names)
    return min(matches / number, 1.0) if number else 0.0


def stem(name: str) -> str:
    """Return a name without the ending of an archive."""
    for ending in ZIP + TAR:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name


def by_itself(tree: Tree, name: str) -> Attempt | str:
    """Return what lies at the top as in a plain folder: named as the student is."""
    folders = tree.folders()  # sorted, and maybe of thousands
    place = bisect.bisect_left(folders, name)
    folder = folders[place : place + 1] == [name]
    if nobodys(name, folder=folder):
        return name
    person = Person(name if folder else stem(name))
    return Attempt((person,), ((name, "" if folder else name),))
