"""A check as a student's page shows it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from autograder import records
from autograder.languages import SOURCE_LANGUAGE
from autograder.languages.translations import Language
from autograder.messages import render, say
from autograder.pages.drawing import picture
from autograder.records import CheckResult

OUTCOMES = {
    records.PASSED: say("passed"),
    records.FAILED: say("not right yet"),
    records.TIMEOUT: say("out of time"),
    records.CRASHED: say("no answer"),
    records.NOT_REACHED: say("not reached"),
}


@dataclass(frozen=True)
class Place:
    """Where on the page something was said: in a step, or else with a check of this title."""

    anchor: str
    title: str = ""
    step: int = 0


@dataclass
class Check:
    """A check in one language.

    Attributes
    ----------
    message_told, hint_told
        Where the same was said before, if it was.
    """

    title: str
    anchor: str
    points: float
    max_points: float
    outcome: str
    passed: bool
    message: Markup
    message_language: str
    hint: Markup
    pictures: list[Markup]
    message_told: Place | None = None
    hint_told: Place | None = None

    @property
    def place(self) -> Place:
        """Where the check stands."""
        return Place(self.anchor, title=self.title)

    @property
    def told(self) -> Place | None:
        """Where all that there is to say was said before, if it was at one place."""
        there = self.message_told
        return there if not self.hint or self.hint_told == there else None


def shown_check(check: CheckResult, number: int, language: Language) -> Check:
    """Make of a result what is shown of it; the number makes its anchor."""
    message = (
        language.say(check.said)
        if check.said and language.tag != SOURCE_LANGUAGE
        else check.message
    )
    translated = bool(check.said) and message != render(check.said, str)
    return Check(
        title=language.say(check.name),
        anchor=f"{language.tag}-{number}",
        points=check.points,
        max_points=check.max_points,
        outcome=language.say(OUTCOMES.get(check.outcome, check.outcome)),
        passed=check.outcome == records.PASSED,
        message=code(message),
        message_language=language.tag if translated else SOURCE_LANGUAGE,
        hint=code(hint_of(check, language.tag)),
        pictures=[drawn for figure in check.figures if (drawn := picture(figure, language.say))],
    )


def hint_of(check: CheckResult, language: str) -> str:
    """Return the hint of a check's diagnosis, in a language; empty if there is none."""
    hints = (check.diagnosis or {}).get("hints") or {}
    return str(hints.get(language) or hints.get(SOURCE_LANGUAGE) or "")


def alike(checks: Iterable[Check]) -> list[list[Check]]:
    """Put checks together of which exactly the same is to be said."""
    groups: dict[tuple[str, ...], list[Check]] = {}
    for check in checks:
        said = (check.outcome, check.message, check.hint, *check.pictures)
        groups.setdefault(said, []).append(check)
    return list(groups.values())


class Telling:
    """Notes what was said where on a page, so that nothing need be said twice."""

    def __init__(self) -> None:
        self._said: dict[str, Place] = {}

    def tell(self, text: str, place: Place) -> Place | None:
        """Return where a text was said before; if nowhere, it is said in this place."""
        before = self._said.setdefault(text, place)
        return before if text and before is not place else None

    def tell_check(self, check: Check) -> None:
        """Note where the message and the hint of a check were said before."""
        place = check.place
        check.message_told = self.tell(check.message, place)
        check.hint_told = self.tell(check.hint, place)


_CODE = re.compile(r"`([^`]+)`")


@functools.lru_cache(maxsize=4096)
def code(text: str) -> Markup:
    """Escape a text and show as code what stands between backticks in it."""
    pieces = _CODE.split(text)
    shown = [
        Markup("<code>{}</code>").format(piece) if i % 2 else Markup.escape(piece)
        for i, piece in enumerate(pieces)
    ]
    return Markup("").join(shown)
