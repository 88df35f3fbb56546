"""Moodle: "Download all submissions" of an assignment, with folders or without.

Source: ``mod/assign/classes/downloader.php`` of Moodle 4.1 and newer, ``mod/assign/locallib.php``
before: ``<full name>_<participant>_assignsubmission_<kind>/<path>``, or with a ``_`` before the
file's name instead of a folder, as some versions also end the folder's name. The participant is
the number in "Participant 123", the "Identifier" of the grading worksheet, not the user's. In
assignments for groups, name and number are the group's; ``_`` in names becomes a space. The kind is
``file`` or ``onlinetext``, for what the student typed in, or that of another plugin.

Moodle gives the latest attempt only, and says when it was handed in nowhere but in the grading
worksheet, which can be the roster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograder.intake.attempts import PARTICIPANT, Attempt, Person
from autograder.intake.layouts import by_itself, matching
from autograder.intake.tree import Tree
from autograder.lab import Lab

_NAME = re.compile(
    r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?P<kind>[a-z0-9]+)(?:_(?P<file>.*))?", re.DOTALL
)


def share(tree: Tree, _lab: Lab) -> float:
    """As in `autograder.intake.layouts.Layout`."""
    names = [*tree.folders(), *tree.files()]
    return matching(names, sum(_NAME.fullmatch(name) is not None for name in names))


def attempts(tree: Tree, _lab: Lab) -> Iterator[Attempt | str]:
    """As in `autograder.intake.layouts.Layout`."""
    people: dict[str, str] = {}
    pieces: dict[str, list[tuple[str, str]]] = {}
    folders = tree.folders()
    for name in (*folders, *tree.files()):
        found = _NAME.fullmatch(name)
        if not found:
            yield by_itself(tree, name)
            continue
        people.setdefault(found["id"], found["name"])
        named = "" if name in folders else found["file"] or name
        pieces.setdefault(found["id"], []).append((name, named))
    for number, name in people.items():
        person = Person(f"{name}_{number}", name, keys=(f"{PARTICIPANT}{number}",))
        yield Attempt((person,), tuple(pieces[number]))
