"""Freeze what students are shown, and see what would change against it."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands import GRADES, LOW, OK, course_of, lab_of, names
from autograder.commands.pages import read_answers
from autograder.errors import UserError
from autograder.text import clean, counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "grades",
        type=Path,
        nargs="?",
        help=f"a graded class (default: {GRADES}, or the course's {GRADES}/LAB if one is named)",
    )
    parser.add_argument(
        "--lower",
        type=names,
        default=(),
        metavar="STUDENT[,STUDENT]",
        help="those who may have less than they have been shown",
    )
    parser.add_argument(
        "--show", action="store_true", help="only show what would change; 1 if anything would"
    )
    parser.add_argument(
        "--course",
        type=Path,
        help="the nbgrader course that has the points of the notebook's answers",
    )
    parser.add_argument("--lang", nargs="+", default=[], help="of the pages, as for `pages`")


def run(options: argparse.Namespace) -> int:
    """Publish the results of a class as a numbered snapshot."""
    from autograder.exports.graded import export_class
    from autograder.files import write_whole
    from autograder.outputs.table import csv_table, table_row
    from autograder.pages.write import write_pages_of
    from autograder.records import EXPORTS, TABLE
    from autograder.results.bookkeeping import output_folder
    from autograder.results.changes import changes_text
    from autograder.results.results import Results
    from autograder.results.snapshots import changes_against, newest, publish

    lab = lab_of(options)
    course = course_of(options.course, lab) if options.course else None
    out = options.grades or (course.grades if course else GRADES)
    answers = read_answers(course)
    with output_folder(out):
        results = Results(out, lab)
        students = sum(1 for _ in results)
        if results.problems:
            raise UserError(f"nothing is published: {results.problems[0]}")
        if options.show:
            snapshot = newest(out)
            if snapshot is None:
                print("nothing has been published yet")
                return OK
            changes = changes_against(snapshot, results)
            print(changes_text(changes, f"against what was published as {snapshot.number}"))
            return LOW if changes else OK

        def show(folder: Path) -> None:
            write_pages_of(lab, folder, results, options.lang, answers)
            write_whole(folder / TABLE, csv_table(list(map(table_row, results))))
            export_class(out, lab, results, folder / EXPORTS)

        try:
            folder, changes = publish(out, lab, results, options.lower, show)
        except OSError as error:
            raise UserError(
                f"nothing is published: cannot write in {clean(str(out))}: {error.strerror}"
            ) from error
    if changes:
        print(changes_text(changes, "against what was published before"))
    who = counted(students, "student")
    print(f"published as number {folder.name}: {who}, in {clean(str(folder))}")
    return OK
