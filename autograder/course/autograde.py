"""The steps that take the place of nbgrader's own when it autogrades a submission."""

from __future__ import annotations

import copy
import math
import os
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat import v4
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum
from traitlets import Integer, Unicode

from autograder.course.feedback import file_cells, part_text
from autograder.course.folder import KERNEL, Course, open_course
from autograder.course.harmless_notebook import rebuild
from autograder.course.take_in import claimed_time, noted_time, take_in
from autograder.draws import Draws
from autograder.errors import UserError
from autograder.grading import Run, grade_all
from autograder.intake.entries import Entry, student_name
from autograder.intake.notebooks import grade_id, read_cells
from autograder.jail.probe import find_sandbox
from autograder.jail.sandbox import Sandbox
from autograder.lab import Limits
from autograder.languages.translations import lab_languages
from autograder.preflight import preflight
from autograder.records import FILE_NAME, Grade, read_record
from autograder.release.notebook import BEGIN, END
from autograder.results.earlier import record_before, write_record
from autograder.results.results import Results
from autograder.secret import find_secret

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
    course = open_course(folder.parents[2])
    try:
        preflight(course.lab, _sandbox(course.lab.limits), os.cpu_count() or 1)
    except UserError as error:
        raise SystemExit(f"autograder: {error}") from error
    take_in(course, Entry(folder.parent.name, folder))


def _course(resources: dict[str, Any]) -> Course:
    # <course>/<step>/<student>/<assignment>
    return open_course(Path(resources["metadata"]["path"]).parents[2])


class Rebuild(NbGraderPreprocessor):
    """Makes the notebook anew, should it have come here without `before_autograde`."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Result:
        """Take of the student's notebook what is harmless, and the kernel that could run it."""
        course = _course(resources)
        result = rebuild(read_cells(nb), course.read_released(), lab_languages(course.lab))
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
        course, student = _course(resources), resources["nbgrader"]["student"]
        records = Path(self.records) if self.records else course.root / "grades"
        record = records / student_name(student) / FILE_NAME
        if not self.records:
            self._grade(course, student, record.parent)
        results = Results(records, course.lab)
        grade, earlier = results.of(read_record(record)), results.earlier(student)
        self._enter(course, grade, nb)
        folder = Path(resources["metadata"]["path"])
        return self._shown(course, grade, earlier, nb, folder), resources

    def _grade(self, course: Course, student: str, folder: Path) -> None:
        draws = Draws(self.seed, find_secret(course.lab))
        run = Run(course.lab, _sandbox(course.lab.limits), draws)
        # In a process of its own, as always: this one may be a server.
        grade = next(grade_all(run, [Entry(student, course.submitted(student))], 1))
        write_record(folder, grade, record_before(folder))

    def _enter(self, course: Course, grade: Grade, nb: NotebookNode) -> None:
        """Write a score for every cell that has one, whether or not the student's notebook has."""
        parts = {part.name for part in course.lab.parts}
        scores = {part.name: part.score for part in grade.parts}
        cells = {grade_id(cell): cell for cell in nb.cells if grade_id(cell)}
        name = course.lab.name
        with Gradebook(course.db_url, course.lab.course.id) as gradebook:
            notebook = gradebook.find_submission_notebook(name, name, grade.student)
            empty = {cell for cell in cells if _unanswered(cells[cell])}
            for entry in notebook.grades:
                if entry.name in parts:
                    score = float(scores.get(entry.name, math.nan))
                    missing = grade.points is None or not math.isfinite(score)
                    entry.auto_score = 0.0 if missing else min(max(score, 0.0), entry.max_score)
                    # A score that somebody gave by hand stays; they should look at it again.
                    asked = missing or entry.manual_score is not None
                else:
                    entry.auto_score = 0.0 if entry.name in empty else None
                    asked = entry.name not in empty
                entry.needs_manual_grade = asked
            for comment in notebook.comments:
                comment.auto_comment = "No response." if comment.name in empty else None
            gradebook.db.commit()

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
                cell.outputs = [v4.new_output("stream", text=text)]
            if name in guides:
                made = v4.new_markdown_cell(guides[name], id=f"guide-{len(cells)}")
                made.metadata[GUIDE] = True
                cells.append(made)
        nb.cells = _remarks(folder) + cells + file_cells(folder, course.lab)
        return nb


def _remarks(folder: Path) -> list[NotebookNode]:
    """Make a cell for instructors only if the time of hand-in is not what the student's says."""
    claimed, counts = claimed_time(folder), noted_time(folder)
    if not claimed or not counts:
        return []
    text = (
        f"**Time of hand-in:** {counts:%Y-%m-%d %H:%M:%S} UTC, the latest change of its files in "
        f"the exchange. The student's program wrote {claimed:%Y-%m-%d %H:%M:%S} UTC."
    )
    made = v4.new_markdown_cell(text, id="time-of-hand-in")
    made.metadata[GUIDE] = True
    return [made]


def _unanswered(cell: NotebookNode) -> bool:
    settings = cell.metadata.nbgrader
    return bool(settings.solution and settings.get("checksum") == compute_checksum(cell))


@cache
def _sandbox(limits: Limits) -> Sandbox:
    """Find the sandbox once for a process; the search starts a worker."""
    return find_sandbox(limits)


def _guides(course: Course) -> dict[str, str]:
    """Return the marking guide of each answer, as the source of the notebook has it."""
    source = nbformat.read(course.root / "source" / course.lab.name / course.notebook, as_version=4)
    found = {}
    for cell in source.cells:
        if grade_id(cell) and cell.cell_type == "markdown" and BEGIN in cell.source:
            found[grade_id(cell)] = cell.source.split(BEGIN, 1)[1].split(END, 1)[0].strip()
    return found


class DropGuides(NbGraderPreprocessor):
    """Takes out of the feedback what is for instructors only."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Result:
        """Return a notebook without the marking guides."""
        result = copy.copy(nb)
        result.cells = [cell for cell in nb.cells if not cell.metadata.get(GUIDE)]
        return result, resources
