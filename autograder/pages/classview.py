"""The page of a class: how it did, what it did not understand, and a way to every student."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median
from urllib.parse import quote

from markupsafe import Markup

from autograder import records
from autograder.diagnosis.review import Review, told_mistake
from autograder.intake.entries import FILE_DATE, student_name
from autograder.languages.translations import Language
from autograder.messages import say
from autograder.outputs.table import TableRow, table_row
from autograder.pages import PAGE, TEMPLATES
from autograder.pages.drawing import bar, histogram
from autograder.pages.shown import code, hint_of
from autograder.pages.site import Site
from autograder.pages.student import reason_of, when
from autograder.records import CheckResult, Grade

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
    points: float = 0
    students: int = 0


def class_page(site: Site, results: Iterable[Grade]) -> Iterator[str]:
    """Make the page of a class; the students' pages lie in folders beside it.

    Returns
    -------
    iterator of str
        Its pieces. All results have been gone through by then, once, and none is kept.
    """
    view = _View(site)
    for result in results:
        view.add(result)
    bodies = {language.tag: view.body(language) for language in site.languages}
    script = (TEMPLATES / "sort.js").read_text(encoding="utf-8")
    return site.pieces(site.lab.title, bodies, script)


def page_link(student: str) -> str:
    """Return the address of a student's page, as seen from the class's."""
    return f"{quote(student_name(student), safe='')}/{PAGE}"


class _View:
    """What the page tells, taken down one student after the other."""

    def __init__(self, site: Site):
        self._site = site
        self._rows: list[TableRow] = []
        #: Why somebody was not graded, or not whole, in each language.
        self._ungraded: list[tuple[TableRow, dict[str, str]]] = []
        self._partly: list[tuple[TableRow, dict[str, str]]] = []
        self._review = Review(site.lab)
        self._losses: dict[str, Loss] = {}
        self._titles: dict[str, str] = {}
        self._examples: dict[str, CheckResult] = {}

    def add(self, result: Grade) -> None:
        """Look at a student's result."""
        self._rows.append(row := table_row(result))
        graded = result.status == records.GRADED
        if result.reason or not graded:
            said = {each.tag: reason_of(result, each) for each in self._site.languages}
            (self._partly if graded else self._ungraded).append((row, said))
        if not graded:
            return
        self._review.add(result)
        for check in result.checks:
            self._titles[check.id] = check.name
            loss = self._losses.setdefault(check.id, Loss(check.name, check.part))
            loss.points += check.max_points - check.points
            loss.students += check.points < check.max_points
            if name := told_mistake(check):
                self._examples.setdefault(name, check)

    def body(self, language: Language) -> Iterator[Markup]:
        """Make the page's text in a language."""
        rows, say = self._rows, language.say
        graded = [row for row in rows if row.status == records.GRADED]
        scores = [row.score for row in graded]
        most = math.ceil(max((row.max_score for row in graded), default=self._site.lab.max_score))
        return self._site.render(
            "class.html",
            language,
            title=say(self._site.lab.title),
            anchor=language.tag,
            rows=rows,
            parts=[say(part.name) for part in self._site.lab.parts],
            names=[part.name for part in self._site.lab.parts],
            graded=len(graded),
            mean=f"{mean(scores):.1f}" if scores else "–",
            median=f"{median(scores):g}" if scores else "–",
            full=sum(row.score == row.max_score for row in graded),
            histogram=_distribution(scores, most, language),
            losses=self._lost(len(graded), language),
            mistakes=[
                (name, code(hint_of(self._examples[name], language.tag)), students)
                for name, students in self._review.mistakes().items()
            ],
            groups=[
                (group.students, [say(self._titles[check]) for check in group.checks])
                for group in self._review.groups()
            ],
            remarks=[(r, said[language.tag]) for r, said in (*self._ungraded, *self._partly)],
            statuses={status: say(text) for status, text in STATUSES.items()},
            link=page_link,
            named=any(row.name for row in rows),
            timed=any(row.handed_in for row in rows),
            late=any(row.late_days for row in rows),
            again=any(row.attempts > 1 for row in rows),
            by_date=any(row.time_from == FILE_DATE for row in rows),
            when=when,
            shown=SHOWN,
            points=lambda row: {part.name: part.score for part in row.parts},
        )

    def _lost(self, graded: int, language: Language) -> list[tuple[Loss, str, str, Markup]]:
        """Return the points that each check cost, most first, with its names and a bar."""
        losses = sorted(
            (loss for loss in self._losses.values() if loss.points), key=lambda loss: -loss.points
        )
        return [
            (loss, language.say(loss.title), language.say(loss.part), bar(loss.students / graded))
            for loss in losses
        ]


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
