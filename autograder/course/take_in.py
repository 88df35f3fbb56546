"""Takes submissions into the course folder, where nbgrader looks for them.

``submitted/<student>/<assignment>`` holds the files that the lab names, the notebook, the time at
which it was handed in and the secret by which nbgrader returns feedback. Nothing else: nbgrader
would copy whatever lies there, follow links, and serve pages of script to the instructor's browser.
Nothing of a hand-in is lost by that: see `autograder.course.set_aside`.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pygments
from nbformat.notebooknode import NotebookNode

from autograder.course.alignment import released_cells
from autograder.course.answers import Reading, waiting
from autograder.course.cells import notebook_text
from autograder.course.folder import Course, CourseError
from autograder.course.harmless_notebook import rebuild
from autograder.course.reader import read_apart
from autograder.course.reading import read_both, read_files, read_notebook
from autograder.course.set_aside import (
    SET_ASIDE,
    SUBMITTED,
    Taken,
    as_handed_in,
    copy_aside,
    digests,
    move_aside,
    new_place,
    read_taken,
    write_taken,
)
from autograder.files import make_private, write_whole
from autograder.intake.bounds import open_file
from autograder.intake.contents import Contents
from autograder.intake.entries import PLATFORM, Entry
from autograder.jail.bounded import Unbounded
from autograder.lab import Limits
from autograder.languages.translations import lab_languages
from autograder.messages import say
from autograder.results.keys import key_of_entries
from autograder.text import clean

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"
#: The time in the student's own note, where it is not the one that counts.
CLAIMED = "claimed.txt"
#: What reading a notebook may take: MiB and processor seconds.
NOTEBOOK_MIB, NOTEBOOK_CPU = 300, 5
#: Processor seconds for notebook and files together, of which most need a small part.
BOTH_CPU = 1
_SECRET = re.compile(rb"[0-9a-f]{32,256}")


def take_in(
    course: Course,
    entry: Entry,
    handed_in: datetime.datetime | None = None,
    claimed: datetime.datetime | None = None,
) -> Taken:
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

    Returns
    -------
    Taken
        What is to be known of it.

    Raises
    ------
    CourseError
        If it can't be written.
    """
    lab, folder = course.lab, course.submitted(entry.student)
    inside = _is_inside(entry, course)
    try:
        before = read_taken(folder)
        if before and before.files is None:  # a run was interrupted
            move_aside(folder, (course.root / before.original).parent)
        if inside and before and not before.original:
            return before  # all of it is there as it was left
        if handed_in is None:
            handed_in = time_of(course, entry)
            claimed = claimed_time(folder) if inside else None
        source = as_handed_in(entry, lab.name)
        released = course.read_released()
        contents, reading = _read(source, course, released)
        rebuilt = rebuild(reading, released, lab_languages(lab))
        made = {name: contents.files[name] for name in lab.files if name in contents.files}
        made[SECRET] = _secret(contents.files.get(SECRET, b""), folder)
        made[course.notebook] = notebook_text(rebuilt.notebook).encode()
        made |= {TIMESTAMP: _stamp(handed_in)} if handed_in else {}
        made |= {CLAIMED: _stamp(claimed)} if claimed else {}
        taken = Taken(
            {name: hashlib.sha256(content).hexdigest() for name, content in made.items()},
            said=rebuilt.said,
            waiting=rebuilt.waiting,
        )
        make_private(folder)
        there = digests(folder)
        if before and before.original:
            if inside:
                taken = replace(taken, original=before.original, print=before.print)
        elif there and there != taken.files:
            place = new_place(folder)
            if inside:  # should this be interrupted, the next run goes on with it
                original = str((place / folder.name).relative_to(course.root))
                taken = replace(taken, original=original, print=entry.print)
                write_taken(folder, replace(taken, files=None))
            move_aside(folder, place)
        if not inside and (contents.problems or contents.remarks or rebuilt.said):
            taken = _kept(source, taken, before, folder, lab.limits)
        _write(folder, made)
        write_taken(folder, taken)
        return taken
    except OSError as error:
        where, reason = clean(str(folder)), error.strerror or error
        raise CourseError(f"cannot write to {where}: {reason}") from error


