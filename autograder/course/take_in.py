"""Takes submissions into the course folder, where nbgrader looks for them.

``submitted/<student>/<assignment>`` holds the files that the lab names, the notebook, the time at
which it was handed in and the secret by which nbgrader returns feedback. Nothing else: nbgrader
would copy whatever lies there, follow links, and serve pages of script to the instructor's browser.
"""

from __future__ import annotations

import datetime
import os
import re
import secrets
import shutil
import stat
from dataclasses import astuple
from pathlib import Path
from typing import Any

import nbformat

from autograder.course.folder import Course, CourseError
from autograder.course.harmless_notebook import rebuild
from autograder.files import make_private, write_whole
from autograder.intake.bounds import open_file
from autograder.intake.entries import PLATFORM, Entry
from autograder.intake.errors import Refused
from autograder.intake.notebooks import Cell, from_plain, read_cells
from autograder.intake.submission import read_entry
from autograder.jail.bounded import Unbounded, bounded
from autograder.languages.translations import lab_languages
from autograder.text import clean

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"
#: The time in the student's own note, where it is not the one that counts.
CLAIMED = "claimed.txt"
SET_ASIDE = "set-aside"


def take_in(
    course: Course,
    entry: Entry,
    handed_in: datetime.datetime | None = None,
    claimed: datetime.datetime | None = None,
) -> None:
    """Put a submission into the course folder, in place of an earlier one of the same student.

    Parameters
    ----------
    course
        Where to.
    entry
        A student's folder or archive, outside of the course or already in its place there.
    handed_in
        When; by default what is known of that, see `time_of`.
    claimed
        When the student's program says that it was, if that is another time.

    Raises
    ------
    CourseError
        If it can't be written.
    """
    lab, folder = course.lab, course.submitted(entry.student)
    wanted = dict.fromkeys(lab.files, lab.limits.file_kib)
    wanted |= {course.notebook: lab.limits.notebook_kib, SECRET: 1}
    if handed_in is None:
        handed_in = time_of(course, entry)
        claimed = claimed_time(folder) if entry.path.is_relative_to(course.root) else None
    files, cells, missing = _read(entry, course, wanted)
    notebook = rebuild(cells, course.read_released(), lab_languages(lab), missing=missing)
    # By it nbgrader lets a student fetch the feedback; without one it releases nobody's.
    secret = files.pop(SECRET, b"").strip()
    if not re.fullmatch(rb"[0-9a-f]{32,256}", secret):
        secret = secrets.token_hex(64).encode()
    try:
        make_private(folder)
        stamp = {TIMESTAMP: _stamp(handed_in)} if handed_in else {}
        _clear(course, folder, {course.notebook, SECRET, *stamp, *files})
        for name, content in (files | {SECRET: secret}).items():
            write_whole(folder / name, content)
        write_whole(folder / course.notebook, nbformat.writes(notebook) + "\n")
        for name, text in stamp.items():
            write_whole(folder / name, text)
        if claimed:
            write_whole(folder / CLAIMED, _stamp(claimed))
    except OSError as error:
        where, reason = clean(str(folder)), error.strerror or error
        raise CourseError(f"cannot write to {where}: {reason}") from error


def _read(
    entry: Entry, course: Course, wanted: dict[str, int]
) -> tuple[dict[str, bytes], list[Cell] | None, bool]:
    """Return an entry's files, its notebook's cells, and whether there is no notebook."""

    def work() -> list[Any]:
        try:
            files = read_entry(entry, course.lab.limits, wanted, course.lab.files).files
        except Refused:
            files = dict[str, bytes]()
        raw = files.pop(course.notebook, None)
        cells = None if raw is None else read_cells(raw)
        plain = None if cells is None else [list(astuple(cell)) for cell in cells]
        return [files, plain, raw is None]

    try:
        files, plain, missing = bounded(work, [entry.path])
        return files, None if plain is None else from_plain(plain), missing
    except (Unbounded, ValueError):
        return {}, None, False


def _stamp(moment: datetime.datetime) -> str:
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S.%f} UTC"


def _read_stamp(path: Path) -> datetime.datetime | None:
    try:
        with open_file(path) as file:
            text = file.read(100).decode("ascii").removesuffix(" UTC")
        return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)
    except (OSError, ValueError):
        return None


def noted_time(folder: Path) -> datetime.datetime | None:
    """Return when a submission was handed in, as was noted when it was taken in."""
    return _read_stamp(folder / TIMESTAMP)


def claimed_time(folder: Path) -> datetime.datetime | None:
    """Return when a student's program says that a submission was handed in, if it was not then.

    Parameters
    ----------
    folder
        Of a submission that was taken in.
    """
    return _read_stamp(folder / CLAIMED)


def _clear(course: Course, folder: Path, kept: set[str]) -> None:
    """Move away what should not be there; it may be somebody's only copy, so nothing is deleted."""
    for path in list(folder.iterdir()):
        if path.name in kept and stat.S_ISREG(path.lstat().st_mode):
            continue
        ours = {*course.lab.files, CLAIMED, TIMESTAMP}
        if path.name in ours and path.is_file() and not path.is_symlink():
            path.unlink()  # of an earlier submission
            continue
        aside = course.root / SET_ASIDE / folder.parent.name
        make_private(aside)
        number = 0
        while os.path.lexists(target := aside / f"{path.name}~{number}"):
            number += 1
        shutil.move(path, target)


def time_of(course: Course, entry: Entry) -> datetime.datetime | None:
    """Return when an entry was handed in, as far as that may cost points; None if it is not known.

    Of one in the course folder it is what was noted when it was taken in, of another what the
    platform says. The date of a file counts only if the lab says so: it is renewed by copying, and
    clocks go wrong. What students write into their files never does.
    """
    inside = entry.path.is_relative_to(course.root)
    if inside and (noted := noted_time(course.submitted(entry.student))):
        return noted
    trusted = entry.origin == PLATFORM or course.lab.attempts.file_dates
    return entry.time if trusted else None
