"""Writes the pages of a grading run beside its records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.files import stops_all, write_whole
from autograder.lab import Lab
from autograder.pages import PAGE
from autograder.pages.classview import class_page
from autograder.pages.site import Site
from autograder.pages.student import student_page
from autograder.records import FILE_NAME, Grade, RecordError
from autograder.results.results import class_results
from autograder.text import clean, problem_of


def write_pages(lab: Lab, folder: Path, languages: Sequence[str] = ()) -> tuple[int, list[str]]:
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
    number : int
        How many students' pages were written.
    problems : list of str
        Whose were not, and why.

    Raises
    ------
    RecordError
        If there are no records that can be read.
    TranslationError
        If the lab is not in one of them, or translations can't be read.
    OSError
        If no page can be written, or the class's can't.
    """
    grades, problems = class_results(folder, lab)
    site = Site(lab, languages)
    shown: list[Grade] = []
    for grade in grades:
        try:
            _write_page(site, folder, grade)
            shown.append(grade)
        except RecordError as error:
            problems.append(str(error))
        except Exception as error:  # of this record alone
            if stops_all(error):
                raise
            name = clean(grade.student)
            problems.append(f"there is no page of {name!r}: {problem_of(error)}")
    write_whole(folder / PAGE, class_page(site, shown))
    return len(shown), problems


def _write_page(site: Site, folder: Path, grade: Grade) -> None:
    whole = Path(grade.student).name == grade.student  # no way out of the folder
    if not whole or not (folder / grade.student / FILE_NAME).is_file():
        name = clean(grade.student)
        raise RecordError(f"the record of {name!r} lies in a folder of another name; move it")
    write_whole(folder / grade.student / PAGE, student_page(site, grade))
