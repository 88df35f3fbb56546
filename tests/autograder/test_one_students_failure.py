"""Whatever goes wrong with one student's submission or record, the class goes on and says so."""

import csv
import errno
import os

import pytest

from autograder import cli, grading
from autograder.course.folder import CourseError
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.examiner import examination
from autograder.examiner.examiners import Examiners
from autograder.grading import Run, grade_entry
from autograder.intake.entries import Entry
from autograder.jail.sandbox import Sandbox
from autograder.pages import write as pages
from autograder.records import ERROR, Grade
from autograder.results import bookkeeping
from autograder.results.members import read_class
from tests.autograder.conftest import RIGHT, write_files

STUDENTS = ("ann", "bob", "eve")


class Unprintable(Exception):
    """One that can't even be told."""

    def __str__(self):
        raise RecursionError


ERRORS = [
    MemoryError(),
    RecursionError("too deep"),
    UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    *(
        OSError(number, os.strerror(number))
        for number in (errno.ENAMETOOLONG, errno.EISDIR, errno.ELOOP, errno.EACCES, errno.ENOENT)
    ),
    KeyError("k"),
    IndexError(),
    AttributeError("a"),
    TypeError("t"),
    ValueError("\x1b[2J\u202e" + "x" * 10_000),
    ZeroDivisionError(),
    AssertionError(),
    StopIteration(),
    Unprintable(),
]
every_error = pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)


@pytest.fixture
def fast(here, lab, monkeypatch):
    """Grade three students without a jail; every grade is full."""
    for student in STUDENTS:
        write_files(lab.sample / student, RIGHT)
    (lab.sample / "s1").rename(lab.root / "elsewhere")
    monkeypatch.setattr("autograder.jail.probe.find_sandbox", lambda *_: Sandbox((), 0, 0, None))

    def full(run, entry, examiner):
        grading.open_entry(entry, run.lab.limits, {})
        blank = run.blank(entry.student, "graded", None)
        return Grade(**{**vars(blank), "score": blank.max_score, "digest": "sha256:0"})

    monkeypatch.setattr(grading, "_graded", full)
    return here


def failing(real, error, about):
    """Make a function that fails if one of its arguments is about bob."""

    def call(*arguments, **more):
        if any(about(each) for each in arguments):
            raise error
        return real(*arguments, **more)

    return call


def is_bobs(thing):
    student = getattr(thing, "student", None)
    return student == "bob" or (isinstance(thing, os.PathLike) and "bob" in str(thing).split("/"))


def rows(out):
    with (out / "grades.csv").open(encoding="utf-8-sig") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@every_error
