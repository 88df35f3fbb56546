"""Show what a graded class did not understand."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands import GRADES, lab_of, told


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "grades", type=Path, nargs="?", default=GRADES, help="a graded class (%(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Show the mistakes of a class, counted, and the groups that nobody has explained."""
    from autograder.diagnosis.review import review_text
    from autograder.results.members import class_grades

    grades, problems = class_grades(options.grades)
    print(review_text(grades, lab_of(options)))
    return told(problems)
