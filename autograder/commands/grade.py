"""Grade a folder of submissions."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands import (
    COURSE,
    GRADES,
    INTERRUPTED,
    LOW,
    OK,
    count,
    course_of,
    lab_of,
    names,
    seed,
)
from autograder.discovery import module_names
from autograder.errors import UserError
from autograder.text import clean, counted, did_you_mean

if TYPE_CHECKING:
    from autograder.course.folder import Course
    from autograder.examiner.processes import Beginning
    from autograder.intake.entries import Entry
    from autograder.lab import Lab
    from autograder.records import Grade


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    from autograder.intake import layouts
    from autograder.lab import BEST, IN_TIME, LATEST

    parser.add_argument(
        "submissions",
        type=Path,
        nargs="?",
        help="what a platform gave: a folder with a folder, .zip or .tar.gz for each student, a "
        "download of its own layout, or the zip of one (default: the sample class)",
    )
    parser.add_argument(
        "--roster",
        type=Path,
        help="a CSV that says who is in the class; it is kept for the next time",
    )
    parser.add_argument(
        "--from",
        dest="layout",
        choices=module_names(layouts),
        help="which platform's layout it is (default: recognised)",
    )
    parser.add_argument(
        "--attempt",
        choices=[LATEST, IN_TIME, BEST],
        help="which attempt counts (default: what lab.toml says)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        help=f"where to (default: {GRADES}, or the course's own {GRADES}/LAB if one is named)",
    )
    parser.add_argument(
        "--jobs", type=count, default=os.cpu_count() or 1, help="how many at once (%(default)s)"
    )
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS_OR_FILE",
        help="grade on a Dask cluster: a scheduler's address, or a file of Dask's configuration",
    )
    parser.add_argument("--seed", type=seed, default=0, help="of all draws (%(default)s)")
    parser.add_argument(
        "--only",
        type=names,
        default=(),
        metavar="STUDENT[,STUDENT]",
        help="grade these; grades.csv holds the whole class all the same",
    )
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="grade again what is unchanged (default: take its grade from before)",
    )
    parser.add_argument(
        "--course", type=Path, help="enter the grades into this nbgrader course as well"
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
    from autograder.examiner.processes import Beginning

    lab = lab_of(options)
    with contextlib.ExitStack() as stack:
        begun = None
        if not options.cluster:  # while all else is imported, read and compared
            begun = stack.enter_context(Beginning(lab, options.sandbox))
        return _run(options, lab, begun, stack)


def _run(
    options: argparse.Namespace, lab: Lab, begun: Beginning | None, stack: contextlib.ExitStack
) -> int:
    from autograder.course.set_aside import as_handed_in, first_print
    from autograder.draws import Draws
    from autograder.grading import Run, best_of, grade_all
    from autograder.intake.gather import gather
    from autograder.intake.roster import read_roster
    from autograder.jail.probe import find_sandbox
    from autograder.results.bookkeeping import Bookkeeper, output_folder
    from autograder.results.decisions import read_decisions
    from autograder.results.keys import keys_of
    from autograder.results.members import keep_roster, kept_roster, read_members
    from autograder.results.results import in_time_until
    from autograder.results.snapshots import note
    from autograder.secret import find_secret

    folder = options.submissions or lab.sample
    named = read_roster(options.roster) if options.roster else None
    course = _course(options.course, lab)
    out = options.out or (course.grades if course and options.course else GRADES)
    address = None
    if options.cluster:
        from autograder.cluster.connection import read_address

        address = read_address(options.cluster)
    with output_folder(out):
        roster, decisions = named or kept_roster(out), read_decisions(out)
        members = read_members(out, lab.name)
        handed_in = gather(
            folder,
            lab,
            layout=options.layout or _layout(folder),
            roster=roster,
            out=out,
            counts=options.attempt,
            prints=lambda path: first_print(path, lab.name),
            due=lambda student: in_time_until(student, decisions, lab),
        )
        entries = [as_handed_in(e, lab.name) for e in _chosen(handed_in.entries, options.only)]
        absent = [] if options.only else handed_in.absent
        students = {each.student for each in handed_in.entries} | {s.id for s in handed_in.absent}
        members.add(folder, students, folder.resolve() == lab.sample.resolve())
        sandbox = begun.trial.sandbox() if begun else find_sandbox(lab, options.sandbox)
        if not sandbox.layers:
            print(
                "autograder: NO SANDBOX: submissions can read and change whatever you can",
                file=sys.stderr,
            )
        draws = Draws(options.seed, find_secret(lab))
        grading = Run(lab, sandbox, draws)
        keys = keys_of(grading)
        books = Bookkeeper(out, entries, keys, lab, course, elsewhere=bool(address))
        for grade in books.known():
            if not options.fresh:
                books.keep(grade)
        known = len(books.rows)
        missing = [entry for entry in entries if entry.student not in books.rows]
        graded: Iterable[Grade] = ()
        if missing:
            # Imported here: where everything is known, nothing of this is needed.
            from autograder.preflight import preflight

            if address:
                from autograder.cluster.cluster import grade_on
                from autograder.cluster.connection import connected

                client = stack.enter_context(connected(address))
            preflight(lab, sandbox, options.jobs)
            if address:
                grades = grade_on(client, address, grading, missing)
            else:
                grades = grade_all(grading, missing, options.jobs, begun, _load_table)
            graded = _with_progress(grades, len(missing))
        try:
            members.write(out)
            if options.roster:
                keep_roster(options.roster, out)
            for grade in best_of(missing, graded):
                books.enter(grade)
            for student in absent:
                books.enter_missing(grading.missing(student.id, student.name))
        except KeyboardInterrupt:
            print(
                f"autograder: interrupted after {len(books.rows)} of "
                f"{counted(len(entries), 'submission')}; "
                f"their grades are in {clean(str(out))}, and grades.csv is not written; "
                "the same command goes on from there",
                file=sys.stderr,
            )
            return INTERRUPTED
        rows = books.close()
    from rich.console import Console

    from autograder.outputs.table import terminal_table

    layers = " + ".join(sandbox.layers) or "NONE"
    layers = "as each record says" if address and sandbox.layers else layers
    Console(width=None if sys.stdout.isatty() else 120).print(
        terminal_table(
            rows,
            f"{lab.title}   seed {draws.seed}   secret {draws.secret_id}   sandbox {layers}",
        )
    )
    for rule in books.results.rules:
        print(f"decided for all: {clean(rule)}")
    said = [counted(len(rows), "submission")]
    said += [f"{known} as they were graded before"] if known else []
    print(f"{', '.join(said)}; records and grades.csv are in {clean(str(out))}")
    for text in handed_in.notes:
        print(f"autograder: {clean(text, 1000)}", file=sys.stderr)
    books.report()
    if published := note(out, books.results):
        print(published)
    limit, points = options.fail_under, [row.points for row in books.rows.values()]
    low = limit is not None and any(p is not None and p < limit for p in points)
    return LOW if books.failed or low or books.failures else OK


def _chosen(entries: list[Entry], only: Sequence[str]) -> list[Entry]:
    """Return the entries of these students; all if nobody is named.

    Raises
    ------
    UserError
        If one of them has not handed in.
    """
    from autograder.intake.entries import student_id

    if not only:
        return entries
    found = {entry.student for entry in entries}
    wanted = {student_id(student) for student in only}
    for student in wanted:
        if student not in found:
            meant = did_you_mean(student, found)
            raise UserError(f"nobody called {clean(student)} has handed in{meant}")
    return [entry for entry in entries if entry.student in wanted]


def _course(folder: Path | None, lab: Lab) -> Course | None:
    """Open the course into which grades are to be entered, if there is one.

    A course that lies here is entered into only if somebody says so.

    Raises
    ------
    UserError
        If it is of another lab, or not a course.
    """
    from autograder.course.folder import is_course

    if not folder and is_course(COURSE):
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            print(
                f"autograder: the grades are not entered into the course in {COURSE}/; for that, "
                f"name it (COURSE={COURSE})",
                file=sys.stderr,
            )
        elif input(f"Enter the grades into the course in {COURSE}/ as well? [y/N] ").lower() in (
            "y",
            "yes",
        ):
            folder = COURSE
    return course_of(folder, lab) if folder else None


def _layout(folder: Path) -> str | None:
    """Return the layout of a folder that is a course's; others are recognised."""
    from autograder.course.folder import is_course

    folder = folder.resolve()
    return "nbgrader" if folder.name == "submitted" and is_course(folder.parent) else None


def _load_table() -> None:
    """Import what shows the table, which takes long."""
    for name in ("rich.console", "autograder.outputs.table"):
        importlib.import_module(name)


def _with_progress(grades: Iterator[Grade], total: int) -> Iterator[Grade]:
    if not sys.stderr.isatty():
        yield from grades
        return
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
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("grading", total=total)
        for grade in grades:
            progress.advance(task)
            yield grade
