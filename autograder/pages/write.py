"""Writes the pages of a grading run beside its records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from autograder.results.results import Results
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
    return write_pages_of(lab, folder, Results(folder, lab), languages, answers)


def write_pages_of(
    lab: Lab,
    folder: Path,
    results: Results,
    languages: Sequence[str] = (),
    answers: Mapping[str, Mapping[str, Score]] | None = None,
) -> tuple[int, list[str]]:
    """Write the pages of these results into a folder that holds their records.

    See `write_pages`.
    """
    problems: list[str] = []
    site = Site(lab, languages)
    shown = 0

    def written() -> Iterator[Grade]:
        nonlocal shown
        for result in results:
            try:
                earlier = results.earlier(result.student)
                given = (answers or {}).get(result.student)
                page = student_page(site, result, earlier, given)
                write_whole(_place(folder, result) / PAGE, page)
            except UserError as error:
                problems.append(str(error))
            except Exception as error:  # of this record alone
                if stops_all(error):
                    raise
                name = clean(result.student)
                problems.append(f"there is no page of {name!r}: {problem_of(error)}")
            else:
                shown += 1
                yield result

    write_whole(folder / PAGE, class_page(site, written()))
    return shown, results.problems + problems


def _place(folder: Path, grade: Grade) -> Path:
    """Return the folder of a student's record."""
    place = folder / student_name(grade.student)
    if not (place / FILE_NAME).is_file():
        name = clean(grade.student)
        raise RecordError(f"the record of {name!r} lies in a folder of another name; move it")
    return place
