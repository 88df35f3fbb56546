"""The command ``grade``: what it prints, what it writes, how it ends."""

import contextlib
import csv
import fcntl
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder import grading
from autograder.cli import INTERRUPTED, LOW, OK, USAGE
from autograder.commands import grade
from autograder.intake.entries import student_name
from autograder.jail import probe
from autograder.jail.sandbox import BUBBLEWRAP, LOCKDOWN, SandboxError
from autograder.records import Grade
from tests.autograder.command_line import command, environment, run
from tests.autograder.conftest import (
    AT_ONCE,
    COUNTER,
    DOUBLER,
    RIGHT,
    alive,
    bubblewrap_works,
    children_of,
    grade_here,
    harmless,
    wait_until,
    write_files,
    write_lab,
)

WRONG = RIGHT | {"doubler.py": DOUBLER.replace("2.0", "3.0")}
HOSTILE = ["=cmd()", "[bold]x[/bold]", "\x1b[2Jx", "\u202ex", "-rf", "a b", "日本", "x" * 150]


def grades_in(out):
    """Read every record; each must be whole and come back as it was written."""
    found = {}
    for path in sorted(out.glob("*/grade.json")):
        grade = Grade.from_json(path.read_text())
        assert grade.to_json() == path.read_text()
        assert student_name(grade.student) == path.parent.name
        found[grade.student] = grade
    assert not [p for p in out.rglob(".*") if p.name != ".lock"]
    return found


