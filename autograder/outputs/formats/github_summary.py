"""A student's result in Markdown, as a job of GitHub Actions or a comment shows it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from autograder.lab import Lab
from autograder.languages.translations import Language, say_in
from autograder.messages import say
from autograder.outputs.content import (
    Finding,
    checked,
    findings,
    more,
    note_on,
    rejection,
    without_score,
)
from autograder.outputs.markdown import SIZE_LIMIT, escape, prose, size_of, text_of
from autograder.records import PASSED, REJECTED, Grade

FILE_NAME = "summary.md"


def write(grade: Grade, lab: Lab, options: argparse.Namespace) -> str:
    """Write a student's result."""
    return summary_markdown(grade, lab.title, options.languages)


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
    if grade.points is None:
        return text_of([*lines, escape(say_in(languages, without_score(grade)[1], " "))])
    score = say("Score: {score} of {max_score}", score=grade.score, max_score=grade.max_score)
    lines += [f"**{escape(say_in(languages, score))}**", ""]
    if grade.status == REJECTED:
        return text_of([*lines, escape(say_in(languages, rejection(grade), " "))])
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
    return text_of(lines)


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
        size += size_of(block)
        if size > SIZE_LIMIT // 2:  # the rest of the room is that of the checks that passed
            return [*lines, say_in(languages, more(len(found) - shown)), ""]
        lines += block
    return lines
