"""The commands: each module here is one.

A module's name is the command's, and the first line of its docstring its help. It has

- ``add_arguments(parser)``, which adds its options to an `argparse.ArgumentParser`, and
- ``run(options)``, which does it and gives an exit status; what it can't do, it raises as an
  `autograder.errors.UserError`.

All modules are imported to list the commands: what takes time to import is imported in ``run``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.text import clean

if TYPE_CHECKING:
    from autograder.course.folder import Course
    from autograder.lab import Lab

#: Exit statuses: all is well; a score is too low or something was found wrong; wrong usage.
OK, LOW, USAGE, INTERRUPTED = 0, 1, 2, 130
#: Default folders, relative to the current one.
GRADES, COURSE = Path("grades"), Path("course")


def lab_of(options: argparse.Namespace) -> Lab:
    """Load the lab that a command is about."""
    from autograder.lab_file import find_lab, load_lab

    return load_lab(find_lab(options.lab))


def courses_of(options: argparse.Namespace) -> list[Course]:
    """Open the course that a command is about: for each of its labs, or for that which is named."""
    from autograder.course.folder import open_course, read_settings

    names = [lab_of(options).name] if options.lab else read_settings(options.course).labs
    return [open_course(options.course, name) for name in names]


def course_of(folder: Path, lab: Lab) -> Course:
    """Open a course for a lab.

    Raises
    ------
    UserError
        If it is not a course, or the lab is not one of it.
    """
    from autograder.course.folder import CourseError, open_course, read_settings

    where = clean(str(folder))
    if lab.name not in (labs := read_settings(folder).labs):
        raise CourseError(
            f"the course in {where} has no lab {clean(lab.name)}, it has: "
            f"{', '.join(map(clean, labs))}; run make course to add it"
        )
    course = open_course(folder, lab.name)
    if course.lab.root != lab.root:
        raise CourseError(
            f"the lab {clean(lab.name)} of the course in {where} is that in "
            f"{clean(str(course.lab.root))}, and not this one"
        )
    return course


def told(problems: Sequence[str]) -> int:
    """Report what went wrong with single students, and return the exit status for that."""
    for problem in problems:
        print(f"autograder: {clean(problem, 1000)}", file=sys.stderr)
    return LOW if problems else OK


def count(text: str) -> int:
    """Read an option that is a number of something."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it should be at least 1")
    return number


def seed(text: str) -> int:
    """Read an option that is a seed."""
    number = int(text)
    if not 0 <= number < 2**32:
        raise argparse.ArgumentTypeError("it should be a whole number from 0 to 4294967295")
    return number


def names(text: str) -> list[str]:
    """Read an option that is a list of names, with commas between them."""
    return [name for name in (part.strip() for part in text.split(",")) if name]
