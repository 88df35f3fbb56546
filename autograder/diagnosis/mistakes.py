"""The catalogue of mistakes: small named changes to the reference, each with a hint.

Every ``.toml`` file in the lab's folder of mistakes belongs to one part::

    part = "Linear_Layer"

    [mistakes.name-of-the-mistake]
    method = "Linear_Layer.backward"    # or the whole class
    old = "text that stands there once"
    new = "what it is replaced by"
    en = "A hint that leads there without giving the line."
    zh-TW = "..."                       # one for each of the lab's languages
    unrecognised = "why"                # if a grade can't name it, what it says of that

An entry is everything that is needed: the suites are run on the changed reference to learn what
the mistake looks like from outside. Which checks of its part a mistake fails is kept in
``fails.json``, which ``verify --accept`` writes: it is what must hold from then on, and it saves
running the checks that a mistake passes.

A mistake that was found in a class can be kept as it was
handed in: ``example = "found/name"``, a folder beside the file, takes the place of ``method``,
``old`` and ``new``. It is a student's code, and so it is only ever run in the jail.
"""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import UserError
from autograder.files import write_whole
from autograder.lab import LANGUAGE_TAG, Lab
from autograder.lab_file import read_files

FAILS = "fails.json"


class CatalogueError(UserError):
    """An entry can't be applied; the text says which and why."""


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
    files
        A whole submission with the mistake in it.
    unrecognised
        Why a grade can't name it; None if it can.
    trusted
        Whether it is a change of the reference, which may be run outside of the jail.
    """

    name: str
    part: str
    hints: dict[str, str]
    files: dict[str, bytes]
    unrecognised: str | None
    trusted: bool


def load_catalogue(lab: Lab) -> list[Mistake]:
    """Read all mistakes of a lab, sorted by part and name.

    Raises
    ------
    CatalogueError
        If an entry is not whole or does not fit the reference.
    """
    reference = read_files(lab.reference, lab)
    parts = [part.name for part in lab.parts]
    found: dict[str, Mistake] = {}
    for path in sorted(lab.mistakes.glob("*.toml")) if lab.mistakes else []:
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            part, entries = table["part"], table["mistakes"]
        except (ValueError, KeyError) as error:
            raise CatalogueError(f"{path.name} can't be read: {error}") from error
        if part not in parts:
            raise CatalogueError(f"{path.name} is of a part {part!r} that the lab does not have")
        for name, entry in entries.items():
            if name in found:
                raise CatalogueError(f"{path.name}: there is a mistake {name!r} already")
            try:
                files = _files(entry, path.parent, lab, reference)
                hints = {language: entry[language] for language in lab.languages}
                why = entry.get("unrecognised")
                found[name] = Mistake(name, part, hints, files, why, "example" not in entry)
            except (KeyError, ValueError, OSError) as error:
                raise CatalogueError(f"{path.name}, {name}: {error}") from error
    return sorted(found.values(), key=lambda mistake: (parts.index(mistake.part), mistake.name))


def load_fails(lab: Lab) -> dict[str, set[str]]:
    """Read which checks of its part each mistake fails, as far as that was accepted.

    Raises
    ------
    CatalogueError
        If the file can't be read.
    """
    path = lab.mistakes / FAILS if lab.mistakes else None
    if path is None or not path.exists():
        return {}
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        return {name: set(checks) for name, checks in table.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise CatalogueError(f"{path} can't be read: {error}") from error


def save_fails(lab: Lab, fails: Mapping[str, set[str]]) -> None:
    """Write what `load_fails` reads."""
    assert lab.mistakes
    table = {name: sorted(checks) for name, checks in sorted(fails.items())}
    write_whole(lab.mistakes / FAILS, json.dumps(table, indent=1) + "\n", 0o644)


def _files(
    entry: dict[str, Any], folder: Path, lab: Lab, reference: dict[str, bytes]
) -> dict[str, bytes]:
    """Make the submission that an entry describes."""
    known = {"method", "old", "new", "example", "unrecognised"}
    # There may be hints in more languages than the lab has just now.
    unknown = [key for key in entry if key not in known and not LANGUAGE_TAG.fullmatch(key)]
    if unknown:
        raise ValueError(f"it has an entry {unknown[0]!r} that means nothing")
    if "example" in entry:
        return read_files(folder / entry["example"], lab)
    target = entry["method"]
    file = lab.tasks[target.split(".")[0]]
    source = reference[file].decode()
    start, end = _span(source, target)
    place = source[start:end]
    if place.count(entry["old"]) != 1:
        raise ValueError(f"`old` stands {place.count(entry['old'])} times in {target}, not once")
    changed = source[:start] + place.replace(entry["old"], entry["new"]) + source[end:]
    return {**reference, file: changed.encode()}


def _span(source: str, target: str) -> tuple[int, int]:
    """Find where a class or a method stands in a text.

    Raises
    ------
    ValueError
        If it does not.
    """
    body: list[ast.stmt] = ast.parse(source).body
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
