"""A grade holds until something changes that it depends on, and the class is always whole."""

import csv
import json
import os
import random
import shutil
import signal
import subprocess
import time
from types import SimpleNamespace

import pytest

from autograder import cli, grading
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.grading import Run
from autograder.intake.entries import Entry
from autograder.jail.sandbox import LOCKDOWN, Sandbox
from autograder.lab import Limits
from autograder.lab_file import load_lab
from autograder.records import ERROR, FAILED, read_record
from autograder.results.keys import CAUSES, FILES, key_of_entries, keys_of
from autograder.results.members import left_out, read_class, read_members
from tests.autograder.command_line import command, environment, run
from tests.autograder.conftest import COUNTER, RIGHT, write_files, write_lab

WRONG = {"doubler.py": "class Doubler:\n    def forward(self, x):\n        return x\n"}


@pytest.fixture
def fast(here, lab, monkeypatch):
    """Give a function that grades without a jail; it returns who was really graded."""
    shutil.rmtree(lab.sample)
    monkeypatch.setattr("autograder.jail.probe.find_sandbox", lambda *_: Sandbox((), 0, 0, None))
    graded = []

    def full(run, entry, examiner):
        graded.append(entry.student)
        blank = run.blank(entry.student, "graded", None)
        return type(blank)(**{**vars(blank), "score": blank.max_score, "digest": "sha256:0"})

    monkeypatch.setattr(grading, "_graded", full)

    def grade(*words, status=cli.OK):
        graded.clear()
        assert here("grade", "class", "--sandbox", "none", "--out", "out", *words) == status
        return sorted(graded)

    return grade


@pytest.fixture
def folder(lab, monkeypatch, tmp_path):
    """Give a class of three in the current folder."""
    monkeypatch.chdir(tmp_path)
    for student in ("ann", "bob", "eve"):
        write_files(tmp_path / "class" / student, RIGHT)
    return tmp_path / "class"


def rows(out):
    with (out / "grades.csv").open(encoding="utf-8-sig") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


# What is graded again --------------------------------------------------------------------------


def test_what_is_unchanged_is_not_graded_again(fast, folder, tmp_path, capsys):
    assert fast() == ["ann", "bob", "eve"]
    before = (tmp_path / "out" / "ann" / "grade.json").read_bytes()
    capsys.readouterr()
    assert fast() == []
    assert "3 submissions, 3 as they were graded before" in capsys.readouterr().out
    assert (tmp_path / "out" / "ann" / "grade.json").read_bytes() == before
    assert fast("--fresh") == ["ann", "bob", "eve"]


def test_what_has_changed_is_graded_again(fast, folder):
    fast()
    write_files(folder / "bob", WRONG)
    assert fast() == ["bob"]
    (folder / "eve" / "counter.py").unlink()
    assert fast() == ["eve"]
    assert fast("--seed", "1") == ["ann", "bob", "eve"]


def test_a_damaged_record_is_made_again(fast, folder, tmp_path):
    fast()
    (tmp_path / "out" / "eve" / "grade.json").write_text("{")
    assert fast() == ["eve"]


def change(path, text):
    path.write_text(path.read_text() + text)


def test_there_is_a_digest_for_each_cause(tmp_path, monkeypatch):
    root = tmp_path / "lab"
    write_lab(root)

    def keys(layers=(LOCKDOWN,), seed=0, secret=PUBLIC_SECRET):
        return keys_of(
            Run(load_lab(root / "lab.toml"), Sandbox(layers, 0, 0, None), Draws(seed, secret))
        )

    def differs(now):
        return {cause for cause in now if now[cause] != before[cause]}

    before = keys()
    assert keys() == before and [FILES, *before] == list(CAUSES)
    assert differs(keys(())) == {"sandbox"}
    assert differs(keys(seed=1)) == {"seed"}
    assert differs(keys(secret=bytes([1] * 32))) == {"secret"}
    change(root / "lab.toml", "\n")
    assert differs(keys()) == set()
    change(root / "hidden" / "test_doubler.py", "\n")
    assert differs(keys()) == {"suites"}
    text = (root / "lab.toml").read_text().replace("[limits]", "[limits]\ncall = 7")
    (root / "lab.toml").write_text(text)
    assert differs(keys()) == {"suites", "limits"}
    (root / "lab.toml").write_text(text.replace("points = 4", "points = 5"))
    assert differs(keys()) == {"suites", "limits", "lab"}
    before = keys()
    change(root / "solution" / "doubler.py", "\n")
    assert differs(keys()) == {"hints"}
    before = keys()
    monkeypatch.setattr("autograder.results.keys._GRADING", ["checks"])
    monkeypatch.setattr("autograder.results.keys.np", SimpleNamespace(__version__="0"))
    assert differs(keys()) == {"engine", "versions"}


