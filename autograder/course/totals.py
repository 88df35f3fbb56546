"""All labs of a course together: a student's points in each, and the total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.course.report import Report, Row, Submission
from autograder.text import BYTE_ORDER_MARK, clean, csv_cell, csv_text, points_text

TOTALS = "course.csv"


@dataclass(frozen=True)
class Student:
    """A student of a course.

    Attributes
    ----------
    row
        Who.
    labs
        Each lab's name -> what was handed in; None if nothing was.
    """

    row: Row
    labs: Mapping[str, Submission | None]

    @property
    def total(self) -> float | None:
        """The sum of the labs' totals; None if there is nothing to add, or no number among it."""
        given = [submission.total for submission in self.labs.values() if submission]
        numbers = [points for points in given if points is not None]
        return sum(numbers) if numbers and len(numbers) == len(given) else None

    @property
    def waiting(self) -> list[str]:
        """The labs in which something still has to be graded by hand."""
        return [name for name, given in self.labs.items() if given and given.needs_manual_grade]


def course_students(reports: Mapping[str, Report]) -> list[Student]:
    """Put the labs of a course together, by student.

    Parameters
    ----------
    reports
        Each lab's name -> what the gradebook has of it.
    """
    rows: dict[str, Row] = {}
    labs: dict[str, dict[str, Submission | None]] = {}
    for name, report in reports.items():
        for row in report.rows:
            rows.setdefault(row.student, row)
            labs.setdefault(row.student, dict.fromkeys(reports))[name] = row.submission
    students = [Student(row, labs[student]) for student, row in rows.items()]
    students.sort(key=lambda s: (s.row.last_name, s.row.first_name, s.row.student))
    return students


def most_points(reports: Mapping[str, Report]) -> float:
    """Return what all labs are worth together, extra credit not counted."""
    return sum(report.max_score for report in reports.values())


def course_csv(reports: Mapping[str, Report]) -> str:
    """Make the table of a course: the total of each lab, after penalties, and that of all.

    Points are empty where nothing was handed in, which adds nothing to the total.
    """
    header = ["student", "last_name", "first_name", "email", *map(csv_cell, reports)]
    rows = [[*header, "total", "max_score", "needs_manual_grade"]]
    most = points_text(most_points(reports))
    for student in course_students(reports):
        row = student.row
        people = (row.student, row.last_name, row.first_name, row.email)
        points = [given.total if given else None for given in student.labs.values()]
        rows.append(
            [
                *(csv_cell(clean(text)) for text in people),
                *map(points_text, points),
                *(points_text(student.total), most, csv_cell(" ".join(student.waiting))),
            ]
        )
    return BYTE_ORDER_MARK + csv_text(rows)
