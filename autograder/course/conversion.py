"""How nbgrader's autograding goes through a submission: in one pass.

Its own way opens the gradebook six times for each, looks through the folders for each file, and
reads, copies, compares and writes the notebook once to clean it and once to grade it. What is
handed in is made anew before that, see `autograder.course.take_in`.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbgrader.converters import Autograde

from autograder.course.cells import notebook_text
from autograder.course.folder import CourseError, open_course
from autograder.text import clean

_convert, _init_assignment = Autograde.convert_single_notebook, Autograde.init_assignment


class OnePass(NotebookExporter):
    """Hands a notebook from step to step without copies, and compares what comes out."""

    def from_file(
        self, file_stream: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> Any:
        """Convert a file, of which only what comes of it is compared with the schema."""
        nb = nbformat.from_dict(json.load(file_stream))
        return self.from_notebook_node(nb, resources, **kw)

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **_: Any
    ) -> Any:
        """Convert a notebook, which may be changed.

        Raises
        ------
        nbformat.ValidationError
            If what the steps have made is no notebook.
        """
        made = self._init_resources(resources)  # type: ignore[no-untyped-call]
        with contextlib.ExitStack() as made["open"]:
            for step in self._preprocessors:
                nb, made = step(nb, made)
            nbformat.validate(nb)
            if gradebook := made.get("gradebook"):
                gradebook.db().commit()
        return notebook_text(nb), made


def go_in_one_pass() -> None:
    """Have nbgrader's autograding done so, however it is started."""
    if Autograde.convert_single_notebook is _convert:
        Autograde.init_assignment = init_assignment
        Autograde.convert_single_notebook = convert_single_notebook


def convert_single_notebook(self: Autograde, notebook_filename: str) -> None:
    """Clean, grade and write a notebook at once; in place of nbgrader's own."""
    if not isinstance(self.exporter, OnePass):  # a course without our configuration
        _convert(self, notebook_filename)
        return
    self.exporter._preprocessors = []
    for step in self.sanitize_preprocessors:
        self.exporter.register_preprocessor(step)  # type: ignore[no-untyped-call]
    resources = self.init_single_notebook_resources(notebook_filename)
    resources |= {"course": self._course, "create_student": self.create_student}
    self.write_single_notebook(*self.exporter.from_filename(notebook_filename, resources))


def init_assignment(self: Autograde, assignment: str, student: str) -> None:
    """Copy what was taken in; in place of nbgrader's own.

    Raises
    ------
    CourseError
        If the assignment is no lab of the course, or its notebook is not there; or if there is no
        such student, and nbgrader was told to make none.
    """
    if not isinstance(self.exporter, OnePass):
        _init_assignment(self, assignment, student)
        return
    # Who has opened it for many submissions says so.
    course = getattr(self.parent, "course", None)
    self._course = course = course or open_course(Path(self.coursedir.root), assignment)
    source, target = (
        Path(place(assignment, student)) for place in (self._format_source, self._format_dest)
    )
    self.notebooks = [path for path in self.notebooks if Path(path).name == course.notebook]
    if not self.notebooks:
        raise CourseError(f"there is no {clean(course.notebook)} in {clean(str(source))}")
    if not self.create_student:
        with course.gradebook as gradebook:
            if not any(known.id == student for known in gradebook.students):
                raise CourseError(f"the gradebook has no student {clean(student)}")
    target.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        if path.is_file() and not path.is_symlink() and path.suffix != ".ipynb":
            shutil.copy(path, target)
