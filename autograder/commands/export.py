"""Write the grades of a class, or of a course, for Canvas and Moodle."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands import GRADES, lab_of, told
from autograder.records import EXPORTS
from autograder.text import clean


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "grades", type=Path, nargs="?", default=GRADES, help="a graded class (%(default)s)"
    )
    parser.add_argument("--course", type=Path, help="this nbgrader course instead of the class")
    parser.add_argument(
        "--roster",
        type=Path,
        help="a CSV as Canvas or Moodle exports it, whose students are in the files (default: the "
        "one that the class was graded with)",
    )
    parser.add_argument(
        "--item", help="the assignment's title in Canvas and Moodle (default: the lab's)"
    )
    parser.add_argument(
        "--out", type=Path, help=f"where to (default: {EXPORTS}/ in the class or in the course)"
    )


def run(options: argparse.Namespace) -> int:
    """Write the results as files for Canvas and Moodle."""
    return _course(options) if options.course else _class(options)


def _class(options: argparse.Namespace) -> int:
    from autograder.exports.graded import export_class
    from autograder.results.results import class_results

    lab, out = lab_of(options), options.grades
    results, problems = class_results(out, lab)
    folder = options.out or out / EXPORTS
    paths, notes = export_class(out, lab, results, folder, options.item or "", options.roster)
    _tell(paths, notes)
    with_points = sum(result.points is not None for result in results)
    print(f"{len(results)} students, {with_points} with points")
    return told(problems)


def _course(options: argparse.Namespace) -> int:
    from autograder.course.folder import CourseError, open_course
    from autograder.exports.rows import warnings

    if options.roster:
        raise CourseError("the roster of a course is in its gradebook; leave --roster out")
    course = open_course(options.course)
    # nbgrader takes seconds to import: not before it is known that there is a course.
    from autograder.course.export import read_course, write_report

    report = read_course(course)
    folder = options.out or options.course / EXPORTS
    paths = write_report(report, options.item or course.lab.title, folder)
    _tell(paths, warnings(report.exported))
    handed_in = sum(row.submission is not None for row in report.rows)
    print(f"{len(report.rows)} students, {handed_in} submissions")
    return told(report.problems)


def _tell(paths: list[Path], notes: list[str]) -> None:
    for path in paths:
        print(clean(str(path)))
    for note in notes:
        print(f"note: {note}")
