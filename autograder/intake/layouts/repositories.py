"""GitHub and GitLab: archives of repositories, or their folders, one for each student.

"Downloading source code archives", docs.github.com: ``<repository>-<branch>.zip`` from the page of
a repository, ``<owner>-<repository>-<commit>`` from the API. "Download the code in a repository",
docs.gitlab.com: ``<project>-<ref>`` and ``<project>-<ref>-<commit>``. GitHub Classroom calls
repositories ``<assignment>-<student>`` ("Create an assignment", docs.github.com), and so does who
makes projects for a class: what all names begin with is not of the student. An archive has no time
of hand-in.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from autograder.intake.attempts import Attempt, Person
from autograder.intake.layouts import by_itself, matching, stem
from autograder.intake.tree import Tree
from autograder.lab import Lab

_NAME = re.compile(
    r"(?P<name>.+?)(?:-(?:main|master|trunk|develop))?(?:-[0-9a-f]{40}|-[0-9a-f]{7,12})?", re.I
)
_COPY = re.compile(r"\s*\(\d{1,3}\)$")


def share(tree: Tree, _lab: Lab) -> float:
    """As in `autograder.intake.layouts.Layout`."""
    names = [*tree.folders(), *tree.files()]
    found = [name for name in names if _repository(name) != _COPY.sub("", stem(name))]
    alike = len({_prefix([_repository(name) for name in found])} - {""})
    return 0.8 * matching(names, len(found)) if alike or len(found) == 1 else 0.0


def attempts(tree: Tree, _lab: Lab) -> Iterator[Attempt | str]:
    """As in `autograder.intake.layouts.Layout`."""
    taken: list[tuple[str, Attempt]] = []
    for name in (*tree.folders(), *tree.files()):
        found = by_itself(tree, name)
        if isinstance(found, str):
            yield found
        else:
            taken.append((name, found))
    prefix = _prefix([_repository(name) for name, _ in taken])
    for name, attempt in taken:
        repository = _repository(name)
        words = repository.split("-")
        # A roster may know the student by any ending of the name.
        keys = tuple("-".join(words[number:]) for number in range(len(words)))
        person = Person(repository.removeprefix(prefix), keys=keys)
        yield Attempt((person,), attempt.pieces)


def _repository(name: str) -> str:
    found = _NAME.fullmatch(_COPY.sub("", stem(name)))
    return found["name"] if found else name


def _prefix(names: list[str]) -> str:
    """Return what all names begin with, up to a hyphen; of a single name nothing."""
    common = os.path.commonprefix(names) if len(set(names)) > 1 else ""
    return common[: common.rfind("-") + 1]
