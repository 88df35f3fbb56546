"""How nbgrader's autograding goes through a submission: in one pass.

Its own way opens the gradebook five times before anything is graded, looks through the folders for
each file, and copies, compares and writes the notebook once to clean it and once to grade it. What
is handed in is made anew before that, see `autograder.course.take_in`.
"""

from __future__ import annotations

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


class OnePass(NotebookExporter):
    """Hands a notebook from step to step without copies, and compares what comes out."""

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> Any:
        """Convert a file; without any steps it stays as it is."""
        if not self._preprocessors:
            made = self._init_resources(resources)  # type: ignore[no-untyped-call]
            return Path(filename).read_text(encoding="utf-8"), made
        return super().from_filename(filename, resources, **kw)

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
        for step in self._preprocessors:
            nb, made = step(nb, made)
        nbformat.validate(nb)
        return notebook_text(nb), made


def init_assignment(self: Autograde, assignment: str, student: str) -> None:
    """Copy what was taken in, and have a submission in the gradebook; in place of nbgrader's own.

    Raises
    ------
    CourseError
        If the assignment is no lab of the course, or its notebook is not there; or if there is no
        such student, and nbgrader was told to make none.
    """
    course = open_course(Path(self.coursedir.root), assignment)
    source, target = (
        Path(place(assignment, student)) for place in (self._format_source, self._format_dest)
    )
    self.notebooks = [path for path in self.notebooks if Path(path).name == course.notebook]
    if not self.notebooks:
        raise CourseError(f"there is no {clean(course.notebook)} in {clean(str(source))}")
    target.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        if path.is_file() and not path.is_symlink() and path.suffix != ".ipynb":
            shutil.copy(path, target)
    moment = self.coursedir.get_existing_timestamp(str(source))
    with course.gradebook as gradebook:
        if self.create_student:
            gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission(
            assignment, student, **({"timestamp": moment} if moment else {})
        )
