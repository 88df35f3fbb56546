"""Grades as a table on the terminal and as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograder.intake.entries import FILE_DATE
from autograder.outputs.content import place_of
from autograder.records import CRASHED, ERROR, FAILED, GRADED, NOT_REACHED, PASSED, TIMEOUT, Grade
from autograder.text import BYTE_ORDER_MARK, clean, csv_cell, csv_text, points_text

if TYPE_CHECKING:
    from rich.table import Table

_STYLES = {GRADED: "green", ERROR: "red"}


def terminal_table(grades: Sequence[Grade], title: str) -> Table:
    """Make the table that is shown at the end of a run: a row for every student."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left")
    table.add_column("student", overflow="fold")
    named = any(grade.name for grade in grades)
    if named:
        table.add_column("name", overflow="fold", max_width=24)
    table.add_column("status")
    table.add_column("score", justify="right")
    for part in grades[0].parts:
        table.add_column(part.name, justify="right")
    table.add_column("notes", overflow="fold", max_width=60)
    for grade in grades:
        scores = [f"{part.score:g}/{part.max_score:g}" for part in grade.parts]
        table.add_row(
            Text(clean(grade.student, 40)),
            *([Text(clean(grade.name, 40))] if named else []),
            Text(grade.status, style=_STYLES.get(grade.status, "yellow")),
            Text(f"{_number(grade.points, '-')}/{grade.max_score:g}", style="bold"),
            *(scores if grade.status == GRADED else ["-"] * len(scores)),
            Text(notes(grade)),
        )
    return table


def notes(grade: Grade) -> str:
    """Say in a few words what an instructor should know beside the points."""
    counts: dict[str, int] = {}
    for check in grade.checks:
        if check.outcome not in (PASSED, FAILED):
            counts[check.outcome] = counts.get(check.outcome, 0) + 1
    words = {TIMEOUT: "out of time", CRASHED: "crashed", NOT_REACHED: "not reached"}
    found = [
        f"{number} {words[outcome]}{_places(grade) if outcome == TIMEOUT else ''}"
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


def csv_table(results: Sequence[Grade]) -> str:
    """Make the CSV: one row for every student, safe to open in a spreadsheet.

    In every row the points of the parts less the penalty are the score, unless somebody decided
    another.
    """
    parts = [part.name for part in results[0].parts]
    rows: list[list[object]] = [
        [
            *("student", "name", "status", "score", "max_score", *parts, "penalty", "late_days"),
            *("handed_in", "time_from", "attempt", "attempts", "seed", "notes"),
        ]
    ]
    for result in results:
        no_points = result.points is None
        scores = ["" if no_points else points_text(part.score) for part in result.parts]
        rows.append(
            [
                *(csv_cell(clean(result.student)), csv_cell(clean(result.name)), result.status),
                *(points_text(result.points), points_text(result.max_score), *scores),
                *("" if no_points else points_text(result.penalty), result.late_days),
                *(result.handed_in, result.time_from, result.attempt, result.attempts),
                *(result.seed, csv_cell(notes(result))),
            ]
        )
    return BYTE_ORDER_MARK + csv_text(rows)
