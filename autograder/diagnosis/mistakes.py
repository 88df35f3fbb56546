"""The catalogue of mistakes: small named changes to the reference, each with a hint.

Every ``.toml`` file in the lab's folder of mistakes belongs to one part::

    part = "Layer"

    [mistakes.name-of-the-mistake]
    method = "Layer.backward"    # or the whole class
    old = "text that stands there once"
    new = "what it is replaced by"
    en = "A hint that leads there without giving the line."
    zh-TW = "..."                       # one for each of the lab's languages
    unrecognised = "why"                # if a grade can't name it, what it says of that

An entry is everything that is needed: the suites are run on the changed reference to learn what
the mistake looks like from outside. Which checks of its part a mistake fails is kept in
``fails.json``, which ``verify --accept`` writes: it is what must hold from then on, and it saves
running the checks that a mistake passes. Which checks it fails as well in parts that use its own is
kept in ``together.json``, for as many mistakes as is known.

A mistake that takes several changes has a list of them, ``changes = [{method = ..., old = ...,
new = ...}, ...]``. One that is another entry's mistake, made in another way or not to be told from
it, says ``as = "name-of-the-other"`` in the place of hints, and is named like it.

A mistake that was found in a class can be kept as it was handed in: ``example = "found/name"``, a
folder beside the file, takes the place of the changes. It is a student's code, and so it is only
ever run in the jail. There may be other mistakes in it, so its ``checks`` list those that its hint
was written for, and it is looked for at no others.
"""

from __future__ import annotations

import ast
import contextlib
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

from autograder.errors import UserError
from autograder.files import write_whole
from autograder.lab import LANGUAGE_TAG, Lab
from autograder.lab_file import read_files
from autograder.lab_keys import refuse_unknown
from autograder.suite_file import parse
from autograder.text import did_you_mean

FAILS = "fails.json"
TOGETHER = "together.json"
_KEYS = frozenset({"method", "old", "new", "changes", "as", "example", "checks", "unrecognised"})


class CatalogueError(UserError):
    """An entry can't be applied; the text says which and why."""


@dataclass(frozen=True)
class Change:
    """A text of a class or method of the reference, and what stands in its place."""

    method: str
    old: str
    new: str


@dataclass(frozen=True)
class Mistake:
    """One entry.

    Attributes
    ----------
    name
        Unique in the catalogue.
    part
        The part of the lab in which it costs points.
    hints
        For the student, by language.
    unrecognised
        Why a grade can't name it; None if it can.
    kind
        The name under which it is known: its own, or that of the entry whose hints it has.
    changes
        What was changed in the reference; empty if it was handed in.
    checks
        The only checks at which it is looked for; None for all of its part.
    make
        Makes `files`.
    """

    name: str
    part: str
    hints: dict[str, str]
    unrecognised: str | None
    kind: str
    changes: tuple[Change, ...]
    checks: frozenset[str] | None
    make: Callable[[], dict[str, bytes]] = field(repr=False, compare=False)

    @cached_property
    def files(self) -> dict[str, bytes]:
        """A whole submission with the mistake in it; making it can raise `CatalogueError`."""
        return self.make()

    @property
    def trusted(self) -> bool:
        """Whether it is a change of the reference, which may be run outside of the jail."""
        return bool(self.changes)

    @property
    def method(self) -> str:
        """The class or method in which it is; empty if that is not known."""
        return self.changes[0].method if self.changes else ""


@contextlib.contextmanager
def _told(file: str, name: str) -> Iterator[None]:
    """Say of an entry what is wrong with it."""
    try:
        yield
    except KeyError as error:
        raise CatalogueError(f"{file}, {name}: it lacks the entry {error}") from error
    except (TypeError, ValueError, OSError, SyntaxError) as error:
        raise CatalogueError(f"{file}, {name}: {error}") from error


def load_catalogue(lab: Lab) -> list[Mistake]:
    """Read all mistakes of a lab and make them, sorted by part and name.

    Raises
    ------
    CatalogueError
        If an entry is not whole or does not fit the reference.
    """
    mistakes = read_catalogue(lab)
    for mistake in mistakes:
        mistake.files  # noqa: B018  (is made, and kept)
    return mistakes


def read_catalogue(lab: Lab) -> list[Mistake]:
    """Read all mistakes of a lab, as `load_catalogue` does, but make none before it is needed.

    Raises
    ------
    CatalogueError
        If an entry is not whole.
    """
    reference = read_files(lab.reference, lab)
    parts = [part.name for part in lab.parts]
    found: dict[str, Mistake] = {}
    for path in sorted(lab.mistakes.glob("*.toml")) if lab.mistakes else []:
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            part, entries = table["part"], table["mistakes"]
        except KeyError as error:
            raise CatalogueError(f"{path.name} lacks the entry {error}") from error
        except ValueError as error:
            raise CatalogueError(f"{path.name} can't be read: {error}") from error
        if part not in parts:
            raise CatalogueError(f"{path.name} is of a part {part!r} that the lab does not have")
        for name, entry in entries.items():
            if name in found:
                raise CatalogueError(f"{path.name}: there is a mistake {name!r} already")
            with _told(path.name, name):
                found[name] = _mistake(name, part, entry, entries, path, lab, reference)
    return sorted(found.values(), key=lambda mistake: (parts.index(mistake.part), mistake.name))


