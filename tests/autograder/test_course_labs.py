"""Several labs in one course: each is itself, nothing is re-pointed, and one total is of all."""

import csv
import datetime
import json
import os
import shutil

import pytest

from autograder.cli import OK, USAGE, main
from autograder.course.folder import CourseError, nbgrader_api, open_course, read_settings
from autograder.course.make import make_course
from autograder.lab_file import load_lab
from autograder.records import read_record
from autograder.release.notebook import NotebookError
from tests.autograder.conftest import DOUBLER, RIGHT, write_files
from tests.autograder.course import (
    QUESTION,
    add_lab,
    answered,
    copy_course,
    scores,
    write_course,
)
from tests.services import postgresql

WRONG = RIGHT | {"doubler.py": DOUBLER.replace("2.0", "3.0")}
OTHER = "實驗 two"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return write_course(tmp_path_factory.mktemp("template"))


@pytest.fixture
def course(template, tmp_path):
    return copy_course(template, tmp_path)


def words(course, *more):
    return ["--lab", str(course.lab.root), *map(str, more)]


def grade(course, folder, *more):
    command = words(course, "grade", folder, "--course", course.root, "--jobs", "1", *more)
    return main(command)


def rows_of(path):
    table = csv.DictReader(path.read_text("utf-8-sig").splitlines())
    return {row["student"]: row for row in table}


def due_of(course):
    with course.gradebook as gradebook:
        return gradebook.find_assignment(course.lab.name).duedate


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def db_url(request):
    if request.param == "sqlite":
        yield None
    else:
        with postgresql() as url:
            yield url


def test_two_labs_from_making_to_feedback(db_url, tmp_path, capsys):
    rules = "due = 2026-03-01T12:00:00Z\npercent_a_day = 10"
    first = write_course(tmp_path, db_url, rules)
    write_files(tmp_path / "in" / "ann", WRONG | {"small.ipynb": json.dumps(answered(first))})
    assert grade(first, tmp_path / "in") == OK
    before = scores(first)

    second, notes = add_lab(first.root, tmp_path / "two", OTHER)
    assert notes == [f"{OTHER} is added to small"]
    assert scores(first) == before and scores(second) == {}
    assert due_of(second) is None
    late = {"timestamp.txt": "2026-03-02 11:00:00.000000 UTC"}
    notebook = {f"{OTHER}.ipynb": json.dumps(answered(second))}
    write_files(second.submitted("ann"), RIGHT | notebook | late)
    write_files(first.submitted("ann"), late)
    write_files(second.submitted("ben"), RIGHT | notebook)
    for lab, student in ((first, "ann"), (second, "ann"), (second, "ben")):
        result = nbgrader_api(lab).autograde(lab.lab.name, student)
        assert result["success"], result
    assert scores(first) == before
    assert {student: cells["Doubler"][0] for student, cells in scores(second).items()} == {
        "ann": 4.0,
        "ben": 4.0,
    }
    # The record of each names its lab, and none takes the place of another.
    for lab, points in ((first, 3), (second, 6)):
        record = read_record(lab.grades / "ann" / "grade.json")
        assert (record.lab, record.points) == (lab.lab.name, points)

    with second.gradebook as gradebook:
        entry = gradebook.find_grade(QUESTION, OTHER, OTHER, "ann")
        entry.manual_score, entry.needs_manual_grade = 5.0, False
        gradebook.db.commit()
    capsys.readouterr()
    assert main(["export", "--course", str(first.root), "--out", str(tmp_path / "csv")]) == OK
    assert f"{OTHER}: 2 students, 2 submissions" in capsys.readouterr().out
    totals = rows_of(tmp_path / "csv/course.csv")
    # The first lab's lateness costs a tenth of 3 points there, and nothing in the second.
    assert {who: (row["small"], row[OTHER], row["total"]) for who, row in totals.items()} == {
        "ann": ("2.7", "11", "13.7"),
        "ben": ("", "6", "6"),
    }
    assert (totals["ann"]["max_score"], totals["ben"]["needs_manual_grade"]) == ("22", OTHER)
    assert rows_of(tmp_path / "csv/small/gradebook.csv")["ben"]["submitted"] == "no"

    for lab in (first, second):
        result = nbgrader_api(lab).generate_feedback(lab.lab.name, "ann")
        assert result["success"], result
    page = (first.root / "feedback/ann/small/small.html").read_text(encoding="utf-8")
    assert "Doubler: 1 / 4" in page
    page = (first.root / "feedback/ann" / OTHER / f"{OTHER}.html").read_text(encoding="utf-8")
    assert "Doubler: 4 / 4" in page

    assert main(["pages", "--course", str(first.root)]) == OK
    page = (first.root / "grades/index.html").read_text(encoding="utf-8")
    assert "13.7" in page
    for place in ("small/index.html", "small/ann/index.html", f"{OTHER}/ben/index.html"):
        assert (first.root / "grades" / place).exists()
    assert 'href="small/ann/index.html"' in page and "small/ben" not in page
    said = "The answers in your notebook add 5"
    page = second.grades / "ann/index.html"
    assert said in page.read_text(encoding="utf-8")
    page.unlink()
    more = ["--course", str(first.root)]
    assert main(words(second, "pages", second.grades, *more)) == OK
    assert said in page.read_text(encoding="utf-8")
    assert main(words(second, "publish", *more)) == OK
    page = second.grades / "published/1/ann/index.html"
    assert said in page.read_text(encoding="utf-8")
    assert main(["review", "--course", str(first.root)]) == OK


