"""Show what a graded class did not understand."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands import GRADES, OK


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "grades", type=Path, nargs="?", default=GRADES, help="a graded class (%(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Show the mistakes of a class, counted, and the groups that nobody has explained."""
    from autograder.diagnosis.review import read_grades, review_text

    print(review_text(read_grades(options.grades)))
    return OK
