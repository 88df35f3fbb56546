"""The steps that take the place of nbgrader's own when it autogrades a submission."""

from __future__ import annotations

import contextlib
import copy
import datetime
import math
import os
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Grade as Score
from nbgrader.api import Gradebook, GradeCell, SolutionCell
from nbgrader.preprocessors import AssignLatePenalties, NbGraderPreprocessor
from nbgrader.utils import compute_checksum
from sqlalchemy import case, update
from traitlets import Integer, Unicode

from autograder.course.answers import Reading
from autograder.course.cells import markdown, printed
from autograder.course.deadline import local
from autograder.course.extensions import apply_extensions, decisions_of
from autograder.course.feedback import NO_ANSWER, file_cells, part_text
from autograder.course.folder import KERNEL, Course, CourseError, open_course, read_once
from autograder.course.harmless_notebook import rebuild
from autograder.course.late_plugin import update_penalty
from autograder.course.set_aside import Taken, as_handed_in, read_taken
from autograder.course.take_in import claimed_time, noted_time, take_in
from autograder.draws import Draws
from autograder.errors import UserError
from autograder.grading import Run, grade_all
from autograder.intake.entries import (
    Entry,
    nbgrader_name,
    nbgrader_student,
    student_id,
    student_name,
)
from autograder.intake.notebooks import grade_id, read_cells
from autograder.jail.probe import find_sandbox
from autograder.jail.sandbox import Sandbox
from autograder.lab import Lab
from autograder.languages.translations import Language, lab_languages, say_in
from autograder.messages import say, to_data
from autograder.preflight import preflight
from autograder.records import FILE_NAME, Grade, read_record
from autograder.release.notebook import BEGIN, END
from autograder.results.decisions import read_decisions
from autograder.results.earlier import record_before, write_record
from autograder.results.members import join_class
from autograder.results.results import Results
from autograder.secret import find_secret
from autograder.text import clean

#: Marks cells that are for instructors only.
GUIDE = "marking-guide"
Result = tuple[NotebookNode, dict[str, Any]]


def before_autograde(*, notebooks: list[str], **_: Any) -> None:
    """Make a submission that was put into the folder by hand like one that was taken in.

    nbgrader calls it before it copies the folder and reads the notebook.

    Raises
    ------
    SystemExit
        If the lab is broken: it is so for everybody, and from any other exception nbgrader would
        go on.
    """
    folder = Path(notebooks[0]).parent
    try:
        course = _course(folder)
        preflight(course.lab, _sandbox(course.lab), os.cpu_count() or 1)
    except UserError as error:
        raise SystemExit(f"autograder: {error}") from error
    take_in(course, Entry(_student(folder), folder))


def _course(folder: Path) -> Course:
    """Open the course that a submission is in: ``<course>/<step>/<student>/<assignment>``."""
    return open_course(folder.parents[2], folder.name)


@cache
def languages_of(folder: Path) -> list[Language]:
    """Return the languages of the lab of which a submission is, by its folder."""
    return lab_languages(_course(folder).lab)


def _student(folder: Path) -> str:
    """Return whose a submission is.

    Raises
    ------
    CourseError
        If its folder has a name that nbgrader would misread.
    """
    student = student_id(nbgrader_student(folder.parent.name))
    if (name := nbgrader_name(student)) != folder.parent.name:
        raise CourseError(
            f"the folder {clean(repr(folder.parent.name))} of a student should be called {name!r}, "
            f"which nbgrader can work with; rename it in {clean(str(folder.parents[2]))}/submitted"
        )
    return student


def _folder(resources: dict[str, Any]) -> Path:
    return Path(resources["metadata"]["path"])


def _course_of(resources: dict[str, Any]) -> Course:
    """Open the course of a submission that is converted, once for all steps."""
    if "course" not in resources:
        resources["course"] = _course(_folder(resources))
    return resources["course"]


def _gradebook_of(resources: dict[str, Any]) -> Gradebook:
    """Open the gradebook, once for all steps; not before grading, which forks.

    `autograder.course.conversion.OnePass` commits what they enter. nbgrader would after each of its
    own, and then read again all that it has at hand.
    """
    if "gradebook" not in resources:
        opened = resources["open"].enter_context(_course_of(resources).gradebook)
        opened.db.commit = opened.db.flush
        resources["gradebook"] = opened
    return resources["gradebook"]


