"""The record of a grade, written whole and read back."""

import json
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.records import CheckResult, Grade, PartScore, write_whole

text = st.text(st.characters(exclude_categories=()), max_size=20)
points = st.integers(0, 100)
seconds = st.floats(0, 1e6)
checks = st.builds(
    CheckResult, text, text, text, points, points, text, text,
    st.none() | st.dictionaries(text, text, max_size=2), seconds,
)  # fmt: skip
grades = st.builds(
    Grade,
    student=text,
    status=text,
    score=points,
    max_score=points,
    seed=st.integers(0, 2**32 - 1),
    secret=text,
    digest=st.none() | text,
    sandbox=st.lists(text, max_size=2).map(tuple),
    seconds=seconds,
    reason=st.none() | text,
    parts=st.lists(st.builds(PartScore, text, points, points), max_size=2).map(tuple),
    checks=st.lists(checks, max_size=2).map(tuple),
)


@given(grades)
def test_a_grade_is_read_as_it_was_written(grade):
    assert Grade.from_json(grade.to_json()) == grade


@given(grades)
def test_a_written_grade_is_ascii(grade):
    assert grade.to_json().isascii()


WHOLE = json.loads(Grade("s", "graded", 1, 2, 0).to_json())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"said": ' + "[" * 100_000,
        "3",
        "null",
        "{}",
        json.dumps(WHOLE | {"extra": 1}),
        json.dumps(WHOLE | {"parts": 3}),
        json.dumps(WHOLE | {"parts": [3]}),
        json.dumps(WHOLE | {"checks": [{"name": "x"}]}),
        json.dumps({k: v for k, v in WHOLE.items() if k != "student"}),
    ],
)
def test_what_is_not_a_grade_is_a_value_error(text):
    with pytest.raises(ValueError):
        Grade.from_json(text)


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "new" / "grade.json"
    write_whole(path, "one")
    write_whole(path, "two\n")
    assert path.read_bytes() == b"two\n"
    assert [p.name for p in path.parent.iterdir()] == ["grade.json"]


def test_a_file_has_the_mode_that_the_user_wants(tmp_path):
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "a", "x")
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_file_that_cannot_be_written_leaves_the_earlier_one(tmp_path, monkeypatch, error):
    path = tmp_path / "grade.json"
    write_whole(path, "one")

    def fail(descriptor):
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(error):
        write_whole(path, "two")
    assert path.read_text() == "one"
    assert [p.name for p in tmp_path.iterdir()] == ["grade.json"]
