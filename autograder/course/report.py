"""What a gradebook has of one assignment, and the table that instructors open in a spreadsheet.

Nothing here needs nbgrader; `autograder.course.export` reads a `Report` from its gradebook.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass

from autograder.exports import rows as exports
from autograder.text import BYTE_ORDER_MARK, clean, csv_cell, csv_text, points_text


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
    waiting
        Whether a person has still to look at it.
    """

    auto: float | None
    manual: float | None
    waiting: bool = False

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
    notes
        Why answers wait for a person that could not be read.
    """

    timestamp: datetime.datetime | None
    scores: dict[str, Score]
    extra_credit: float
    score: float
    late_days: int
    penalty: float
    needs_manual_grade: bool
    notes: tuple[str, ...] = ()

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

    @property
    def exported(self) -> exports.Exported:
        """The same as a plain table of results."""
        handed_in = [row.submission for row in self.rows if row.submission]
        rows = [
            exports.Row(
                row.student,
                row.submission.total if row.submission else None,
                first_name=row.first_name,
                last_name=row.last_name,
                email=row.email,
                canvas_id=row.lms_user_id,
            )
            for row in self.rows
        ]
        unfinished = sum(submission.needs_manual_grade for submission in handed_in)
        return exports.Exported(self.max_score, tuple(rows), unfinished)


def answers_of(report: Report) -> dict[str, dict[str, Score]]:
    """Return the scores of the questions that a person grades, by student and question."""
    names = {cell.id: cell.name for cell in report.cells if not cell.part}
    return {
        row.student: {
            names[cell]: score for cell, score in row.submission.scores.items() if cell in names
        }
        for row in report.rows
        if row.submission
    }


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
        *("needs_manual_grade", "notes"),
    ]
    rows = [header]
    for row in report.rows:
        people = (row.student, row.last_name, row.first_name, row.email)
        start = [csv_cell(clean(text)) for text in people]
        maximum = points_text(report.max_score)
        handed_in = row.submission
        if handed_in is None:
            empty = [""] * (len(header) - len(start) - 4)
            rows.append([*start, "no", *empty, maximum, "", ""])
            continue
        when = handed_in.timestamp
        scores = handed_in.scores
        missing = Score(None, None)
        rows.append(
            [
                *(*start, "yes", when.isoformat(timespec="seconds") + "Z" if when else ""),
                *(points_text(scores.get(cell.id, missing).points) for cell in report.cells),
                *(points_text(scores.get(cell.id, missing).auto) for cell in parts),
                *(points_text(handed_in.extra_credit), points_text(handed_in.score)),
                *(
                    str(handed_in.late_days),
                    points_text(handed_in.penalty),
                    points_text(handed_in.total),
                ),
                *(maximum, "yes" if handed_in.needs_manual_grade else "no"),
                csv_cell(clean("; ".join(handed_in.notes))),
            ]
        )
    return BYTE_ORDER_MARK + csv_text(rows)