class Rebuild(NbGraderPreprocessor):
    """Makes the notebook anew, should it have come here without `before_autograde`."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Result:
        """Take of the student's notebook what is harmless, and the kernel that could run it."""
        folder, course, result = _folder(resources), _course_of(resources), nb
        if read_taken(course.submitted(_student(folder))) is None:
            reading = Reading(read_cells(nb), True)
            result = rebuild(reading, course.read_released(), lab_languages(course.lab)).notebook
        result.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
        return result, resources


class GradeFiles(NbGraderPreprocessor):
    """Grades the student's files in the jail and writes the points into the gradebook."""

    records = Unicode(
        "", help="A folder of records of grades to enter; if empty, grade here and now."
    ).tag(config=True)
    seed = Integer(0, help="The seed of all draws, if graded here and now.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Result:
        """Enter the points, and show in the notebook what they are for."""
        folder = _folder(resources)
        course, student = _course_of(resources), _student(folder)
        records = Path(self.records) if self.records else course.grades
        record = records / student_name(student) / FILE_NAME
        if not self.records:
            self._grade(course, student, records)
        results = Results(records, course.lab)
        grade, earlier = results.of(read_record(record)), results.earlier(student)
        times = self._enter(course, grade, nb, resources)
        shown = self._shown(course, grade, earlier, nb, folder)
        shown.cells[:0] = times
        return shown, resources

    def _grade(self, course: Course, student: str, records: Path) -> None:
        draws = Draws(self.seed, find_secret(course.lab))
        run = Run(course.lab, _sandbox(course.lab), draws)
        submitted = course.submitted(student)
        # In a process of its own, as always: this one may be a server.
        entry = as_handed_in(Entry(student, submitted), course.lab.name)
        grade = next(grade_all(run, [entry], 1))
        if taken := read_taken(submitted):
            grade = replace(grade, answers=to_data(taken.message))
        folder = records / student_name(student)
        write_record(folder, grade, record_before(folder))
        join_class(records, course.lab.name, course.root / "submitted", student)

    def _enter(
        self, course: Course, grade: Grade, nb: NotebookNode, resources: dict[str, Any]
    ) -> list[NotebookNode]:
        """Write a score for every cell that has one, whether or not the student's notebook has.

        Returns
        -------
        list of NotebookNode
            Cells that say when it was due and handed in.
        """
        parts = {part.name for part in course.lab.parts}
        scores = {part.name: part.score for part in grade.parts}
        cells = {grade_id(cell): cell for cell in nb.cells if grade_id(cell)}
        name = course.lab.name
        gradebook, student = _gradebook_of(resources), nbgrader_name(grade.student)
        if resources["create_student"]:
            gradebook.update_or_create_student(student)
        moment = noted_time(_folder(resources))
        gradebook.update_or_create_submission(
            name, student, **({"timestamp": moment} if moment else {})
        )
        notebook = gradebook.find_submission_notebook(name, name, student)
        taken = read_taken(course.submitted(grade.student)) or Taken({})
        waiting = set(taken.waiting)
        empty = {cell for cell in cells if _unanswered(cells[cell])} - waiting
        why = say_in(lab_languages(course.lab), taken.message, "\n")
        # All at once; each would be looked for when its name is asked for.
        _cells = [
            gradebook.db.query(kind).filter_by(notebook_id=notebook.notebook_id).all()
            for kind in (GradeCell, SolutionCell)
        ]
        scored = []
        for entry in notebook.grades:
            if entry.name in parts:
                score = float(scores.get(entry.name, math.nan))
                missing = grade.points is None or not math.isfinite(score)
                entry.auto_score = 0.0 if missing else min(max(score, 0.0), entry.max_score)
            else:
                missing = entry.name not in empty
                entry.auto_score = None if missing else 0.0
            if missing:
                entry.needs_manual_grade = True
            else:
                scored.append(entry.id)
        decisions = decisions_of(course)
        if self.records:
            decisions = read_decisions(Path(self.records)) + decisions
        apply_extensions(gradebook, course.lab, decisions, grade.student)
        for comment in notebook.comments:
            comment.auto_comment = (
                NO_ANSWER if comment.name in empty else why if comment.name in waiting else None
            )
        # A score that somebody gave by hand, just now maybe, stays; to be looked at again.
        given = case((Score.manual_score.is_not(None), True), else_=False)
        gradebook.db.execute(
            update(Score).where(Score.id.in_(scored)).values(needs_manual_grade=given),
            execution_options={"synchronize_session": False},
        )
        return _times(notebook.assignment, course.lab)

    def _shown(
        self, course: Course, grade: Grade, earlier: Grade | None, nb: NotebookNode, folder: Path
    ) -> NotebookNode:
        parts = {part.name for part in course.lab.parts}
        guides = _guides(course)
        cells = []
        for cell in nb.cells:
            cells.append(cell)
            name = grade_id(cell)
            if name in parts and cell.cell_type == "code":
                text = part_text(grade, name, course.lab, earlier)
                cell.outputs = [printed(text)]
            if name in guides:
                made = markdown(guides[name], f"guide-{len(cells)}")
                made.metadata[GUIDE] = True
                cells.append(made)
        nb.cells = _remarks(folder) + cells + file_cells(folder, course.lab)
        return nb


def _times(submission: Any, lab: Lab) -> list[NotebookNode]:
    """Say until when a student had, and when the submission came, in the students' time zone."""
    if submission.duedate is None:
        return []
    due, came = (
        moment and local(moment.replace(tzinfo=datetime.UTC), lab)
        for moment in (submission.duedate, submission.timestamp)
    )
    said = say("Due: {due}.", due=due)
    if came:
        said = say("Due: {due}; handed in: {when}.", due=due, when=came)
    return [markdown(say_in(lab_languages(lab), said, " · "), "due")]


def _remarks(folder: Path) -> list[NotebookNode]:
    """Make a cell for instructors only if the time of hand-in is not what the student's says."""
    claimed, counts = claimed_time(folder), noted_time(folder)
    if not claimed or not counts:
        return []
    text = (
        f"**Time of hand-in:** {counts:%Y-%m-%d %H:%M:%S} UTC, the latest change of its files in "
        f"the exchange. The student's program wrote {claimed:%Y-%m-%d %H:%M:%S} UTC."
    )
    made = markdown(text, "time-of-hand-in")
    made.metadata[GUIDE] = True
    return [made]


def _unanswered(cell: NotebookNode) -> bool:
    settings = cell.metadata.nbgrader
    return bool(settings.solution and settings.get("checksum") == compute_checksum(cell))


_sandboxes: dict[object, Sandbox] = {}


def _sandbox(lab: Lab) -> Sandbox:
    """Find the sandbox once for a process; the search starts a worker."""
    key = lab.root, lab.limits, lab.packages, lab.data
    if key not in _sandboxes:
        _sandboxes[key] = find_sandbox(lab)
    return _sandboxes[key]


def _guides(course: Course) -> dict[str, str]:
    """Return the marking guide of each answer, as the source of the notebook has it."""
    found = {}
    for cell in read_once(course.source / course.notebook).cells:
        if grade_id(cell) and cell.cell_type == "markdown" and BEGIN in cell.source:
            found[grade_id(cell)] = cell.source.split(BEGIN, 1)[1].split(END, 1)[0].strip()
    return found


class AssignPenalties(AssignLatePenalties):
    """nbgrader's, by the rules of the lab that is graded."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Result:
        """Write the penalty into the gradebook."""
        course, student = _course_of(resources), _folder(resources).parent.name
        self.init_plugin()
        self.plugin_inst.rules = course.lab.course
        with contextlib.ExitStack() as ours:
            gradebook = resources.get("gradebook") or ours.enter_context(course.gradebook)
            gradebook.db.flush()
            gradebook.db.expire_all()  # the score is that of before
            name = course.lab.name
            update_penalty(
                gradebook.find_submission_notebook(name, name, student), self.plugin_inst
            )
            gradebook.db.commit()
        return nb, resources


class DropGuides(NbGraderPreprocessor):
    """Takes out of the feedback what is for instructors only."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Result:
        """Return a notebook without the marking guides."""
        result = copy.copy(nb)
        result.cells = [cell for cell in nb.cells if not cell.metadata.get(GUIDE)]
        return result, resources
