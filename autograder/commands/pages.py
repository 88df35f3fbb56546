"""Make each student's page and the class's."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands import GRADES, lab_of, told
from autograder.errors import UserError
from autograder.text import clean

if TYPE_CHECKING:
    from autograder.course.report import Score
    from autograder.lab import Lab


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "grades", type=Path, nargs="?", default=GRADES, help="a graded class (%(default)s)"
    )
    parser.add_argument(
        "--course", type=Path, help="show what this nbgrader course has of the notebook's answers"
    )
    parser.add_argument(
        "--lang",
        nargs="+",
        default=[],
        help="the first is shown first (default: all of the lab, with a switch)",
    )


def run(options: argparse.Namespace) -> int:
    """Make the pages of a graded class beside its records."""
    from autograder.pages import PAGE
    from autograder.pages.write import write_pages

    folder = clean(str(options.grades))
    wanted, lab = list(dict.fromkeys(options.lang)), lab_of(options)
    answers = read_answers(options.course, lab)
    try:
        number, problems = write_pages(lab, options.grades, wanted, answers)
    except OSError as error:
        raise UserError(
            f"cannot write a page in {folder}: {error.strerror}; pages written before it are "
            "whole, try again when that is fixed"
        ) from error
    print(f"{number} students' pages are in {folder}, each in the student's folder; start with")
    print(f"{folder}/{PAGE}")
    return told(problems)


def read_answers(folder: Path | None, lab: Lab) -> dict[str, dict[str, Score]] | None:
    """Read what a course has of the answers in students' notebooks; None if there is no course.

    Raises
    ------
    UserError
        If it is of another lab, or its gradebook can't be read.
    """
    if folder is None:
        return None
    from autograder.course.folder import CourseError, open_course

    course = open_course(folder)
    if course.lab.root != lab.root:
        raise CourseError(f"the course in {clean(str(course.root))} is of another lab")
    # nbgrader takes seconds to import: not before it is known that there is a course.
    from autograder.course.export import read_report
    from autograder.course.report import answers_of

    parts = [part.name for part in lab.parts]
    return answers_of(read_report(course.db_url, lab.name, parts))
