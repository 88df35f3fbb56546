"""A student's page: what to do first, what has changed, what was found, and what is right."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from autograder import records
from autograder.course.report import Score
from autograder.lab import Lab
from autograder.languages.translations import Language, say_in
from autograder.messages import and_also, join, listed, say
from autograder.outputs.content import MISSING_TEXT, late_text
from autograder.pages.answers import answers_shown
from autograder.pages.drawing import bar
from autograder.pages.graph import marks
from autograder.pages.graph_drawing import draw
from autograder.pages.shown import Check, Place, Telling, alike, code, shown_check, unwritten
from autograder.pages.site import Site
from autograder.pages.steps import Step, find_steps
from autograder.records import Grade
from autograder.results.earlier import since

#: So many things are to be done first; who has done them gets the next.
STEPS = 3
TO_FIX = say("To fix")
BUILDS = say("Not reached: it builds on another check")
LATE = say("Not run: graded once the code ends in time")


def student_page(
    site: Site, grade: Grade, earlier: Grade | None = None, given: Mapping[str, Score] | None = None
) -> str:
    """Make a student's page.

    Parameters
    ----------
    site
        The pages of the run.
    grade
        The student's result.
    earlier
        That of the attempt before.
    given
        The points that the answers in the notebook have in a gradebook, by question; None if they
        are not known.
    """
    bodies = {
        language.tag: site.render(
            "student.html", language, **_context(site, grade, earlier, given, language)
        )
        for language in site.languages
    }
    title = say_in(site.languages, site.lab.title)
    return site.page(f"{grade.student} \N{EN DASH} {title}", bodies)


def _context(
    site: Site,
    grade: Grade,
    earlier: Grade | None,
    given: Mapping[str, Score] | None,
    language: Language,
) -> dict[str, Any]:
    lab, tag = site.lab, language.tag
    checks = [shown_check(c, i, language, site.names) for i, c in enumerate(grade.checks)]
    steps = find_steps(grade.checks, checks, lab)
    telling = Telling(language.space)
    for number, step in enumerate(steps[:STEPS], 1):
        place = Place(f"{tag}-step-{number}", step=number)
        step.said = telling.tell(step.checks[0], place)
        step.command = site.graph.command(step.ids[0]) if site.graph else ""
    parts = []
    for part in grade.parts:
        those = [c for c, r in zip(checks, grade.checks, strict=True) if r.part == part.name]
        failed = alike(check for check in those if not check.passed and check.reached)
        builds = alike(check for check in those if check.builds)
        late = alike(check for check in those if not check.reached and not check.builds)
        parts.append(
            {
                "name": language.say(part.name),
                "score": part.score,
                "max_score": part.max_score,
                "bar": bar(part.score / part.max_score if part.max_score else 0.0),
                "lost": [
                    (
                        language.say(heading),
                        sum(map(len, groups)),
                        [(group, telling.tell_check(group[0])) for group in groups],
                    )
                    for heading, groups in ((TO_FIX, failed), (BUILDS, builds), (LATE, late))
                    if groups
                ],
                "passed": [check for check in those if check.passed],
            }
        )
    by_id = {r.id: c for r, c in zip(grade.checks, checks, strict=True)}
    outcomes = {result.id: result.outcome for result in grade.checks}
    return {
        "grade": grade,
        "title": language.say(lab.title),
        "parts": parts,
        "steps": steps[:STEPS],
        "more": max(0, len(steps) - STEPS),
        "reason": code(reason_of(grade, language)),
        "together": _together(grade, lab, language),
        "anchor": tag,
        "when": when(grade),
        "due": shown_time(grade.due),
        "late": language.say(late_text(grade)),
        "nothing": language.say(MISSING_TEXT),
        "all_passed": grade.score == grade.max_score
        or bool(checks)
        and all(check.passed for check in checks),
        "untouched": bool(grade.checks) and all(map(unwritten, grade.checks)),
        "graph": _graph(site, outcomes, by_id, steps[:STEPS], language),
        "since": _since(grade, earlier, by_id),
        "answers": answers_shown(site.questions, given, language),
    }


def _together(grade: Grade, lab: Lab, language: Language) -> list[tuple[str, str]]:
    """Name the parts that may have lost points by a mistake in others, and these."""
    lossy = [part.name for part in grade.parts if part.score < part.max_score]
    used = {name: [each for each in lossy if each in lab.uses(name)] for name in lossy}
    return [
        (language.say(name), language.say(join(listed, map(language.say, others))))
        for name, others in used.items()
        if others
    ]


def _graph(
    site: Site,
    outcomes: Mapping[str, str],
    by_id: Mapping[str, Check],
    steps: Sequence[Step],
    language: Language,
) -> dict[str, Any] | None:
    """Draw where in the lab's graph checks failed; nothing where none of them is in it."""
    if site.graph is None:
        return None
    found = marks(site.graph, outcomes, [step.ids for step in steps])
    failed = [
        {
            "label": site.graph.full_label(node, language),
            "failed": mark.failed,
            "anchor": by_id[mark.first].anchor,
        }
        for node in site.graph.nodes
        if (mark := found[node.name]).failed
    ]
    if not any(mark.passed or mark.failed for mark in found.values()):
        return None
    key = [say("The numbers are those of the steps above.")] if failed and steps else []
    if any(mark.unreached for mark in found.values()):
        key.append(say("Checks at a place marked ? were not reached."))
    title = site.graph.title[language.tag]
    places = join(and_also, [f"\N{BALLOT X} {node['label']}" for node in failed] or [""])
    told = language.say("{name}: {text}", name=title, text=language.say(places))
    return {
        "title": title,
        "picture": draw(site.graph, found, language.tag, told if failed else title),
        "to_fix": failed,
        "key": [*(language.say(text) for text in key), site.graph.caption.get(language.tag, "")],
    }


def _since(
    grade: Grade, earlier: Grade | None, by_id: Mapping[str, Check]
) -> dict[str, Any] | None:
    """Say what is different from the attempt before."""
    change = since(earlier, grade)
    if change is None or earlier is None:
        return None
    return {
        "change": change,
        "ungraded": earlier.status != records.GRADED,
        "fixed": [by_id[check] for check in change.fixed],
        "broken": [by_id[check] for check in change.broken],
    }


def when(grade: Grade, *, zone: bool = True) -> str:
    """Say when a submission was handed in, to the minute, and in which zone; it may be empty."""
    return shown_time(grade.handed_in, zone=zone)


def shown_time(moment: str, *, zone: bool = True) -> str:
    """Write a time of a record, to the minute, and its zone; nothing if it is empty."""
    form = "%Y-%m-%d %H:%M %Z" if zone else "%Y-%m-%d %H:%M"
    return datetime.datetime.fromisoformat(moment).strftime(form) if moment else ""


def reason_of(grade: Grade, language: Language) -> str:
    """Say why a submission was not graded, or not whole; empty if it was."""
    return language.say(grade.said) if grade.said else grade.reason or ""
