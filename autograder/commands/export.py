"""Write a course's grades for Canvas and Moodle."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands import COURSE, told
from autograder.text import clean


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--course", type=Path, default=COURSE, help="the nbgrader course (%(default)s)"
    )
    parser.add_argument("--out", type=Path, default=Path("exports"), help="where to (%(default)s)")
    parser.add_argument(
        "--item", help="the assignment's title in Canvas and Moodle (default: the lab's)"
    )


def run(options: argparse.Namespace) -> int:
    """Write the gradebook as a table for instructors and as files for Canvas and Moodle."""
    from autograder.course.canvas_moodle import warnings
    from autograder.course.folder import open_course

    course = open_course(options.course)
    # nbgrader takes seconds to import: not before it is known that there is a course.
    from autograder.course.export import read_course, write_report

    report = read_course(course)
    for path in write_report(report, options.item or course.lab.title, options.out):
        print(clean(str(path)))
    for warning in warnings(report):
        print(f"note: {warning}")
    handed_in = sum(row.submission is not None for row in report.rows)
    print(f"{len(report.rows)} students, {handed_in} submissions")
    return told(report.problems)
