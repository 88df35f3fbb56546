"""Summaries in Markdown, as a job of GitHub Actions or a comment shows them.

What comes from a record can be no Markdown and no HTML, and calls nobody: all punctuation is
escaped (CommonMark 0.31, 2.4), and names after ``@`` and numbers after ``#`` are taken apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from autograder.languages.translations import Language, say_in
from autograder.messages import say
from autograder.outputs.content import (
    FAILURE,
    Finding,
    checked,
    findings,
    more,
    note_on,
    rejection,
)
from autograder.outputs.table import notes
from autograder.records import ERROR, GRADED, PASSED, REJECTED, Grade

#: GitHub shows no summary of more than 1 MiB ("Workflow commands", job summaries).
SIZE_LIMIT = 1_000_000
#: Invisible; it keeps a mention or a reference from being one.
_APART = "\N{WORD JOINER}"
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_CALLS = re.compile(r"(?<=[@#])(?=\w)")


def escape(text: str) -> str:
    """Give Markdown that shows a line of text as it is."""
    return _PUNCTUATION.sub(r"\\\1", _CALLS.sub(_APART, text))


def prose(text: str) -> str:
    """Give Markdown that shows a line of text, what stands between backticks as code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # a backtick without another
        return escape(text)
    return "".join(
        f"<code>{escape(piece)}</code>" if index % 2 else escape(piece)
        for index, piece in enumerate(pieces)
    )


def summary_markdown(grade: Grade, title: str, languages: Sequence[Language]) -> str:
    """Write a student's result.

    Parameters
    ----------
    grade
        The record.
    title
        Of the lab.
    languages
        Of what is said beside the messages.

    Raises
    ------
    OutputError
        If the record is damaged.
    """
    grade = checked(grade)
    lines = [f"## {escape(title)}: {escape(grade.student)}", ""]
    if grade.status == ERROR:
        return _text([*lines, escape(say_in(languages, FAILURE, " "))])
    score = say("Score: {score} of {max_score}", score=grade.score, max_score=grade.max_score)
    lines += [f"**{escape(say_in(languages, score))}**", ""]
    if grade.status == REJECTED:
        return _text([*lines, escape(say_in(languages, rejection(grade), " "))])
    if grade.reason:
        lines += [escape(say_in(languages, note_on(grade.reason), " ")), ""]
    part, points = say_in(languages, say("Part")), say_in(languages, say("Points"))
    lines += [f"| {part} | {points} |", "| :-- | --: |"]
    lines += [f"| {escape(part.name)} | {part.score}/{part.max_score} |" for part in grade.parts]
    passed = [f"- {escape(f'{c.part}: {c.name}')}" for c in grade.checks if c.outcome == PASSED]
    lines += ["", *_to_fix(findings(grade, languages), languages)]
    if passed:
        heading = say_in(languages, say("Passed: {count}", count=len(passed)))
        lines += [f"<details><summary>{heading}</summary>", "", *passed, "", "</details>"]
    return _text(lines)


def _to_fix(found: Sequence[Finding], languages: Sequence[Language]) -> list[str]:
    if not found:
        return [say_in(languages, say("Every check passed.")), ""]
    lines, size = [f"### {say_in(languages, say('What to fix'))}", ""], 0
    for shown, finding in enumerate(found):
        lost = say_in(languages, say("points lost: {points}", points=finding.points))
        block = [f"#### {escape(finding.part)}: {lost}", ""]
        block += [*(f"- {escape(title)}" for title in finding.titles), ""]
        block += [prose(finding.message), ""]
        block += [line for hint in finding.hints for line in (f"> {prose(hint)}", ">")][:-1]
        block += [""] if finding.hints else []
        size += _size(block)
        if size > SIZE_LIMIT // 2:  # the rest of the room is that of the checks that passed
            return [*lines, say_in(languages, more(len(found) - shown)), ""]
        lines += block
    return lines


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
        total = f"{grade.score}/{grade.max_score}" if grade.status != ERROR else "-"
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
    return _text(lines)


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip("\n") + "\n"
