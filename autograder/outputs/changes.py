"""Tells what changed between two gradings of the same student, and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.records import GRADED, PASSED, Grade
from autograder.text import clean, csv_cell


@dataclass(frozen=True)
class Change:
    """A grade that is not what it was.

    Attributes
    ----------
    student
        Whose.
    before, after
        The scores; None where there was none.
    reasons
        Why, as far as the two records tell.
    """

    student: str
    before: int | None
    after: int | None
    reasons: tuple[str, ...]


def change_between(before: Grade, after: Grade) -> Change | None:
    """Compare two grades of a student; None if nothing that counts has changed."""
    was = {check.id: check for check in before.checks}
    now = {check.id: check for check in after.checks}
    moved = [
        f"{'gained' if now[check].points > was[check].points else 'lost'} {now[check].name}"
        for check in now
        if check in was and now[check].points != was[check].points
    ]
    moved += [f"new: {now[c].name}" for c in now if was and c not in was]
    moved += [f"gone: {was[c].name}" for c in was if now and c not in now]
    if before.score == after.score and before.status == after.status and not moved:
        return None
    reasons = []
    if before.digest != after.digest:
        reasons.append("other files were handed in")
    if before.seed != after.seed:
        reasons.append(f"seed {before.seed} became {after.seed}")
    if before.secret != after.secret:
        reasons.append("the secret of the draws is another one")
    if before.status != after.status:
        remark = f" ({after.reason})" if after.status != GRADED and after.reason else ""
        reasons.append(f"{before.status} became {after.status}{remark}")
    if not reasons:
        broken = {c.outcome for c in (*before.checks, *after.checks)} - {PASSED, "failed"}
        timing = " or of the machine: a limit of time was met" if broken else ""
        reasons.append(f"a change of the suites{timing}")
    return Change(after.student, before.points, after.points, (*reasons, *moved))


def changes_text(changes: Sequence[Change]) -> str:
    """Write the changes for the terminal, a line each, with the first reasons."""
    lines = [f"{len(changes)} grades changed since the last run:"]
    for change in changes:
        shown = "; ".join(change.reasons[:3]) + ("; ..." if len(change.reasons) > 3 else "")
        student, shown = clean(change.student, 40), clean(shown)
        before, after = ("-" if p is None else p for p in (change.before, change.after))
        lines.append(f"  {student}  {before} -> {after}  {shown}")
    return "\n".join(lines)


def changes_csv(changes: Sequence[Change]) -> str:
    """Write the changes as CSV, with all their reasons, safe to open in a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["student", "before", "after", "reasons"])
    for change in changes:
        reasons = csv_cell(clean("; ".join(change.reasons), 5000))
        writer.writerow([csv_cell(clean(change.student)), change.before, change.after, reasons])
    return file.getvalue()
