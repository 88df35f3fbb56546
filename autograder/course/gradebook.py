"""Enters grades that `make grade` has made into a course's gradebook."""

from __future__ import annotations

import contextlib
import ctypes
from dataclasses import replace
from pathlib import Path

from autograder.course.database import holder, told_if_locked
from autograder.course.folder import Course, CourseError, last_line, nbgrader_api
from autograder.course.people import adopt_students
from autograder.course.take_in import take_in
from autograder.course.turns import turn
from autograder.intake.entries import Entry, nbgrader_name
from autograder.messages import to_data
from autograder.records import Grade
from autograder.text import clean

#: As malloc.h names them, and so many bytes.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _KEPT, _LARGE = -1, -3, 64 << 20, 32 << 20


class GradebookWriter:
    """Enters grades, one student at a time, through nbgrader's own autograding.

    Parameters
    ----------
    course
        Whose gradebook.
    records
        The folder that holds each student's ``grade.json``.
    """

    def __init__(self, course: Course, records: Path):
        self.course = course
        course.read_released()  # says so if it is not there, before anything is graded
        with course.gradebook as gradebook:
            adopt_students(gradebook, course.root)
        self._locked = ""
        # What `enter` takes in need not be looked at again.
        self._api = nbgrader_api(
            course,
            GradeFiles={"records": str(records.resolve())},
            Autograde={"pre_convert_hook": None},
        )
        self._api.course = course
        _keep_memory()

    def enter(self, entry: Entry, grade: Grade) -> Grade:
        """Take a submission into the course folder and enter its grade.

        Points that were given by hand stay as they are.

        Returns
        -------
        Grade
            The same, with what is to be known of the notebook.

        Raises
        ------
        CourseError
            If it could not be entered; the gradebook then holds what it held.
        """
        with turn(self.course.root, nbgrader_name(grade.student)):
            return self._enter(entry, grade)

    def _enter(self, entry: Entry, grade: Grade) -> Grade:
        what, url = f"the grade of {clean(grade.student)} is not in", self.course.settings.db_url
        taken = take_in(self.course, entry)
        if self._locked and holder(url):  # or each of the others would wait for nothing
            raise CourseError(f"{what} the gradebook: {self._locked}")
        result = self._api.autograde(self.course.lab.name, nbgrader_name(grade.student))
        self._locked = ""
        if not result["success"]:
            log = f"{result.get('log', '')}\n{result.get('error', '')}"
            self._locked = told_if_locked(url, log)
            raise CourseError(f"{what} the gradebook: {self._locked or last_line(log)}")
        return replace(grade, answers=to_data(taken.message))


def _keep_memory() -> None:
    """Keep what is freed, where the C library can; each submission takes megabytes for a moment.

    To give it back and have it again, page by page, takes a third of all the time.
    """
    with contextlib.suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_TRIM_THRESHOLD, _KEPT)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE)
