"""The grade of the attempt before is kept beside a record."""

from dataclasses import replace

import pytest

from autograder.course.feedback import part_text
from autograder.records import EARLIER, FILE_NAME, read_record
from autograder.results.earlier import read_earlier, record_before, write_record
from autograder.results.results import Results
from tests.autograder.pages import check, diagnosis, grade


def attempt(number, points=1, **fields):
    one = replace(grade("s", [check(i) for i in range(points)]), digest=f"sha256:{number}")
    return replace(one, **fields)


def test_the_notebook_says_what_has_changed(lab):
    known = diagnosis(hints={"en": "Look.", "zh-TW": "\u770b\u3002"})
    failed = [check(i, outcome="failed", message="m", diagnosis=known) for i in (1, 2)]
    before = replace(grade("s", [check(0, outcome="failed"), check(1), failed[1]]), digest="a")
    now = replace(grade("s", [check(0), *failed]), digest="b")
    text = part_text(now, "Doubler", lab, before)
    assert text.startswith("Doubler: 2 / 6\nin the last attempt: 2 / ")
    assert "check number 0  (2 / 2)\n    did not pass in the last attempt / " in text
    assert "check number 1  (0 / 2)\n    passed in the last attempt / " in text
    assert text.count("Look.") == 1 and "Hint: the same as for \u201ccheck number 1\u201d" in text
    assert "last attempt" not in part_text(now, "Doubler", lab)


@pytest.fixture
def folder(tmp_path):
    """Give a function that writes records of a student, one after another."""

    def write(*grades):
        for one in grades:
            write_record(tmp_path / "s", one, record_before(tmp_path / "s"))
        return tmp_path / "s"

    return write


def test_the_grade_of_other_files_is_kept(folder):
    first, second = attempt(1), attempt(2)
    there = folder(first)
    assert read_earlier(there) is None
    folder(second)
    assert read_earlier(there) == first and read_record(there / FILE_NAME) == second
    folder(attempt(3))
    assert read_earlier(there) == second


def test_the_same_files_graded_again_are_no_other_attempt(folder):
    there = folder(attempt(1), attempt(2), attempt(2, seed=9), attempt(2, points=3))
    assert read_earlier(there) == attempt(1)


def test_what_was_refused_is_an_attempt_and_a_failure_of_the_grader_is_none(folder):
    refused = attempt(0, status="rejected", digest=None, checks=(), made_from={"files": "a"})
    there = folder(refused, attempt(2))
    assert read_earlier(there) == refused
    folder(attempt(0, status="error", digest=None), attempt(4))
    assert read_earlier(there) == attempt(2)


def test_a_damaged_one_is_as_good_as_none(folder):
    there = folder(attempt(1), attempt(2))
    (there / EARLIER).write_text("{")
    assert read_earlier(there) is None


def test_what_is_decided_holds_for_the_attempt_before_as_well(folder, lab):
    there = folder(attempt(1, points=2), attempt(2, points=2))
    (there.parent / "decisions.toml").write_text(
        "[[decision]]\nkind = 'weight'\nwho='x'\nwhy='y'\npoints=40\npart='Doubler'\n"
        "when = 2026-01-01T00:00:00+00:00\n"
    )
    parts = (replace(lab.parts[0], points=4),)
    earlier = Results(there.parent, replace(lab, parts=parts)).earlier("s")
    assert earlier is not None and earlier.parts[0].score == 40
