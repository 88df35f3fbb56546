"""Writes the pages of a grading run beside its records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from autograder.course.report import Score
from autograder.errors import UserError
from autograder.files import stops_all, write_whole
from autograder.intake.entries import student_name
from autograder.lab import Lab
from autograder.pages import PAGE
from autograder.pages.classview import class_page
from autograder.pages.site import Site
from autograder.pages.student import student_page
from autograder.records import FILE_NAME, Grade, RecordError
from autograder.results.results import Results, class_results
from autograder.text import clean, problem_of


def write_pages(
    lab: Lab,
    folder: Path,
    languages: Sequence[str] = (),
    answers: Mapping[str, Mapping[str, Score]] | None = None,
) -> tuple[int, list[str]]:
    """Write every student's page, and the class's when they are there.

    Parameters
    ----------
    lab
        What was graded.
    folder
        Of the records; each student's page is written beside theirs.
    languages
        Which, the first shown first; all of the lab by default.
    answers
        What a gradebook has of the answers in the notebook, by student and question.

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
    results, problems = class_results(folder, lab)
    books = Results(folder, lab)
    shown, failures = write_pages_of(lab, folder, results, languages, books.earlier, answers)
    return shown, problems + failures


def write_pages_of(
    lab: Lab,
    folder: Path,
    results: Sequence[Grade],
    languages: Sequence[str] = (),
    earlier: Callable[[str], Grade | None] = lambda student: None,
    answers: Mapping[str, Mapping[str, Score]] | None = None,
) -> tuple[int, list[str]]:
    """Write the pages of these results; `earlier` gives that of a student's attempt before.

    See `write_pages`.
    """
    problems: list[str] = []
    site = Site(lab, languages)
    shown: list[Grade] = []
    for grade in results:
        try:
            place = _place(folder, grade)
            page = student_page(
                site, grade, earlier(grade.student), (answers or {}).get(grade.student)
            )
            write_whole(place / PAGE, page)
            shown.append(grade)
        except UserError as error:
            problems.append(str(error))
        except Exception as error:  # of this record alone
            if stops_all(error):
                raise
            name = clean(grade.student)
            problems.append(f"there is no page of {name!r}: {problem_of(error)}")
    write_whole(folder / PAGE, class_page(site, shown))
    return len(shown), problems


def _place(folder: Path, grade: Grade) -> Path:
    """Return the folder of a student's record."""
    place = folder / student_name(grade.student)
    if not (place / FILE_NAME).is_file():
        name = clean(grade.student)
        raise RecordError(f"the record of {name!r} lies in a folder of another name; move it")
    return place
