"""The table that is exported: a row for each student, whatever keeps the books."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from autograder.errors import UserError
from autograder.files import whole_file
from autograder.text import clean, csv_cell, points_text

#: Moodle takes no grade above it, as long as its settings are the usual ones.
MOODLE_LIMIT = 100
# Letters, digits and these call no function, follow no link and start no program.
_HARMLESS = re.compile(r"[=+@-][\w.@+-]*")


class ExportError(UserError):
    """Nothing can be exported; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """A student, and what is exported of the result.

    Attributes
    ----------
    student
        The id.
    points
        None where there are none, which is not 0.
    excused
        Whether that is so because somebody decided it.
    first_name, last_name, email
        As in the roster; empty where it says nothing.
    canvas_id, sis_id, login, section
        As Canvas exports them.
    participant
        Name and number in an assignment of Moodle's, ``Jane Doe_123``.
    comment
        For the student, of a few words.
    handed_in
        Whether something was, of which the student gets a page.
    """

    student: str
    points: float | None
    excused: bool = False
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    canvas_id: str = ""
    sis_id: str = ""
    login: str = ""
    section: str = ""
    participant: str = ""
    comment: str = ""
    handed_in: bool = False

    @property
    def name(self) -> str:
        """``Last, First``, or as much of it as there is, or else the id."""
        names = [clean(name) for name in (self.last_name, self.first_name)]
        return ", ".join(name for name in names if name) or clean(self.student)


@dataclass(frozen=True)
class Exported:
    """All that is exported of one assignment.

    Attributes
    ----------
    max_score
        Points.
    rows
        In the order of the files.
    unfinished
        How many still wait for points of a person.
    problems
        Whose points can't be exported, and what to do.
    """

    max_score: float
    rows: tuple[Row, ...]
    unfinished: int = 0
    problems: tuple[str, ...] = ()


def exact(identifier: str) -> str:
    """Return an id or an address as a system must find it again.

    One that a spreadsheet would take for a formula stays as it is too, ``-s012`` or ``=A1``,
    unless it could do something, ``=cmd()`` or ``=cmd|'/c calc'!A1``. No account is called that,
    so its apostrophe loses nobody.

    Parameters
    ----------
    identifier
        Of a student.
    """
    text = clean(identifier)
    return text if _HARMLESS.fullmatch(text) else csv_cell(text)


def warnings(exported: Exported, limit: float | None = None) -> list[str]:
    """Say what an instructor should know before the files are imported, a sentence each.

    Parameters
    ----------
    exported
        What is exported.
    limit
        The most that Moodle takes, if it says so.
    """
    found = []
    if exported.unfinished:
        found.append(
            f"submissions that still need manual grading: {exported.unfinished}; their totals are "
            "not final"
        )
    limit = limit or MOODLE_LIMIT
    if any((row.points or 0.0) > limit for row in exported.rows):
        found.append(
            f"some totals are above {points_text(limit)}; Moodle refuses them unless the "
            "assignment's maximum, or the settings unlimitedgrades and gradepointmax, allow them"
        )
    odd = [
        row.student
        for row in exported.rows
        if exact(row.student) != row.student or row.student in ("", "0")
    ]
    if odd:
        found.append(
            f"ids that no account can have, which Canvas and Moodle will not find: {names_of(odd)}"
        )
    return found


def write_files(
    folder: Path, contents: Mapping[str, str | Callable[[BinaryIO], object]]
) -> list[Path]:
    """Write files of these texts, or by what writes them, each whole or not at all.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    ExportError
        If one can't be written.
    """
    for name, content in contents.items():
        try:
            with whole_file(folder / name) as file:
                if isinstance(content, str):
                    file.write(content.encode())
                else:
                    content(file)
        except OSError as error:
            raise ExportError(
                f"cannot write {clean(str(folder / name))}: {error.strerror}; choose another folder"
            ) from error
    return [folder / name for name in contents]


def names_of(students: Sequence[str], limit: int = 10) -> str:
    """List students in a sentence, the first of many."""
    more = f" and {len(students) - limit} more" if len(students) > limit else ""
    return ", ".join(clean(student, 40) for student in students[:limit]) + more