def test_the_key_covers_every_byte_that_was_handed_in(tmp_path, lab):
    def key(path, limits=lab.limits):
        return key_of_entries([Entry("s", path)], limits)

    folder = write_files(tmp_path / "s", RIGHT)
    found = [key(folder)]
    write_files(folder, {"more.py": ""})
    found.append(key(folder))
    (folder / "more.py").write_bytes(b"\n")
    found.append(key(folder))
    (folder / "link").symlink_to("more.py")
    found.append(key(folder))
    (folder / "link").unlink()
    assert key(folder) == found[-2]
    archive = tmp_path / "s.zip"
    for content in (b"PK", b"PL"):
        archive.write_bytes(content)
        found.append(key(archive))
    assert len(set(found)) == len(found) and None not in found
    assert key(tmp_path / "nobody") is None
    assert key(folder, Limits(entries=1)) is None
    write_files(folder, {"large": bytes(2 << 20)})
    assert key(folder, Limits(unpacked_mib=1)) is None


def test_what_a_lost_process_decided_is_not_kept(tmp_path, lab):
    """As it is for lack of memory, and for the clock on the wall."""
    write_files(tmp_path / "class" / "exits", RIGHT | {"doubler.py": "import os\nos._exit(0)\n"})
    write_files(
        tmp_path / "class" / "eats", RIGHT | {"doubler.py": "raise MemoryError('no more')\n"}
    )
    write_files(tmp_path / "class" / "right", RIGHT)
    for _ in range(2):
        done = run(lab, "grade", tmp_path / "class", "--out", tmp_path / "out")
        assert done.returncode == cli.OK, done.stderr
    assert "1 as they were graded before" in done.stdout
    grades = {
        name: read_record(tmp_path / "out" / name / "grade.json") for name in rows(tmp_path / "out")
    }
    assert [grades[name].lasting for name in ("right", "exits", "eats")] == [True, False, False]
    assert {check.certain for check in grades["right"].checks} == {True}
    assert [check.certain for check in grades["eats"].checks if check.outcome == FAILED] == [
        False
    ] * 2


def test_a_record_says_what_graded_it(fast, folder, tmp_path):
    fast()
    table = json.loads((tmp_path / "out" / "ann" / "grade.json").read_text())
    assert table["lab"] == "small" and table["version"] == 2
    assert table["python"].count(".") == 2 and table["numpy"][0].isdigit()


# A failure of the grader -----------------------------------------------------------------------


def test_a_failure_of_the_grader_replaces_no_grade(fast, folder, tmp_path, monkeypatch, capsys):
    fast()
    write_files(folder / "bob", WRONG)
    real = grading._graded

    def fails(run, entry, examiner):
        raise OSError(5, "an input or output error")

    monkeypatch.setattr(grading, "_graded", fails)
    fast(status=cli.LOW)
    row = rows(tmp_path / "out")["bob"]
    assert (row["status"], row["score"]) == ("graded", "6")
    assert "from before, not graded anew: the grader failed" in row["notes"]
    assert "grades changed" not in capsys.readouterr().out
    monkeypatch.setattr(grading, "_graded", real)
    assert fast() == ["bob"]
    assert rows(tmp_path / "out")["bob"]["notes"] == ""


def test_without_an_earlier_grade_there_are_no_points(fast, folder, tmp_path, monkeypatch):
    def fails(run, entry, examiner):
        raise OSError(5, "an input or output error")

    monkeypatch.setattr(grading, "_graded", fails)
    fast(status=cli.LOW)
    row = rows(tmp_path / "out")["bob"]
    assert row["status"] == ERROR
    assert (row["score"], row["Doubler"], row["Counter"], row["max_score"]) == ("", "", "", "6")


# Who is in the class ---------------------------------------------------------------------------


