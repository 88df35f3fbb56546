"""A course from its making to a regrade: what the gradebook holds, and what is shown."""

import datetime
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.cli import OK, USAGE, main
from autograder.course import set_aside
from autograder.course import take_in as taking
from autograder.course.export import gradebook_csv, read_course
from autograder.course.folder import CourseError, nbgrader_api, open_course
from autograder.course.gradebook import GradebookWriter
from autograder.course.set_aside import as_handed_in, copy_aside, new_place, read_taken
from autograder.course.take_in import take_in, time_of
from autograder.intake.entries import FILE_DATE, PLATFORM, Entry
from autograder.intake.gather import list_entries
from autograder.lab import AttemptRules
from autograder.records import ERROR, REJECTED, Grade
from tests.autograder.conftest import (
    COUNTER,
    DOUBLER,
    RIGHT,
    ROOT,
    entries_of,
    wait_until,
    write_files,
)
from tests.autograder.course import (
    ANSWER,
    GUIDE,
    PARTS,
    QUESTION,
    answered,
    copy_course,
    graded,
    scores,
    write_course,
)

WRONG = RIGHT | {"doubler.py": DOUBLER.replace("2.0", "3.0")}
FULL = {part: (float(points), None, False) for part, points in PARTS.items()}
NOTHING = {part: (0.0, None, False) for part in PARTS}
UNANSWERED, ANSWERED = {QUESTION: (0.0, None, False)}, {QUESTION: (None, None, True)}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return write_course(tmp_path_factory.mktemp("template"))


@pytest.fixture
def course(template, tmp_path):
    return copy_course(template, tmp_path)


@pytest.fixture
def handed_in(tmp_path):
    """Give a function that writes a student's folder, with a notebook or without."""

    def write(student, files, notebook=None):
        more = {"small.ipynb": notebook if isinstance(notebook, str) else json.dumps(notebook)}
        write_files(tmp_path / "in" / student, files | (more if notebook is not None else {}))
        return tmp_path / "in"

    return write


def change(path, text):
    path.write_text(path.read_text() + text)


def grade(course, folder, out, *more):
    words = ["--lab", str(course.lab.root / "lab.toml"), "grade", str(folder), "--out", str(out)]
    return main([*words, "--jobs", "1", "--course", str(course.root), *more])


def entry_of(folder, student):
    return next(entry for entry in entries_of(folder) if entry.student == student)


def autograde(course, student):
    result = nbgrader_api(course).autograde(course.lab.name, student)
    assert result["success"], result
    return result


