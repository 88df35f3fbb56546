"""What students have been shown stays as it was, and nothing of it goes down unsaid."""

import json
import shutil

import pytest

from autograder import cli
from autograder.results.members import Members
from autograder.results.snapshots import newest
from tests.autograder.conftest import write_files
from tests.autograder.test_decisions import decide, grade_of, table


@pytest.fixture
def graded(here, lab, tmp_path):
    """Give the folder of a graded class of three, without having graded it."""
    out = tmp_path / "grades"
    for student in ("ann", "bob", "eve"):
        record(out, student, (student != "bob", True, True))
    return out


def record(out, student, passed=(True, True, True)):
    write_files(out / student, {"grade.json": grade_of(student, passed).to_json()})


def files_in(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_snapshot_holds_all_that_is_shown(here, lab, graded, capsys):
    decide(here, "points", "bob", "5", "--part", "Doubler")
    assert here("publish") == cli.OK
    assert "published as number 1: 3 students" in capsys.readouterr().out
    folder = graded / "published" / "1"
    assert sorted(path.name for path in folder.iterdir()) == [
        *("ann", "bob", "eve", "exports", "grades.csv", "index.html", "snapshot.json")
    ]
    assert table(folder)["bob"]["score"] == "7"
    assert "5 points of Doubler" in (folder / "bob" / "index.html").read_text()
    assert newest(graded).of("bob").score == 7
    assert (graded / "published").stat().st_mode & 0o077 == 0


def test_nothing_in_a_snapshot_changes(here, graded):
    assert here("publish") == cli.OK
    before = files_in(graded / "published" / "1")
    decide(here, "points", "bob", "6")
    assert here("publish") == cli.OK
    assert files_in(graded / "published" / "1") == before
    assert newest(graded).number == 2 and newest(graded).of("bob").score == 6


def test_what_would_change_is_shown_with_the_reason(here, graded, capsys):
    assert here("publish", "--show") == cli.OK
    assert "nothing has been published yet" in capsys.readouterr().out
    assert here("publish") == cli.OK
    assert here("publish", "--show") == cli.OK
    capsys.readouterr()
    decide(here, "points", "bob", "6")
    assert "1 grades would change, 0 of them for the worse" in capsys.readouterr().out
    record(graded, "zoe")
    assert here("publish", "--show") == cli.LOW
    said = capsys.readouterr().out
    assert "against what was published as 1" in said
    assert "bob  3 -> 6  decided: 6 points (a reason; Prof. X)" in said.replace(
        "one of the two records does not say what it was made from; ", ""
    )
    assert "zoe  - -> 6  not published yet" in said


def test_nothing_goes_down_without_a_word(here, graded, capsys):
    assert here("publish") == cli.OK
    record(graded, "ann", (False, True, True))
    decide(here, "excuse", "eve")
    capsys.readouterr()
    assert here("publish") == cli.USAGE
    assert "2 students would have less than they have been shown: ann, eve" in (
        capsys.readouterr().err
    )
    assert here("publish", "--lower", "ann") == cli.USAGE
    assert not (graded / "published" / "2").exists()
    assert here("publish", "--lower", "ann, eve") == cli.OK
    assert newest(graded).of("ann").score == 3


def test_who_has_left_is_told_too(here, graded, tmp_path, capsys):
    assert here("publish") == cli.OK
    members = Members()
    members.add(tmp_path / "class", ["ann", "bob"], False)
    members.write(graded)
    assert here("publish") == cli.USAGE
    assert "have been shown: eve" in capsys.readouterr().err
    assert here("publish", "--lower", "eve") == cli.OK
    assert sorted(newest(graded).folders) == ["ann", "bob"]


def test_a_record_that_cannot_be_read_stops_it(here, graded, capsys):
    (graded / "bob" / "grade.json").write_text("{")
    assert here("publish") == cli.USAGE
    assert "nothing is published: " in capsys.readouterr().err
    assert not (graded / "published").exists()


@pytest.mark.parametrize("text", ["", "[]", '{"version": "9", "when": "x"}', '{"version": 1}'])
def test_a_damaged_snapshot_is_told(here, graded, capsys, text):
    assert here("publish") == cli.OK
    (graded / "published" / "1" / "snapshot.json").write_text(text)
    assert here("publish") == cli.USAGE
    assert "can't be read; restore it" in capsys.readouterr().err


@pytest.mark.parametrize("student", ["bob", "eve"])  # who is in the class, and who has left it
def test_a_damaged_record_in_a_snapshot_is_told(here, graded, tmp_path, capsys, student):
    assert here("publish") == cli.OK
    members = Members()
    members.add(tmp_path / "class", ["ann", "bob"], False)
    members.write(graded)
    (graded / "published" / "1" / student / "grade.json").write_text("{")
    assert here("publish", "--show") == cli.USAGE
    assert f"published/1/{student}/grade.json can't be read" in capsys.readouterr().err


def test_a_failure_leaves_no_part_of_a_snapshot(here, graded, monkeypatch, capsys):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("autograder.pages.write.class_page", full)
    assert here("publish") == cli.USAGE
    assert "No space left" in capsys.readouterr().err
    assert list((graded / "published").iterdir()) == []


def test_a_snapshot_says_its_version(here, graded):
    assert here("publish") == cli.OK
    text = (graded / "published" / "1" / "snapshot.json").read_text()
    assert json.loads(text)["version"] == 1 and json.loads(text)["lab"] == "small"
    shutil.rmtree(graded / "published")
    assert newest(graded) is None
