"""What is said of a grade that is not what it was."""

import csv
import io
from dataclasses import replace

from autograder.outputs.changes import Change, change_between, changes_csv, changes_text
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
from tests.autograder.conftest import harmless


def check(name, points, outcome=None):
    outcome = outcome or (PASSED if points else FAILED)
    return CheckResult(name, f"t.py::{name}", "Part", points, 2, outcome, "", None, 0.0)


def grade(*checks, **more):
    known = {"student": "ann", "status": GRADED, "max_score": 4, "seed": 0, "digest": "sha256:1"}
    return Grade(score=sum(c.points for c in checks), checks=checks, **(known | more))


BEFORE = grade(check("one", 2), check("two", 0))


def test_the_same_is_no_change():
    assert change_between(BEFORE, replace(BEFORE, seconds=9.0)) is None
    assert change_between(BEFORE, replace(BEFORE, digest="sha256:2", seed=1)) is None


def test_other_files_and_checks_are_named():
    after = grade(check("one", 0), check("two", 2), digest="sha256:2", seed=3, secret="ab")
    change = change_between(BEFORE, after)
    assert (change.before, change.after) == (2, 2)
    assert change.reasons == (
        "other files were handed in",
        "seed 0 became 3",
        "the secret of the draws is another one",
        "lost one",
        "gained two",
    )


def test_with_the_same_files_and_seed_it_was_the_suites():
    after = grade(check("one", 2), check("two", 2))
    assert change_between(BEFORE, after).reasons == ("a change of the suites", "gained two")
    added = grade(check("one", 2), check("three", 1))
    assert change_between(BEFORE, added).reasons[1:] == ("new: three", "gone: two")


def test_or_perhaps_the_machine():
    after = grade(check("one", 0, TIMEOUT), check("two", 0))
    assert "a limit of time was met" in change_between(BEFORE, after).reasons[0]


def test_a_status_is_told_with_its_reason():
    change = change_between(BEFORE, grade(status=REJECTED, reason="it is\nempty", digest=None))
    assert change.reasons == (
        "other files were handed in",
        "graded became rejected (it is\nempty)",
    )
    back = change_between(grade(status=ERROR, reason="broke"), BEFORE)
    assert back.reasons == ("error became graded",)


def test_text_and_table_are_harmless():
    hostile = Change("=cmd()\x1b[2J", 1, 2, ("+1\x07", "b", "c", "d"))
    text = changes_text([hostile])
    assert all(harmless(line.strip().replace("  ", " ")) for line in text.splitlines())
    assert text.endswith("; ...")
    rows = list(csv.reader(io.StringIO(changes_csv([hostile]))))
    assert rows[1][0].startswith("'=cmd()") and rows[1][3].startswith("'+1")
    assert rows[1][3].endswith("b; c; d")
