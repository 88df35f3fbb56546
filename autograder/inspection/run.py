"""Inspects a submission: chooses the checks, runs them again, and compares with the record."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.draws import Draws
from autograder.errors import UserError
from autograder.examiner.errors import ExaminerError
from autograder.examiner.examiners import Examiners
from autograder.examiner.findings import Finding, Findings
from autograder.examiner.supervisor import Supervisor
from autograder.intake.entries import Entry
from autograder.intake.errors import Refused
from autograder.intake.submission import Archive, open_entry, wanted_files, whole
from autograder.jail.sandbox import Sandbox
from autograder.lab import Check, Lab
from autograder.messages import message_of
from autograder.records import PASSED, Grade
from autograder.text import clean


@dataclass(frozen=True)
class Inspection:
    """What is shown to an instructor.

    Attributes
    ----------
    student
        Whose submission it is.
    lab
        Of the checks.
    draws
        From which they drew.
    found
        What they found.
    shown
        The checks that were asked for, or else those that failed.
    remarks
        In what this is not what was graded.
    """

    student: str
    lab: Lab
    draws: Draws
    found: Findings
    shown: tuple[Finding, ...]
    remarks: tuple[str, ...] = field(default=())


def inspect(
    lab: Lab,
    sandbox: Sandbox,
    draws: Draws,
    entry: Entry,
    asked: Sequence[str] = (),
    record: Grade | None = None,
) -> Inspection:
    """Run checks again on what somebody handed in.

    The checks before them in their parts run as well, as in grading: what they leave behind in the
    student's process may be what makes the difference.

    Parameters
    ----------
    lab, sandbox, draws
        What is run, and how.
    entry
        What was handed in.
    asked
        Ids or names of checks, or names of parts; by default the checks that fail are shown.
    record
        The grade, to be compared with.

    Raises
    ------
    UserError
        If there is no such check, or nothing can be run.
    """

    def task(supervisor: Supervisor) -> tuple[Findings, list[Check]]:
        checks = choose(supervisor.checks, asked)
        suites = list(dict.fromkeys(check.id.partition("::")[0] for check in checks))
        return _inspected(lab, draws, entry, supervisor, suites), checks

    with Examiners(lab, sandbox, draws, 1) as examiners:
        try:
            found, checks = examiners.submit(task).result()
        except (Refused, ExaminerError) as error:
            raise _nothing(entry, message_of(error)) from error
    if found.refused:
        raise _nothing(entry, found.refused)
    wanted = {check.id for check in checks}
    shown = tuple(
        each
        for each in found.checks
        if each.check.id in wanted and (asked or each.outcome != PASSED)
    )
    remarks = (*found.remarks, *_differences(record, found, draws))
    return Inspection(entry.student, lab, draws, found, shown, tuple(map(str, remarks)))


def _nothing(entry: Entry, why: str) -> UserError:
    return UserError(f"the submission of {clean(entry.student)} can't be inspected: {why}")


def _inspected(
    lab: Lab, draws: Draws, entry: Entry, supervisor: Supervisor, suites: list[str]
) -> Findings:
    opened = open_entry(entry, lab.limits, wanted_files(lab))
    if isinstance(opened, Archive):
        with opened.file:
            return supervisor.inspect(draws, suites, opened)
    submission = whole(opened)
    return supervisor.inspect(draws, suites, (submission.files, submission.problems))


def choose(checks: Sequence[Check], asked: Sequence[str]) -> list[Check]:
    """Return the checks that are meant: by id, function, suite or part, in their order.

    Raises
    ------
    UserError
        If something that was asked for is none.
    """
    if not asked:
        return list(checks)
    names = {
        check.id: {
            name.casefold() for name in (check.id, *check.id.split("::"), check.part, check.title)
        }
        for check in checks
    }
    for each in asked:
        if not any(each.casefold() in known for known in names.values()):
            known = [name for check in checks for name in (check.id.split("::")[1], check.part)]
            near = difflib.get_close_matches(each, dict.fromkeys(known), 3, 0.4)
            raise UserError(
                f"there is no check or part {clean(each)!r}; "
                + (f"did you mean {' or '.join(near)}?" if near else f"there are {_list(known)}")
            )
    wanted = {each.casefold() for each in asked}
    return [check for check in checks if names[check.id] & wanted]


def _list(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _differences(record: Grade | None, found: Findings, draws: Draws) -> list[str]:
    """Say in what an inspection is not what was graded."""
    if record is None:
        return ["there is no record to compare with"]
    remarks = []
    if record.digest and record.digest != found.digest:
        remarks.append("these are not the files that were graded")
    if record.secret != draws.secret_id:
        remarks.append("the grade's draws came from another secret, so the numbers are others")
    elif record.seed != draws.seed:
        remarks.append(f"the grade's draws came from another seed, {record.seed}")
    before = {check.id: check.outcome for check in record.checks}
    remarks += [
        f"{each.check.id} was {before[each.check.id]} in the grade, and is {each.outcome} now"
        for each in found.checks
        if before.get(each.check.id, each.outcome) != each.outcome
    ]
    return remarks


def source_of(lab: Lab, check: Check) -> tuple[int, list[str]]:
    """Return the source of a check as it stands in the suite: its first line, and all lines."""
    import ast

    file, _, function = check.id.partition("::")
    path: Path = lab.suite / file
    text = path.read_text(encoding="utf-8")
    name = function.partition("[")[0]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            return first, text.splitlines()[first - 1 : node.end_lineno]
    return 1, []
