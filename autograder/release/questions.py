"""The questions of the students' notebook that a person grades, read from its source as text.

Pages need no more of it, and what reads it as a notebook takes seconds to import.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.lab import Lab
from autograder.release.headers import written_out
from autograder.release.notebook import SAID_IN

_CELL = re.compile(r"# %%(?P<markdown>.*?\[markdown\])?(?:.*?nbgrader=(?P<settings>\{.*\}))?")
_HEADING = re.compile(r"# #+ (.+)")
#: What a heading says in brackets at its end, such as the points.
_ASIDE = re.compile(
    r"\s*[(\N{FULLWIDTH LEFT PARENTHESIS}][^()]*[)\N{FULLWIDTH RIGHT PARENTHESIS}]$"
)


@dataclass(frozen=True)
class Question:
    """A question that a person grades.

    Attributes
    ----------
    name
        Of the cell of its answer, its `grade_id`.
    points
        What it can give.
    titles
        By language: the heading above the answer.
    """

    name: str
    points: float
    titles: dict[str, str]


def questions(lab: Lab) -> tuple[Question, ...]:
    """List the questions of a lab's notebook, in order; none if it has no notebook."""
    try:
        text = lab.notebook.read_text(encoding="utf-8") if lab.notebook else ""
    except (OSError, UnicodeDecodeError):  # `release` says what is wrong with it
        return ()
    return tuple(_questions(text, lab.languages[0]))


def _questions(text: str, first: str) -> Iterator[Question]:
    titles: dict[str, str] = {}
    language, asked = first, False
    for line in written_out(text).splitlines():
        if cell := _CELL.match(line):
            language, settings = first, _settings(cell["settings"])
            by_hand = settings.get("grade") and settings.get("solution") or settings.get("task")
            if by_hand and isinstance(points := settings.get("points"), int):
                yield Question(str(settings.get("grade_id")), points, titles)
                titles = {}
            # An answer's cell holds the marking guide.
            asked = bool(cell["markdown"]) and not settings.get("solution")
        elif not asked:
            continue
        elif said_in := SAID_IN.match(line.removeprefix("# ")):
            language = said_in[1]
        elif heading := _HEADING.match(line):
            others = {} if language == first else titles
            titles = others | {language: _ASIDE.sub("", heading[1])}


def _settings(text: str | None) -> dict[str, object]:
    try:
        settings = json.loads(text or "{}")
    except ValueError:
        return {}
    return settings if isinstance(settings, dict) else {}