@pytest.mark.parametrize(
    ("module", "name"),
    [
        (grading, "open_entry"),
        (grading, "_graded"),
        (bookkeeping, "write_record"),
        (bookkeeping, "make_private"),
    ],
    ids=["intake", "grading", "writing", "the folder"],
)
def test_a_failure_at_one_is_that_ones_row(fast, tmp_path, monkeypatch, error, module, name):
    monkeypatch.setattr(module, name, failing(getattr(module, name), error, is_bobs))
    assert fast("grade", "--out", "out", "--sandbox", "none") == cli.LOW
    found = rows(tmp_path / "out")
    assert [found[s]["score"] for s in STUDENTS] == ["6", "", "6"]
    assert [found[s]["status"] for s in STUDENTS] == ["graded", ERROR, "graded"]
    assert type(error).__name__ in found["bob"]["notes"]
    assert "\x1b" not in found["bob"]["notes"] and "\u202e" not in found["bob"]["notes"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_a_full_disk_is_everybodys(fast, monkeypatch, capsys, number):
    error = OSError(number, os.strerror(number))
    write = failing(bookkeeping.write_record, error, is_bobs)
    monkeypatch.setattr(bookkeeping, "write_record", write)
    assert fast("grade", "--out", "out", "--sandbox", "none") == cli.USAGE
    assert os.strerror(number) in capsys.readouterr().err


@every_error
def test_a_damaged_record_from_before_is_replaced(fast, tmp_path, monkeypatch, error):
    monkeypatch.setattr(bookkeeping, "change_between", failing(None, error, lambda _: True))
    for name in STUDENTS:
        write_files(tmp_path / "out" / name, {"grade.json": Grade(name, ERROR, 0, 6, 0).to_json()})
    assert fast("grade", "--out", "out", "--sandbox", "none") == cli.OK
    assert {row["status"] for row in rows(tmp_path / "out").values()} == {"graded"}


@every_error
def test_a_failure_of_the_gradebook_is_one_students(fast, tmp_path, monkeypatch, capsys, error):
    class Writer:
        def __init__(self, *_):
            pass

        enter = staticmethod(failing(lambda _, grade: grade, error, is_bobs))

    course = type("Course", (), {"root": tmp_path})()
    monkeypatch.setattr("autograder.course.gradebook.GradebookWriter", Writer)
    monkeypatch.setattr("autograder.commands.grade._course", lambda *_: course)
    assert fast("grade", "--out", "out", "--sandbox", "none") == cli.LOW
    said = capsys.readouterr()
    assert "2 grades are in the gradebook" in said.out
    assert "the grade of bob is not in the gradebook" in said.err


@pytest.mark.parametrize(
    "error", [RecursionError(), MemoryError(), ValueError("2 in it"), Unprintable()]
)
def test_a_failure_of_the_diagnosis_costs_hints_only(lab, grade, monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(examination, "diagnose", fail)
    result = grade(lab, RIGHT)
    assert (result.status, result.score) == ("graded", 6)
    assert result.reason == f"hints could not be made ({type(error).__name__})"


@pytest.mark.parametrize("error", [*ERRORS, SystemExit(3), GeneratorExit()], ids=repr)
def test_whatever_leaves_a_supervisor_is_a_row(lab, monkeypatch, error):
    def fail(run, entry, examiner):
        if entry.student == "bob":
            raise error
        return run.blank(entry.student, "graded", None)

    monkeypatch.setattr(grading, "grade_entry", fail)
    monkeypatch.setattr(Examiners, "_supervisor", lambda self: None)
    run = Run(lab, Sandbox((), 0, 0, None), Draws(0, PUBLIC_SECRET))
    entries = [Entry(name, lab.root / name) for name in STUDENTS]
    grades = {grade.student: grade for grade in grading.grade_all(run, entries, 2)}
    assert {name: grade.status for name, grade in grades.items()} == {
        "ann": "graded",
        "bob": ERROR,
        "eve": "graded",
    }
    assert type(error).__name__ in grades["bob"].reason


@every_error
def test_whatever_intake_raises_is_a_row(lab, monkeypatch, error):
    monkeypatch.setattr(grading, "open_entry", failing(None, error, lambda _: True))
    run = Run(lab, Sandbox((), 0, 0, None), Draws(0, PUBLIC_SECRET))
    assert grade_entry(run, Entry("bob", lab.root), None).status == ERROR


# What is made of records -------------------------------------------------------------------------


@pytest.fixture
def graded(fast, tmp_path):
    """Grade the class, damage bob's record, and give its folder."""
    assert fast("grade", "--out", "out", "--sandbox", "none") == cli.OK
    (tmp_path / "out" / "bob" / "grade.json").write_text("[" * 100_000)
    return tmp_path / "out"


@pytest.mark.parametrize(
    "command",
    [
        ("pages", "out"),
        ("review", "out"),
        ("output", "gradescope", "out"),
        ("output", "junit", "out"),
        ("output", "github-class", "out", "--out", "class.md"),
    ],
    ids=" ".join,
)
def test_a_damaged_record_is_named_and_the_others_are_done(fast, graded, capsys, command):
    assert fast(*command) == cli.LOW
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "bob/grade.json can't be read" in said.err
    assert "Traceback" not in said.err
    if command[0] == "pages":
        assert [(graded / s / "index.html").is_file() for s in STUDENTS] == [True, False, True]
        assert (graded / "index.html").is_file()
    if command[1] in ("gradescope", "junit"):
        assert "2 files" in said.out


@every_error
def test_a_page_that_cannot_be_made_is_named(fast, graded, monkeypatch, capsys, error):
    text = next(read_class(graded, [])).to_json().replace('"ann"', '"bob"')
    (graded / "bob" / "grade.json").write_text(text)
    monkeypatch.setattr(pages, "student_page", failing(pages.student_page, error, is_bobs))
    assert fast("pages", "out") == cli.LOW
    assert "there is no page of 'bob'" in capsys.readouterr().err
    assert [(graded / s / "index.html").is_file() for s in STUDENTS] == [True, False, True]


@every_error
def test_an_output_that_cannot_be_made_is_named(fast, graded, monkeypatch, capsys, error):
    from autograder.outputs.formats import junit

    text = next(read_class(graded, [])).to_json().replace('"ann"', '"bob"')
    (graded / "bob" / "grade.json").write_text(text)
    monkeypatch.setattr(junit, "write", failing(junit.write, error, is_bobs))
    assert fast("output", "junit", "out") == cli.LOW
    said = capsys.readouterr()
    assert "bob/grade.json" in said.err
    assert "2 files" in said.out


def test_records_can_be_read_by_their_owner_only(fast, tmp_path):
    before = os.umask(0)
    try:
        (tmp_path / "out" / "ann").mkdir(parents=True)
        assert fast("grade", "--out", "out", "--sandbox", "none") == cli.OK
        assert fast("pages", "out") == cli.OK
    finally:
        os.umask(before)
    for path in (tmp_path / "out").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    (tmp_path / "out").chmod(0o755)
    assert fast("grade", "--out", "out", "--sandbox", "none") == cli.OK
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_a_folder_that_holds_something_else_keeps_its_mode(fast, tmp_path):
    write_files(tmp_path / "shared", {"notes.txt": "ours"})
    (tmp_path / "shared").chmod(0o755)
    assert fast("grade", "--out", "shared", "--sandbox", "none") == cli.OK
    assert (tmp_path / "shared").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "shared" / "ann").stat().st_mode & 0o077 == 0


def test_errors_that_a_user_can_put_right_are_told_as_they_are(fast, monkeypatch, tmp_path, capsys):
    class Writer:
        def __init__(self, *_):
            pass

        enter = staticmethod(failing(lambda _, grade: grade, CourseError("do this"), is_bobs))

    course = type("Course", (), {"root": tmp_path})()
    monkeypatch.setattr("autograder.course.gradebook.GradebookWriter", Writer)
    monkeypatch.setattr("autograder.commands.grade._course", lambda *_: course)
    assert fast("grade", "--out", "out", "--sandbox", "none") == cli.LOW
    assert "autograder: do this\n" in capsys.readouterr().err
