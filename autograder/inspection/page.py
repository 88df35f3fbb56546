"""Shows an inspection as a page, which holds the student's code beside the checks.

It is for the instructor alone: it has hidden checks and their numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from autograder.examiner.findings import Finding
from autograder.inspection.arrays import Comparison, compare
from autograder.inspection.run import Inspection, source_of
from autograder.languages import SOURCE_LANGUAGE
from autograder.pages import TEMPLATES
from autograder.pages.site import Site
from autograder.records import PASSED
from autograder.text import clean


@dataclass(frozen=True)
class Line:
    """A line of code: its number, its text, an anchor to go to, and whether it stands out."""

    number: int
    text: str
    anchor: str = ""
    marked: bool = False


class InspectionSite(Site):
    """A site whose pages have code and tables of numbers in them."""

    @cached_property
    def style(self) -> str:
        """The style sheet of all pages, and what code needs besides."""
        return super().style + (TEMPLATES / "inspection.css").read_text(encoding="utf-8")


def inspection_page(inspection: Inspection) -> str:
    """Make a page of an inspection; it is in English, as everything for instructors is."""
    site = InspectionSite(inspection.lab, [SOURCE_LANGUAGE])
    (language,) = site.languages
    marked = {
        (frame.file, frame.line)
        for finding in inspection.shown
        if finding.trace
        for frame in finding.trace.frames
    }
    numbers = {name: number for number, name in enumerate(inspection.found.files, 1)}
    body = site.render(
        "inspection.html",
        language,
        inspection=inspection,
        student=clean(inspection.student),
        files=[
            (name, _lines(text, numbers[name], {line for file, line in marked if file == name}))
            for name, text in inspection.found.files.items()
        ],
        findings=[_context(inspection, finding) for finding in inspection.shown],
        anchors={key: f"file-{numbers[key[0]]}-{key[1]}" for key in marked if key[0] in numbers},
    )
    title = f"{inspection.lab.title}: {clean(inspection.student)}, inspected"
    return site.page(title, {language.tag: body})


def _lines(text: str, file: int, marked: set[int]) -> list[Line]:
    return [
        Line(number, line, f"file-{file}-{number}" if number in marked else "", number in marked)
        for number, line in enumerate(text.split("\n"), 1)
    ]


def _context(inspection: Inspection, finding: Finding) -> dict[str, Any]:
    first, lines = source_of(inspection.lab, finding.check)
    passed = finding.outcome == PASSED
    compared: Comparison | None = compare(finding.arrays) if finding.arrays else None
    return {
        "finding": finding,
        "check": finding.check,
        "passed": passed,
        "source": [
            Line(number, line, marked=number == finding.line and not passed)
            for number, line in enumerate(lines, first)
        ],
        "compared": compared,
    }
