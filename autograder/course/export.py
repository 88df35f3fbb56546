"""Exports of an nbgrader gradebook: tables for instructors, and files for Canvas and Moodle."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import create_engine, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session, aliased

from autograder.course.database import database_file, told_if_locked
from autograder.course.feedback import NO_ANSWER
from autograder.course.folder import Course, nbgrader_config
from autograder.course.late_plugin import LateDays, update_penalties
from autograder.course.people import adopt_students
from autograder.course.report import (
    Cell,
    Report,
    Row,
    Score,
    Submission,
    gradebook_csv,
)
from autograder.exports.canvas import CANVAS, canvas_csv
from autograder.exports.moodle import MOODLE, moodle_csv
from autograder.exports.rows import ExportError, write_files
from autograder.intake.entries import nbgrader_student
from autograder.results.late import NO_PENALTY, LatePolicy, seconds_late
from autograder.text import clean


def write_report(report: Report, item: str, folder: Path) -> list[Path]:
    """Write ``gradebook.csv``, ``canvas.csv`` and ``moodle.csv``, each whole or not at all.

    Parameters
    ----------
    report
        What to export.
    item
        What the assignment is called in Canvas and Moodle.
    folder
        Where to; it is made if it is not there.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    ExportError
        If they can't be written.
    """
    exported = report.exported
    return write_files(
        folder,
        {
            "gradebook.csv": gradebook_csv(report),
            CANVAS: canvas_csv(exported, item),
            MOODLE: moodle_csv(exported, item),
        },
    )


def read_course(course: Course) -> Report:
    """Bring the late penalties of a lab up to date, and read what is exported of it.

    nbgrader fixes a penalty when it autogrades; points given by hand since then change it.

    Raises
    ------
    ExportError
        See `read_report`.
    """
    name, db_url = course.lab.name, course.settings.db_url
    parts = [part.name for part in course.lab.parts]
    read_report(db_url, name, parts)  # says so if there is nothing to read
    with course.gradebook as gradebook:
        adopt_students(gradebook, course.root)
        plugin = LateDays(config=nbgrader_config(course))
        plugin.rules = course.lab.course
        update_penalties(gradebook, name, plugin)
    return read_report(db_url, name, parts, plugin.policy)


def read_report(
    db_url: str | URL, assignment: str, parts: Sequence[str], policy: LatePolicy = NO_PENALTY
) -> Report:
    """Read what is exported of an assignment; nothing is written to the database.

    Parameters
    ----------
    db_url
        The gradebook, as an SQLAlchemy URL.
    assignment
        Its name.
    parts
        The lab's parts, each graded in the cell of the same name. Other graded cells are questions.
    policy
        By which days count as late.

    Raises
    ------
    ExportError
        If there is no such database, gradebook or assignment.
    """
    with _open(db_url) as session:
        known = session.scalars(select(Assignment.name).order_by(Assignment.name)).all()
        if assignment not in known:
            names = ", ".join(known) or "none"
            raise ExportError(f"the gradebook has no assignment {assignment!r}, it has: {names}")
        query = select(Assignment.id, Assignment.max_score, Assignment.duedate)
        key, maximum, deadline = session.execute(query.where(Assignment.name == assignment)).one()
        scores, extras, waiting = _grades(session, key)
        penalties, notes = _penalties(session, key), _notes(session, key)
        submissions = {}
        handed_in = select(SubmittedAssignment).where(SubmittedAssignment.assignment_id == key)
        for found in session.scalars(handed_in):
            late = seconds_late(found.timestamp, deadline, found.extension)
            cells = scores.get(found.id, {})
            extra = extras.get(found.id, 0.0)
            submissions[found.student_id] = Submission(
                timestamp=found.timestamp,
                scores=cells,
                extra_credit=extra,
                score=sum(cell.points or 0.0 for cell in cells.values()) + extra,
                late_days=policy.days(late),
                penalty=penalties.get(found.id, 0.0),
                needs_manual_grade=found.id in waiting,
                notes=tuple(notes.get(found.id, ())),
            )
        rows = [
            Row(
                student=nbgrader_student(student.id),
                first_name=student.first_name or "",
                last_name=student.last_name or "",
                email=student.email or "",
                lms_user_id=student.lms_user_id or "",
                submission=submissions.pop(student.id, None),
            )
            for student in session.scalars(select(Student))
        ]
        # Of students that somebody took out of the roster by hand.
        rows += [
            Row(nbgrader_student(str(name)), "", "", "", "", left)
            for name, left in submissions.items()
        ]
        rows.sort(key=lambda row: (row.last_name, row.first_name, row.student))
        problems = tuple(problem for row in rows for problem in _problems(row))
        return Report(float(maximum), _cells(session, key, parts), tuple(rows), problems)


def _grades(
    session: Session, assignment: str
) -> tuple[dict[str, dict[str, Score]], dict[str, float], set[str]]:
    """Return the scores by submission and cell, the extra credit, and who waits for a person."""
    scores: dict[str, dict[str, Score]] = {}
    extras: dict[str, float] = {}
    waiting: set[str] = set()
    query = (
        select(
            SubmittedAssignment.id,
            *(Grade.cell_id, Grade.auto_score, Grade.manual_score, Grade.extra_credit),
            Grade.needs_manual_grade,
        )
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .where(SubmittedAssignment.assignment_id == assignment)
    )
    for submission, cell, auto, manual, extra, needs in session.execute(query):
        score = Score(auto, manual, bool(needs))
        scores.setdefault(submission, {})[cell] = score
        # nbgrader counts extra credit only where there are points.
        if extra is not None and score.points is not None:
            extras[submission] = extras.get(submission, 0.0) + extra
        if needs:
            waiting.add(submission)
    return scores, extras, waiting


def _penalties(session: Session, assignment: str) -> dict[str, float]:
    query = select(SubmittedAssignment.id, SubmittedAssignment.late_submission_penalty)
    found = session.execute(query.where(SubmittedAssignment.assignment_id == assignment))
    return {submission: penalty for submission, penalty in found}


def _notes(session: Session, assignment: str) -> dict[str, list[str]]:
    """Return by submission what was said when it was graded of answers that wait for a person."""
    notes: dict[str, list[str]] = {}
    # An answer is two cells for nbgrader, one with points and one with a comment.
    asked, answered = aliased(BaseCell), aliased(BaseCell)
    query = (
        select(SubmittedNotebook.assignment_id, Comment.auto_comment)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Comment, Comment.notebook_id == SubmittedNotebook.id)
        .join(answered, answered.id == Comment.cell_id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(asked, (asked.id == Grade.cell_id) & (asked.name == answered.name))
        .where(SubmittedAssignment.assignment_id == assignment, Grade.needs_manual_grade)
        .where(Comment.auto_comment != NO_ANSWER)
        .distinct()
        .order_by(Comment.auto_comment)
    )
    for submission, said in session.execute(query):
        notes.setdefault(submission, []).append(" \u00b7 ".join(said.split("\n")))
    return notes


def _cells(session: Session, assignment: str, parts: Sequence[str]) -> tuple[Cell, ...]:
    """Return the graded cells, the parts first; nbgrader keeps no order of the others."""
    query = (
        select(BaseCell.id, BaseCell.name, Notebook.name)
        .join(Notebook, BaseCell.notebook_id == Notebook.id)
        .where(Notebook.assignment_id == assignment)
        .where(BaseCell.type.in_([_kind(GradeCell), _kind(TaskCell)]))
        .order_by(Notebook.name, BaseCell.name)
    )
    found = list(session.execute(query))
    names = [name for _, name, _ in found]
    cells = [
        Cell(key, clean(name if names.count(name) == 1 else f"{notebook}/{name}"), name in parts)
        for key, name, notebook in found
    ]
    order = {key: parts.index(name) for key, name, _ in found if name in parts}
    return tuple(sorted(cells, key=lambda cell: order.get(cell.id, len(parts))))


def _kind(cell: Any) -> str:
    return str(cell.__mapper_args__["polymorphic_identity"])


def _problems(row: Row) -> Iterator[str]:
    """Say whether points of a student's are no numbers; they are then left empty."""
    if row.submission is None:
        return
    given = row.submission
    numbers = [given.score, given.penalty]
    numbers += [value for s in given.scores.values() for value in (s.auto, s.manual) if value]
    if not all(math.isfinite(value) for value in numbers):
        yield (
            f"the gradebook has a score of {clean(row.student)} that is not a number, so there is "
            "no total; correct it in formgrader or grade again"
        )


