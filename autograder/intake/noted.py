"""Notes every attempt once: when it was handed in, and which one counts.

The file ``attempts.json`` stands beside the grades. A time in it is what the platform said, or a
file's date, when the attempt was first seen, and never later than that; grading again, or copying
files, does not change it.
"""

from __future__ import annotations

import datetime
import itertools
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import UserError, check_version
from autograder.files import write_whole
from autograder.intake.bounds import open_file
from autograder.intake.entries import PLATFORM
from autograder.records import ATTEMPTS
from autograder.text import clean

VERSION = 1
SIZE_LIMIT = 64 << 20
Moment = datetime.datetime | None


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        with open_file(path) as file:
            content = file.read(min(os.fstat(file.fileno()).st_size, SIZE_LIMIT + 1))
        table = json.loads(content)
        check_version(table, VERSION, clean(str(path)))
        attempts = {str(key): dict(value) for key, value in table["attempts"].items()}
        for attempt in attempts.values():
            _moment(attempt["time"])
            attempt["origin"] + ""
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UserError(f"cannot read {clean(str(path))}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(
            f"{clean(str(path))}, the times of hand-in, can't be read "
            f"({clean(str(error), 100)}); restore it, or remove it to note them anew"
        ) from error
    return attempts


@dataclass(frozen=True)
class Handin:
    """An attempt of a student, as it was noted.

    Attributes
    ----------
    number
        Which of those that were graded together.
    time, origin
        As in `autograder.intake.entries.Entry`.
    counts
        Whether it does.
    seen
        When it was first seen, ISO 8601.
    participant
        Name and number in an assignment of Moodle's, ``Jane Doe_123``; empty elsewhere.
    """

    number: int
    time: Moment
    origin: str
    counts: bool
    seen: str
    participant: str


def read_handins(out: Path) -> dict[str, list[Handin]]:
    """Read what is noted of a class: each student's attempts, the first at the beginning.

    Raises
    ------
    UserError
        If it can't be read.
    """
    path = out / ATTEMPTS
    found: dict[str, list[Handin]] = {}
    try:
        for attempt in _read(path).values():
            for student, mark in attempt.get("students", {}).items():
                made = Handin(
                    int(mark["number"]),
                    _moment(attempt["time"]),
                    attempt["origin"],
                    bool(mark["counts"]),
                    str(attempt["seen"]),
                    str(mark.get("participant", "")),
                )
                found.setdefault(student, []).append(made)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{clean(str(path))}, the times of hand-in, can't be read; restore it, or remove it "
            "and grade again"
        ) from error
    for attempts in found.values():
        attempts.sort(key=lambda attempt: (attempt.seen, attempt.number))
    return found


class Noted:
    """The notes on a class.

    Parameters
    ----------
    out
        The folder of the grades.
    now
        The time of intake, for attempts that are new.

    Raises
    ------
    UserError
        If the notes that are there can't be read.
    """

    def __init__(self, out: Path, now: datetime.datetime):
        self._path, self._now = out / ATTEMPTS, now
        self._attempts = _read(self._path)
        self._of: dict[str, list[str]] = {}  # student -> keys of attempts
        for key, attempt in self._attempts.items():
            for student in attempt.get("students", {}):
                self._of.setdefault(student, []).append(key)

    def note(self, key: str, moment: Moment, origin: str) -> tuple[Moment, str]:
        """Note an attempt, and return when it was handed in and how that is known.

        Parameters
        ----------
        key
            Of the attempt: whose it is, and what is in it.
        moment, origin
            As `Entry` has them, as far as is known now.
        """
        known = self._attempts.get(key)
        if known and (known["origin"] == PLATFORM or origin != PLATFORM):
            return _moment(known["time"]), known["origin"]
        moment = min(moment, self._now) if moment else None
        self._attempts[key] = {
            "time": moment and moment.astimezone(datetime.UTC).isoformat(),
            "origin": origin if moment else "",
            "seen": known["seen"] if known else self._now.isoformat(),
        }
        return moment, origin if moment else ""

    def has_another(self, key: str, student: str, moment: datetime.datetime) -> bool:
        """Return whether another attempt of a student was handed in at that very moment."""
        others = (self._attempts[each] for each in self._of.get(student, ()) if each != key)
        return any(a["origin"] == PLATFORM and _moment(a["time"]) == moment for a in others)

    def mark(
        self, key: str, student: str, number: int, *, counts: bool, participant: str = ""
    ) -> None:
        """Note whose an attempt is, which of theirs, and whether it is one that counts.

        In a download of Moodle's also as whom Moodle knows the student.
        """
        students = self._attempts[key].setdefault("students", {})
        if student not in students:
            self._of.setdefault(student, []).append(key)
        students[student] = {"number": number, "counts": counts, "participant": participant}

    def forget(self, student: str) -> None:
        """Let none of a student's attempts count any more; `mark` says which does."""
        for key in self._of.get(student, ()):
            self._attempts[key]["students"][student]["counts"] = False

    def save(self) -> None:
        """Write the notes.

        Raises
        ------
        UserError
            If they can't be written.
        """
        table = {"version": VERSION, "attempts": self._attempts}
        try:
            pieces = json.JSONEncoder(indent=1).iterencode(table)
            write_whole(self._path, itertools.chain(pieces, "\n"))
        except OSError as error:
            raise UserError(
                f"cannot write {clean(str(self._path))}: {error.strerror}; choose another folder"
            ) from error


def _moment(text: Any) -> Moment:
    if text is None:
        return None
    moment = datetime.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment
