"""The page of a class: how it did, what it did not understand, and a way to every student."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from autograder import records
from autograder.diagnosis.review import count_mistakes, find_groups, told_mistake
from autograder.intake.entries import FILE_DATE, student_name
from autograder.languages.translations import Language
from autograder.messages import say
from autograder.pages import PAGE, TEMPLATES
from autograder.pages.drawing import bar, histogram
from autograder.pages.shown import builds_on, code, hint_of
from autograder.pages.site import Site
from autograder.pages.student import reason_of, when
from autograder.records import Grade

BINS = 10
#: So many names of a list are shown at once.
SHOWN = 8
STATUSES = {
    records.GRADED: say("graded"),
    records.REJECTED: say("rejected"),
    records.MISSING: say("not handed in"),
    records.ERROR: say("the grader failed"),
    records.EXCUSED: say("excused"),
}


@dataclass
class Loss:
    """What a check cost the class."""

    title: str
    part: str
    points: float
    students: int
    share: Markup


def class_page(site: Site, grades: Sequence[Grade]) -> str:
    """Make the page of a class; the students' pages lie in folders beside it."""
    bodies = {
        language.tag: site.render("class.html", language, **_context(site, grades, language))
        for language in site.languages
    }
    script = (TEMPLATES / "sort.js").read_text(encoding="utf-8")
    return site.page(site.lab.title, bodies, script)


def page_link(student: str) -> str:
    """Return the address of a student's page, as seen from the class's."""
    return f"{quote(student_name(student), safe='')}/{PAGE}"


def _context(site: Site, grades: Sequence[Grade], language: Language) -> dict[str, Any]:
    graded = [grade for grade in grades if grade.status == records.GRADED]
    scores = [grade.score for grade in graded]
    most = math.ceil(max((grade.max_score for grade in graded), default=site.lab.max_score))
    return {
        "title": language.say(site.lab.title),
        "anchor": language.tag,
        "grades": grades,
        "parts": [language.say(part.name) for part in site.lab.parts],
        "names": [part.name for part in site.lab.parts],
        "graded": graded,
        "mean": f"{mean(scores):.1f}" if scores else "–",
        "median": f"{median(scores):g}" if scores else "–",
        "full": sum(grade.score == grade.max_score for grade in graded),
        "histogram": _distribution(scores, most, language),
        "losses": _losses(graded, language),
        "mistakes": _mistakes(graded, language),
        "groups": _groups(site, graded, language),
        "ungraded": [(g, reason_of(g, language)) for g in grades if g.status != records.GRADED],
        "partly": [(g, reason_of(g, language)) for g in graded if g.reason],
        "statuses": {status: language.say(text) for status, text in STATUSES.items()},
        "link": page_link,
        "named": any(grade.name for grade in grades),
        "timed": any(grade.handed_in for grade in grades),
        "late": any(grade.late_days for grade in grades),
        "again": any(grade.attempts > 1 for grade in grades),
        "by_date": any(grade.time_from == FILE_DATE for grade in grades),
        "when": when,
        "shown": SHOWN,
        "points": lambda grade: {part.name: part.score for part in grade.parts},
        "broken": lambda grade: sum(
            c.outcome in _BROKEN and not builds_on(c) for c in grade.checks
        ),
    }


_BROKEN = frozenset({records.TIMEOUT, records.CRASHED, records.NOT_REACHED})


def _distribution(scores: Sequence[float], most: int, language: Language) -> Markup:
    """Draw how many have how much; a full score has a column of its own."""
    least = max(1, -(-most // BINS))
    # Of equal width, if there is one that fits; else the last is narrower.
    width = next((w for w in range(least, 2 * least) if most % w == 0), least)
    edges = [*range(0, most, width), most]
    counts = [0] * len(edges)
    for score in scores:
        counts[len(edges) - 1 if score >= most else max(0, int(score // width))] += 1
    names = [
        f"{a}–{b - 1}" if b - 1 > a else f"{a}" for a, b in zip(edges, edges[1:], strict=False)
    ]
    names.append(f"{most}")
    told = ", ".join(f"{name}: {count}" for name, count in zip(names, counts, strict=True) if count)
    title = language.say("Students by score. {told}", told=told)
    return histogram(counts, names, title)


def _losses(grades: Sequence[Grade], language: Language) -> list[Loss]:
    """Add up the points that each check cost, most first."""
    found: dict[str, Loss] = {}
    for check in (check for grade in grades for check in grade.checks):
        loss = found.setdefault(
            check.id, Loss(language.say(check.name), language.say(check.part), 0, 0, Markup(""))
        )
        loss.points += check.max_points - check.points
        loss.students += check.points < check.max_points
    losses = sorted((loss for loss in found.values() if loss.points), key=lambda loss: -loss.points)
    for loss in losses:
        loss.share = bar(loss.students / len(grades))
    return losses


def _mistakes(grades: Sequence[Grade], language: Language) -> list[tuple[str, Markup, list[str]]]:
    """Return name, hint and students of each known mistake, the most frequent first."""
    hints: dict[str, Markup] = {}
    for check in (check for grade in grades for check in grade.checks):
        if name := told_mistake(check):
            hints.setdefault(name, code(hint_of(check, language.tag)))
    return [(name, hints[name], students) for name, students in count_mistakes(grades).items()]


def _groups(
    site: Site, grades: Sequence[Grade], language: Language
) -> list[tuple[tuple[str, ...], list[str]]]:
    titles = {check.id: language.say(check.name) for grade in grades for check in grade.checks}
    return [
        (group.students, [titles[c] for c in group.checks])
        for group in find_groups(grades, site.lab)
    ]