def load_fails(lab: Lab, file: str = FAILS) -> dict[str, set[str]]:
    """Read which checks of its part each mistake fails, as far as that was accepted.

    Parameters
    ----------
    lab
        Whose catalogue.
    file
        `TOGETHER` for the checks of parts that use its own.

    Raises
    ------
    CatalogueError
        If the file can't be read.
    """
    path = lab.mistakes / file if lab.mistakes else None
    if path is None or not path.exists():
        return {}
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        return {name: set(checks) for name, checks in table.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise CatalogueError(f"{path} can't be read: {error}") from error


def save_fails(lab: Lab, fails: Mapping[str, set[str]], file: str = FAILS) -> None:
    """Write what `load_fails` reads."""
    assert lab.mistakes
    table = {name: sorted(checks) for name, checks in sorted(fails.items())}
    write_whole(lab.mistakes / file, json.dumps(table, indent=1) + "\n", 0o644)


def combined(lab: Lab, mistakes: Sequence[Mistake]) -> dict[str, bytes]:
    """Make a submission with several mistakes in it.

    Raises
    ------
    ValueError
        If they can't be made in the same file, since they change the same text.
    """
    files = read_files(lab.reference, lab)
    for mistake in mistakes:
        if not mistake.trusted:
            raise ValueError("what was handed in can't be combined")
        files = _changed(files, mistake.changes, lab)
    return files


def _mistake(
    name: str,
    part: str,
    entry: dict[str, Any],
    entries: dict[str, Any],
    path: Path,
    lab: Lab,
    reference: dict[str, bytes],
) -> Mistake:
    """Make a mistake of an entry."""
    # There may be hints in more languages than the lab has just now.
    keys = [key for key in entry if key in lab.languages or not LANGUAGE_TAG.fullmatch(key)]
    refuse_unknown(keys, _KEYS | set(lab.languages), "key")
    kind = entry.get("as", name)
    if kind not in entries:
        raise ValueError(f"`as` names {kind!r}, which is no mistake of this file")
    said = entries[kind] if "as" in entry else entry
    changes: tuple[Change, ...] = ()
    if "example" in entry:
        make = partial(read_files, path.parent / entry["example"], lab)
    else:
        listed = entry.get("changes", [entry])
        changes = tuple(Change(one["method"], one["old"], one["new"]) for one in listed)
        make = partial(_changed, reference, changes, lab)
    return Mistake(
        name=name,
        part=part,
        hints={language: said[language] for language in lab.languages},
        unrecognised=entry.get("unrecognised"),
        kind=kind,
        changes=changes,
        checks=frozenset(entry["checks"]) if "checks" in entry else None,
        make=_told(path.name, name)(make),
    )


def _changed(files: Mapping[str, bytes], changes: Sequence[Change], lab: Lab) -> dict[str, bytes]:
    """Make changes in files, one after the other."""
    changed = dict(files)
    for change in changes:
        task = change.method.split(".")[0]
        if task not in lab.tasks:
            meant = did_you_mean(task, lab.tasks)
            raise ValueError(f"lab.toml names no {task!r} in [tasks]{meant}")
        file = lab.tasks[task]
        source = changed[file].decode()
        start, end = _span(source, change.method)
        place = source[start:end]
        if place.count(change.old) != 1:
            raise ValueError(
                f"`old` stands {place.count(change.old)} times in {change.method}, not once"
            )
        text = source[:start] + place.replace(change.old, change.new) + source[end:]
        changed[file] = text.encode()
    return changed


@lru_cache(256)  # hundreds of changes are made in the same few places
def _span(source: str, target: str) -> tuple[int, int]:
    """Find where a class or a method stands in a text.

    Raises
    ------
    ValueError
        If it does not.
    """
    body: list[ast.stmt] = parse(source).body
    node: ast.AST | None = None
    for name in target.split("."):
        named = (n for n in body if isinstance(n, ast.ClassDef | ast.FunctionDef))
        node = next((n for n in named if n.name == name), None)
        if node is None:
            raise ValueError(f"the reference has no {target}")
        body = getattr(node, "body", [])
    lines = source.splitlines(keepends=True)
    assert isinstance(node, ast.ClassDef | ast.FunctionDef) and node.end_lineno
    return sum(map(len, lines[: node.lineno - 1])), sum(map(len, lines[: node.end_lineno]))
