"""Writes the pages of a grading run beside its records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.diagnosis.review import ReviewError, read_grades
from autograder.lab import Lab
from autograder.pages import PAGE
from autograder.pages.classview import class_page
from autograder.pages.site import Site
from autograder.pages.student import student_page
from autograder.records import FILE_NAME, write_whole
from autograder.text import clean


def write_pages(lab: Lab, folder: Path, languages: Sequence[str] = ()) -> int:
    """Write every student's page, and the class's when they are there.

    Parameters
    ----------
    lab
        What was graded.
    folder
        Of the records; each student's page is written beside theirs.
    languages
        Which, the first shown first; all of the lab by default.

    Returns
    -------
    int
        How many students' pages were written.

    Raises
    ------
    ReviewError
        If there are no records, or one can't be read or lies where it should not.
    TranslationError
        If the lab is not in one of them, or translations can't be read.
    OSError
        If a page can't be written.
    """
    grades = read_grades(folder)
    site = Site(lab, languages)
    for grade in grades:
        if not (folder / grade.student / FILE_NAME).is_file():
            name = clean(grade.student)
            raise ReviewError(f"the record of {name!r} lies in a folder of another name; move it")
        write_whole(folder / grade.student / PAGE, student_page(site, grade))
    write_whole(folder / PAGE, class_page(site, grades))
    return len(grades)