def _is_inside(entry: Entry, course: Course) -> bool:
    """Return whether an entry is one that was taken in, and not in an exchange in the course."""
    path = entry.path.absolute()
    return any(path.is_relative_to(course.root / each) for each in (SUBMITTED, SET_ASIDE))


def _kept(entry: Entry, taken: Taken, before: Taken | None, folder: Path, limits: Limits) -> Taken:
    """Keep what was handed in elsewhere, unless that was done before."""
    source = key_of_entries([entry], limits) or ""
    if before and source and before.source == source:
        return replace(taken, original=before.original, source=source)
    kept = copy_aside(entry, new_place(folder), folder.name, limits)
    original = str(kept.relative_to(folder.parents[2])) if kept else ""
    return replace(taken, original=original, source=source)


def _write(folder: Path, made: dict[str, bytes]) -> None:
    """Have a folder hold these files; what else is there is of our own making."""
    for path in list(folder.iterdir()):
        if path.name not in made:
            path.unlink()
    for name, content in made.items():
        write_whole(folder / name, content)


def _read(entry: Entry, course: Course, notebook: NotebookNode) -> tuple[Contents, Reading]:
    """Read the files and the notebook, in a fork that may take no more than this needs.

    Raises
    ------
    CourseError
        If no process can be had for it.
    """
    lab = course.lab
    wanted = {**dict.fromkeys(lab.files, lab.limits.file_kib), SECRET: 1}
    files = (wanted, lab.files)
    answers = (course.notebook, released_cells(notebook))
    entry = replace(entry, path=entry.path.absolute())  # it is read in another folder
    readable = [entry.path, Path(pygments.__file__).parent]

    def read(work: Callable[..., Any], *arguments: Any, **most: int) -> Any:
        return read_apart(functools.partial(work, entry, lab.limits, *arguments), readable, **most)

    both: list[Any] = [None, None]
    with contextlib.suppress(Unbounded):
        found = read(read_both, *files, *answers, memory_mib=NOTEBOOK_MIB, cpu=BOTH_CPU)
        both = found if isinstance(found, list) and len(found) == 2 else both
    # Where that is not enough, neither costs the other.
    try:
        contents = _contents(both[0] or read(read_files, *files))
    except (Unbounded, ValueError) as error:
        contents = Contents({}, {"": str(error)})
    try:
        most = {"memory_mib": NOTEBOOK_MIB, "cpu": NOTEBOOK_CPU}
        data = both[1] or read(read_notebook, *answers, **most)
        return contents, Reading.from_plain(json.loads(data))
    except (Unbounded, ValueError, TypeError):
        return contents, waiting(say("the notebook takes too much memory or time to read"))


def _contents(found: Any) -> Contents:
    """Make contents of what `read_files` gave.

    Raises
    ------
    ValueError
        If it is something else.
    """
    match found:
        case [dict() as files, dict() as problems, list() as remarks] if _all(
            bytes, files.values()
        ) and _all(str, (*problems.values(), *remarks)):
            problems.pop(SECRET, None)
            return Contents(files, problems, tuple(remarks))
    raise ValueError("what should be files is none")


def _all(kind: type, values: Iterable[Any]) -> bool:
    return all(isinstance(value, kind) for value in values)


def _secret(handed_in: bytes, folder: Path) -> bytes:
    """Return what nbgrader lets a student fetch the feedback by; without one it releases nobody's.

    One that was made here stays.
    """
    try:
        with open_file(folder / SECRET) as file:
            before = file.read(300)
    except OSError:
        before = b""
    known = [each.strip() for each in (handed_in, before) if _SECRET.fullmatch(each.strip())]
    return known[0] if known else secrets.token_hex(64).encode()


def _stamp(moment: datetime.datetime) -> bytes:
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S.%f} UTC".encode()


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


def time_of(course: Course, entry: Entry) -> datetime.datetime | None:
    """Return when an entry was handed in, as far as that may cost points; None if it is not known.

    Of one in the course folder it is what was noted when it was taken in, of another what the
    platform says. The date of a file counts only if the lab says so: it is renewed by copying, and
    clocks go wrong. What students write into their files never does.
    """
    if _is_inside(entry, course) and (noted := noted_time(course.submitted(entry.student))):
        return noted
    trusted = entry.origin == PLATFORM or course.lab.attempts.file_dates
    return entry.time if trusted else None
