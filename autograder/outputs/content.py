"""What all formats share: a record's content made safe, and what in it belongs together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.errors import UserError
from autograder.languages import languages
from autograder.languages.catalogues import speakers
from autograder.messages import render
from autograder.outputs.words import LANGUAGES, word
from autograder.records import (
    CRASHED,
    ERROR,
    FAILED,
    GRADED,
    NOT_REACHED,
    PASSED,
    REJECTED,
    TIMEOUT,
    CheckResult,
    Grade,
)
from autograder.text import clean

NAME_LIMIT, MESSAGE_LIMIT, HINT_LIMIT = 200, 1000, 1500
_OUTCOMES = (PASSED, FAILED, TIMEOUT, CRASHED, NOT_REACHED)


class OutputError(UserError):
    """A grade can't be written in this format; the text says why and what to do."""


@dataclass(frozen=True)
class Finding:
    """Failed checks of a part that say the same.

    Attributes
    ----------
    part
        The part.
    titles
        The checks' titles, in order.
    points
        What they cost together.
    message
        What is wrong; one line.
    hints
        What leads on, one for each language that was asked for, each with its label.
    """

    part: str
    titles: tuple[str, ...]
    points: int
    message: str
    hints: tuple[str, ...]


def checked(grade: Grade) -> Grade:
    """Give the same grade with every text made one harmless line of bounded length.

    Raises
    ------
    OutputError
        If a record holds something else than the grader writes, such as a score that is no number.
    """
    try:
        return replace(
            grade,
            student=clean(grade.student, NAME_LIMIT),
            status=_one_of(grade.status, (GRADED, REJECTED, ERROR)),
            score=_points(grade.score),
            max_score=_points(grade.max_score),
            seconds=_seconds(grade.seconds),
            reason=clean(grade.reason, MESSAGE_LIMIT) if grade.reason else None,
            parts=tuple(
                replace(
                    part,
                    name=clean(part.name, NAME_LIMIT),
                    score=_points(part.score),
                    max_score=_points(part.max_score),
                )
                for part in grade.parts
            ),
            checks=tuple(map(_checked, grade.checks)),
        )
    except (TypeError, AttributeError, ValueError) as error:
        who = clean(str(grade.student), NAME_LIMIT)
        raise OutputError(
            f"the record of {who} is damaged ({clean(str(error))}); grade that submission again"
        ) from error


def _checked(check: CheckResult) -> CheckResult:
    return replace(
        check,
        name=clean(check.name, NAME_LIMIT),
        id=clean(check.id, NAME_LIMIT),
        part=clean(check.part, NAME_LIMIT),
        points=_points(check.points),
        max_points=_points(check.max_points),
        outcome=_one_of(check.outcome, _OUTCOMES),
        message=clean(check.message, MESSAGE_LIMIT),
        seconds=_seconds(check.seconds),
    )


def _one_of(value: Any, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ValueError(f"{str(value)!r} is not one of {', '.join(known)}")
    return str(value)


def _points(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is not a number of points")
    return value


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a time in seconds")
    return float(value) if math.isfinite(value) and value >= 0 else 0.0


def translated(grade: Grade, locale: Path | None) -> Grade:
    """Add to each failed check's hints what was found, in the languages that the record is not in.

    Parameters
    ----------
    grade
        A record as the grader wrote it.
    locale
        Of the lab: its translations.
    """
    others = list(zip(languages(), speakers(locale), strict=True))[1:]
    return replace(grade, checks=tuple(_translated(check, others) for check in grade.checks))


def _translated(check: CheckResult, others: list[tuple[str, Callable[[str], str]]]) -> CheckResult:
    if check.outcome == PASSED or not isinstance(check.said, dict):
        return check
    known = check.diagnosis if isinstance(check.diagnosis, dict) else {}
    found = {language: render(check.said, translate) for language, translate in others}
    return replace(check, diagnosis={**known, "found": found})


def hints_of(check: CheckResult, languages: Sequence[str] = LANGUAGES) -> tuple[str, ...]:
    """Give a check's hints in these languages, and before each what was found, if it is known."""
    known = check.diagnosis if isinstance(check.diagnosis, dict) else {}
    found, hints = known.get("found"), known.get("hints")
    lines = []
    for language in languages:
        for key, texts in (("", found), ("hint", hints)):
            text = texts.get(language) if isinstance(texts, dict) else None
            if isinstance(text, str) and text.strip():
                text = clean(text, HINT_LIMIT)
                lines.append(word(key, [language], text=text) if key else text)
    return tuple(lines)


def findings(grade: Grade, languages: Sequence[str] = LANGUAGES) -> list[Finding]:
    """Put together what says the same, such as a file that can't be read, at a dozen checks.

    Parameters
    ----------
    grade
        A `checked` one.
    languages
        Of the hints.
    """
    alike: dict[tuple[str, str, tuple[str, ...]], list[CheckResult]] = {}
    for check in grade.checks:
        if check.outcome != PASSED:
            hints = hints_of(check, languages)
            alike.setdefault((check.part, check.message, hints), []).append(check)
    return [
        Finding(
            part=part,
            titles=tuple(check.name for check in checks),
            points=sum(check.max_points - check.points for check in checks),
            message=message,
            hints=hints,
        )
        for (part, message, hints), checks in alike.items()
    ]
