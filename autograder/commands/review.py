"""Show what a graded class did not understand."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands import GRADES, courses_of, lab_of, told
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
        help="the labs of this nbgrader course, or the one that --lab names, instead",
    )


def run(options: argparse.Namespace) -> int:
    """Show the mistakes of a class, counted, and the groups that nobody has explained."""
    if not options.course:
        return told(_review(options.grades, lab_of(options)))
    problems = []
    for course in courses_of(options):
        print(f"# {clean(course.lab.title)}\n")
        if course.is_graded:
            problems += _review(course.grades, course.lab)
        else:
            print("nothing is graded\n")
    return told(problems)


def _review(folder: Path, lab: Lab) -> list[str]:
    from autograder.diagnosis.review import review_text
    from autograder.results.members import read_class, read_members

    read_members(folder, lab.name)  # says so if they are of another lab
    problems: list[str] = []
    print(review_text(read_class(folder, problems), lab))
    return problems
