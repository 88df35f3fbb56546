"""A check as a student's page shows it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from autograder import records
from autograder.diagnosis.hints import alternatives
from autograder.languages import SOURCE_LANGUAGE
from autograder.languages.translations import Language
from autograder.messages import render, say
from autograder.pages.drawing import picture
from autograder.pages.names import NO_NAMES
from autograder.records import CheckResult, builds_on

OUTCOMES = {
    records.PASSED: say("passed"),
    records.FAILED: say("not right yet"),
    records.TIMEOUT: say("out of time"),
    records.CRASHED: say("no answer"),
    records.NOT_REACHED: say("not reached"),
}
UNWRITTEN = say("not written yet")
_END = re.compile("(?<=[.?!]) +(?=[A-Z])|(?<=[\\u3002\\uff01\\uff1f])(?=.)")
_CODE = re.compile(r"`([^`]+)`")


@dataclass
class Check:
    """A check in one language.

    Attributes
    ----------
    message
        What was found, in sentences.
    builds
        Whether it was not reached since it builds on a check that does not pass.
    hints
        Of several, one is right.
    """

    title: str
    anchor: str
    points: float
    max_points: float
    outcome: str
    passed: bool
    reached: bool
    builds: bool
    message: tuple[Markup, ...]
    message_language: str
    hints: tuple[Markup, ...]
    pictures: tuple[Markup, ...]


def unwritten(check: CheckResult) -> bool:
    """Return whether a check found code that is not written yet."""
    return ((check.said or {}).get("values") or {}).get("kind") == "NotImplementedError"


def shown_check(
    check: CheckResult, number: int, language: Language, names: re.Pattern[str] = NO_NAMES
) -> Check:
    """Make of a result what is shown of it; the number makes its anchor, and `names` are code."""
    said, english = check.said or {}, render(check.said or {}, str)
    told = bool(said) and (language.tag != SOURCE_LANGUAGE or english == check.message)
    message = language.say(_with_code(said)) if told else check.message
    translated = bool(said) and language.say(said) != english
    sentences = tuple(code(text, names) for text in _sentences(check, message, language))
    hints = tuple(map(code, alternatives(hint_of(check, language.tag), language)))
    if check.outcome == records.TIMEOUT and not hints:  # what is asked there leads on
        sentences, asked = sentences[:1], sentences[1:]
        hints = (Markup(language.space).join(asked),) if asked else ()
    outcome = OUTCOMES.get(check.outcome, check.outcome)
    return Check(
        title=language.say(check.name),
        anchor=f"{language.tag}-{number}",
        points=check.points,
        max_points=check.max_points,
        outcome=language.say(UNWRITTEN if unwritten(check) else outcome),
        passed=check.outcome == records.PASSED,
        reached=check.outcome != records.NOT_REACHED,
        builds=bool(builds_on(check)),
        message=sentences,
        message_language=language.tag if translated else SOURCE_LANGUAGE,
        hints=hints,
        pictures=tuple(
            drawn for figure in check.figures if (drawn := picture(figure, language.say))
        ),
    )


def _with_code(said: Any) -> Any:
    """Mark what is a line of code among the values of a message, as hints do."""
    if not isinstance(said, Mapping) or not isinstance(said.get("values"), Mapping):
        return said
    values = {
        name: f"`{value}`" if name == "code" and "`" not in str(value) else _with_code(value)
        for name, value in said["values"].items()
    }
    return {**said, "values": values}


def _sentences(check: CheckResult, message: str, language: Language) -> list[str]:
    """Take a message apart into its first sentences, with its values, and those without any."""
    if not check.said:
        return [message] if message else []
    template = language.say({"text": check.said.get("text", ""), "values": {}})
    last: list[str] = []
    for sentence in reversed(_END.split(template)[1:]):
        if "{" in sentence or not message.endswith(sentence):
            break
        last.insert(0, sentence)
        message = message.removesuffix(sentence).rstrip()
    return [text for text in (message, *last) if text]


def hint_of(check: CheckResult, language: str) -> str:
    """Return the hint of a check's diagnosis, in a language; empty if there is none."""
    hints = (check.diagnosis or {}).get("hints") or {}
    found = hints.get(language) or hints.get(SOURCE_LANGUAGE) or next(iter(hints.values()), "")
    return str(found)


def alike(checks: Iterable[Check]) -> list[list[Check]]:
    """Put checks together of which exactly the same is to be said."""
    groups: dict[tuple[object, ...], list[Check]] = {}
    for check in checks:
        said = (check.outcome, check.message, check.hints, check.pictures)
        groups.setdefault(said, []).append(check)
    return list(groups.values())


# Nothing is said twice --------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Where on the page something is said: in a step, or else with a check of this title."""

    anchor: str
    title: str = ""
    step: int = 0


@dataclass(frozen=True)
class Hint:
    """One of the hints to a check, and where it was said before if it was."""

    text: Markup
    told: Place | None


@dataclass(frozen=True)
class Told:
    """What is to be said of a check in one place of the page.

    Attributes
    ----------
    message, message_told
        What was found, without what follows it and was said before; and where the whole was said.
    hints
        Of several, one is right.
    """

    message: Markup
    message_told: Place | None
    message_language: str
    hints: tuple[Hint, ...]

    @property
    def hints_told(self) -> Place | None:
        """Where all hints were said before, if that is one place."""
        places = {hint.told for hint in self.hints}
        return places.pop() if len(places) == 1 else None

    @property
    def told(self) -> Place | None:
        """Where all of it was said before, if that is one place."""
        same = not self.hints or self.hints_told == self.message_told
        return self.message_told if same else None


class Telling:
    """Says what is to be said, and notes where, so that nothing need be said twice on a page.

    Parameters
    ----------
    space
        What stands between two sentences.
    """

    def __init__(self, space: str) -> None:
        self._space = Markup(space)
        self._said: dict[object, Place] = {}

    def tell(self, check: Check, place: Place) -> Told:
        """Say in this place what was found at a check, and its hints."""
        before = self._said.get(check.message) if check.message else None
        kept = [text for i, text in enumerate(check.message) if i == 0 or text not in self._said]
        told = Told(
            self._space.join(kept),
            before,
            check.message_language,
            tuple(Hint(text, self._said.get(text)) for text in check.hints),
        )
        for text in (check.message, *check.message[1:], *check.hints):
            self._said.setdefault(text, place)
        return told

    def tell_check(self, check: Check) -> Told:
        """Say it where the check stands."""
        return self.tell(check, Place(check.anchor, title=check.title))


@functools.lru_cache(maxsize=1024)
def code(text: str, names: re.Pattern[str] = NO_NAMES) -> Markup:
    """Escape a text and show as code what stands between backticks in it, and these names."""
    shown = []
    for i, piece in enumerate(_CODE.split(text)):
        for k, part in enumerate([piece] if i % 2 else names.split(piece)):
            as_code = i % 2 or k % 2
            shown.append(Markup("<code>{}</code>" if as_code else "{}").format(part))
    return Markup("").join(shown)
