"""What all formats share: a record's content made safe, and what in it belongs together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.errors import UserError
from autograder.languages import SOURCE_LANGUAGE
from autograder.languages.translations import Language
from autograder.messages import Message, say
from autograder.records import (
    CRASHED,
    ERROR,
    EXCUSED,
    FAILED,
    GRADED,
    MISSING,
    NOT_REACHED,
    PASSED,
    REJECTED,
    TIMEOUT,
    CheckResult,
    Grade,
)
from autograder.text import clean, points_text

NAME_LIMIT, MESSAGE_LIMIT, HINT_LIMIT = 200, 1000, 1500
FILES = say("The files handed in")
FAILURE_TITLE = say("Not graded yet")
FAILURE = say(
    "The grader itself failed, so no score was given. This says nothing about your code. Please "
    "tell your instructor, who can see the reason and grade it again."
)
MISSING_TITLE, MISSING_TEXT = say("Not handed in"), say("Nothing was handed in.")
EXCUSED_TITLE = say("Excused")
EXCUSED_TEXT = say("Your instructor has excused you from this, so there is no score.")
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
    points: float
    message: str
    hints: tuple[str, ...]


def checked(grade: Grade) -> Grade:
    """Return the same grade with every text made one harmless line of bounded length.

    Raises
    ------
    OutputError
        If a record holds something else than the grader writes, such as a score that is no number.
    """
    try:
        return replace(
            grade,
            student=clean(grade.student, NAME_LIMIT),
            status=_one_of(grade.status, (GRADED, REJECTED, MISSING, ERROR, EXCUSED)),
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


def without_score(grade: Grade) -> tuple[Message, Message]:
    """Return a title and a text for a grade without points."""
    if grade.status == EXCUSED:
        return EXCUSED_TITLE, EXCUSED_TEXT
    if grade.status == MISSING:
        return MISSING_TITLE, MISSING_TEXT
    return FAILURE_TITLE, FAILURE


def rejection(grade: Grade) -> Message:
    """Say why a submission was not graded."""
    return say(
        "This submission could not be graded: {reason}. Correct that and hand in again.",
        reason=grade.reason or "-",
    )


def note_on(reason: str) -> Message:
    """Say what a submission lacks that was graded all the same."""
    return say("Please note: {reason}.", reason=reason)


def late_text(grade: Grade) -> Message:
    """Say how late a submission was, and what that costs."""
    return say(
        "Late days: {days}; points taken off for them: {points}.",
        days=grade.late_days,
        points=points_text(grade.penalty),
    )


def more(count: int) -> Message:
    """Say how many findings are left out."""
    return say("{count} more findings are not shown here.", count=count)


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


def _points(value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value < math.inf:
        raise ValueError(f"{value!r} is not a number of points")
    return value  # type: ignore[no-any-return]


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a time in seconds")
    return float(value) if math.isfinite(value) and value >= 0 else 0.0


def place_of(check: CheckResult) -> str:
    """Say at which line a check failed, ``Layer.forward, layer.py line 7``; empty if at none."""
    said = check.said
    match said:
        case {"values": {"reason": {"values": {"place": _}} as importing}}:
            said = importing
    match said:
        case {"values": {"place": {"values": {"file": str(file), "line": str(line)}}, **rest}}:
            method = rest.get("method")
            name = f"{method}, " if isinstance(method, str) else ""
            return clean(f"{name}{file} line {line}", NAME_LIMIT)
    return ""


#: A hint that was given, in a language -> the title of the check that it was given at.
Given = dict[tuple[str, str], str]


def hints_of(
    check: CheckResult, languages: Sequence[Language], given: Given | None = None
) -> tuple[str, ...]:
    """Return a check's hints in these languages, and before each what was found.

    The message itself is English, so what was found is not said in English again.

    Parameters
    ----------
    check
        A `checked` one.
    languages
        Of the hints.
    given
        What was given before, which is not repeated; this check's hints are added.
    """
    known = check.diagnosis if isinstance(check.diagnosis, dict) else {}
    hints = known.get("hints")
    lines = []
    for language in languages:
        if language.tag != SOURCE_LANGUAGE and isinstance(check.said, dict):
            lines.append(clean(language.say(check.said), HINT_LIMIT))
        hint = hints.get(language.tag) if isinstance(hints, dict) else None
        if isinstance(hint, str) and hint.strip():
            first = check.name
            if given is not None:
                first = given.setdefault((language.tag, hint), first)
            said = say("Hint: {text}", text=clean(hint, HINT_LIMIT))
            if first != check.name:
                said = say("Hint: the same as for \u201c{title}\u201d", title=first)
            lines.append(language.say(said))
    return tuple(line for line in lines if line.strip())


def findings(grade: Grade, languages: Sequence[Language]) -> list[Finding]:
    """Put together what says the same, such as a file that can't be read, at a dozen checks.

    A hint that several of them have stands with the first.

    Parameters
    ----------
    grade
        A `checked` one.
    languages
        Of the hints.
    """
    given: Given = {}
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
            hints=hints_of(checks[0], languages, given),
        )
        for (part, message, _), checks in alike.items()
    ]
