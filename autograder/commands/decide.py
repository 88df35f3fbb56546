"""Decide about points by hand: of a student, a check or a part."""

from __future__ import annotations

import argparse
import datetime
import getpass
import math
from dataclasses import replace
from pathlib import Path

from autograder.commands import GRADES, lab_of, told
from autograder.errors import UserError
from autograder.text import clean


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    from autograder.results.decisions import (
        ADD,
        ALL,
        EXCUSE,
        EXTEND,
        NOBODY,
        POINTS,
        REMARK,
        VOID,
        WEIGHT,
    )

    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--out", type=Path, default=GRADES, help="a graded class (%(default)s)")
    shared.add_argument("--why", required=True, help="the reason, which is shown with it")
    shared.add_argument("--who", help="who decides (default: you)")
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="WHAT")

    def kind(name: str, text: str) -> argparse.ArgumentParser:
        return kinds.add_parser(
            name, help=text, description=f"{text[0].upper()}{text[1:]}.", parents=[shared]
        )

    def place(command: argparse.ArgumentParser, *, required: bool) -> None:
        either = command.add_mutually_exclusive_group(required=required)
        either.add_argument(
            "--check", default="", help="a check: its function, or as in the record, file::function"
        )
        either.add_argument("--part", default="", help="a part")

    command = kind(POINTS, "give a student points: of a check, of a part, or in all")
    command.add_argument("student")
    command.add_argument("points", type=_points)
    place(command, required=False)
    command = kind(ADD, "give a student more points than were found, or fewer: 2, -1.5")
    command.add_argument("student")
    command.add_argument("points", type=_signed)
    place(command, required=False)
    kind(EXCUSE, "excuse a student, who then has no points and not 0").add_argument("student")
    command = kind(EXTEND, "give a student more time")
    command.add_argument("student")
    command.add_argument("until", type=_time, help="with the zone: 2026-12-20T23:59:00+08:00")
    command = kind(VOID, "have a check count for nobody")
    command.add_argument("check")
    command.add_argument(
        "--give", choices=[ALL, NOBODY], default=ALL,
        help="who has its points: all, or nobody, and then they are not in the total (%(default)s)",
    )  # fmt: skip
    command = kind(WEIGHT, "have a check or a part count other points")
    command.add_argument("points", type=_points)
    place(command, required=True)
    command = kind(REMARK, "write something that a student reads")
    command.add_argument("student")
    command.add_argument("text")


def run(options: argparse.Namespace) -> int:
    """Write a decision beside the grades, and the tables anew."""
    from autograder.outputs.table import table_row
    from autograder.results.bookkeeping import output_folder, write_tables
    from autograder.results.changes import change_between, changes_text
    from autograder.results.decisions import Decision, add_decision, check_decision
    from autograder.results.members import read_class
    from autograder.results.results import Results
    from autograder.results.snapshots import note

    lab, out = lab_of(options), options.out
    about = ("student", "part", "check", "points", "until", "give", "text")
    decision = Decision(
        kind=options.kind,
        who=options.who or getpass.getuser(),
        why=options.why,
        when=datetime.datetime.now(datetime.UTC).replace(microsecond=0),
        **{name: value for name in about if (value := getattr(options, name, None)) is not None},
    )
    with output_folder(out):
        before, students = Results(out, lab), []
        checks: set[str] = set()
        for grade in read_class(out, []):
            students.append(grade.student)
            checks.update(check.id for check in grade.checks)
        named = [check for check in checks if check.partition("::")[2] == decision.check]
        if len(named) == 1:
            decision = replace(decision, check=named[0])
        check_decision(decision, lab, students, checks)
        try:
            number = add_decision(out, decision)
        except OSError as error:
            raise UserError(f"cannot write {clean(str(out))}: {error.strerror}") from error
        after, rows, changes, problems = Results(out, lab), [], [], list[str]()
        for grade in read_class(out, problems):
            result = after.of(grade)
            rows.append(table_row(result))
            if change := change_between(before.of(grade), result):
                changes.append(change)
        write_tables(out, rows, changes)
    print(f"decision {number}: {clean(decision.said)}")
    print(changes_text(changes) if changes else "it changes nobody's points")
    if told_before := note(out, after):
        print(told_before)
    print("grades.csv is up to date; pages and exports are made from it the next time")
    return told(problems)


def _points(text: str) -> float:
    number = _signed(text)
    if number < 0:
        raise argparse.ArgumentTypeError("it should not be below 0")
    return number


def _signed(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError("it should be a number")
    return int(number) if number == int(number) else number


def _time(text: str) -> datetime.datetime:
    time = datetime.datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise argparse.ArgumentTypeError("write its zone too: 2026-12-20T23:59:00+08:00")
    return time
