"""The gradebook's database: its owner's alone, and patient with whoever holds it locked."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from autograder.cli import OK, USAGE, main
from autograder.course import database
from autograder.course.database import database_file, holder, prepare
from autograder.course.folder import CourseError, Settings, nbgrader_api
from autograder.course.gradebook import GradebookWriter
from autograder.intake.gather import list_entries
from autograder.records import read_record
from tests.autograder.conftest import RIGHT, write_files
from tests.autograder.course import copy_course, scores, write_course
from tests.services import postgresql

#: Locks a database and says so; ends when its input does.
HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return write_course(tmp_path_factory.mktemp("template"))


@pytest.fixture
def course(template, tmp_path):
    return copy_course(template, tmp_path)


@contextlib.contextmanager
def held(course):
    """Have another process hold the gradebook locked."""
    command = [sys.executable, "-c", HOLD, course.root / "gradebook.db"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.stdin.close()


def grade(course, folder, *more):
    words = ["--lab", course.lab.root, "grade", folder, "--course", course.root, "--jobs", "1"]
    return main([str(word) for word in (*words, *more)])


# Locks ------------------------------------------------------------------------------------------


def test_a_lock_that_is_released_in_time_is_waited_for(course):
    with held(course) as process:
        threading.Timer(0.3, process.kill).start()
        with course.gradebook as gradebook:
            gradebook.update_or_create_student("ann")
        assert process.wait() != 0


def test_who_holds_a_lock_is_said(course, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.05)
    write_files(tmp_path / "in" / "ann", RIGHT)
    commands = (
        ["--lab", course.lab.root, "course", course.root],
        ["--lab", course.lab.root, "grade", tmp_path / "in", "--course", course.root],
        ["export", "--course", course.root],
    )
    with held(course) as process:
        for words in commands:
            assert main([str(word) for word in words]) == USAGE
            (said,) = capsys.readouterr().err.splitlines()
            assert "gradebook.db was still locked after 0.05 seconds" in said
            assert f"by process {process.pid} of " in said and "wait for that or end it" in said
    assert course.read_released()
    assert holder(course.settings.db_url) == ""


def test_a_lock_while_grades_are_entered_is_waited_for_once(course, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.05)
    for student in ("ann", "ben"):
        write_files(tmp_path / "in" / student, RIGHT)
    assert grade(course, tmp_path / "in", "--out", tmp_path / "out") == OK
    before, entries = scores(course), list_entries(tmp_path / "in", course.lab)
    grades = [read_record(tmp_path / "out" / e.student / "grade.json") for e in entries]
    writer, calls = GradebookWriter(course, tmp_path / "out"), []
    autograde = writer._api.autograde
    monkeypatch.setattr(writer._api, "autograde", lambda *a: calls.append(a) or autograde(*a))
    with held(course) as process:
        for entry, made in zip(entries, grades, strict=True):
            with pytest.raises(CourseError, match=f"by process {process.pid} of"):
                writer.enter(entry, made)
    assert [call[1] for call in calls] == ["ann"]
    for entry, made in zip(entries, grades, strict=True):
        writer.enter(entry, made)
    assert scores(course) == before


def test_a_lock_is_waited_for_once_where_nbgrader_is_called(course, tmp_path, monkeypatch):
    for student in ("ann", "ben"):
        write_files(tmp_path / "in" / student, RIGHT)
    assert grade(course, tmp_path / "in", "--out", tmp_path / "out") == OK
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.05)
    records, before = {"records": str(tmp_path / "out")}, scores(course)
    api = nbgrader_api(course, GradeFiles=records)
    steps = {
        "autograded": lambda: api.autograde("small", "*"),
        "feedback": lambda: api.generate_feedback("small"),
    }
    for folder, step in steps.items():
        with held(course) as process:
            result = step()
        last = result["error"].strip().splitlines()[-1]
        assert last.startswith("SystemExit: autograder: the gradebook")
        assert f"by process {process.pid} of" in last
        assert result["log"].count("Converting notebook") <= 1, result["log"]
        assert not list(course.root.glob(f"{folder}/ann/*/*"))
    assert scores(course) == before
    assert api.autograde("small", "*")["success"] and api.generate_feedback("small")["success"]
    assert len(list(course.root.glob("feedback/*/*/*.html"))) == 2


@pytest.mark.slow
def test_who_holds_a_lock_of_a_server_is_said(tmp_path, monkeypatch):
    with postgresql() as url:
        course = write_course(tmp_path, url)
        monkeypatch.setattr(database, "WAIT_SECONDS", 0.05)
        engine = create_engine(url + "?application_name=somebody")
        with engine.connect() as other:
            other.execute(text("LOCK TABLE student IN EXCLUSIVE MODE"))
            said = r"locked .* by session \d+ of teacher at .*somebody"
            with pytest.raises(CourseError, match=said), course.gradebook as gradebook:
                gradebook.update_or_create_student("ann")
        with course.gradebook as gradebook:
            gradebook.update_or_create_student("ann")


# Privacy ----------------------------------------------------------------------------------------


def modes(course):
    return {path.name: path.stat().st_mode & 0o777 for path in course.root.glob("gradebook.db*")}


def test_the_gradebook_is_its_owners_alone(course):
    assert modes(course) == {"gradebook.db": 0o600}
    with course.gradebook as gradebook:
        gradebook.db.execute(text("BEGIN IMMEDIATE"))
        gradebook.db.execute(text("CREATE TABLE more (x)"))
        assert modes(course) == {"gradebook.db": 0o600, "gradebook.db-journal": 0o600}
    # One of an earlier version, with what nbgrader makes before it changes a database.
    backup = course.root / "gradebook.db.2026-01-01-120000.000000"
    shutil.copy(course.root / "gradebook.db", backup)
    for path in (backup, course.root / "gradebook.db"):
        path.chmod(0o644)
    prepare(course.settings)
    assert set(modes(course).values()) == {0o600}


def test_a_database_is_never_opened_to_make_it_private(course):
    """Closing a file would end the locks that SQLite holds in this process."""
    with course.gradebook as gradebook:
        gradebook.db.execute(text("BEGIN EXCLUSIVE"))
        prepare(course.settings)
        (own,) = database.file_holders(course.root / "gradebook.db")
        assert f"process {os.getpid()} " in own


def test_the_gradebook_is_in_the_folder_whatever_that_is_called(tmp_path):
    root = tmp_path / "a?b [1] 50%41 #\u8ab2"
    root.mkdir()
    settings = Settings(root, "id", {"lab": root})
    with settings.gradebook as gradebook:
        gradebook.add_student("eve")
    assert database_file(make_url(settings.db_url)) == root / "gradebook.db"
    assert [path.name for path in tmp_path.rglob("*")] == [root.name, "gradebook.db"]
    with sqlite3.connect(root / "gradebook.db") as database:
        assert database.execute("SELECT id FROM student").fetchall() == [("eve",)]


def test_a_journal_that_goes_while_it_is_looked_at_is_no_problem(template, tmp_path, monkeypatch):
    course = copy_course(template, tmp_path)
    listed = Path.glob
    monkeypatch.setattr(Path, "glob", lambda *args: [*listed(*args), tmp_path / "gone-journal"])
    with course.gradebook as gradebook:
        assert gradebook.assignments
