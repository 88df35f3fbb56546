"""Tells what changed between two gradings of the same student, and why."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.records import GRADED, MISSING, CheckResult, Grade
from autograder.results.keys import CAUSES
from autograder.text import BYTE_ORDER_MARK, clean, csv_cell, csv_text, points_text


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
    before: float | None
    after: float | None
    reasons: tuple[str, ...]


def change_between(before: Grade, after: Grade) -> Change | None:
    """Compare two grades of a student; None if nothing that counts has changed."""
    was = {check.id: check for check in before.checks}
    now = {check.id: check for check in after.checks}
    moved = [
        f"{'gained' if _share(now[check]) > _share(was[check]) else 'lost'} {now[check].name}"
        for check in now
        if check in was and _share(now[check]) != _share(was[check])
    ]
    moved += [f"new: {now[c].name}" for c in now if was and c not in was]
    moved += [f"gone: {was[c].name}" for c in was if now and c not in now]
    if before.score == after.score and before.status == after.status and not moved:
        return None
    reasons = [
        text
        for cause, text in CAUSES.items()
        if before.made_from.get(cause) != after.made_from.get(cause)
    ]
    if MISSING in (before.status, after.status):  # which is made from nothing
        reasons = []
    elif not (before.made_from and after.made_from):  # of an earlier version, or unreadable files
        reasons = ["one of the two records does not say what it was made from"]
    if before.status != after.status:
        remark = f" ({after.reason})" if after.status != GRADED and after.reason else ""
        reasons.append(f"{before.status} became {after.status}{remark}")
    if not all(check.certain for check in (*before.checks, *after.checks)):
        reasons.append("the clock on the wall, a lack of memory or a lost process had a part in it")
    if before.penalty != after.penalty:
        costs = f"lateness costs {points_text(after.penalty)} points"
        reasons.append(f"{costs}, and cost {points_text(before.penalty)}")
    was_decided, now_decided = before.decided + before.rules, after.decided + after.rules
    reasons += [f"decided: {text}" for text in now_decided if text not in was_decided]
    reasons += [f"not decided any more: {x}" for x in was_decided if x not in now_decided]
    # Many have the same, and those of a whole class are kept.
    told = tuple(map(sys.intern, (*reasons, *moved)))
    return Change(after.student, before.points, after.points, told)


def _share(check: CheckResult) -> float:
    return check.points / check.max_points if check.max_points else 0.0


def changes_text(changes: Sequence[Change], against: str = "since the last run") -> str:
    """Write the changes for the terminal, a line each, with the first reasons."""
    lines = [f"{len(changes)} grades changed {against}:"]
    for change in changes:
        shown = "; ".join(change.reasons[:3]) + ("; ..." if len(change.reasons) > 3 else "")
        student, shown = clean(change.student, 40), clean(shown)
        before, after = (points_text(p) or "-" for p in (change.before, change.after))
        lines.append(f"  {student}  {before} -> {after}  {shown}")
    return "\n".join(lines)


def changes_csv(changes: Sequence[Change]) -> str:
    """Write the changes as CSV, with all their reasons, safe to open in a spreadsheet."""
    rows: list[list[object]] = [["student", "before", "after", "reasons"]]
    for change in changes:
        reasons = csv_cell(clean("; ".join(change.reasons), 5000))
        rows.append([csv_cell(clean(change.student)), change.before, change.after, reasons])
    return BYTE_ORDER_MARK + csv_text(rows)
