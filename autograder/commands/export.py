"""Write the grades of a class, or of a course, for Canvas and Moodle."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands import GRADES, courses_of, lab_of, told
from autograder.records import EXPORTS
from autograder.text import clean, counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "grades", type=Path, nargs="?", default=GRADES, help="a graded class (%(default)s)"
    )
    parser.add_argument(
        "--course", type=Path, help="the labs of this nbgrader course, or the one that --lab names"
    )
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
    from autograder.results.results import Results

    lab, out = lab_of(options), options.grades
    results = Results(out, lab)
    folder = options.out or out / EXPORTS
    made = export_class(out, lab, results, folder, options.item or "", options.roster)
    _tell(made.paths, made.notes)
    print(f"{counted(made.students, 'student')}, {made.with_points} with points")
    return told(results.problems)


def _course(options: argparse.Namespace) -> int:
    from autograder.course.folder import CourseError
    from autograder.exports.rows import warnings, write_files

    if options.roster:
        raise CourseError("the roster of a course is in its gradebook; leave --roster out")
    courses = courses_of(options)
    # nbgrader takes seconds to import: not before it is known that there is a course.
    from autograder.course.export import read_course, write_report
    from autograder.course.totals import TOTALS, course_csv

    if options.item and len(courses) > 1:
        names = ", ".join(clean(course.lab.name) for course in courses)
        raise CourseError(f"name the lab that {clean(options.item)!r} is with --lab: {names}")
    folder = options.out or options.course / EXPORTS
    several = len(courses[0].settings.labs) > 1
    reports = {course.lab.name: read_course(course) for course in courses}
    for course in courses:
        name, report = course.lab.name, reports[course.lab.name]
        place = folder / name if several else folder
        paths = write_report(report, options.item or course.lab.title, place)
        _tell(paths, warnings(report.exported))
        handed_in = sum(row.submission is not None for row in report.rows)
        print(
            f"{clean(name)}: {counted(len(report.rows), 'student')}, "
            f"{counted(handed_in, 'submission')}"
        )
    if several and not options.lab:
        _tell(write_files(folder, {TOTALS: course_csv(reports)}), [])
    return told([problem for report in reports.values() for problem in report.problems])


def _tell(paths: list[Path], notes: list[str]) -> None:
    for path in paths:
        print(clean(str(path)))
    for note in notes:
        print(f"note: {note}")
