"""Enters grades that `make grade` has made into a course's gradebook."""

from __future__ import annotations

import glob
from dataclasses import replace
from pathlib import Path

from autograder.course.folder import Course, CourseError, last_line, nbgrader_api
from autograder.course.take_in import take_in
from autograder.intake.entries import Entry
from autograder.messages import to_data
from autograder.records import Grade
from autograder.text import clean


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
        # What `enter` takes in need not be looked at again.
        steps = {"GradeFiles": {"records": str(records.resolve())}}
        self._api = nbgrader_api(course, **steps, Autograde={"pre_convert_hook": None})

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
        taken = take_in(self.course, entry)
        result = self._api.autograde(self.course.lab.name, glob.escape(grade.student))
        if not result["success"]:
            log = f"{result.get('log', '')}\n{result.get('error', '')}"
            raise CourseError(
                f"the grade of {clean(grade.student)} is not in the gradebook: {last_line(log)}"
            )
        return replace(grade, answers=to_data(taken.message))
