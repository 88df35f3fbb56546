"""Courses and students of any name: what nbgrader would misread, and what people see."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cli import OK, main
from autograder.course.folder import nbgrader_api, open_course
from autograder.intake.entries import nbgrader_name, nbgrader_student
from autograder.records import read_record
from tests.autograder.conftest import RIGHT, write_files
from tests.autograder.course import answered, copy_course, graded, scores, write_course

ODD = [" padded ", "x[0-9]*", "who?", "a/b", "50%", "a#b", "a\\b", ".hidden", "..", "x~41"]
PLAIN = ["陳 小明", "O'Brien, Jr.", "-rf", "a+b", "{student_id}", "<b>", "r&d", "x~b", "d@x.tw"]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return write_course(tmp_path_factory.mktemp("template"))


def grade(course, folder, *more):
    words = ["--lab", course.lab.root, "grade", folder, "--course", course.root, "--jobs", "1"]
    return main([str(word) for word in (*words, *more)])


@pytest.mark.parametrize("student", [*ODD, *PLAIN, "\u3000全形\u3000", "~", "~~41", "é?"])
def test_a_name_is_safe_and_read_back(student):
    name = nbgrader_name(student)
    assert nbgrader_student(name) == student
    assert (name == student) is (student in PLAIN or student == "~")
    assert name.strip() == name and not name.startswith(".")
    assert not set("*?[]/\\#%") & set(name)


@pytest.mark.parametrize("name", ["~41", "~FF", "a~5B~", "x~5b"])
def test_what_is_no_name_of_ours_is_an_id(name):
    assert nbgrader_student(name) == name or nbgrader_name(nbgrader_student(name)) == name


def test_ids_are_shown_and_names_are_used(template, tmp_path, capsys):
    """A student whom nbgrader would take for a pattern, from the roster to the pages."""
    course = copy_course(template, tmp_path)
    with course.gradebook as gradebook:  # as nbgrader's own import of a roster leaves it
        gradebook.update_or_create_student("x[0-9]*", last_name="Wild", first_name="Card")
    write_files(tmp_path / "in/x[0-9]*", RIGHT | {"small.ipynb": json.dumps(answered(course))})
    write_files(tmp_path / "in/x5", {"doubler.py": ""})
    assert grade(course, tmp_path / "in") == OK
    name = "x~5B0-9~5D~2A"
    assert set(scores(course)) == {name, "x5"}
    assert graded(course, name)
    # nbgrader's own commands, with and without a student, and what lies in the course's folder.
    result = nbgrader_api(course).autograde("small", name)
    assert result["success"], result
    assert grade(course, course.root / "submitted") == OK
    assert set(scores(course)) == {name, "x5"}
    assert set(os.listdir(course.root / "submitted")) == {name, "x5"}
    assert read_record(course.grades / "x%5B0-9%5D%2A/grade.json").student == "x[0-9]*"
    assert main(["export", "--course", str(course.root)]) == OK
    table = (course.root / "exports/gradebook.csv").read_text("utf-8-sig")
    rows = {row["student"]: row for row in csv.DictReader(table.splitlines())}
    assert rows["x[0-9]*"]["last_name"] == "Wild" and set(rows) == {"x[0-9]*", "x5"}
    assert (rows["x[0-9]*"]["score"], rows["x5"]["score"]) == ("6", "0")
    assert main(["pages", "--course", str(course.root)]) == OK
    page = (course.root / "grades/index.html").read_text(encoding="utf-8")
    assert "x[0-9]*" in page and name not in page and "Wild, Card" in page


@pytest.mark.slow
def test_names_of_any_kind(template, tmp_path):
    course = copy_course(template, tmp_path)
    names = [name for name in (*ODD, *PLAIN) if "/" not in name and name != ".."]
    for name in names:
        write_files(tmp_path / "in" / name, RIGHT)
    assert grade(course, tmp_path / "in") == OK
    found = scores(course)
    assert {nbgrader_student(name) for name in found} == set(names)
    assert all(cells["Doubler"][0] == 4 for cells in found.values())
    result = nbgrader_api(course).generate_feedback("small")
    assert result["success"], result
    assert len(list((course.root / "feedback").glob("*/small/small.html"))) == len(names)


def test_a_folder_that_nbgrader_would_misread_is_said(template, tmp_path):
    course = copy_course(template, tmp_path)
    notebook = {"small.ipynb": json.dumps(answered(course))}
    write_files(course.root / "submitted/ padded /small", notebook)
    result = nbgrader_api(course).autograde("small", "*")
    assert not result["success"]
    said = f"{result.get('log')}{result.get('error')}"
    assert "should be called '~20padded~20', which nbgrader can work with" in said
    assert "the folder ' padded ' of a student" in said
    assert " padded " not in scores(course)


@pytest.mark.slow
@pytest.mark.parametrize(
    "folder", ["Lab [2026]", "what? * 為什麼", " at both ends ", "100%~41 #1; 'x'"]
)
def test_a_course_works_in_a_folder_of_any_name(tmp_path, folder):
    root = tmp_path / folder
    course = write_course(root)
    assert course.root == root / "course" and (course.root / "gradebook.db").exists()
    write_files(root / "in" / "ann", RIGHT)
    assert grade(course, root / "in") == OK
    exchange = course.root / "exchange" / course.settings.id / "inbound"
    stamp = "2026-01-01 00:00:00.000000 UTC"
    more = {"timestamp.txt": stamp, "submission_secret.txt": "ab" * 64}
    write_files(exchange / f"ben+small+{stamp}+x", RIGHT | more)
    # As an instructor runs them: in the course's folder, each in a process of its own.
    for command in ("collect", "autograde", "generate_feedback"):
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", command, "small"],
            cwd=course.root,
            env=os.environ | {"PATH": path},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
    assert {who: cells["Doubler"][0] for who, cells in scores(course).items()} == {
        "ann": 4.0,
        "ben": 4.0,
    }
    assert (course.root / "feedback/ben/small/small.html").exists()
    assert main(["export", "--course", str(course.root)]) == OK
    assert open_course(course.root, "small") == course
