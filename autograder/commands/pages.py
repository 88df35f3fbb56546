"""Make each student's page and the class's."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands import GRADES, course_of, courses_of, lab_of, told
from autograder.errors import UserError
from autograder.text import clean, counted

if TYPE_CHECKING:
    from autograder.course.folder import Course
    from autograder.course.report import Score
    from autograder.lab import Lab

    Answers = Mapping[str, Mapping[str, Score]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "grades",
        type=Path,
        nargs="?",
        help=f"a graded class (default: {GRADES}, or all labs of the course if one is named)",
    )
    parser.add_argument(
        "--course",
        type=Path,
        help="the nbgrader course that has the points of the notebook's answers; where no class is "
        "named, pages of all its labs are made, and one with the points of all",
    )
    parser.add_argument(
        "--lang",
        nargs="+",
        default=[],
        help="the first is shown first (default: all of the lab, with a switch)",
    )


def run(options: argparse.Namespace) -> int:
    """Make the pages of a graded class beside its records, or those of a course."""
    wanted = list(dict.fromkeys(options.lang))
    if options.course and not options.grades:
        return _course(options, wanted)
    lab = lab_of(options)
    answers = read_answers(options.course and course_of(options.course, lab))
    return told(_pages(lab, options.grades or GRADES, wanted, answers))


def read_answers(course: Course | None) -> Answers | None:
    """Read what a course has of the answers in students' notebooks; None if there is no course.

    Raises
    ------
    UserError
        If its gradebook can't be read.
    """
    if course is None:
        return None
    # nbgrader takes seconds to import: not before it is known that there is a course.
    from autograder.course.export import read_report
    from autograder.course.report import answers_of

    parts = [part.name for part in course.lab.parts]
    return answers_of(read_report(course.settings.db_url, course.lab.name, parts))


def _pages(lab: Lab, grades: Path, wanted: Sequence[str], answers: Answers | None) -> list[str]:
    from autograder.pages import PAGE
    from autograder.pages.write import write_pages

    folder = clean(str(grades))
    try:
        number, problems = write_pages(lab, grades, wanted, answers)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    who = counted(number, "student")
    print(f"the pages of {who} are in {folder}, each in the student's folder; start with")
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
    from autograder.course.report import answers_of

    reports = {course.lab.name: read_course(course) for course in courses}
    problems = []
    for course in courses:
        if course.is_graded:
            answers = answers_of(reports[course.lab.name])
            problems += _pages(course.lab, course.grades, wanted, answers)
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