def timeless(grade):
    table = json.loads(grade.to_json())
    table["seconds"] = 0
    for check in table["checks"]:
        check["seconds"] = 0
    return table


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Grade a class with two processes, once for all tests that look at the result."""
    root = tmp_path_factory.mktemp("graded")
    lab = write_lab(root / "lab")
    for name in [*HOSTILE, "right", os.fsdecode(b"\xff")]:
        write_files(root / "class" / name, RIGHT)
    write_files(root / "class" / "wrong", WRONG)
    write_files(root / "class" / "partial", {"counter.py": COUNTER})
    write_files(root / "class", {"damaged.zip": b"PK", "other.rar": b"x"})
    hang = {"doubler.py": "import os\nos._exit(0)\n"}
    write_files(root / "class" / "exits", RIGHT | hang)
    done = run(lab, "grade", root / "class", "--out", root / "out", "--jobs", 2, "--seed", 5)
    return lab, root, done


# A class ---------------------------------------------------------------------------------------


def test_a_class_is_graded(graded):
    _, root, done = graded
    assert done.returncode == OK, done.stderr
    assert done.stderr == ""
    grades = grades_in(root / "out")
    assert len(grades) == len(list((root / "class").iterdir())) == len(HOSTILE) + 7
    scores = {name: (grade.status, grade.score) for name, grade in grades.items()}
    assert scores["right"] == ("graded", 6)
    assert scores["wrong"] == ("graded", 3)
    assert scores["partial"] == ("graded", 2)
    assert scores["exits"] == ("graded", 2)
    assert scores["damaged"] == scores["other.rar"] == ("rejected", 0)
    assert [grade.status for grade in grades.values()].count("graded") == len(grades) - 2
    assert {grade.seed for grade in grades.values()} == {5}
    layers = (LOCKDOWN, BUBBLEWRAP) if bubblewrap_works() else (LOCKDOWN,)
    assert {grade.sandbox for grade in grades.values()} == {layers}
    assert {check.outcome for check in grades["exits"].checks} == {"crashed", "passed"}


def test_the_table_on_the_terminal_does_nothing(graded):
    _, root, done = graded
    assert "A small lab   seed 5   secret " in done.stdout and "sandbox lockdown" in done.stdout
    assert f"{len(HOSTILE) + 7} submissions; records and grades.csv are in" in done.stdout
    assert all(c.isspace() or harmless(c) for c in done.stdout)
    assert "\x1b" not in done.stdout
    assert "[bold]" in done.stdout  # and is not obeyed
    assert "2 crashed" in done.stdout


def test_the_csv_does_nothing(graded):
    _, root, _ = graded
    content = (root / "out" / "grades.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") and b"\r" not in content
    text = content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(HOSTILE) + 7
    assert list(rows[0]) == [
        *("student", "name", "status", "score", "max_score", "Doubler", "Counter", "penalty"),
        *("late_days", "handed_in", "time_from", "attempt", "attempts", "seed", "notes"),
    ]
    assert all(
        cell[:1] not in {*"=+-@"} and harmless(cell) for row in rows for cell in row.values()
    )
    row = next(row for row in rows if row["student"] == "wrong")
    assert (row["score"], row["Doubler"], row["Counter"]) == ("3", "1", "2")


def test_grading_is_repeatable(graded):
    lab, root, _ = graded
    done = run(lab, "grade", root / "class", "--out", root / "again", "--jobs", 1, "--seed", 5)
    assert done.returncode == OK
    one, two = grades_in(root / "out"), grades_in(root / "again")
    assert {n: timeless(g) for n, g in one.items()} == {n: timeless(g) for n, g in two.items()}
    assert (root / "out" / "grades.csv").read_text() == (root / "again" / "grades.csv").read_text()


def test_submissions_are_left_as_they_were(graded):
    _, root, _ = graded
    found = {str(p.relative_to(root / "class")) for p in (root / "class").rglob("*.py*")}
    assert "right/doubler.py" in found
    assert not any("__pycache__" in name for name in found)


# Exit statuses ---------------------------------------------------------------------------------


def test_the_sample_class_is_graded_by_default(here, capsys):
    assert here("grade", "--out", "out") == OK
    assert "6/6" in capsys.readouterr().out
    assert list(grades_in(Path("out"))) == ["s1"]


@pytest.mark.parametrize(("limit", "status"), [(6, OK), (5.5, OK), (6.5, LOW), (0, OK)])
def test_a_score_under_the_limit_is_told(here, limit, status):
    assert here("grade", "--fail-under", limit) == status


def test_a_failure_of_the_grader_is_told(here, lab):
    (lab.suite / "test_counter.py").write_text("import nothing_at_all")
    assert here("grade", "--out", "out") == LOW
    assert grades_in(Path("out"))["s1"].status == "error"


@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_all_seeds_are_allowed(here, seed):
    assert here("grade", "--seed", seed, "--out", "out") == OK
    assert grades_in(Path("out"))["s1"].seed == seed


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda p: None, "there is no folder"),
        (lambda p: p.mkdir(), "no submissions in"),
        (lambda p: p.write_text("x"), "neither a folder nor a .zip"),
    ],
)
def test_a_class_that_cannot_be_read_is_wrong_usage(here, tmp_path, capsys, make, text):
    make(tmp_path / "handed in\x1b[2J")
    assert here("grade", tmp_path / "handed in\x1b[2J") == USAGE
    error = capsys.readouterr().err
    assert error.startswith("autograder: ")
    assert error.count("\n") == 1
    assert text in error
    assert "\x1b" not in error


@pytest.mark.skipif(os.getuid() == 0, reason="root can read everything")
def test_a_class_that_may_not_be_read_is_wrong_usage(here, tmp_path, capsys):
    (tmp_path / "class").mkdir(mode=0)
    assert here("grade", tmp_path / "class") == USAGE
    assert "Permission denied" in capsys.readouterr().err


# The output ------------------------------------------------------------------------------------


def test_an_output_that_is_a_file_is_wrong_usage(here, tmp_path, capsys):
    (tmp_path / "out").write_text("mine")
    assert here("grade", "--out", "out") == USAGE
    assert "cannot write to out: File exists; choose another folder" in capsys.readouterr().err
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("place", ["/proc/out", "/sys/out", "/dev/null/out"])
def test_an_output_that_cannot_be_made_is_wrong_usage(here, capsys, place):
    assert here("grade", "--out", place) == USAGE
    assert f"cannot write to {place}" in capsys.readouterr().err


@pytest.mark.skipif(os.getuid() == 0, reason="root can write everywhere")
def test_an_output_that_may_not_be_written_to_is_wrong_usage(here, tmp_path, capsys):
    (tmp_path / "out").mkdir(mode=0o500)
    assert here("grade", "--out", "out") == USAGE
    assert "Permission denied" in capsys.readouterr().err


def test_an_output_in_use_is_wrong_usage(here, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    with (tmp_path / "out" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert here("grade", "--out", "out") == USAGE
    assert "another grading run is writing to out" in capsys.readouterr().err
    assert here("grade", "--out", "out") == OK


def test_two_runs_at_once_do_not_mix(graded):
    lab, root, _ = graded
    words = command(lab, "grade", root / "class", "--out", root / "both", "--jobs", 1)
    running = [
        subprocess.Popen(
            words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=root, env=environment()
        )
        for _ in range(2)
    ]
    errors = [process.communicate()[1].decode() for process in running]
    assert sorted(process.returncode for process in running) == [OK, USAGE]
    assert "another grading run" in "".join(errors)
    assert len(grades_in(root / "both")) == len(HOSTILE) + 7


def test_a_full_disk_is_told_and_leaves_whole_records(graded):
    lab, root, _ = graded

    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))

    done = subprocess.run(
        command(lab, "grade", root / "class", "--out", root / "full", "--jobs", 1),
        capture_output=True, text=True, cwd=root, preexec_fn=little_room,
        env={k: v for k, v in environment().items() if "COVERAGE" not in k},
    )  # fmt: skip
    assert done.returncode == USAGE, done.stderr
    assert "File too large" in done.stderr
    assert done.stderr.count("\n") == 1
    grades_in(root / "full")
    assert not (root / "full" / "grades.csv").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount")
def test_a_disk_that_is_really_full_is_told(graded):
    lab, root, _ = graded
    disk = root / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        done = run(lab, "grade", root / "class", "--out", disk / "out", "--jobs", 1)
        assert done.returncode == USAGE
        assert "No space left on device" in done.stderr
        assert "grade again when there is room" in done.stderr
        grades_in(disk / "out")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("name", ["with space", "日本", "\x1b[2J"])
def test_an_output_of_any_name_is_written(here, tmp_path, name):
    assert here("grade", "--out", tmp_path / name) == OK
    assert (tmp_path / name / "grades.csv").is_file()


def test_the_name_of_the_output_does_nothing(here, tmp_path, capsys):
    assert here("grade", "--out", tmp_path / "\x1b[2J") == OK
    assert "\x1b" not in capsys.readouterr().out


def test_an_output_whose_name_is_no_text_is_written(graded):
    lab, root, _ = graded
    write_files(root / "one" / "s1", RIGHT)
    done = run(lab, "grade", root / "one", "--out", os.fsdecode(b"out-\xff"))
    assert done.returncode == OK, done.stderr


# The sandbox -----------------------------------------------------------------------------------


def test_no_sandbox_is_said_loudly_and_recorded(here, capsys):
    assert here("grade", "--out", "out", "--sandbox", "none") == OK
    captured = capsys.readouterr()
    assert "NO SANDBOX" in captured.err
    assert "sandbox NONE" in " ".join(captured.out.split())
    grade = grades_in(Path("out"))["s1"]
    assert grade.sandbox == ()
    assert grade.score == 6


def test_without_bubblewrap_the_lock_down_is_recorded(graded, tmp_path):
    lab, root, _ = graded
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("chmod", "ldd"):
        if found := shutil.which(name):
            (programs / name).symlink_to(found)
    write_files(root / "one" / "s1", RIGHT)
    done = run(lab, "grade", root / "one", "--out", tmp_path / "out", PATH=str(programs))
    assert done.returncode == OK, done.stderr
    assert grades_in(tmp_path / "out")["s1"].sandbox == (LOCKDOWN,)


def test_a_machine_without_a_sandbox_is_wrong_usage(here, capsys, monkeypatch):
    def fail(*_):
        raise SandboxError("submissions cannot be locked down; pass --sandbox none")

    monkeypatch.setattr(probe, "find_sandbox", fail)
    assert here("grade") == USAGE
    assert "--sandbox none" in capsys.readouterr().err


# Interruptions ---------------------------------------------------------------------------------


@pytest.fixture
def slow(tmp_path):
    """Give a lab and a class of which most wait for a minute, and a function that starts a run."""
    lab = write_lab(tmp_path / "lab", limits={"call": 60, "check": 60})
    wait = {"doubler.py": "import time\n" + DOUBLER.replace("return", "time.sleep(60); return")}
    write_files(tmp_path / "class" / "a", RIGHT)
    for name in "bcd":
        write_files(tmp_path / "class" / name, RIGHT | wait)
    started = []

    def start():
        process = subprocess.Popen(
            command(lab, "grade", tmp_path / "class", "--out", tmp_path / "out", "--jobs", 2),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
            start_new_session=True, env=environment(),
            # Where the tests run in the background, a shell has them ignore Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        started.append(process)
        wait_until(lambda: (tmp_path / "out" / "a" / "grade.json").exists())
        wait_until(lambda: len(children_of(process.pid)) >= 6)
        return process, children_of(process.pid)

    yield tmp_path / "out", start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        process.stderr.close()


def ctrl_c(process):
    os.killpg(process.pid, signal.SIGINT)


def interrupt(process):
    process.send_signal(signal.SIGINT)


def terminate(process):
    process.send_signal(signal.SIGTERM)


def terminate_all(process):
    os.killpg(process.pid, signal.SIGTERM)


@pytest.mark.parametrize("stop", [ctrl_c, interrupt, terminate, terminate_all])
def test_an_interrupted_run_ends_at_once_and_leaves_nothing_behind(slow, stop):
    out, start = slow
    process, children = start()
    begin = time.monotonic()
    stop(process)
    stdout, stderr = process.communicate(timeout=60)
    assert time.monotonic() - begin < AT_ONCE
    assert process.returncode == INTERRUPTED
    assert stdout == ""
    assert "Traceback" not in stderr
    assert stderr.count("\n") == 1 and "goes on from there" in stderr
    assert "interrupted after 1 of 4 submissions" in stderr
    assert list(grades_in(out)) == ["a"]
    assert not (out / "grades.csv").exists()
    wait_until(lambda: not any(map(alive, children)))


def test_a_killed_run_leaves_no_process(slow):
    out, start = slow
    process, children = start()
    process.kill()
    process.wait()
    wait_until(lambda: not any(map(alive, children)), AT_ONCE)
    assert list(grades_in(out)) == ["a"]


def test_an_interruption_before_the_first_grade_is_one_sentence(here, monkeypatch, capsys):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(probe, "find_sandbox", stop)
    assert here("grade") == INTERRUPTED
    assert capsys.readouterr().err == "autograder: interrupted\n"


def test_an_interruption_between_grades_is_one_sentence(here, monkeypatch, capsys):
    def grades(run, entries, *_):
        yield grade_here(run, entries[0])
        raise KeyboardInterrupt

    monkeypatch.setattr(grading, "grade_all", grades)
    assert here("grade", "--out", "out") == INTERRUPTED
    assert "after 1 of 1 submission;" in capsys.readouterr().err
    assert not Path("out/grades.csv").exists()


def test_progress_is_shown_on_a_terminal(monkeypatch, capsys):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert list(grade._with_progress(iter([1, 2]), 2)) == [1, 2]
    assert "2/2" in capsys.readouterr().err
