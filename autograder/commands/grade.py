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
    from autograder.intake.stock import layout_names
    from autograder.lab import BEST, IN_TIME, LATEST

    parser.add_argument(
        "submissions",
        type=Path,
        nargs="?",
        help="what a platform gave: a folder with a folder, .zip or .tar.gz for each student, a "
        "download of its own layout, or the zip of one (default: the sample class)",
    )
    parser.add_argument("--roster", type=Path, help="a CSV that says who is in the class")
    parser.add_argument(
        "--from",
        dest="layout",
        choices=layout_names(),
        help="which platform's layout it is (default: recognised)",
    )
    parser.add_argument(
        "--attempt",
        choices=[LATEST, IN_TIME, BEST],
        help="which attempt counts (default: what lab.toml says)",
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
    from autograder.grading import Run, best_of, grade_all
    from autograder.intake.gather import gather
    from autograder.intake.roster import read_roster
    from autograder.jail.probe import find_sandbox
    from autograder.outputs.table import terminal_table
    from autograder.records import ERROR
    from autograder.secret import find_secret
    from autograder.text import clean

    lab = lab_of(options)
    roster = read_roster(options.roster) if options.roster else None
    with output_folder(options.out):
        handed_in = gather(
            options.submissions or lab.sample,
            lab,
            layout=options.layout,
            roster=roster,
            out=options.out,
            counts=options.attempt,
        )
        entries = handed_in.entries
        sandbox = find_sandbox(lab.limits, options.sandbox)
        if not sandbox.layers:
            print(
                "autograder: NO SANDBOX: submissions can read and change whatever you can",
                file=sys.stderr,
            )
        draws = Draws(options.seed, find_secret(lab))
        books = Bookkeeper(options.out, entries, _course(options.course, lab))
        try:
            run = Run(lab, sandbox, draws)
            grades = _with_progress(grade_all(run, entries, options.jobs), len(entries))
            for grade in best_of(entries, grades):
                books.enter(grade)
            for student in handed_in.absent:
                books.enter_missing(run.missing(student.id, student.name))
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
    for note in handed_in.notes:
        print(f"autograder: {clean(note, 1000)}", file=sys.stderr)
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