@contextmanager
def _open(db_url: str | URL) -> Iterator[Session]:
    """Open a gradebook that is there; nbgrader's own class would make one.

    Raises
    ------
    ExportError
        If there is none, or it can't be read.
    """
    try:
        url = make_url(db_url)
    except (SQLAlchemyError, ValueError) as error:
        # The text is not repeated: it may hold a password.
        raise ExportError(
            "the gradebook's URL is not valid; write it like sqlite:///course/gradebook.db or "
            "postgresql+psycopg://user:password@host/name"
        ) from error
    shown = url.render_as_string(hide_password=True)
    _check_file(url)
    try:
        engine = create_engine(url)
    except (SQLAlchemyError, ImportError) as error:
        raise ExportError(f"cannot open {shown}: {error}") from error
    try:
        with engine.connect() as connection:
            tables = inspect(connection).get_table_names()
            if Assignment.__tablename__ not in tables:
                raise ExportError(f"{shown} is not a gradebook of nbgrader; see make course")
            with Session(connection) as session:
                yield session
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        if said := told_if_locked(url, reason):
            raise ExportError(said) from error
        raise ExportError(f"cannot read the gradebook {shown}: {reason}") from error
    finally:
        engine.dispose()


def _check_file(url: URL) -> None:
    """Stop before SQLite, which makes an empty file where there is none."""
    if url.get_backend_name() != "sqlite":
        return
    file = database_file(url)
    if file is None or not file.is_file():
        name = clean(str(file or "named in the URL"))
        raise ExportError(f"there is no gradebook {name}; make the course and grade first")
