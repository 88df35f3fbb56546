"""Make each student's page and the class's."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands import GRADES, lab_of, told
from autograder.errors import UserError
from autograder.text import clean


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "grades", type=Path, nargs="?", default=GRADES, help="a graded class (%(default)s)"
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
    wanted = list(dict.fromkeys(options.lang))
    try:
        number, problems = write_pages(lab_of(options), options.grades, wanted)
    except OSError as error:
        raise UserError(
            f"cannot write a page in {folder}: {error.strerror}; pages written before it are "
            "whole, try again when that is fixed"
        ) from error
    print(f"{number} students' pages are in {folder}, each in the student's folder; start with")
    print(f"{folder}/{PAGE}")
    return told(problems)