def shown(course, student):
    """Give all that a graded notebook shows: the text of its cells and outputs."""
    cells = graded(course, student)["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    texts = [*(cell["source"] for cell in cells), *(output["text"] for output in outputs)]
    return "\n".join("".join(text) for text in texts)


# Making -----------------------------------------------------------------------------------------


def test_students_receive_the_files_and_the_notebook_without_the_guide(course):
    released = course.released.parent
    assert {path.name for path in released.iterdir()} == {*RIGHT, "small.ipynb"}
    assert GUIDE in (course.root / "source/small/small.ipynb").read_text(encoding="utf-8")
    assert GUIDE not in course.released.read_text(encoding="utf-8")


def test_making_it_again_keeps_what_was_handed_in(course, handed_in, tmp_path):
    grade(course, handed_in("ann", RIGHT), tmp_path / "out")
    before = scores(course)
    description = str(course.lab.root / "lab.toml")
    assert main(["--lab", description, "course", str(course.root)]) == OK
    assert scores(course) == before == {"ann": FULL | UNANSWERED}


def test_cells_can_not_change_after_submissions(course, handed_in, tmp_path, capsys):
    grade(course, handed_in("ann", RIGHT), tmp_path / "out")
    path = course.lab.root / "notebook.py"
    path.write_text(path.read_text().replace('"asked"', '"otherwise"'))
    description = str(course.lab.root / "lab.toml")
    assert main(["--lab", description, "course", str(course.root)]) == USAGE
    assert "cells can't change any more" in capsys.readouterr().err
    assert scores(course) == {"ann": FULL | UNANSWERED}


def test_another_folder_is_left_alone(course, tmp_path, capsys):
    write_files(tmp_path / "other", {"thesis.tex": "..."})
    description = str(course.lab.root / "lab.toml")
    assert main(["--lab", description, "course", str(tmp_path / "other")]) == USAGE
    assert "holds something else" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["thesis.tex"]


def test_no_course_is_said(tmp_path, lab, capsys):
    words = ["--lab", str(lab.root / "lab.toml")]
    write_files(tmp_path / "in" / "ann", RIGHT)
    command = ["grade", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--course"]
    assert main([*words, *command, str(tmp_path / "none")]) == USAGE
    assert "is not a course; run make course" in capsys.readouterr().err
    assert main([*words, "formgrader", str(tmp_path / "none")]) == USAGE
    assert main([*words, "course", str(tmp_path / "new")]) == USAGE
    assert "the lab has no notebook" in capsys.readouterr().err


def test_the_settings_are_the_owners_alone(course):
    assert (course.root / "course.toml").stat().st_mode & 0o077 == 0


def test_a_database_that_can_not_be_reached_is_said_without_its_password(tmp_path):
    url = "postgresql+psycopg://me:secret@127.0.0.1:1/none"
    with pytest.raises(CourseError, match="cannot use the gradebook") as caught:
        write_course(tmp_path, url)
    assert "secret" not in str(caught.value)


# Grading ----------------------------------------------------------------------------------------


def test_grades_are_entered(course, handed_in, tmp_path, capsys):
    handed_in("ann", RIGHT, answered(course))
    handed_in("ben", WRONG)
    handed_in("cat", {"counter.py": COUNTER, "notes.txt": "x"}, "no notebook")
    handed_in("dan", {"thesis.tex": "x"}, answered(course))
    handed_in("eve", {"thesis.tex": "x"})
    assert grade(course, tmp_path / "in", tmp_path / "out") == OK
    assert "5 grades are in the gradebook" in capsys.readouterr().out
    half = {"Doubler": (1.0, None, False)}
    assert scores(course) == {
        "ann": FULL | ANSWERED,
        "ben": FULL | half | UNANSWERED,
        "cat": FULL | {"Doubler": (0.0, None, False)} | ANSWERED,  # nobody knows
        "dan": NOTHING | ANSWERED,
        "eve": NOTHING | UNANSWERED,
    }
    assert "missing: doubler.py" in shown(course, "eve")
    why = "is not a whole notebook: its JSON is damaged, so the answers wait for a person"
    assert why in shown(course, "cat")
    assert why in (tmp_path / "out/grades.csv").read_text()
    assert {p.parts[-4] for p in course.root.rglob("notes.txt")} == {"cat"}  # set aside


def test_instructors_see_checks_files_answer_and_guide(course, handed_in, tmp_path):
    grade(course, handed_in("ben", WRONG, answered(course)), tmp_path / "out")
    text = shown(course, "ben")
    assert "✗ forward doubles what it is given  (0 / 3)" in text
    assert "what forward returns has the right shape" in text.lower()
    for passage in (ANSWER, GUIDE, WRONG["doubler.py"].strip(), COUNTER.strip(), "Counter: 2 / 2"):
        assert passage in text


def test_the_engine_grades_where_nbgrader_is_called(course, handed_in, tmp_path):
    handed_in("ben", WRONG, answered(course))
    grade(course, tmp_path / "in", tmp_path / "out")
    before = scores(course)
    autograde(course, "ben")
    assert scores(course) == before
    record = course.root / "grades" / "small" / "ben" / "grade.json"
    assert Grade.from_json(record.read_text()).score == 3


def test_the_gradebook_is_opened_once_for_a_submission_and_for_its_course(course, monkeypatch):
    write_files(course.submitted("eve"), RIGHT | {"small.ipynb": json.dumps(answered(course))})
    opened, check = [], Gradebook.check_course

    def counted(self, course_id="default_course", **more):
        opened.append(course_id)
        return check(self, course_id, **more)

    monkeypatch.setattr(Gradebook, "check_course", counted)
    autograde(course, "eve")
    assert opened == [course.settings.id]


def test_nbgrader_stops_at_a_broken_lab_and_no_points_change(course, handed_in, tmp_path):
    for student in ("ann", "ben"):
        grade(course, handed_in(student, WRONG), tmp_path / "out")
    before = scores(course)
    change(course.lab.suite / "test_counter.py", "def broken(:\n")
    result = nbgrader_api(course).autograde(course.lab.name, "*")
    assert not result["success"]
    said = f"{result.get('log', '')}{result['error']}"
    assert "the suites can't be run: hidden/test_counter.py: SyntaxError" in said
    assert said.count("Running pre-convert hook") <= 1  # not again at every student
    assert scores(course) == before and set(before) == {"ann", "ben"}


def test_points_are_scaled_where_nbgrader_is_called(course, handed_in, tmp_path):
    grade(course, handed_in("ben", WRONG), tmp_path / "out")
    suite = course.lab.suite / "test_doubler.py"
    suite.write_text(suite.read_text().replace("points=3", "points=1"))  # of 4 half, now
    autograde(course, "ben")
    assert scores(course)["ben"]["Doubler"] == (2.0, None, False)


def test_feedback_holds_the_messages_and_no_guide(course, handed_in, tmp_path):
    grade(course, handed_in("ben", WRONG, answered(course)), tmp_path / "out")
    result = nbgrader_api(course).generate_feedback(course.lab.name, "ben")
    assert result["success"], result
    page = (course.root / "feedback/ben/small/small.html").read_text(encoding="utf-8")
    assert "forward doubles what it is given" in page and "Doubler: 1 / 4" in page
    assert GUIDE not in page
    # What was graded again since is in it without a word more.
    grade(course, handed_in("ben", RIGHT, answered(course)), tmp_path / "out")
    result = nbgrader_api(course).generate_feedback(course.lab.name)
    assert result["success"], result
    page = (course.root / "feedback/ben/small/small.html").read_text(encoding="utf-8")
    assert "Doubler: 4 / 4" in page


def test_points_given_by_hand_survive_a_regrade(course, handed_in, tmp_path, capsys):
    grade(course, handed_in("ben", WRONG, answered(course)), tmp_path / "out")
    with course.gradebook as gradebook:
        for name, points in ((QUESTION, 4.0), ("Counter", 1.5)):
            entry = gradebook.find_grade(name, "small", "small", "ben")
            entry.manual_score, entry.needs_manual_grade = points, False
        gradebook.db.commit()
    handed_in("ben", RIGHT)
    capsys.readouterr()
    assert grade(course, tmp_path / "in", tmp_path / "out", "--seed", "3") == OK
    assert scores(course)["ben"] == {
        "Doubler": (4.0, None, False),
        "Counter": (2.0, 1.5, True),
        QUESTION: (None, 4.0, True),
    }
    said = capsys.readouterr().out
    assert "1 grades changed since the last run" in said
    assert "ben  3 -> 6  other files were handed in; another seed; gained forward" in said


def test_a_grader_that_failed_leaves_a_zero_to_look_at(course, handed_in, tmp_path):
    folder = handed_in("ann", RIGHT)
    grade(course, folder, tmp_path / "out")
    path = tmp_path / "out" / "ann" / "grade.json"
    table = json.loads(path.read_text()) | {"status": ERROR, "checks": [], "reason": "broke"}
    table["parts"] = [part | {"score": 0} for part in table["parts"]]
    path.write_text(json.dumps(table))
    failed = Grade.from_json(path.read_text())
    GradebookWriter(course, tmp_path / "out").enter(entry_of(folder, "ann"), failed)
    assert scores(course)["ann"] == {part: (0.0, None, True) for part in PARTS} | UNANSWERED


def test_scores_are_kept_in_their_bounds(course, handed_in, tmp_path):
    folder = handed_in("ann", RIGHT)
    grade(course, folder, tmp_path / "out")
    path = tmp_path / "out" / "ann" / "grade.json"
    table = json.loads(path.read_text())
    for points in (10**9, -5):
        table["parts"][0]["score"] = points
        path.write_text(json.dumps(table))
        made = Grade.from_json(path.read_text())
        GradebookWriter(course, tmp_path / "out").enter(entry_of(folder, "ann"), made)
        name = course.lab.parts[0].name
        score, _, asked = scores(course)["ann"][name]
        assert 0.0 <= score <= PARTS[name]
        assert not asked


def test_a_record_without_points_enters_nothing(course, handed_in, tmp_path):
    folder = handed_in("ann", RIGHT)
    grade(course, folder, tmp_path / "out")
    before = scores(course)
    path = tmp_path / "out" / "ann" / "grade.json"
    whole = Grade.from_json(path.read_text())
    table = json.loads(path.read_text())
    for points in (float("nan"), float("inf"), True, "5"):
        table["parts"][0]["score"] = points
        path.write_text(json.dumps(table))
        with pytest.raises(ValueError, match="its score is of a wrong kind"):
            Grade.from_json(path.read_text())
        with pytest.raises(CourseError, match="not in the gradebook"):
            GradebookWriter(course, tmp_path / "out").enter(entry_of(folder, "ann"), whole)
        assert scores(course) == before


def test_what_can_not_be_entered_is_said_and_costs_nobody_else(
    course, handed_in, tmp_path, monkeypatch, capsys
):
    handed_in("ann", RIGHT)
    handed_in("ben", RIGHT)
    write_files(course.root, {"submitted/ann": "a file where a folder should be"})
    assert grade(course, tmp_path / "in", tmp_path / "out") == 1
    said = capsys.readouterr()
    assert "1 grades are in the gradebook" in said.out
    assert "cannot write to" in said.err and "Traceback" not in said.err
    assert scores(course) == {"ben": FULL | UNANSWERED}
    assert (tmp_path / "out/ann/grade.json").exists()


# Without our configuration ----------------------------------------------------------------------


def test_without_the_configuration_nothing_is_run_and_nobody_gets_points(
    course, handed_in, tmp_path
):
    marker = tmp_path / "ran"
    notebook = answered(course)
    for cell in notebook["cells"]:
        cell["source"] = f"open({str(marker)!r}, 'w')"
        cell["outputs"] = []
    take_in(course, entry_of(handed_in("eve", RIGHT), "eve"))
    path = course.submitted("eve") / "small.ipynb"
    path.write_text(json.dumps(notebook))
    (course.root / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.root = {str(course.root)!r}\n"
    )
    result = nbgrader_api(course).autograde("small", "eve")
    assert not result["success"]
    assert "NoSuchKernel" in result["log"]
    assert not marker.exists()
    assert all(not score for score, _, _ in scores(course)["eve"].values())


# What lies in the folder ------------------------------------------------------------------------


def test_what_was_put_there_by_hand_is_taken_in(course, tmp_path):
    folder = course.submitted("eve")
    notebook = answered(course)
    notebook["cells"][0]["source"] = "<script>alert(1)</script>"
    write_files(folder, RIGHT | {"small.ipynb": json.dumps(notebook), "page.html": "<script>"})
    write_files(folder / "more", {"x.py": "x"})
    (folder / "passwd").symlink_to("/etc/passwd")
    autograde(course, "eve")
    assert scores(course) == {"eve": FULL | ANSWERED}
    kept = {*RIGHT, "small.ipynb", "submission_secret.txt"}
    assert {path.name for path in folder.iterdir()} == kept
    assert {p.name for p in (course.root / "autograded/eve/small").iterdir()} == kept
    aside = course.root / "set-aside/eve/small~0/small"
    assert {path.name for path in aside.iterdir()} >= {"page.html", "more", "passwd", *RIGHT}
    assert "<script>alert" in (aside / "small.ipynb").read_text()
    assert nbgrader_api(course).generate_feedback("small", "eve")["success"]
    assert "alert(1)" not in (course.root / "feedback/eve/small/small.html").read_text()


def test_a_notebook_that_is_none_is_graded_where_nbgrader_is_called(course):
    write_files(course.submitted("eve"), RIGHT | {"small.ipynb": "[" * 100_000})
    autograde(course, "eve")
    assert scores(course) == {"eve": FULL | ANSWERED}


TWICE = RIGHT | {"old/doubler.py": "class Doubler: pass\n"}


def test_nothing_is_lost_and_a_second_grading_says_the_same(course, tmp_path, capsys):
    submitted = course.root / "submitted"
    contents = {
        "ann": TWICE | {"small.ipynb": json.dumps(answered(course))},
        "ben": RIGHT | {"counter.py": COUNTER + "#" * 1_100_000, "small.ipynb": '{"cells": ['},
    }
    for student, files in contents.items():
        write_files(course.submitted(student), files)
    found = []
    for _ in range(2):
        assert grade(course, submitted, tmp_path / "out") == OK
        found.append(((tmp_path / "out/grades.csv").read_text(), scores(course)))
        for student, files in contents.items():
            kept = course.root / "set-aside" / student / "small~0" / "small"
            assert {name: (kept / name).read_text() for name in files} == files
        assert len(list((course.root / "set-aside").glob("*/*"))) == 2
    assert found[0] == found[1]
    assert "2 as they were graded before" in capsys.readouterr().out
    table, entered = found[0]
    assert "doubler.py is there 2 times (doubler.py, old/doubler.py)" in table
    assert "its JSON is damaged, so the answers wait for a person" in table
    assert entered["ben"][QUESTION] == (None, None, True)
    autograde(course, "ben")
    assert scores(course) == entered
    (comment,) = comments(course, "ben")
    assert "its JSON is damaged" in comment
    ann, ben = gradebook_csv(read_course(course)).splitlines()[1:]
    assert ann.endswith(",yes,") and "its JSON is damaged" in ben
    # What an instructor corrects there is a new hand-in.
    write_files(course.submitted("ben"), {"small.ipynb": json.dumps(answered(course))})
    taken = take_in(course, Entry("ben", course.submitted("ben")))
    assert (taken.original, taken.said) == ("set-aside/ben/small~1/small", ())


def comments(course, student):
    with course.gradebook as gradebook:
        notebook = gradebook.find_submission_notebook("small", "small", student)
        return [comment.auto_comment for comment in notebook.comments]


def test_interrupted_while_it_is_set_aside_it_goes_on(course, monkeypatch):
    folder = course.submitted("ann")
    write_files(folder, TWICE | {"small.ipynb": json.dumps(answered(course))})

    def stop(path, content):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(taking, "write_whole", stop)
        with pytest.raises(KeyboardInterrupt):
            take_in(course, Entry("ann", folder))
    (folder / "late.txt").write_text("not moved yet")
    taken = take_in(course, Entry("ann", folder))
    kept = course.root / taken.original
    assert {path.name for path in kept.iterdir()} >= {*RIGHT, "old", "small.ipynb", "late.txt"}
    assert read_taken(folder) == taken
    assert {path.name for path in folder.iterdir()} == {
        *("counter.py", "small.ipynb", "submission_secret.txt")
    }


LIES = [
    *([], "both", [1, 2], [[{}, {}, []]], [[{"doubler.py": 1}, {}, []], b"x"]),
    *([[{}, {"x": b""}, []], b"null"], [[{}, {}, [1]], [1]], [{}, b"{"]),
]


@pytest.mark.parametrize("lie", LIES, ids=str)
def test_what_a_reading_process_lies_is_no_answer(course, handed_in, monkeypatch, lie):
    entry = entry_of(handed_in("ann", RIGHT, "no notebook"), "ann")
    monkeypatch.setattr(taking, "read_apart", lambda *_, **__: lie)
    taken = take_in(course, entry)
    assert "so the answers wait for a person" in taken.message
    assert {*taken.files} == {course.notebook, "submission_secret.txt"}
    assert {path.name for path in (course.root / taken.original).iterdir()} >= {*RIGHT}


def test_of_the_zip_of_a_class_what_the_student_handed_in_is_copied(
    course, handed_in, tmp_path, monkeypatch
):
    folder = handed_in("ann", TWICE, "no notebook")
    shutil.make_archive(str(tmp_path / "class"), "zip", folder)
    named = [path.relative_to(folder / "ann") for path in (folder / "ann").rglob("*.*")]
    selection = {f"ann/{path}": str(path) for path in named}
    monkeypatch.chdir(tmp_path)
    entry = Entry("ann", Path("class.zip"), selection=selection)
    kept = course.root / take_in(course, entry).original
    assert {str(path.relative_to(kept)) for path in kept.rglob("*.*")} == {*map(str, named)}
    # What lies about that is not copied.
    shutil.rmtree(course.root / "set-aside")
    lies = [[["/etc/x", b""]], [["../x", b""]], [["x", 1]], [[b"x", b""]], {}, [[]]]
    for lie in lies:
        monkeypatch.setattr(set_aside, "read_apart", lambda *_, lie=lie: lie)
        place = new_place(course.submitted("ann"))
        assert copy_aside(entry, place, "small", course.lab.limits) is None
    assert not (course.root / "set-aside").exists()


def test_of_what_lies_elsewhere_the_whole_is_copied_once(course, handed_in, tmp_path):
    entry = entry_of(handed_in("ann", TWICE, "no notebook"), "ann")
    first, second = take_in(course, entry), take_in(course, entry)
    assert first == second
    kept = course.root / first.original
    assert {path.name for path in kept.iterdir()} == {*RIGHT, "old", "small.ipynb"}
    assert (tmp_path / "in/ann/old/doubler.py").exists()
    as_seen = as_handed_in(Entry("ann", course.submitted("ann")), "small")
    assert as_seen.path == kept
    # A later one takes its place, and is whole itself.
    write_files(tmp_path / "in/ann", {"small.ipynb": json.dumps(answered(course))})
    shutil.rmtree(tmp_path / "in/ann/old")
    assert take_in(course, entry_of(tmp_path / "in", "ann")).original == ""
    write_files(tmp_path / "in/ann", WRONG)
    take_in(course, entry_of(tmp_path / "in", "ann"))
    replaced = sorted((course.root / "set-aside/ann").iterdir())[-1]
    assert (replaced / "small/doubler.py").read_text() == DOUBLER


def test_grading_what_lies_in_the_folder_already(course, handed_in, tmp_path):
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=datetime.UTC)
    entry = entry_of(handed_in("ann", RIGHT, answered(course)), "ann")
    take_in(course, entry, moment)
    (course.submitted("ann") / "small.ipynb").unlink()
    assert grade(course, course.root / "submitted", tmp_path / "out") == OK
    assert scores(course) == {"ann": FULL | UNANSWERED}
    assert time_of(course, Entry("ann", course.root / "submitted/ann")) == moment


@pytest.mark.slow
def test_a_file_that_is_not_handed_in_any_more_is_gone(course, handed_in, tmp_path):
    grade(course, handed_in("ann", RIGHT), tmp_path / "out")
    (tmp_path / "in/ann/doubler.py").unlink()
    grade(course, tmp_path / "in", tmp_path / "out")
    assert scores(course)["ann"]["Doubler"] == (0.0, None, False)
    assert not (course.submitted("ann") / "doubler.py").exists()


def test_the_date_of_a_file_counts_only_if_the_lab_says_so(course, handed_in):
    folder = handed_in("ann", RIGHT, answered(course))
    write_files(folder / "ann", {"timestamp.txt": "1999-01-01 00:00:00 UTC", "notes.txt": ""})
    for place, seconds in (("doubler.py", 1e9), ("counter.py", 1.3e9), ("small.ipynb", 1.2e9)):
        os.utime(folder / "ann" / place, (seconds, seconds))
    shutil.make_archive(str(folder / "zoe"), "zip", folder / "ann")
    os.utime(folder / "zoe.zip", (1.4e9, 1.4e9))
    ann, zoe = list_entries(folder, course.lab)
    assert (ann.time.timestamp(), zoe.time.timestamp()) == (1.3e9, 1.4e9)
    assert ann.origin == zoe.origin == FILE_DATE
    assert time_of(course, ann) is None
    assert time_of(course, replace(ann, origin=PLATFORM)) == ann.time
    lab = replace(course.lab, attempts=AttemptRules(file_dates=True))
    assert time_of(replace(course, lab=lab), zoe) == zoe.time


def test_a_submission_without_a_time_has_none_in_the_course(course, handed_in):
    entry = entry_of(handed_in("ann", RIGHT, answered(course)), "ann")
    moment = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    take_in(course, replace(entry, time=moment, origin=PLATFORM))
    assert (course.submitted("ann") / "timestamp.txt").read_text().startswith("2026-01-02 00:00")
    take_in(course, entry)  # another, of which nobody says when
    assert not (course.submitted("ann") / "timestamp.txt").exists()


def test_an_id_that_is_no_name_of_a_folder_is_told(course):
    for student in ("", "x" * 300, "\u9673" * 100):
        with pytest.raises(CourseError, match="nbgrader can't have a student"):
            course.submitted(student)


# Interruption -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_killed_at_any_moment_and_run_again_ends_with_the_same_gradebook(course, tmp_path):
    for number in range(8):
        write_files(tmp_path / "in" / f"s{number}", [RIGHT, WRONG][number % 2])
    words = ["--lab", str(course.lab.root / "lab.toml"), "grade", str(tmp_path / "in")]
    words += ["--out", str(tmp_path / "out"), "--jobs", "1", "--course", str(course.root)]
    command = [sys.executable, "-m", "autograder", *words]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    for graded_by_then in (1, 3, 6):
        process = subprocess.Popen(command, env=environment, **quiet)
        seen = course.root / "autograded"
        shutil.rmtree(seen, ignore_errors=True)
        wait_until(lambda: len(list(seen.glob("*"))) >= graded_by_then, 60)  # noqa: B023
        time.sleep(0.02 * graded_by_then)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert subprocess.run(command, env=environment, **quiet).returncode == 0
    right, wrong = FULL | UNANSWERED, FULL | {"Doubler": (1.0, None, False)} | UNANSWERED
    assert scores(course) == {f"s{n}": [right, wrong][n % 2] for n in range(8)}
    kept = {*RIGHT, "small.ipynb", "submission_secret.txt"}
    for folder in (course.root / "submitted").glob("*/*"):
        assert {path.name for path in folder.iterdir()} == kept


def test_rejected_stays_a_row(course, handed_in, tmp_path):
    grade(course, handed_in("eve", {"thesis.tex": "x"}), tmp_path / "out")
    record = Grade.from_json((tmp_path / "out/eve/grade.json").read_text())
    assert record.status == REJECTED
    assert open_course(course.root, "small") == course
    assert (course.root / "gradebook.db").exists()
