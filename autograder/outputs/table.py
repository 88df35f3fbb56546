"""Grades as a table on the terminal and as CSV."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autograder.intake.entries import FILE_DATE
from autograder.outputs.content import place_of
from autograder.records import (
    CRASHED,
    ERROR,
    FAILED,
    GRADED,
    NOT_REACHED,
    PASSED,
    TABLE,
    TIMEOUT,
    Grade,
    PartScore,
    builds_on,
)
from autograder.text import BYTE_ORDER_MARK, clean, csv_cell, csv_text, points_text

if TYPE_CHECKING:
    from rich.table import Table

#: So many rows are shown on a terminal.
SHOWN = 1000
_STYLES = {GRADED: "green", ERROR: "red"}
_WORDS = {TIMEOUT: "out of time", CRASHED: "crashed", NOT_REACHED: "not reached"}


@dataclass(frozen=True, slots=True)
class TableRow:
    """What tables say of a result: so little that a whole class's are kept.

    Attributes
    ----------
    broken
        How many checks ran out of time, were not answered, or were not reached in time.
    notes
        In a few words, what an instructor should know beside the points.
    """

    student: str
    name: str
    status: str
    points: float | None
    score: float
    max_score: float
    parts: tuple[PartScore, ...]
    penalty: float
    late_days: int
    handed_in: str
    time_from: str
    attempt: int
    attempts: int
    seed: int
    broken: int
    notes: str


def table_row(result: Grade) -> TableRow:
    """Return what tables say of a result."""
    return TableRow(
        student=result.student,
        name=result.name,
        status=sys.intern(result.status),
        points=result.points,
        score=result.score,
        max_score=result.max_score,
        parts=tuple(replace(part, name=sys.intern(part.name)) for part in result.parts),
        penalty=result.penalty,
        late_days=result.late_days,
        handed_in=result.handed_in,
        time_from=sys.intern(result.time_from),
        attempt=result.attempt,
        attempts=result.attempts,
        seed=result.seed,
        broken=sum(c.outcome in _WORDS and not builds_on(c) for c in result.checks),
        notes=notes(result),
    )


def terminal_table(rows: Sequence[TableRow], title: str) -> Table:
    """Make the table that is shown at the end of a run: a row for every student of a class.

    Of a class so large that nobody would read them all, the first.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", caption_justify="left")
    if len(rows) > SHOWN:
        table.caption = f"{len(rows) - SHOWN} more students are in {TABLE}"
    table.add_column("student", overflow="fold")
    named = any(row.name for row in rows)
    if named:
        table.add_column("name", overflow="fold", max_width=24)
    table.add_column("status")
    table.add_column("score", justify="right")
    for part in rows[0].parts:
        table.add_column(part.name, justify="right")
    table.add_column("notes", overflow="fold", max_width=60)
    for row in rows[:SHOWN]:
        scores = [f"{part.score:g}/{part.max_score:g}" for part in row.parts]
        table.add_row(
            Text(clean(row.student, 40)),
            *([Text(clean(row.name, 40))] if named else []),
            Text(row.status, style=_STYLES.get(row.status, "yellow")),
            Text(f"{_number(row.points, '-')}/{row.max_score:g}", style="bold"),
            *(scores if row.status == GRADED else ["-"] * len(scores)),
            Text(row.notes),
        )
    return table


def notes(grade: Grade) -> str:
    """Say in a few words what an instructor should know beside the points."""
    counts: dict[str, int] = {}
    for check in grade.checks:
        if check.outcome not in (PASSED, FAILED):
            counts[check.outcome] = counts.get(check.outcome, 0) + 1
    found = [
        f"{number} {_WORDS[outcome]}{_places(grade) if outcome == TIMEOUT else ''}"
        for outcome, number in counts.items()
    ]
    if grade.stale:
        found.append(f"from before, not graded anew: {clean(grade.stale)}")
    days = f"{grade.late_days} late day{'' if grade.late_days == 1 else 's'}"
    if grade.penalty:
        found.append(f"{days}: {points_text(grade.penalty)} points taken off")
    elif grade.late_days:
        by_date = " by a file's date" if grade.time_from == FILE_DATE else ""
        found.append(f"{days}{by_date}, at no cost")
    found += [f"decided: {clean(text)}" for text in grade.decided]
    return "; ".join([*([clean(grade.reason)] if grade.reason else []), *found])


def _places(grade: Grade) -> str:
    """Say where the checks that ran out of time were stopped; empty if that is not known."""
    stopped = [place_of(check) for check in grade.checks if check.outcome == TIMEOUT]
    places = list(dict.fromkeys(place for place in stopped if place))
    more = " and elsewhere" if len(places) > 1 else ""
    return f" in {places[0]}{more}" if places else ""


def _number(points: float | None, instead: str) -> str:
    """Write points; something else where there are none, which is not 0."""
    return instead if points is None else f"{points:g}"


def csv_table(rows: Sequence[TableRow]) -> str:
    """Make the CSV: one row for every student, safe to open in a spreadsheet.

    In every row the points of the parts less the penalty are the score, unless somebody decided
    another.
    """
    parts = [part.name for part in rows[0].parts]
    lines: list[list[object]] = [
        [
            *("student", "name", "status", "score", "max_score", *parts, "penalty", "late_days"),
            *("handed_in", "time_from", "attempt", "attempts", "seed", "notes"),
        ]
    ]
    for row in rows:
        no_points = row.points is None
        scores = ["" if no_points else points_text(part.score) for part in row.parts]
        lines.append(
            [
                *(csv_cell(clean(row.student)), csv_cell(clean(row.name)), row.status),
                *(points_text(row.points), points_text(row.max_score), *scores),
                *("" if no_points else points_text(row.penalty), row.late_days),
                *(row.handed_in, row.time_from, row.attempt, row.attempts),
                *(row.seed, csv_cell(row.notes)),
            ]
        )
    return BYTE_ORDER_MARK + csv_text(lines)
