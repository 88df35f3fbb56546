"""A whole class as a table in Markdown, as a job of GitHub Actions shows it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from autograder.lab import Lab
from autograder.outputs.content import checked
from autograder.outputs.markdown import SIZE_LIMIT, escape, text_of
from autograder.outputs.table import notes
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
    rows, size, left_out = [], 0, 0
    parts: list[str] = []
    for grade in map(checked, grades):
        parts = parts or [escape(part.name) for part in grade.parts]
        scores = [
            f"{p.score}/{p.max_score}" if grade.status == GRADED else "-" for p in grade.parts
        ]
        total = f"{grade.score}/{grade.max_score}" if grade.points is not None else "-"
        cells = [escape(grade.student), grade.status, f"**{total}**", *scores, escape(notes(grade))]
        row = f"| {' | '.join(cells)} |"
        size += len(row.encode())
        rows += [row] if size < SIZE_LIMIT // 2 else []
        left_out += size >= SIZE_LIMIT // 2
    head = ["Student", "Status", "Score", *parts, "Notes"]
    lines = [f"## {escape(title)}", "", f"| {' | '.join(head)} |"]
    lines += ["| :-- | :-- | --: |" + " --: |" * len(parts) + " :-- |", *rows]
    if left_out:
        lines += ["", f"{left_out} more students are in grades.csv."]
    return text_of(lines)
