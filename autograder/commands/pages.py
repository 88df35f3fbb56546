"""Make each student's page and the class's."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands import GRADES, courses_of, lab_of, told
from autograder.errors import UserError
from autograder.text import clean

if TYPE_CHECKING:
    from autograder.lab import Lab


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "grades", type=Path, nargs="?", default=GRADES, help="a graded class (%(default)s)"
    )
    parser.add_argument(
        "--course",
        type=Path,
        help="the labs of this nbgrader course, and a page of all, instead of the class",
    )
    parser.add_argument(
        "--lang",
        nargs="+",
        default=[],
        help="the first is shown first (default: all of the lab, with a switch)",
    )


def run(options: argparse.Namespace) -> int:
    """Make the pages of a graded class beside its records."""
    wanted = list(dict.fromkeys(options.lang))
    if options.course:
        return _course(options, wanted)
    return told(_pages(lab_of(options), options.grades, wanted))


def _pages(lab: Lab, grades: Path, wanted: Sequence[str]) -> list[str]:
    from autograder.pages import PAGE
    from autograder.pages.write import write_pages

    folder = clean(str(grades))
    try:
        number, problems = write_pages(lab, grades, wanted)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    print(f"{number} students' pages are in {folder}, each in the student's folder; start with")
    print(f"{folder}/{PAGE}")
    return problems


def _course(options: argparse.Namespace, wanted: Sequence[str]) -> int:
    from autograder.course.folder import CourseError
    from autograder.files import write_whole
    from autograder.pages import PAGE

    if options.lab:
        raise CourseError("the page of a course is of all its labs; leave --lab out")
    courses = courses_of(options)
    # nbgrader takes seconds to import: not before it is known that there is a course.
    from autograder.course.export import read_course
    from autograder.course.page import course_page

    problems = []
    for course in courses:
        if course.grades.is_dir():
            problems += _pages(course.lab, course.grades, wanted)
    reports = {course.lab.name: read_course(course) for course in courses}
    folder = courses[0].grades.parent
    page = course_page([course.lab for course in courses], reports, folder, wanted)
    try:
        write_whole(folder / PAGE, page)
    except OSError as error:
        raise _cannot_write(clean(str(folder)), error) from error
    print(f"the page of all labs is {clean(str(folder / PAGE))}")
    return told(problems + [problem for report in reports.values() for problem in report.problems])


def _cannot_write(folder: str, error: OSError) -> UserError:
    return UserError(
        f"cannot write a page in {folder}: {error.strerror}; pages written before it are "
        "whole, try again when that is fixed"
    )
