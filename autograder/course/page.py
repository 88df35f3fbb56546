"""The page of a course: every student's points in all labs, and a way to each lab's pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from urllib.parse import quote

from autograder.course.report import Report
from autograder.course.totals import course_students, most_points
from autograder.intake.entries import student_name
from autograder.lab import Lab
from autograder.languages.translations import lab_languages
from autograder.messages import say
from autograder.pages import PAGE, TEMPLATES
from autograder.pages.site import Site
from autograder.text import points_text


def course_page(
    labs: Sequence[Lab], reports: Mapping[str, Report], folder: Path, wanted: Sequence[str] = ()
) -> str:
    """Make the page.

    Parameters
    ----------
    labs
        Of the course, at least one; its languages are those of the first.
    reports
        Each lab's name -> what the gradebook has of it.
    folder
        Where the page is to lie; the pages of each lab are in a folder of its name there.
    wanted
        The languages, if not all.
    """
    site = Site(labs[0], wanted)
    students = course_students(reports)
    titles = {lab.name: _titles(lab) for lab in labs}
    totals = {
        lab.name: [given.total for s in students if (given := s.labs[lab.name])] for lab in labs
    }
    bodies = {
        language.tag: site.render(
            "course.html",
            language,
            labs=[(lab.name, titles[lab.name].get(language.tag, lab.title)) for lab in labs],
            students=students,
            named=any(s.row.first_name or s.row.last_name for s in students),
            most={name: points_text(report.max_score) for name, report in reports.items()},
            most_in_all=points_text(most_points(reports)),
            means={
                name: _mean([t for t in each if t is not None]) for name, each in totals.items()
            },
            handed_in={name: len(each) for name, each in totals.items()},
            points=points_text,
            link=lambda *names: _link(folder, *names),
            student_name=student_name,
        )
        for language in site.languages
    }
    script = (TEMPLATES / "sort.js").read_text(encoding="utf-8")
    return site.page(site.languages[0].say(say("The course")), bodies, script)


def _titles(lab: Lab) -> dict[str, str]:
    return {language.tag: language.say(lab.title) for language in lab_languages(lab)}


def _mean(numbers: Sequence[float]) -> str:
    return f"{mean(numbers):.1f}" if numbers else "\u2013"


def _link(folder: Path, *names: str) -> str:
    """Return the address of a page below the folder; empty if it is not there."""
    there = (folder / Path(*names) / PAGE).is_file()
    return "/".join([*(quote(name, safe="") for name in names), PAGE]) if there else ""
