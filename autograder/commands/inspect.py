"""Show an instructor why a student's check failed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands import GRADES, OK, lab_of, seed
from autograder.errors import UserError
from autograder.text import clean, did_you_mean

if TYPE_CHECKING:
    from autograder.intake.entries import Entry
    from autograder.lab import Lab
    from autograder.records import Grade


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("student", help="whose submission")
    parser.add_argument(
        "submissions", type=Path, nargs="?", help="the folder that was graded (the sample class)"
    )
    parser.add_argument(
        "--check",
        action="append",
        default=[],
        help="the name of a check or of a part, more than once for several (those that fail)",
    )
    parser.add_argument(
        "--out", type=Path, default=GRADES, help="where the grades are (%(default)s)"
    )
    parser.add_argument("--seed", type=seed, help="of all draws (that of the grade, or 0)")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page, too")
    parser.add_argument(
        "--sandbox",
        choices=["auto", "none"],
        default="auto",
        help="none runs the submission without any protection (%(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Run checks again as they were graded, and show what they asked and got."""
    import sys

    from rich.console import Console

    from autograder.draws import Draws
    from autograder.files import write_whole
    from autograder.inspection.page import inspection_page
    from autograder.inspection.run import inspect
    from autograder.inspection.terminal import show
    from autograder.jail.probe import find_sandbox
    from autograder.secret import find_secret

    lab = lab_of(options)
    entry = _entry(lab, options.submissions, options.student, options.out)
    record = _record(options.out, entry)
    chosen = options.seed if options.seed is not None else record.seed if record else 0
    sandbox = find_sandbox(lab, options.sandbox)
    if not sandbox.layers:
        print(
            "autograder: NO SANDBOX: the submission can read and change whatever you can",
            file=sys.stderr,
        )
    draws = Draws(chosen, find_secret(lab))
    inspection = inspect(lab, sandbox, draws, entry, options.check, record)
    show(inspection, Console(width=None if sys.stdout.isatty() else 120))
    if options.html:
        try:
            write_whole(options.html, inspection_page(inspection))
        except OSError as error:
            raise UserError(
                f"cannot write {clean(str(options.html))}: {error.strerror}; choose another file"
            ) from error
        print(f"the page is in {clean(str(options.html))}; it shows hidden checks: keep it private")
    return OK


def _entry(lab: Lab, given: Path | None, student: str, out: Path) -> Entry:
    from autograder.intake.entries import student_id
    from autograder.intake.gather import holds_grades, list_entries
    from autograder.results.members import kept_roster

    student, folder = student_id(student), given or lab.sample
    if holds_grades(folder):
        grades = clean(str(folder))
        raise UserError(
            f"{grades} is a folder of grades; name the folder that was graded, and --out {grades}"
        )
    roster = kept_roster(out)
    entries = {entry.student: entry for entry in list_entries(folder, lab, roster)}
    if student not in entries:
        where = clean(str(folder))
        if given is None:
            where += ", the sample class; for another, name its folder, and --out GRADES"
        meant = did_you_mean(student, entries)
        raise UserError(f"there is no student {clean(student)!r} in {where}{meant}")
    return entries[student]


def _record(out: Path, entry: Entry) -> Grade | None:
    """Return the grade of a submission, if there is one; nothing is ever written to it."""
    from autograder.records import FILE_NAME, read_record

    path = out / entry.folder / FILE_NAME
    return read_record(path) if path.exists() else None
