"""Canvas: "Download Submissions" of an assignment, the zip or the loose files out of it.

Source: ``lib/content_zipper.rb`` of canvas-lms, ``add_submission`` and ``get_filename``:
``<name>[_LATE]_<user>_<file>_<file's name>``, where the name is the sortable one, in lower case and
with nothing but letters, digits and ``_``, user and file are Canvas's numbers, and the user's is
the column "ID" of the gradebook. Of an anonymous assignment ``[LATE_]anon_<id>_<file>_<file's
name>``; of what was typed in, or a link, ``<name>_<user>_text.html`` and ``_link.html``.

A file that is handed in again gets ``-1``, ``-2`` into its name. The zip has the latest attempt
only; where files of several lie side by side, since downloads were unpacked into one folder, the
numbers of files tell which came first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograder.intake.attempts import Attempt, Person
from autograder.intake.layouts import by_itself, matching
from autograder.intake.names import plain_name
from autograder.intake.tree import Tree
from autograder.lab import Lab
from autograder.messages import say

_NAME = re.compile(
    r"(?:(?P<name>\w*?[^\W\d]\w*?)(?P<late>_LATE)?_(?P<user>\d+)|(?P<early>LATE_)?anon_(?P<anon>\w{5}))"
    r"_(?:(?P<number>\d+)_(?P<file>.+)|(?P<typed>text\.html|link\.html))",
    re.DOTALL,
)
LATE = say("Canvas marks it as late")


def share(tree: Tree, _lab: Lab) -> float:
    """As in `autograder.intake.layouts.Layout`."""
    names = [*tree.folders(), *tree.files()]
    return matching(names, sum(_NAME.fullmatch(name) is not None for name in names))


def attempts(tree: Tree, _lab: Lab) -> Iterator[Attempt | str]:
    """As in `autograder.intake.layouts.Layout`."""
    people: dict[str, Person] = {}
    found: dict[str, list[tuple[int, str, str, bool]]] = {}
    folders = tree.folders()
    for name in (*folders, *tree.files()):
        match = _NAME.fullmatch(name)
        if not match:
            yield by_itself(tree, name)
            continue
        user = match["user"] or match["anon"]
        called = match["name"] or "anon"
        people.setdefault(user, Person(f"{called}_{user}", called, keys=(user,)))
        named = "" if name in folders else match["file"] or match["typed"]
        late = bool(match["late"] or match["early"])
        found.setdefault(user, []).append((int(match["number"] or 0), name, named, late))
    for user, person in people.items():
        for order, files in enumerate(_rounds(found[user])):
            late = any(late for *_, late in files)
            pieces = tuple((name, named) for _, name, named, _ in files)
            yield Attempt((person,), pieces, order=order, remarks=(LATE,) if late else ())


def _rounds(files: list[tuple[int, str, str, bool]]) -> list[list[tuple[int, str, str, bool]]]:
    """Part files into attempts: one begins where a file comes that is there already."""
    rounds: list[list[tuple[int, str, str, bool]]] = [[]]
    seen: set[str] = set()
    for file in sorted(files):
        name = plain_name(file[2])
        if name and name in seen:
            rounds.append([])
            seen = set()
        seen.add(name)
        rounds[-1].append(file)
    return rounds
