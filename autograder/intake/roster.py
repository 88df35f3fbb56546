"""The roster: who is in the class, as a course's program exports it to CSV.

Read are the columns of

- nbgrader: ``nbgrader db student import`` and ``list``, ``id,first_name,last_name,email``,
- Canvas: the gradebook's export, ``Student,ID,SIS User ID,SIS Login ID,Section``, with rows such as
  "Points Possible" that are no student's,
- Moodle: the export of participants or grades, ``First name,Last name,ID number,Email address``,
  and the grading worksheet, ``Identifier,Full name,Email address,Last modified (submission)``,
- Gradescope: ``First Name,Last Name,SID,Email``,

whatever else is in them, separated by commas, semicolons or tabs.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import UserError
from autograder.intake.attempts import PARTICIPANT
from autograder.intake.bounds import open_file
from autograder.intake.entries import student_id
from autograder.text import clean

SIZE_LIMIT = 16 << 20
#: What columns are called, in small letters, in English and in Chinese; of an id the best first.
_ID = (
    *("id number", "sis user id", "sis login id", "student id", "sid", "username", "user name"),
    *("login", "login id", "\u5b78\u865f", "\u5e33\u865f"),  # student number and account
    *("id", "email address", "email", "identifier", "\u8b58\u5225\u78bc"),
)
#: Moodle's "Participant 123", whatever it is called in its language.
_IDENTIFIER = ("identifier", "\u8b58\u5225\u78bc")
_PARTICIPANT = re.compile(r"\D*(\d+)")
_HANDED_IN = re.compile(
    r"last modified \((submission|assignment)\)"
    r"|\u6700\u5f8c\u4fee\u6539(\u7684)?\((\u4f5c\u696d|\u7e73\u4ea4)\)"
)
_KEYS = (*_ID, "lms_user_id", "sis id", "integration id")
_EMAIL = (
    *("email address", "email", "e-mail"),
    *("\u96fb\u5b50\u90f5\u4ef6", "\u96fb\u5b50\u90f5\u4ef6\u4fe1\u7bb1"),
)
_NAME = ("full name", "student", "name", "student name", "\u59d3\u540d", "\u5168\u540d")
_FIRST = ("first name", "first_name", "given name", "\u540d\u5b57", "\u540d")
_LAST = ("last name", "last_name", "surname", "family name", "\u59d3\u6c0f", "\u59d3")
_GROUP = ("group", "groups", "group name", "group_name", "team", "\u7fa4\u7d44", "\u7d44\u5225")
#: Rows of Canvas's export that are no student's.
_NO_STUDENT = re.compile(r"\s*(points possible|student, test|test student)\s*", re.IGNORECASE)


class RosterError(UserError):
    """The roster can't be read; the text says why and what to do."""


@dataclass(frozen=True)
class Student:
    """Somebody in the class.

    Attributes
    ----------
    id
        Exactly as the course knows them, in Unicode's NFC.
    name, email
        For people; may be empty.
    keys
        Other ids of theirs.
    group
        With whom they hand in, if the roster says so.
    handed_in
        When, in the words of the platform; empty if the roster does not say it.
    cells
        Their whole row: the columns' names in small letters -> what is in them.
    """

    id: str
    name: str = ""
    email: str = ""
    keys: tuple[str, ...] = ()
    group: str = ""
    handed_in: str = ""
    cells: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def participant(self) -> str:
        """Their number in an assignment of Moodle's; empty if the roster does not say it."""
        return participant(next((c for n in _IDENTIFIER if (c := self.cells.get(n))), ""))


def participant(identifier: str) -> str:
    """Return the number in Moodle's "Participant 123"; empty if it is none."""
    found = _PARTICIPANT.fullmatch(identifier.strip())
    return found[1] if found else ""


def read_roster(path: Path) -> list[Student]:
    """Read a roster.

    Parameters
    ----------
    path
        The CSV.

    Raises
    ------
    RosterError
        If it can't be read, or has no column or two students with the same id.
    """
    where = clean(str(path))
    rows = read_rows(path)
    columns = [_column(name) for name in rows[0]] if rows else []
    if not (places := _first(columns, _ID, rows)):
        raise RosterError(
            f"the roster {where} has no column for ids that is known here, such as id, ID number, "
            "SIS Login ID or SID; name one of its columns so"
        )
    students = [_student(columns, row, places) for row in rows[1:]]
    found = [student for student in students if student]
    seen: set[str] = set()
    for student in found:
        if student.id in seen:
            raise RosterError(f"the roster {where} has {clean(student.id)!r} twice; leave one row")
        seen.add(student.id)
    if not found:
        raise RosterError(f"nobody is in the roster {where}")
    return found


def read_rows(path: Path) -> list[list[str]]:
    """Read the rows of a roster as they are, the columns' names first.

    Raises
    ------
    RosterError
        If it can't be read.
    """
    where = clean(str(path))
    try:
        with open_file(path.resolve()) as file:
            content = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise RosterError(f"cannot read the roster {where}: {error.strerror}") from error
    if len(content) > SIZE_LIMIT:
        raise RosterError(f"the roster {where} is larger than {SIZE_LIMIT >> 20} MiB")
    try:
        return _rows(_text(content))
    except (UnicodeDecodeError, csv.Error) as error:
        raise RosterError(
            f"the roster {where} can't be read ({clean(str(error), 100)}); export it as CSV"
        ) from error


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # a spreadsheet's "Unicode text"
        return content.decode("utf-16")
    return content.decode("utf-8-sig")


def _rows(text: str) -> list[list[str]]:
    """Parse a CSV, whatever separates its cells."""
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    return [
        row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if any(row)
    ]


def _column(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _first(
    columns: Sequence[str], names: Iterable[str], rows: Sequence[Sequence[str]]
) -> list[int]:
    """Return the columns with these names that hold something, in the order of the names."""
    return [
        place
        for name in names
        for place, column in enumerate(columns)
        if column == name and any(len(row) > place and row[place].strip() for row in rows[1:])
    ]


def _student(columns: Sequence[str], row: Sequence[str], places: Sequence[int]) -> Student | None:
    """Make a student of a row, with the id from the first of `places` that has one.

    None if the row is nobody's.
    """

    def cell(*names: str) -> str:
        for name in names:
            for at, column in enumerate(columns):
                if column == name and at < len(row) and row[at].strip():
                    return row[at].strip().lstrip("'")
        return ""

    identifier = next((row[at].strip() for at in places if at < len(row) and row[at].strip()), "")
    name = cell(*_NAME)
    if not identifier or _NO_STUDENT.fullmatch(name):
        return None
    first, last = cell(*_FIRST), cell(*_LAST)
    keys = {
        row[at].strip() for at, column in enumerate(columns) if column in _KEYS and at < len(row)
    }
    cells = {name: row[at].strip() for at, name in enumerate(columns) if at < len(row)}
    if number := participant(cell(*_IDENTIFIER)):
        keys.add(f"{PARTICIPANT}{number}")
    return Student(
        student_id(identifier),
        unicodedata.normalize("NFC", f"{first} {last}".strip() or name),
        cell(*_EMAIL),
        tuple(sorted(student_id(key) for key in keys if key and key != identifier)),
        cell(*_GROUP),
        next((text for name, text in cells.items() if _HANDED_IN.fullmatch(name)), ""),
        cells,
    )
