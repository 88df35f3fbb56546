"""A student's page: what to do first, what was found, and what is right."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from autograder import records
from autograder.lab import Lab
from autograder.languages import SOURCE_LANGUAGE
from autograder.languages.translations import Language
from autograder.messages import render, say
from autograder.outputs.content import MISSING_TEXT, late_text
from autograder.pages.drawing import bar, picture
from autograder.pages.site import Site
from autograder.records import CheckResult, Grade, mistakes_of

#: So many things are to be done first; who has done them gets the next.
STEPS = 3
OUTCOMES = {
    records.PASSED: say("passed"),
    records.FAILED: say("not right yet"),
    records.TIMEOUT: say("out of time"),
    records.CRASHED: say("no answer"),
    records.NOT_REACHED: say("not reached"),
}


@dataclass
class Check:
    """A check as it is shown, in one language."""

    title: str
    anchor: str
    points: float
    max_points: float
    outcome: str
    passed: bool
    message: Markup
    message_language: str
    hint: Markup
    told: Check | None
    pictures: list[Markup]


@dataclass
class Step:
    """One thing to do: what several failed checks have in common.

    Attributes
    ----------
    checks
        Those that it explains.
    rank
        The least is done first; the last number is the place of its first check.
    """

    rank: tuple[float, ...]
    checks: list[Check] = field(default_factory=list)

    @property
    def points(self) -> float:
        """What is lost by it."""
        return sum(check.max_points - check.points for check in self.checks)


def student_page(site: Site, grade: Grade) -> str:
    """Make a student's page from the record alone."""
    bodies = {
        language.tag: site.render("student.html", language, **_context(grade, site.lab, language))
        for language in site.languages
    }
    return site.page(f"{site.lab.title}: {grade.student}", bodies)


def _context(grade: Grade, lab: Lab, language: Language) -> dict[str, Any]:
    checks = [_check(check, i, language) for i, check in enumerate(grade.checks)]
    parts = []
    for part in grade.parts:
        those = [c for c, r in zip(checks, grade.checks, strict=True) if r.part == part.name]
        failed = _alike(check for check in those if not check.passed)
        _tell_once(failed)
        parts.append(
            {
                "name": language.say(part.name),
                "score": part.score,
                "max_score": part.max_score,
                "bar": bar(part.score / part.max_score if part.max_score else 0.0),
                "failed": failed,
                "passed": [check for check in those if check.passed],
            }
        )
    steps = find_steps(grade.checks, checks, lab)
    lossy = {part.name for part in grade.parts if part.score < part.max_score}
    together = {part.name for part in lab.parts if part.whole}
    return {
        "grade": grade,
        "title": language.say(lab.title),
        "parts": parts,
        "steps": steps[:STEPS],
        "more": max(0, len(steps) - STEPS),
        "reason": code(reason_of(grade, language)),
        "together": [language.say(name) for name in sorted(lossy & together) if lossy - together],
        "anchor": language.tag,
        "when": when(grade),
        "due": shown_time(grade.due),
        "late": language.say(late_text(grade)),
        "nothing": language.say(MISSING_TEXT),
        "all_passed": grade.score == grade.max_score
        or bool(checks)
        and all(check.passed for check in checks),
    }


def when(grade: Grade, *, zone: bool = True) -> str:
    """Say when a submission was handed in, to the minute, and in which zone; it may be empty."""
    return shown_time(grade.handed_in, zone=zone)


def shown_time(moment: str, *, zone: bool = True) -> str:
    """Write a time of a record, to the minute, and its zone; nothing if it is empty."""
    form = "%Y-%m-%d %H:%M %Z" if zone else "%Y-%m-%d %H:%M"
    return datetime.datetime.fromisoformat(moment).strftime(form) if moment else ""


def _alike(checks: Iterable[Check]) -> list[list[Check]]:
    """Put checks together of which exactly the same is to be said."""
    groups: dict[tuple[str, ...], list[Check]] = {}
    for check in checks:
        said = (check.outcome, check.message, check.hint, *check.pictures)
        groups.setdefault(said, []).append(check)
    return list(groups.values())


def _tell_once(groups: Iterable[list[Check]]) -> None:
    """Note of checks whose hint was given before where that was."""
    first: dict[Markup, Check] = {}
    for group in groups:
        before = first.setdefault(group[0].hint, group[0])
        if before is not group[0]:
            group[0].told = before


def _check(check: CheckResult, number: int, language: Language) -> Check:
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
        told=None,
        pictures=[drawn for figure in check.figures if (drawn := picture(figure, language.say))],
    )


def reason_of(grade: Grade, language: Language) -> str:
    """Say why a submission was not graded, or not whole; empty if it was."""
    return language.say(grade.said) if grade.said else grade.reason or ""


def hint_of(check: CheckResult, language: str) -> str:
    """Return the hint of a check's diagnosis, in a language; empty if there is none."""
    hints = (check.diagnosis or {}).get("hints") or {}
    return str(hints.get(language) or hints.get(SOURCE_LANGUAGE) or "")


def find_steps(results: Sequence[CheckResult], checks: Sequence[Check], lab: Lab) -> list[Step]:
    """Put failed checks with the same reason together, in the order in which to fix them.

    What is certain comes first: a known mistake, or what breaks the contract whatever its reason,
    as a wrong type or an exception. Then comes what the numbers say, and last what nothing is known
    of. Of equally certain things the one on which more points depend comes first; where that is
    equal too, the suites' order is from the simple to what is made of it.

    A part that uses several classes at once fails with any mistake. Its checks count where they
    were put down to a mistake in another part; by itself it comes into it only when all others are
    right. What was not reached has no reason of its own.
    """
    order = {part.name: i for i, part in enumerate(lab.parts)}
    together = {part.name for part in lab.parts if part.whole}
    steps: dict[tuple[str, ...], Step] = {}
    alone: dict[tuple[str, ...], bool] = {}
    for place, (result, check) in enumerate(zip(results, checks, strict=True)):
        if check.passed or result.outcome == records.NOT_REACHED:
            continue
        hint, names = hint_of(result, SOURCE_LANGUAGE), mistakes_of(result)
        reason = ("mistakes", *names) if names and hint else ("hint", hint)
        reason = reason if hint else ("message", result.message)
        step = steps.setdefault(reason, Step((3,)))
        step.checks.append(check)
        alone[reason] = alone.get(reason, True) and result.part in together
        rank = (_certainty(result), 0, order.get(result.part, len(order)), place)
        step.rank = min(step.rank, rank)
    for step in steps.values():
        step.rank = (step.rank[0], -step.points, *step.rank[2:])
    apart = {r.part for r in results if r.outcome != records.PASSED} - together
    kept = [step for reason, step in steps.items() if not apart or not alone[reason]]
    return sorted(kept, key=lambda step: step.rank)


def _certainty(result: CheckResult) -> int:
    """Return how certain it is what is wrong: 0 for certainty, 2 if nothing is known."""
    known = result.diagnosis or {}
    if mistakes_of(result) or known.get("exact") or result.outcome != records.FAILED:
        return 0
    return 1 if hint_of(result, SOURCE_LANGUAGE) else 2


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
