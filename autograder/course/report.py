"""What is exported of one assignment, and the table that instructors open in a spreadsheet.

Nothing here needs nbgrader; `autograder.course.export` reads a `Report` from its gradebook.
"""

from __future__ import annotations

import csv
import datetime
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.errors import UserError
from autograder.text import clean, csv_cell

# A spreadsheet program takes a CSV file for UTF-8 only if it starts with this.
BYTE_ORDER_MARK = "\ufeff"


class ExportError(UserError):
    """Nothing can be exported; the text says why and what to do."""


@dataclass(frozen=True)
class Cell:
    """A graded cell of the assignment: a part of the lab, or a question that people grade.

    Attributes
    ----------
    id
        In the database.
    name
        Of its column.
    part
        Whether it is one of the lab's parts.
    """

    id: str
    name: str
    part: bool


@dataclass(frozen=True)
class Score:
    """The points of a cell, as the gradebook has them; None is what nobody gave.

    Attributes
    ----------
    auto, manual
        From the autograder and from a person; a person's replace the autograder's.
    """

    auto: float | None
    manual: float | None

    @property
    def points(self) -> float | None:
        """The points that count."""
        return self.auto if self.manual is None else self.manual


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    Attributes
    ----------
    timestamp
        When, in UTC.
    scores
        `Cell.id` -> points.
    extra_credit
        The sum of what people gave on top.
    score
        The sum of all points and of the extra credit.
    late_days
        See `autograder.results.late.days_late`.
    penalty
        The points that lateness costs, as the gradebook has them.
    needs_manual_grade
        Whether a person has still to grade some of it.
    """

    timestamp: datetime.datetime | None
    scores: dict[str, Score]
    extra_credit: float
    score: float
    late_days: int
    penalty: float
    needs_manual_grade: bool

    @property
    def total(self) -> float | None:
        """The score after the penalty, never below 0; None if the gradebook has no numbers."""
        if not math.isfinite(self.score) or not math.isfinite(self.penalty):
            return None
        return max(0.0, self.score - max(0.0, self.penalty))


@dataclass(frozen=True)
class Row:
    """A student, and the submission if there is one.

    Attributes
    ----------
    student, first_name, last_name, email
        As in the roster; empty where it says nothing.
    lms_user_id
        The student's number in the learning management system.
    submission
        None if nothing was handed in.
    """

    student: str
    first_name: str
    last_name: str
    email: str
    lms_user_id: str
    submission: Submission | None

    @property
    def name(self) -> str:
        """``Last, First``, or as much of it as there is, or else the id."""
        names = [clean(name) for name in (self.last_name, self.first_name)]
        return ", ".join(name for name in names if name) or clean(self.student)


@dataclass(frozen=True)
class Report:
    """All that is exported of one assignment.

    Attributes
    ----------
    max_score
        Points, extra credit not counted.
    cells
        The lab's parts in their order, then the questions by name.
    rows
        Every student of the roster and every submission, by name.
    problems
        Whose points can't be exported, and what to do.
    """

    max_score: float
    cells: tuple[Cell, ...]
    rows: tuple[Row, ...]
    problems: tuple[str, ...] = ()


def number(value: float | None) -> str:
    """Write points with at most two decimals, and what nobody gave or is none as nothing."""
    if value is None or not math.isfinite(value):
        return ""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Write CSV as RFC 4180 asks for it, with cells quoted where needed."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerows(rows)
    return file.getvalue()


def gradebook_csv(report: Report) -> str:
    """Make the instructors' table: a row for every student, safe to open in a spreadsheet.

    Who handed in nothing has ``no`` in the column `submitted` and empty points. The points of a
    part are those that count; what the autograder gave is in a column of its own, so that what
    people changed can be seen.
    """
    parts = [cell for cell in report.cells if cell.part]
    header = [
        *("student", "last_name", "first_name", "email", "submitted", "timestamp"),
        *(csv_cell(cell.name) for cell in report.cells),
        *(csv_cell(f"{cell.name} auto") for cell in parts),
        *("extra_credit", "score", "late_days", "penalty", "total", "max_score"),
        "needs_manual_grade",
    ]
    rows = [header]
    for row in report.rows:
        people = (row.student, row.last_name, row.first_name, row.email)
        start = [csv_cell(clean(text)) for text in people]
        maximum = number(report.max_score)
        handed_in = row.submission
        if handed_in is None:
            empty = [""] * (len(header) - len(start) - 3)
            rows.append([*start, "no", *empty, maximum, ""])
            continue
        when = handed_in.timestamp
        scores = handed_in.scores
        missing = Score(None, None)
        rows.append(
            [
                *(*start, "yes", when.isoformat(timespec="seconds") + "Z" if when else ""),
                *(number(scores.get(cell.id, missing).points) for cell in report.cells),
                *(number(scores.get(cell.id, missing).auto) for cell in parts),
                *(number(handed_in.extra_credit), number(handed_in.score)),
                *(str(handed_in.late_days), number(handed_in.penalty), number(handed_in.total)),
                *(maximum, "yes" if handed_in.needs_manual_grade else "no"),
            ]
        )
    return BYTE_ORDER_MARK + csv_text(rows)
