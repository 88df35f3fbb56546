"""A whole class as a table in Markdown, as a job of GitHub Actions shows it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from autograder.lab import Lab
from autograder.outputs.content import checked
from autograder.outputs.markdown import SIZE_LIMIT, escape, text_of
from autograder.outputs.table import TableRow, table_row
from autograder.records import GRADED, Grade


def write_class(grades: Iterable[Grade], lab: Lab, options: argparse.Namespace) -> str:
    """Write a class."""
    return class_markdown(grades, lab.title)


def class_markdown(grades: Iterable[Grade], title: str) -> str:
    """Write a class as a table, for its instructor: reasons of a failed grader are shown.

    Raises
    ------
    OutputError
        If a record is damaged.
    """
    rows = [(grade.student, table_row(checked(grade))) for grade in grades]
    rows.sort(key=lambda row: row[0])
    parts = next(([escape(part.name) for part in row.parts] for _, row in rows if row.parts), [])
    lines = [f"## {escape(title)}", ""]
    lines += [f"| {' | '.join(['Student', 'Status', 'Score', *parts, 'Notes'])} |"]
    lines += ["| :-- | :-- | --: |" + " --: |" * len(parts) + " :-- |"]
    size = 0
    for place, (_, row) in enumerate(rows):
        line = _line(row)
        size += len(line.encode())
        if size >= SIZE_LIMIT // 2:
            lines += ["", f"{len(rows) - place} more students are in grades.csv."]
            break
        lines.append(line)
    return text_of(lines)


def _line(row: TableRow) -> str:
    graded = row.status == GRADED
    scores = [f"{part.score}/{part.max_score}" if graded else "-" for part in row.parts]
    total = f"{row.score}/{row.max_score}" if row.points is not None else "-"
    cells = [escape(row.student), row.status, f"**{total}**", *scores, escape(row.notes)]
    return f"| {' | '.join(cells)} |"
