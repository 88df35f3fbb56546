"""Keeps what was handed in, whole and as it was, where the course needs it in another form.

What lies in ``submitted`` is what nbgrader works on: the lab's files, and a notebook that can't do
anything. If that is not all that was handed in, the whole of it is kept in ``set-aside``, and a
note in ``taken-in`` says so; from then on it is read in place of what nbgrader sees, so that the
next grading finds the same. Neither folder is one into which students' files are copied.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.course.folder import is_course
from autograder.course.reader import read_apart
from autograder.files import make_private, write_whole
from autograder.intake.archives import is_archive, read_selection
from autograder.intake.bounds import Budget, open_file
from autograder.intake.entries import Entry
from autograder.intake.errors import Refused
from autograder.intake.folders import folder_files
from autograder.jail.bounded import Unbounded
from autograder.lab import Limits
from autograder.messages import and_also, from_data, join, to_data

SUBMITTED, SET_ASIDE, TAKEN = "submitted", "set-aside", "taken-in"


@dataclass(frozen=True)
class Taken:
    """What is noted of a submission that was taken in.

    Attributes
    ----------
    files
        Names in the folder that nbgrader sees -> SHA-256 of what was written there; None while
        that is being done.
    original
        Where what was handed in is kept, seen from the course; empty if `files` are all of it.
    said
        What is to be known of the notebook.
    waiting
        The names of the cells that a person has to look for.
    source
        Tells what was handed in elsewhere from anything else, if it was copied to `original`.
    print
        As in `autograder.intake.entries.Entry`, of what lay in the folder before it was moved.
    """

    files: Mapping[str, str] | None
    original: str = ""
    said: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    source: str = ""
    print: str = ""

    @property
    def message(self) -> str:
        """All that is to be known of the notebook; may be empty."""
        return join(and_also, self.said) if self.said else ""


def note_of(folder: Path) -> Path:
    """Return where the note of a submission is, by the folder that nbgrader sees."""
    return folder.parents[2] / TAKEN / folder.parent.name / f"{folder.name}.json"


def write_taken(folder: Path, taken: Taken) -> None:
    """Write the note of a submission.

    Raises
    ------
    OSError
        If it can't be written.
    """
    table = {
        "files": taken.files,
        "original": taken.original,
        "said": [to_data(text) for text in taken.said],
        "waiting": taken.waiting,
        "source": taken.source,
        "print": taken.print,
    }
    write_whole(note_of(folder), json.dumps(table, indent=1) + "\n")


def read_taken(folder: Path) -> Taken | None:
    """Return the note of a submission; None if there is none, or somebody put other files there."""
    try:
        table: dict[str, Any] = json.loads(note_of(folder).read_text(encoding="utf-8"))
        taken = Taken(
            table["files"],
            table["original"],
            tuple(from_data(text) for text in table["said"]),
            tuple(table["waiting"]),
            table["source"],
            table["print"],
        )
        return taken if taken.files is None or taken.files == digests(folder) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a folder; empty for what is none.

    Raises
    ------
    OSError
        If it can't be read.
    """
    found = {}
    for path in folder.iterdir():
        found[path.name] = ""
        if stat.S_ISREG(path.lstat().st_mode):
            with path.open("rb") as file:
                found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def as_handed_in(entry: Entry, lab: str) -> Entry:
    """Return the entry of what a student handed in, by one that lies in a course.

    Parameters
    ----------
    entry
        Any; one that lies in no course's ``submitted`` is given back.
    lab
        The name of the lab, as nbgrader calls the assignment.
    """
    path = entry.path.absolute()
    taken = _taken_at(path, lab)
    if taken is None or not taken[1].original:
        return entry
    folder, note = taken
    original = folder.parents[2] / note.original
    whole = original.parent if path != folder and original.name == lab else original
    return replace(entry, path=whole, selection=None) if original.exists() else entry


def first_print(path: Path, lab: str) -> str:
    """Return what told the files at a path from others before they were set aside; may be empty."""
    taken = _taken_at(path.absolute(), lab)
    return taken[1].print if taken else ""


def _taken_at(path: Path, lab: str) -> tuple[Path, Taken] | None:
    """Return the folder that nbgrader sees at a path or in it, and its note, if it has one."""
    folder = path if path.name == lab else path / lab
    if len(folder.parents) < 3 or folder.parents[1].name != SUBMITTED:
        return None
    taken = read_taken(folder) if is_course(folder.parents[2]) else None
    return (folder, taken) if taken else None


def new_place(folder: Path) -> Path:
    """Return a folder in ``set-aside`` that is not there yet, for one that nbgrader sees."""
    aside = folder.parents[2] / SET_ASIDE / folder.parent.name
    number = 0
    while os.path.lexists(place := aside / f"{folder.name}~{number}"):
        number += 1
    return place


def move_aside(folder: Path, place: Path) -> Path:
    """Move all that is in a folder to a place aside; return where it is.

    What is there already was moved by a run that was interrupted.

    Raises
    ------
    OSError
        If it can't be moved.
    """
    target = place / folder.name
    make_private(target)
    for path in list(folder.iterdir()):
        if not os.path.lexists(target / path.name):
            shutil.move(path, target / path.name)
    return target


def copy_aside(entry: Entry, place: Path, name: str, limits: Limits) -> Path | None:
    """Copy what was handed in to a place aside; return where it is.

    Parameters
    ----------
    entry
        What was handed in, outside of the course.
    place
        Where to.
    name
        Of the folder that is made of a student's files.
    limits
        Of a submission; what is larger stays where it is, and there alone.

    Raises
    ------
    OSError
        If it can't be written.
    """
    try:
        if entry.reason or stat.S_ISLNK(entry.path.lstat().st_mode):
            return None
        if entry.path.is_dir():
            budget = Budget(limits)
            most = limits.unpacked_mib << 10
            found = {
                str(path): content
                for path, content in folder_files(
                    entry.path, budget, lambda _: most, entry.selection
                )
            }
        elif entry.selection is None:
            if (
                not is_archive(entry.path.name)
                or entry.path.stat().st_size > limits.archive_mib << 20
            ):
                return None
            make_private(place)
            with open_file(entry.path) as file, (place / entry.path.name).open("wb") as copy:
                shutil.copyfileobj(file, copy)
            return place / entry.path.name
        else:
            whole = entry.path.absolute()  # it is read in another folder
            work = functools.partial(read_selection, whole, entry.selection, limits)
            found = _files(read_apart(work, [whole]))
    except (Refused, Unbounded, OSError, ValueError):
        return None
    paths = {path: PurePosixPath(path) for path in found}
    if any(isinstance(content, str) for content in found.values()) or any(
        path.is_absolute() or ".." in path.parts for path in paths.values()
    ):
        return None
    make_private(place / name)
    for path, content in found.items():
        write_whole(place / name / paths[path], content or b"")
    return place / name


def _files(found: Any) -> dict[str, bytes | str | None]:
    """Make files of what `read_selection` gave.

    Raises
    ------
    ValueError
        If it is something else.
    """
    made: dict[str, bytes | str | None] = {}
    for each in found if isinstance(found, list) else [None]:
        match each:
            case [str() as path, bytes() as content]:
                made[path] = content
            case _:
                raise ValueError("what should be a file is none")
    return made
