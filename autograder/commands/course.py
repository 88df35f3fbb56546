"""Make an nbgrader course of the lab, or add the lab to one."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands import COURSE, OK
from autograder.text import clean


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "folder", type=Path, nargs="?", default=COURSE, help="the course (%(default)s)"
    )
    parser.add_argument(
        "--db",
        metavar="URL",
        help="the database of a new course's gradebook (default: a file in the folder)",
    )


def run(options: argparse.Namespace) -> int:
    """Make the course folder, add a lab to it, or bring a lab up to date there."""
    from autograder.course.make import make_course
    from autograder.lab_file import find_lab, load_lab

    description = find_lab(options.lab)
    course, notes = make_course(load_lab(description), description, options.folder, options.db)
    for note in notes:
        print(f"note: {note}")
    print(f"the course is in {clean(str(course.root))}; students receive {course.released.parent}")
    return OK
