"""Add a mistake found in a class to the catalogue."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands import OK, lab_of
from autograder.errors import UserError
from autograder.text import clean


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", help="of the mistake: small letters, digits and hyphens")
    parser.add_argument("submissions", type=Path, help="the folder that was graded")
    parser.add_argument("--student", required=True, help="one who made it")
    parser.add_argument("--part", required=True, help="the part in which it costs points")
    parser.add_argument(
        "--check",
        action="append",
        required=True,
        help="one that the hint was written for, as review lists it; once for each",
    )
    parser.add_argument(
        "--hint",
        type=_hint,
        action="append",
        required=True,
        metavar='LANGUAGE="TEXT"',
        help='what the student reads, once for each language of the lab: --hint en="..."',
    )


def run(options: argparse.Namespace) -> int:
    """Add a student's mistake to the catalogue, with a hint in each language of the lab."""
    from autograder.diagnosis.review import add_hint
    from autograder.intake.errors import Refused
    from autograder.intake.gather import list_entries
    from autograder.intake.submission import read_submission

    lab = lab_of(options)
    entries = {entry.student: entry for entry in list_entries(options.submissions, lab)}
    if options.student not in entries:
        raise UserError(f"there is no student {clean(options.student)!r} in that folder")
    try:
        submission = read_submission(entries[options.student], lab)
        hints = dict(options.hint)
        path = add_hint(lab, submission, options.name, options.part, hints, options.check)
    except (Refused, OSError) as error:
        raise UserError(str(error)) from error
    print(f"added {options.name} to {path}; run make verify")
    return OK


def _hint(text: str) -> tuple[str, str]:
    language, equals, hint = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError('write it like en="Look at the sign."')
    return language, hint
