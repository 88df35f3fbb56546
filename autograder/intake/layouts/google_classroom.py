"""Google Classroom: the folder of an assignment in Google Drive, or the zip that Drive makes of it.

"View assignment files", support.google.com/edu/classroom: students' files lie in one folder of the
teacher's Drive. Copies that Classroom made, "Make a copy for each student", are called
``<student> - <title>``; an uploaded file keeps its name, and Drive's zip adds ``(1)``, ``(2)`` to
equal ones. So whose a file is can be told only from a name that tells it; the others are listed.
Nothing says when a file was handed in, and only the latest is there.
"""

from __future__ import annotations

from collections.abc import Iterator

from autograder.intake.attempts import Attempt, Person
from autograder.intake.layouts import by_itself, matching
from autograder.intake.tree import Tree
from autograder.lab import Lab

DASH = " - "


def share(tree: Tree, _lab: Lab) -> float:
    """As in `autograder.intake.layouts.Layout`."""
    files = tree.files()
    found = sum(_parts(name) is not None for name in files)
    return 0.9 * matching([*tree.folders(), *files], found)  # a dash is in other names, too


def attempts(tree: Tree, _lab: Lab) -> Iterator[Attempt | str]:
    """As in `autograder.intake.layouts.Layout`."""
    pieces: dict[str, list[tuple[str, str]]] = {}
    for name in tree.files():
        if parts := _parts(name):
            pieces.setdefault(parts[0], []).append((name, parts[1]))
        else:  # a loose file of this name is somebody's, but nobody knows whose
            yield name
    for name in tree.folders():
        person, dash, _ = name.partition(DASH)
        if dash:
            pieces.setdefault(person.strip(), []).append((name, ""))
        else:
            yield by_itself(tree, name)
    for person, those in pieces.items():
        yield Attempt((Person(person, person),), tuple(those))


def _parts(name: str) -> tuple[str, str] | None:
    """Return the student and the file's name, if a name tells them."""
    person, _, file = name.partition(DASH)
    return (person.strip(), file.strip()) if person.strip() and "." in file else None