# Adding -----------------------------------------------------------------------------------------


def test_another_lab_of_the_same_name_is_refused(course, tmp_path, capsys):
    with pytest.raises(CourseError, match="has a lab 'small' already, that in .*lab/lab.toml"):
        add_lab(course.root, tmp_path / "two", "small")
    assert open_course(course.root, "small") == course


def test_a_lab_that_was_moved_is_found_again(course, tmp_path):
    moved = course.lab.root.rename(tmp_path / "moved") / "lab.toml"
    with pytest.raises(CourseError, match="is not in .*lab.toml any more; run make course"):
        open_course(course.root, "small")
    made, (note,) = make_course(load_lab(moved), moved, course.root)
    assert made.lab.root == tmp_path / "moved" and "and is now in" in note


def test_a_lab_that_was_renamed_is_refused(course, capsys):
    description = course.lab.root / "lab.toml"
    description.write_text(description.read_text().replace('"small"', '"tiny"'))
    assert main(words(course, "course", course.root)) == USAGE
    assert "as 'small', and now it is called 'tiny'; give it back" in capsys.readouterr().err
    assert grade(course, course.root / "submitted") == USAGE
    assert "has no lab tiny, it has: small" in capsys.readouterr().err


def test_an_assignment_of_the_courses_own_is_not_overwritten(course, tmp_path):
    write_files(course.root / "source" / "two", {"two.ipynb": "{}"})
    with pytest.raises(CourseError, match="has an assignment 'two' of its own"):
        add_lab(course.root, tmp_path / "two", "two")
    assert (course.root / "source/two/two.ipynb").read_text() == "{}"


def test_another_gradebook_is_refused(course, tmp_path):
    with pytest.raises(CourseError, match="has another gradebook"):
        add_lab(course.root, tmp_path / "two", "two", db_url=f"sqlite:///{tmp_path}/x.db")
    used = f"sqlite:///{course.root}/gradebook.db"
    with pytest.raises(CourseError, match="the gradebook of another course, with small"):
        add_lab(tmp_path / "new", tmp_path / "two", "two", db_url=used)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["a+b", "a/b", " a", "a*", ".a"])
def test_a_name_that_nbgrader_can_not_have_is_refused(course, tmp_path, name):
    with pytest.raises(CourseError, match="nbgrader can't have an assignment"):
        add_lab(course.root, tmp_path / "two", name)


def test_what_goes_wrong_leaves_everything_as_it_was(course, tmp_path):
    def files():
        inside = (path for path in course.root.rglob("*") if path.is_file())
        return {path: path.read_bytes() for path in inside if path.name != "gradebook.db"}

    before = files()
    lab = add_lab(tmp_path / "new", tmp_path / "two", "two")[0].lab
    broken = lab.root / "notebook.py"
    broken.write_text(broken.read_text().replace('"points": 4', '"points": "many"'))
    for root in (course.root, tmp_path / "another"):
        with pytest.raises(NotebookError, match="needs a whole number of points"):
            make_course(lab, lab.root / "lab.toml", root)
    assert files() == before
    assert not (tmp_path / "another").exists()


