"""The students in a gradebook, each once and under the name that nbgrader can work with."""

from __future__ import annotations

from pathlib import Path

from nbgrader.api import Gradebook, Student
from sqlalchemy.orm import Session

from autograder.course.set_aside import SUBMITTED, TAKEN
from autograder.intake.entries import nbgrader_name, nbgrader_student, student_id

_STEPS = (SUBMITTED, "autograded", "feedback", TAKEN)
_KNOWN = ("first_name", "last_name", "email", "lms_user_id")


def adopt_students(gradebook: Gradebook, root: Path) -> None:
    """Give students whose ids nbgrader would misread the names that it can work with.

    A roster that was imported with nbgrader's own command has the ids as they are. What is known
    of such a student, and was handed in, goes over to the one whom the course knows.

    Parameters
    ----------
    gradebook
        Is changed and committed.
    root
        The course's folder.
    """
    database: Session = gradebook.db
    for student in database.query(Student).all():
        name = nbgrader_name(student_id(nbgrader_student(student.id)))
        if not name or name == student.id:
            continue
        adopted = database.get(Student, name)
        if adopted is None:
            adopted = Student(id=name)
            database.add(adopted)
        for key in _KNOWN:
            setattr(adopted, key, getattr(adopted, key) or getattr(student, key))
        there = {submission.assignment_id for submission in adopted.submissions}
        for submission in list(student.submissions):
            if submission.assignment_id not in there:
                submission.student = adopted
        database.flush()
        for step in _STEPS:
            _move(root / step, student.id, name)
        if not student.submissions:
            database.delete(student)
    database.commit()


def _move(folder: Path, old: str, new: str) -> None:
    """Give a student's folder the new name, if there is one and none of that name."""
    named = "/" not in old and old not in (".", "..")
    if named and (folder / old).is_dir() and not (folder / new).exists():
        (folder / old).rename(folder / new)
