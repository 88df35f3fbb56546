"""nbgrader: the folder ``submitted`` of a course.

"Philosophy", nbgrader.readthedocs.io: ``submitted/<student>/<assignment>/`` holds the files and
``timestamp.txt``, the time of hand-in, as nbgrader's exchange noted it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from autograder.intake.attempts import Attempt, Person
from autograder.intake.entries import nbgrader_student
from autograder.intake.errors import Refused
from autograder.intake.layouts import by_itself, matching
from autograder.intake.tree import Tree, join
from autograder.lab import Lab

TIMESTAMP = "timestamp.txt"


def share(tree: Tree, lab: Lab) -> float:
    """As in `autograder.intake.layouts.Layout`."""
    students = tree.folders()
    noted = [name for name in students if TIMESTAMP in tree.files(join(name, lab.name))]
    there = sum(lab.name in tree.folders(name) for name in students)
    return matching([*students, *tree.files()], there) if noted else 0.0


def attempts(tree: Tree, lab: Lab) -> Iterator[Attempt | str]:
    """As in `autograder.intake.layouts.Layout`."""
    for name in tree.folders():
        path = join(name, lab.name)
        if lab.name in tree.folders(name):
            yield Attempt(
                (Person(nbgrader_student(name)),), ((path, ""),), _time(tree, join(path, TIMESTAMP))
            )
        elif not tree.folders(name):  # those of another assignment are left alone
            yield by_itself(tree, name)
    for name in tree.files():
        yield by_itself(tree, name)


def _time(tree: Tree, path: str) -> datetime.datetime | None:
    try:
        text = tree.read(path, 100).decode("ascii").strip().removesuffix(" UTC")
        return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)
    except (Refused, KeyError, ValueError):
        return None