def test_a_course_of_the_first_version_goes_on(course, tmp_path):
    settings = course.root / "course.toml"
    settings.write_text(f"lab = {json.dumps(str(course.lab.root / 'lab.toml'))}\ndb_url = ''\n")
    assert open_course(course.root, "small") == course
    add_lab(course.root, tmp_path / "two", "two")
    assert list(read_settings(course.root).labs) == ["small", "two"]


# The deadline -----------------------------------------------------------------------------------


def test_a_deadline_from_formgrader_stays_unless_the_lab_has_another(course, capsys):
    set_by_hand = datetime.datetime(2026, 12, 20, 15, 59)
    with course.gradebook as gradebook:
        gradebook.find_assignment("small").duedate = set_by_hand
        gradebook.db.commit()
    assert main(words(course, "course", course.root)) == OK
    assert due_of(course) == set_by_hand
    assert "the deadline of" not in capsys.readouterr().out
    with (course.lab.root / "lab.toml").open("a") as file:
        file.write("due = 2026-12-24T12:00:00+08:00\n")
    assert main(words(course, "course", course.root)) == OK
    assert due_of(course) == datetime.datetime(2026, 12, 24, 4)
    assert "was 2026-12-20 23:59 UTC+08:00 in the gradebook, and is 2026-12-24 12:00 UTC+08:00" in (
        capsys.readouterr().out
    )


# Grading ----------------------------------------------------------------------------------------


def test_files_of_another_assignment_are_let_alone(course, capsys):
    write_files(course.submitted("ann"), RIGHT)
    other = write_files(course.root / "submitted/ann/other", {"doubler.py": "mine"})
    assert grade(course, course.root / "submitted") == OK
    assert read_record(course.grades / "ann/grade.json").score == 6
    assert (other / "doubler.py").read_text() == "mine"
    assert (course.submitted("ann") / "doubler.py").read_text() == RIGHT["doubler.py"]


def test_grades_of_two_labs_are_not_mixed(course, tmp_path, capsys):
    write_files(tmp_path / "in/ann", RIGHT)
    out = ["--out", str(tmp_path / "out")]
    assert grade(course, tmp_path / "in", *out) == OK
    second, _ = add_lab(course.root, tmp_path / "two", "two")
    record = (tmp_path / "out/ann/grade.json").read_bytes()
    for command in (["grade", tmp_path / "in", *out], ["review", out[1]], ["pages", out[1]]):
        assert main(words(second, *command)) == USAGE
        assert "of the lab small, and this one is two" in capsys.readouterr().err
    assert (tmp_path / "out/ann/grade.json").read_bytes() == record


def test_an_assignment_that_is_no_lab_is_said(course):
    folder = course.root / "submitted/ann/else"
    write_files(folder, {"else.ipynb": json.dumps(answered(course))})
    shutil.copytree(course.root / "source/small", course.root / "source/else")
    result = nbgrader_api(course).autograde("else", "ann")
    assert not result["success"]
    assert "'else' is no lab of the course in" in f"{result.get('log')}{result.get('error')}"


def test_the_item_of_one_lab_is_not_that_of_all(course, tmp_path, capsys):
    second, _ = add_lab(course.root, tmp_path / "two", "two")
    export = ["export", "--course", course.root, "--item", "Lab 2 (7)"]
    assert main([str(word) for word in export]) == USAGE
    assert "name the lab that 'Lab 2 (7)' is with --lab: small, two" in capsys.readouterr().err
    assert main(words(second, *export)) == OK
    assert "Lab 2 (7)" in (course.root / "exports/two/canvas.csv").read_text()
    assert not (course.root / "exports/small").exists()


def test_make_hands_on_the_lab(tmp_path):
    import subprocess

    from tests.autograder.conftest import ROOT

    command = ["make", "-s", "course", "PY=echo", "PYTHON=true", "LAB=../lab 2", "COURSE=c"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "-m autograder --lab ../lab 2 course c\n"
    assert "LAB" not in os.environ
