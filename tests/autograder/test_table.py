"""The tables that an instructor sees, with the names that students choose."""

import csv
import io
from dataclasses import replace

import pytest
from rich.console import Console

from autograder.messages import say, to_data
from autograder.outputs import table
from autograder.outputs.table import csv_table, notes, table_row, terminal_table
from autograder.records import CheckResult, Grade, PartScore
from tests.autograder.conftest import harmless

NAMES = ["=cmd()|'x'!A1", "[bold red]x[/]", "\x1b[2J\x07", "\u202eevil", "-rf", "日本", 'a,b\n"c']


def grade_of(student="s", status="graded", outcomes=(), reason=None):
    checks = tuple(CheckResult("n", "i", "P", 0, 1, o, "", None, 0.0) for o in outcomes)
    parts = (PartScore("P", 3, 5),)
    return Grade(student, status, 3, 5, 0, reason=reason, parts=parts, checks=checks)


def shown(grades, width=200):
    console = Console(width=width, file=io.StringIO(), force_terminal=True, color_system=None)
    console.print(terminal_table(list(map(table_row, grades)), "title"))
    return console.file.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_and_does_nothing(name):
    text = shown([grade_of(name, reason=name)])
    assert all(harmless(line) or line.split() for line in text.splitlines())
    assert "\x1b[2J" not in text
    assert "\x07" not in text
    assert "\u202e" not in text
    if name.startswith("["):
        assert "[bold red]x[/]" in text


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_no_formula(name):
    rows = list(csv.reader(io.StringIO(csv_table([table_row(grade_of(name, reason=name))]))))
    assert len(rows) == 2
    for cell in rows[1]:
        assert cell[:1] not in {"=", "+", "-", "@"}
        assert harmless(cell)


def test_every_student_has_a_row():
    grades = [grade_of(f"s{i}") for i in range(5)]
    assert len(csv_table(list(map(table_row, grades))).splitlines()) == 6
    assert all(f"s{i}" in shown(grades) for i in range(5))


def test_of_a_class_that_nobody_would_read_the_first_are_shown(monkeypatch):
    monkeypatch.setattr(table, "SHOWN", 2)
    text = shown([grade_of(f"s{i}") for i in range(5)])
    assert "s1" in text and "s2" not in text
    assert "3 more students are in grades.csv" in text


def test_parts_are_shown_of_who_was_graded():
    assert "3/5" in shown([grade_of()])
    line = next(
        x for x in shown([grade_of(status="error", reason="why")]).splitlines() if "why" in x
    )
    assert "-/5" in line and "3/5" not in line
    assert " - " in line


def test_notes_say_what_points_do_not():
    grade = grade_of(outcomes=["passed", "failed", "timeout", "timeout", "crashed", "not reached"])
    assert notes(grade) == "2 out of time; 1 crashed; 1 not reached"
    place = say("{file}, line {line} ({code})", file="a.py", line=7, code="while 1:")
    where = to_data(say("{method} {place}", method="A.fit", place=place))
    importing = to_data(say("{reason}", reason=say("{place}", place=place)))
    stopped = [replace(check, said=where) for check in grade.checks]
    assert notes(replace(grade, checks=stopped)).startswith("2 out of time in A.fit, a.py line 7;")
    stopped[3] = replace(stopped[3], said=importing)
    assert "in A.fit, a.py line 7 and elsewhere;" in notes(replace(grade, checks=stopped))
    assert "2 out of time in a.py line 7" in notes(replace(grade, checks=[stopped[3]] * 2))
    assert notes(grade_of(reason="a.py is missing")) == "a.py is missing"
    assert notes(grade_of()) == ""
