"""Grade a folder of submissions."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands import COURSE, GRADES, INTERRUPTED, LOW, OK, count, lab_of, seed
from autograder.errors import UserError

if TYPE_CHECKING:
    from autograder.course.folder import Course
    from autograder.lab import Lab
    from autograder.records import Grade


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "submissions",
        type=Path,
        nargs="?",
        help="a folder with a folder, .zip or .tar.gz for each student (default: the sample class)",
    )
    parser.add_argument("--out", type=Path, default=GRADES, help="where to (%(default)s)")
    parser.add_argument(
        "--jobs", type=count, default=os.cpu_count() or 1, help="how many at once (%(default)s)"
    )
    parser.add_argument("--seed", type=seed, default=0, help="of all draws (%(default)s)")
    parser.add_argument(
        "--course",
        type=Path,
        help="enter the grades into this nbgrader course (default: course, if it is there)",
    )
    parser.add_argument("--fail-under", type=float, metavar="SCORE", help="exit with 1 below it")
    parser.add_argument(
        "--sandbox",
        choices=["auto", "none"],
        default="auto",
        help="none runs submissions without any protection (%(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Grade, write the records, and show the table."""
    from rich.console import Console

    from autograder.bookkeeping import Bookkeeper, output_folder
    from autograder.draws import Draws
    from autograder.grading import Run, grade_all
    from autograder.intake.entries import list_entries
    from autograder.jail.probe import find_sandbox
    from autograder.outputs.table import terminal_table
    from autograder.records import ERROR
    from autograder.secret import find_secret
    from autograder.text import clean

    lab = lab_of(options)
    entries = list_entries(options.submissions or lab.sample)
    with output_folder(options.out):
        sandbox = find_sandbox(lab.limits, options.sandbox)
        if not sandbox.layers:
            print(
                "autograder: NO SANDBOX: submissions can read and change whatever you can",
                file=sys.stderr,
            )
        draws = Draws(options.seed, find_secret(lab))
        books = Bookkeeper(options.out, entries, _course(options.course, lab))
        try:
            for grade in _with_progress(
                grade_all(Run(lab, sandbox, draws), entries, options.jobs), len(entries)
            ):
                books.enter(grade)
        except KeyboardInterrupt:
            print(
                f"autograder: interrupted after {len(books.grades)} of {len(entries)} submissions; "
                f"their grades are in {clean(str(options.out))}, and grades.csv is not written",
                file=sys.stderr,
            )
            return INTERRUPTED
        books.close()
    layers = " + ".join(sandbox.layers) or "NONE"
    Console(width=None if sys.stdout.isatty() else 120).print(
        terminal_table(
            books.grades,
            f"{lab.title}   seed {draws.seed}   secret {draws.secret_id}   sandbox {layers}",
        )
    )
    print(
        f"{len(books.grades)} submissions; records and grades.csv are in {clean(str(options.out))}"
    )
    books.report()
    failed = any(grade.status == ERROR for grade in books.grades)
    limit = options.fail_under
    low = limit is not None and any(grade.score < limit for grade in books.grades)
    return LOW if failed or low or books.failures else OK


def _course(folder: Path | None, lab: Lab) -> Course | None:
    """Open the course into which grades are entered, if there is one.

    Raises
    ------
    UserError
        If it is of another lab, or not a course.
    """
    from autograder.course.folder import is_course, open_course

    if not folder and not is_course(COURSE):
        return None
    course = open_course(folder or COURSE)
    if course.lab.root != lab.root:
        raise UserError(f"the course in {course.root} is of another lab")
    return course


def _with_progress(grades: Iterator[Grade], total: int) -> Iterator[Grade]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("grading", total=total)
        for grade in grades:
            progress.advance(task)
            yield grade
