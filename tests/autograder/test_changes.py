"""What is said of a grade that is not what it was."""

import csv
import io
from dataclasses import replace

import pytest

from autograder.records import (
    ERROR,
    FAILED,
    GRADED,
    PASSED,
    REJECTED,
    TIMEOUT,
    CheckResult,
    Grade,
)
from autograder.results.changes import Change, change_between, changes_csv, changes_text
from autograder.results.keys import CAUSES
from tests.autograder.conftest import harmless

MADE = dict.fromkeys(CAUSES, "0")


def check(name, points, outcome=None):
    outcome = outcome or (PASSED if points else FAILED)
    return CheckResult(name, f"t.py::{name}", "Part", points, 2, outcome, "", None, 0.0)


def grade(*checks, **more):
    known = {"student": "ann", "status": GRADED, "max_score": 4, "seed": 0, "made_from": MADE}
    return Grade(score=sum(c.points for c in checks), checks=checks, **(known | more))


BEFORE = grade(check("one", 2), check("two", 0))


def test_the_same_is_no_change():
    assert change_between(BEFORE, replace(BEFORE, seconds=9.0)) is None
    assert change_between(BEFORE, replace(BEFORE, made_from=MADE | {"seed": "1"})) is None


@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause_is_named_by_what_differs(cause):
    after = grade(check("one", 0), check("two", 2), made_from=MADE | {cause: "1"})
    change = change_between(BEFORE, after)
    assert (change.before, change.after) == (2, 2)
    assert change.reasons == (CAUSES[cause], "lost one", "gained two")


def test_several_causes_and_other_checks_are_all_named():
    after = grade(check("one", 2), check("three", 1), made_from=MADE | {"files": "1", "seed": "1"})
    assert change_between(BEFORE, after).reasons == (
        CAUSES["files"],
        CAUSES["seed"],
        "new: three",
        "gone: two",
    )


def test_nothing_is_guessed_where_nothing_is_known():
    after = grade(check("one", 2), check("two", 2), made_from={})
    [reason, _] = change_between(BEFORE, after).reasons
    assert reason == "one of the two records does not say what it was made from"


def test_what_is_not_certain_is_said():
    after = grade(replace(check("one", 0, TIMEOUT), certain=False), check("two", 0))
    assert "the clock on the wall" in change_between(BEFORE, after).reasons[0]


def test_a_status_is_told_with_its_reason():
    made = MADE | {"files": "1"}
    change = change_between(BEFORE, grade(status=REJECTED, reason="it is\nempty", made_from=made))
    assert change.reasons == (CAUSES["files"], "graded became rejected (it is\nempty)")
    back = change_between(grade(status=ERROR, reason="broke"), BEFORE)
    assert back.reasons == ("error became graded",)
    assert (back.before, back.after) == (None, 2)


def test_text_and_table_are_harmless():
    hostile = Change("=cmd()\x1b[2J", 1, 2, ("+1\x07", "b", "c", "d"))
    text = changes_text([hostile])
    assert all(harmless(line.strip().replace("  ", " ")) for line in text.splitlines())
    assert text.endswith("; ...")
    rows = list(csv.reader(io.StringIO(changes_csv([hostile]))))
    assert rows[1][0].startswith("'=cmd()") and rows[1][3].startswith("'+1")
    assert rows[1][3].endswith("b; c; d")
