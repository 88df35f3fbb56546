"""The record of a grade, written whole and read back."""

import json
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import records
from autograder.files import make_private, write_whole
from autograder.records import CheckResult, Grade, PartScore, RecordError, read_record
from autograder.results.members import read_class

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


@pytest.mark.parametrize("mask", [0, 0o022, 0o077])
def test_a_file_can_be_read_by_its_owner_only(tmp_path, mask):
    before = os.umask(mask)
    try:
        write_whole(tmp_path / "new" / "deep" / "a", "x")
        write_whole(tmp_path / "open" / "b", "x", 0o644)
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.rglob("*")}
    wanted = {"new": 0o700, "deep": 0o700, "a": 0o600}
    assert modes == wanted | {"open": 0o777 & ~mask, "b": 0o644 & ~mask}


def test_a_folder_that_is_there_becomes_private(tmp_path):
    (tmp_path / "a").mkdir(mode=0o755)
    make_private(tmp_path / "a")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


DAMAGED = {
    "deep": "[" * 100_000,
    "a long number": '{"score": ' + "9" * 10_000 + "}",
    "no text": b"\xff",
    "a list as a name": json.dumps(WHOLE | {"student": ["s"]}),
    "true points": json.dumps(WHOLE | {"score": True}),
    "no number": json.dumps(WHOLE | {"seconds": float("nan")}),
    "words of no kind": json.dumps(WHOLE | {"sandbox": [1]}),
    "a diagnosis that is none": Grade("s", "graded", 1, 2, 0, checks=(
        CheckResult("n", "i", "p", 0, 1, "failed", "m", ["x"], 0.0),)).to_json(),
}  # fmt: skip


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_record_is_named_and_the_others_are_read(tmp_path, content):
    for name in "abc":
        write_whole(tmp_path / name / "grade.json", Grade(name, "graded", 1, 2, 0).to_json())
    write_whole(tmp_path / "b" / "grade.json", content)
    problems = []
    assert [grade.student for grade in read_class(tmp_path, problems)] == ["a", "c"]
    (problem,) = problems
    assert str(tmp_path / "b" / "grade.json") in problem
    assert problem.endswith("grade that submission again")


@pytest.mark.parametrize("kind", ["a pipe", "a folder", "a loop", "too large"])
def test_a_record_that_is_no_file_is_named(tmp_path, kind, monkeypatch):
    path = tmp_path / "a" / "grade.json"
    path.parent.mkdir()
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    elif kind == "a loop":
        path.symlink_to(path)
    else:
        path.write_text("x" * 100)
        monkeypatch.setattr(records, "SIZE_LIMIT", 99)
    with pytest.raises(RecordError, match=r"grade\.json"):
        read_record(path)


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
