"""Gradescope: "Export submissions" of a programming assignment.

"Reviewing and exporting grades", guides.gradescope.com: a folder ``submission_<number>`` for each
submission, and ``submission_metadata.yml``, which says of each ``:submitters`` (``:name``,
``:sid`` and ``:email``; several in a group) and ``:created_at``. Only the active submission of a
student is there; ``:history`` has the times of the others.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import yaml

from autograder.intake.attempts import Attempt, Person
from autograder.intake.errors import Refused
from autograder.intake.layouts import by_itself
from autograder.intake.tree import Tree
from autograder.lab import Lab
from autograder.messages import say

METADATA = "submission_metadata.yml"
#: Of the metadata, in which all that was printed may stand.
SIZE_LIMIT = 64 << 20


def share(tree: Tree, _lab: Lab) -> float:
    """As in `autograder.intake.layouts.Layout`."""
    return 1.0 if METADATA in tree.files() else 0.0


def attempts(tree: Tree, _lab: Lab) -> Iterator[Attempt | str]:
    """As in `autograder.intake.layouts.Layout`."""
    table = _metadata(tree)
    for name in (*tree.folders(), *tree.files()):
        entry = table.get(name)
        people = _people(entry)
        if name == METADATA:
            continue
        if not people or not isinstance(entry, dict):
            yield by_itself(tree, name)
            continue
        named = "" if name in tree.folders() else name
        yield Attempt(people, ((name, named),), _time(entry.get(":created_at")))


def _metadata(tree: Tree) -> dict[Any, Any]:
    if METADATA not in tree.files():
        raise Refused(say("there is no {file} in it", file=METADATA))
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        table = yaml.load(tree.read(METADATA, SIZE_LIMIT), loader)  # noqa: S506  # a safe one
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Refused(say("its {file} can't be read", file=METADATA)) from error
    return table if isinstance(table, dict) else {}


def _people(entry: Any) -> tuple[Person, ...]:
    submitters = entry.get(":submitters") if isinstance(entry, dict) else None
    found = []
    for each in submitters if isinstance(submitters, list) else []:
        if isinstance(each, dict):
            sid, email, name = (str(each.get(key) or "") for key in (":sid", ":email", ":name"))
            if known := sid or email or name:
                found.append(Person(known, name, email))
    return tuple(found)


def _time(value: Any) -> datetime.datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime.datetime):
        return None
    # YAML's times without a zone are in UTC.
    return value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