def test_only_some_are_graded_and_the_table_is_of_all(fast, folder, tmp_path, capsys):
    fast()
    write_files(folder / "bob", WRONG)
    write_files(folder / "eve", WRONG)
    assert fast("--only", "bob, ann") == ["bob"]
    assert sorted(rows(tmp_path / "out")) == ["ann", "bob", "eve"]
    assert fast("--only", "bbo", status=cli.USAGE) == []
    assert "nobody called bbo has handed in; did you mean bob?" in capsys.readouterr().err


def test_students_who_are_graded_later_join_the_class(fast, folder, here, tmp_path):
    fast()
    write_files(tmp_path / "late" / "zoe", RIGHT)
    assert here("grade", "late", "--sandbox", "none", "--out", "out") == cli.OK
    assert sorted(rows(tmp_path / "out")) == ["ann", "bob", "eve", "zoe"]


def test_who_has_left_is_left_out_everywhere(fast, folder, here, tmp_path, capsys):
    fast()
    shutil.rmtree(folder / "bob")
    capsys.readouterr()
    assert fast() == []
    assert "not in the class any more, and left out: bob" in capsys.readouterr().out
    assert sorted(rows(tmp_path / "out")) == ["ann", "eve"]
    assert left_out(tmp_path / "out") == ["bob"]
    assert [grade.student for grade in read_class(tmp_path / "out", [])] == ["ann", "eve"]
    assert here("pages", "out") == cli.OK
    assert "bob" not in (tmp_path / "out" / "index.html").read_text()
    write_files(tmp_path / "elsewhere" / "ann", RIGHT)  # the same student, from another folder
    assert here("grade", "elsewhere", "--sandbox", "none", "--out", "out") == cli.OK
    assert read_members(tmp_path / "out").students == ["ann", "eve"]


def test_the_sample_class_is_not_mixed_with_a_real_one(fast, folder, here, lab, tmp_path, capsys):
    write_files(lab.sample / "s1", RIGHT)
    assert here("grade", "--sandbox", "none", "--out", "out") == cli.OK
    fast()
    assert sorted(rows(tmp_path / "out")) == ["ann", "bob", "eve"]
    assert here("grade", "--sandbox", "none", "--out", "out") == cli.USAGE
    assert "the sample class would be mixed with it" in capsys.readouterr().err
    assert sorted(rows(tmp_path / "out")) == ["ann", "bob", "eve"]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"version": "1", "sources": []}', '{"sources": [{"path": 1}]}'],
)
def test_a_damaged_list_of_the_class_is_told(fast, folder, tmp_path, capsys, content):
    fast()
    (tmp_path / "out" / "class.json").write_text(content)
    assert fast(status=cli.USAGE) == []
    assert "remove that file and grade the class again" in capsys.readouterr().err


def test_a_course_is_entered_into_only_by_name(fast, folder, monkeypatch, capsys):
    monkeypatch.setattr("autograder.course.folder.is_course", lambda _: True)
    fast()
    assert "name it (COURSE=course)" in capsys.readouterr().err


# Interruptions ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_ends_as_one_that_is_not(tmp_path):
    """Fifty times, at random moments."""
    lab = write_lab(tmp_path / "lab")
    shutil.rmtree(lab.sample, ignore_errors=True)
    for number in range(40):
        files = [RIGHT, RIGHT | WRONG, {"counter.py": COUNTER}, {"x.py": ""}][number % 4]
        write_files(tmp_path / "class" / f"s{number:02}", files)
    words = ["grade", tmp_path / "class", "--jobs", 2, "--out"]
    assert run(lab, *words, tmp_path / "whole").returncode == cli.OK
    dice = random.Random(0)
    for count in range(50):
        if count % 10 == 0:
            shutil.rmtree(tmp_path / "out", ignore_errors=True)
        process = subprocess.Popen(
            command(lab, *words, tmp_path / "out"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
            start_new_session=True,
        )
        time.sleep(dice.uniform(0.2, 4.0))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert run(lab, *words, tmp_path / "out").returncode == cli.OK
    table = (tmp_path / "whole" / "grades.csv").read_text()
    assert (tmp_path / "out" / "grades.csv").read_text() == table
    assert not list((tmp_path / "out").rglob(".grade*"))
