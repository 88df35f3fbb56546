"""Exports of a gradebook that nbgrader itself made, read back as Canvas and Moodle read them."""

import csv
import datetime
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.cli import LOW, OK, USAGE, main
from autograder.commands import course_of
from autograder.commands.pages import read_answers
from autograder.course.export import read_report, write_report
from autograder.course.folder import CourseError
from autograder.course.late_plugin import LateDays, update_penalties
from autograder.course.report import Score, Submission, gradebook_csv
from autograder.exports.canvas import canvas_csv
from autograder.exports.moodle import moodle_csv
from autograder.exports.rows import Exported, ExportError, Row, exact, warnings
from autograder.lab_file import load_lab
from autograder.results.late import LatePolicy
from autograder.text import points_text
from tests.autograder.conftest import ROOT

PARTS = ["Zeta", "Alpha"]
DEADLINE = datetime.datetime(2026, 3, 1, 12)
RTL = "\u202e"

# Who -> the roster's entry.
ROSTER = {
    "b01": {"first_name": "Ada", "last_name": "Lovelace, Countess", "lms_user_id": "101"},
    "b02": {"first_name": 'Robert "Bob"', "last_name": "O'Neil\nJr", "lms_user_id": "102x"},
    "b03": {"first_name": "=cmd()", "last_name": "-1+1", "email": "=cmd@x.tw"},
    "b04": {"first_name": "小明", "last_name": "王", "email": "b04@ntu.tw"},
    "b05": {"first_name": f"{RTL}evil", "last_name": "Points Possible"},
    "-s06": {"first_name": "Minus", "last_name": "Sign"},
    "=cmd()": {"first_name": "Formula", "last_name": "Id"},
    "0": {"first_name": "Nobody", "last_name": "Zero"},
    "b09": {},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A gradebook as a course leaves it: parts, questions, late, regraded and missing work."""
    path = tmp_path_factory.mktemp("course") / "gradebook.db"
    with pytest.MonkeyPatch.context() as patch:
        # nbgrader asks `alembic` for the version when it makes the tables.
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        with Gradebook(f"sqlite:///{path}") as gradebook:
            fill(gradebook)
    describe(path.parent)
    return path


def describe(folder):
    """Make a course of a folder: of lab 1, whose gradebook is in the folder."""
    settings = f"lab = {json.dumps(str(ROOT / 'lab.toml'))}\ndb_url = ''\n"
    (folder / "course.toml").write_text(settings)
    config = (
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "c = get_config()\nc.LateDays.grace_days = 1\nc.LateDays.percent_a_day = 10\n"
    )
    (folder / "nbgrader_config.py").write_text(config)


def fill(gradebook):
    gradebook.add_assignment("lab1", duedate=DEADLINE)
    gradebook.add_assignment("other")
    for assignment in ("lab1", "other"):
        gradebook.add_notebook("nb", assignment)
    for name, points, kind in (
        *(("Alpha", 40, "code"), ("Zeta", 60, "code")),
        *(("q1", 5, "markdown"), ("q2", 5, "markdown")),
    ):
        gradebook.add_grade_cell(name, "nb", "lab1", max_score=points, cell_type=kind)
        if kind == "markdown":
            gradebook.add_solution_cell(name, "nb", "lab1")
    gradebook.add_grade_cell("Alpha", "nb", "other", max_score=7, cell_type="code")
    for student, entry in ROSTER.items():
        gradebook.add_student(student, **entry)
    # In time and graded by hand; the autograder's points of a part were replaced.
    submit(gradebook, "b01", "2026-03-01 11:59:59 UTC", zeta=60, alpha=20, q1=4.5, q2=5)
    grade(gradebook, "Alpha", "b01", manual_score=30, extra_credit=2)
    # A second after the second day.
    submit(gradebook, "b02", "2026-03-03 12:00:01 UTC", zeta=50, alpha=40)
    # Late by more than the score is worth.
    submit(gradebook, "b03", "2026-06-01 12:00:00 UTC", zeta=1, alpha=0, q1=0, q2=0)
    # Late, but for an extension of a week.
    submit(gradebook, "b04", "2026-03-07 12:00:00 UTC", zeta=100 / 3, alpha=0, q1=0, q2=0)
    gradebook.grant_extension("lab1", "b04", weeks=1)
    # Without a time.
    submit(gradebook, "=cmd()", None, zeta=10, alpha=10, q1=1, q2=1)
    update_penalties(gradebook, "lab1", LateDays(grace_days=1, percent_a_day=10))


def submit(gradebook, student, timestamp, *, zeta, alpha, **questions):
    when = {"timestamp": timestamp} if timestamp else {}
    gradebook.update_or_create_submission("lab1", student, **when)
    for part, points in (("Zeta", zeta), ("Alpha", alpha)):
        grade(gradebook, part, student, auto_score=points, needs_manual_grade=False)
    for question, points in questions.items():
        grade(gradebook, question, student, manual_score=points, needs_manual_grade=False)


def grade(gradebook, cell, student, **values):
    found = gradebook.find_grade(cell, "nb", "lab1", student)
    for name, value in values.items():
        setattr(found, name, value)
    gradebook.db.commit()


@pytest.fixture(scope="module")
def report(made):
    return read_report(f"sqlite:///{made}", "lab1", PARTS)


def parsed(text):
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@pytest.fixture(scope="module")
def table(report):
    rows = parsed(gradebook_csv(report).removeprefix("\ufeff"))
    assert {len(row) for row in rows} == {len(rows[0])}
    found = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert len(found) == len(rows) - 1
    return found


def test_nobody_disappears(report, table):
    assert sorted(row.student for row in report.rows) == sorted(ROSTER)
    assert sorted(table) == sorted("'" + s if s[0] in "-=" else s for s in ROSTER)
    assert {row["submitted"] for row in table.values()} == {"yes", "no"}


def test_pages_learn_what_answers_have_and_what_waits(made, lab, report):
    answers = read_answers(course_of(made.parent, load_lab(ROOT / "lab.toml")))
    assert answers["b01"].items() >= {"q1": Score(None, 4.5), "q2": Score(None, 5.0)}.items()
    assert answers["b02"]["q1"].points is None
    assert "b09" not in answers and read_answers(None) is None
    with pytest.raises(CourseError, match="has no lab small, it has: lab1"):
        course_of(made.parent, lab)


def test_parts_come_in_the_labs_order_and_questions_follow(report):
    assert [cell.name for cell in report.cells] == ["Zeta", "Alpha", "q1", "q2"]
    assert [cell.part for cell in report.cells] == [True, True, False, False]
    assert report.max_score == 110


def test_points_by_hand_count_and_the_autograders_are_still_told(table):
    row = table["b01"]
    assert (row["Zeta"], row["Alpha"], row["Alpha auto"]) == ("60", "30", "20")
    assert (row["q1"], row["q2"], row["extra_credit"]) == ("4.5", "5", "2")
    assert (row["score"], row["late_days"], row["penalty"]) == ("101.5", "0", "0")
    assert (row["total"], row["max_score"], row["needs_manual_grade"]) == ("101.5", "110", "no")
    assert row["timestamp"] == "2026-03-01T11:59:59Z"


def test_what_nobody_graded_is_empty_and_said(table):
    row = table["b02"]
    assert (row["q1"], row["q2"], row["needs_manual_grade"]) == ("", "", "yes")
    assert (row["late_days"], row["score"], row["penalty"], row["total"]) == ("3", "90", "18", "72")


def test_a_total_is_never_below_0(table):
    assert (table["b03"]["penalty"], table["b03"]["total"]) == ("1", "0")
    for penalty, total in ((12.0, 0.0), (-3.0, 10.0), (4.0, 6.0)):
        assert Submission(None, {}, 0.0, 10.0, 1, penalty, False).total == total


def test_an_extension_moves_the_deadline(table):
    row = table["b04"]
    assert (row["late_days"], row["penalty"], row["total"]) == ("0", "0", "33.33")


def test_a_submission_without_a_time_is_not_late(table):
    row = table["'=cmd()"]
    assert (row["submitted"], row["timestamp"], row["late_days"]) == ("yes", "", "0")
    assert row["total"] == "22"


def test_who_handed_in_nothing_has_empty_points_not_0(table):
    row = table["b09"]
    assert row["submitted"] == "no"
    assert row["max_score"] == "110"
    given = {k: v for k, v in row.items() if k not in ("student", "submitted", "max_score")}
    assert set(given.values()) == {""}


def test_the_scores_are_those_of_nbgrader(made, report):
    with Gradebook(f"sqlite:///{made}") as gradebook:
        for row in report.rows:
            if row.submission is None:
                continue
            submission = gradebook.find_submission("lab1", row.student)
            assert row.submission.score == pytest.approx(submission.score)
            assert row.submission.penalty == pytest.approx(submission.late_submission_penalty)
            assert row.submission.needs_manual_grade == submission.needs_manual_grade
            assert report.max_score == submission.max_score


def test_penalties_follow_points_that_are_given_later(made, tmp_path):
    copy = tmp_path / "gradebook.db"
    copy.write_bytes(made.read_bytes())
    with Gradebook(f"sqlite:///{copy}") as gradebook:
        grade(gradebook, "q1", "b02", manual_score=5)
        update_penalties(gradebook, "lab1", LateDays(grace_days=1, percent_a_day=10))
        expected = LatePolicy(1, 10).penalty(95, 2 * 86400 + 1)
        assert gradebook.find_submission("lab1", "b02").late_submission_penalty == expected == 19
        assert gradebook.find_submission("lab1", "b01").late_submission_penalty == 0


class Merciless(LateDays):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return -1 if student_id == "b02" else 2 * score


def test_no_plugin_takes_more_than_the_score_or_gives_points(made, tmp_path):
    copy = tmp_path / "gradebook.db"
    copy.write_bytes(made.read_bytes())
    with Gradebook(f"sqlite:///{copy}") as gradebook:
        update_penalties(gradebook, "lab1", Merciless())
        assert gradebook.find_submission("lab1", "b02").late_submission_penalty == 0
        late = gradebook.find_submission("lab1", "b03")
        assert late.late_submission_penalty == late.score == 1


def test_no_cell_of_the_instructors_table_is_a_formula_or_a_hidden_mark(report, table):
    for row in table.values():
        for cell in row.values():
            assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r")
            assert cell.isprintable()
    assert table["b03"]["first_name"] == "'=cmd()"
    assert table["b05"]["first_name"] == "\\u202eevil"
    assert table["b02"]["last_name"] == "O'Neil Jr"
    assert table["b04"]["last_name"] == "王"


def canvas_reads(text):
    """Read a file as Canvas does; give the maxima and what it finds for each student."""
    rows = parsed(text)
    header = rows[0]
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert (header[2], header[3], header[4]) == ("SIS User ID", "SIS Login ID", "Section")
    maxima, students = [], []
    for row in rows[1:]:
        assert len(row) == len(header)
        (maxima if "Points Possible" in row[0] else students).append(row)
    return header[5:], maxima, students


def test_canvas(report):
    items, maxima, students = canvas_reads(canvas_csv(report.exported, "Lab 1 (4711)"))
    assert items == ["Lab 1 (4711)"]
    assert [row[5] for row in maxima] == ["110"]
    logins = {row[3]: row for row in students}
    assert logins["b01"] == ["Lovelace, Countess, Ada", "101", "", "b01", "", "101.5"]
    assert logins["b09"] == ["b09", "", "", "b09", "", ""]
    assert logins["b03"][5] == "0"
    assert logins["b05"][0] == "Points-Possible, \\u202eevil"
    assert len(logins) == len(ROSTER)


def test_canvas_is_not_given_a_number_that_begins_like_another_students(report):
    _, _, students = canvas_reads(canvas_csv(report.exported, "Lab 1"))
    assert {row[3]: row[1] for row in students}["b02"] == ""


def test_ids_are_found_again_and_names_are_safe(report):
    _, _, students = canvas_reads(canvas_csv(report.exported, "Lab 1"))
    moodle = parsed(moodle_csv(report.exported, "Lab 1"))[1:]
    for ids in ({row[3] for row in students}, {row[2] for row in moodle}):
        assert {"-s06", "b01", "b04"} <= ids
        assert "=cmd()" not in ids
        assert "'=cmd()" in ids
    for name in [row[0] for row in students] + [n for row in moodle for n in row[:2]]:
        assert name[:1] not in ("=", "+", "-", "@")


@pytest.mark.parametrize("text", ["-s06", "=A1", "+886912", "@ada", "-x+lab@ntu.tw", "b01", "王"])
def test_an_id_that_does_nothing_stays_as_it_is(text):
    assert exact(text) == text


@pytest.mark.parametrize(
    "text",
    ["=cmd()", "=cmd|'/c calc'!A1", "@SUM(1)", "-1+cmd|x", '=HYPERLINK("x")', "=1 2", "=a:b"],
)
def test_an_id_that_could_do_something_is_quoted(text):
    assert exact(text) == "'" + text


def test_moodle_has_no_grade_for_nothing_handed_in(report):
    rows = parsed(moodle_csv(report.exported, "Lab 1: Backpropagation"))
    assert rows[0] == ["First name", "Last name", "ID number", "Lab 1: Backpropagation"]
    grades = {row[2]: row[3] for row in rows[1:]}
    assert (grades["b01"], grades["b03"], grades["b09"]) == ("101.5", "0", "-")
    assert len(grades) == len(ROSTER)


def test_moodle_never_gets_a_row_that_it_takes_for_the_student_before():
    rows = (Row("", None), Row("0", None, email="x@y"))
    found = parsed(moodle_csv(Exported(1, rows), "Lab"))
    assert [row[2] for row in found[1:]] == ["'", "'0"]
    assert "Email address" not in found[0]


def test_moodle_gets_addresses_if_everybody_has_one():
    rows = (Row("a", None, email="a@x.tw"), Row("b", None, email="-b@x.tw"))
    found = parsed(moodle_csv(Exported(1, rows), "Lab"))
    assert [row[3] for row in found] == ["Email address", "a@x.tw", "-b@x.tw"]


def test_warnings_say_what_is_not_final_or_not_found(report):
    ungraded, limit, ids = warnings(report.exported)
    assert "manual grading: 1;" in ungraded
    assert "above 100" in limit
    assert "=cmd()" in ids
    assert "0" in ids
    assert "-s06" not in ids
    assert warnings(Exported(1, ())) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (0.0, "0"), (-0.001, "0"), (100.0, "100"), (2 / 3, "0.67"), (12.50, "12.5")],
)
def test_numbers_have_no_exponent_and_two_decimals(value, text):
    assert points_text(value) == text


def test_the_files_are_there_whole(report, tmp_path):
    paths = write_report(report, "Lab", tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["gradebook.csv", "canvas.csv", "moodle.csv"]
    assert {p.name for p in paths} == {p.name for p in (tmp_path / "new" / "folder").iterdir()}
    assert paths[0].read_bytes().startswith("\ufeffstudent".encode())
    assert paths[1].read_bytes().startswith(b"Student,ID")


def test_a_folder_that_cannot_be_written_is_said(report, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="cannot write .*choose another folder"):
        write_report(report, "Lab", tmp_path / "file")


def test_cells_of_the_same_name_in_two_notebooks_are_told_apart(made, tmp_path):
    copy = tmp_path / "gradebook.db"
    copy.write_bytes(made.read_bytes())
    with Gradebook(f"sqlite:///{copy}") as gradebook:
        gradebook.add_notebook("more", "lab1")
        gradebook.add_grade_cell("q1", "more", "lab1", max_score=1, cell_type="code")
        gradebook.add_task_cell("task", "more", "lab1", max_score=2, cell_type="markdown")
    found = read_report(f"sqlite:///{copy}", "lab1", PARTS)
    names = [cell.name for cell in found.cells]
    assert names == ["Zeta", "Alpha", "more/q1", "task", "nb/q1", "q2"]
    assert found.max_score == 113


@pytest.mark.parametrize("column", ["auto_score", "manual_score", "extra_credit"])
def test_a_score_that_is_no_number_costs_its_student_the_total_only(made, tmp_path, capsys, column):
    shutil.copytree(made.parent, tmp_path / "course")
    with sqlite3.connect(tmp_path / "course" / "gradebook.db") as database:
        database.execute(f"UPDATE grade SET {column} = 9e999 WHERE auto_score = 60")
    assert run("--course", tmp_path / "course", "--out", tmp_path / "out") == LOW
    assert "score of b01 that is not a number" in capsys.readouterr().err
    rows = parsed((tmp_path / "out/gradebook.csv").read_text(encoding="utf-8-sig"))
    totals = {row[0]: row[rows[0].index("total")] for row in rows}
    assert totals["b01"] == "" and totals["b02"] != ""
    moodle = parsed((tmp_path / "out/moodle.csv").read_text(encoding="utf-8"))
    assert next(row for row in moodle if "b01" in row)[-1] == "-"
    for path in (tmp_path / "out").iterdir():
        assert path.stat().st_mode & 0o077 == 0
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_a_submission_whose_student_was_deleted_is_still_there(made, tmp_path):
    copy = tmp_path / "gradebook.db"
    copy.write_bytes(made.read_bytes())
    with sqlite3.connect(copy) as database:
        database.execute("DELETE FROM student WHERE id = 'b02'")
    found = read_report(f"sqlite:///{copy}", "lab1", PARTS)
    assert {row.student: row for row in found.rows}["b02"].submission.total == pytest.approx(72)


def test_reading_changes_nothing(made):
    before = made.read_bytes()
    read_report(f"sqlite:///{made}", "lab1", PARTS)
    assert made.read_bytes() == before


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("not a url", "URL is not valid"),
        ("postgresql://u:secret@h:port/d", "URL is not valid"),
        ("nosuch://u:secret@h/d", "cannot open nosuch://u:\\*\\*\\*@h/d"),
        ("postgresql+psycopg2cffi://u:secret@h/d", "cannot open"),
        ("sqlite://", "there is no gradebook named in the URL"),
        ("sqlite:///:memory:", "there is no gradebook"),
    ],
)
def test_a_url_that_leads_nowhere_is_said_without_its_password(url, said):
    with pytest.raises(ExportError, match=said) as caught:
        read_report(url, "lab1", PARTS)
    assert "secret" not in str(caught.value)


def run(*arguments):
    return main(["export", *map(str, arguments)])


def refused(capsys, *arguments):
    assert run(*arguments) == USAGE
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    return printed.err


def test_no_course_or_gradebook_is_said_and_none_is_made(tmp_path, capsys):
    out = ["--out", tmp_path / "out"]
    assert "is not a course" in refused(capsys, "--course", tmp_path / "no", *out)
    describe(tmp_path)
    assert "there is no gradebook" in refused(capsys, "--course", tmp_path, *out)
    assert {path.name for path in tmp_path.iterdir()} == {"course.toml", "nbgrader_config.py"}


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is not a gradebook of nbgrader"), (b"no database at all " * 99, "not a database")],
)
def test_another_file_is_said_and_stays_as_it_was(tmp_path, content, said):
    path = tmp_path / "gradebook.db"
    path.write_bytes(content)
    with pytest.raises(ExportError, match=said):
        read_report(f"sqlite:///{path}", "lab1", PARTS)
    assert path.read_bytes() == content


def test_an_assignment_that_is_not_there_is_said(made):
    with pytest.raises(ExportError, match="no assignment 'lab9', it has: lab1, other"):
        read_report(f"sqlite:///{made}", "lab9", PARTS)


def test_the_command_writes_the_three_files(made, tmp_path, capsys):
    assert run("--course", made.parent, "--out", tmp_path) == OK
    printed = capsys.readouterr()
    assert printed.err == ""
    assert f"{len(ROSTER)} students, 5 submissions" in printed.out
    assert "note: submissions that still need manual grading: 1" in printed.out
    header = parsed((tmp_path / "canvas.csv").read_text(encoding="utf-8"))[0]
    assert header[5] == "Lab 1: Backpropagation"
    names = ("canvas.csv", "gradebook.csv", "moodle.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_points_given_by_hand_change_the_penalty(made, tmp_path):
    shutil.copytree(made.parent, tmp_path / "course")
    with Gradebook(f"sqlite:///{tmp_path}/course/gradebook.db") as gradebook:
        grade(gradebook, "q1", "b02", manual_score=5)
    assert run("--course", tmp_path / "course", "--out", tmp_path) == OK
    rows = parsed((tmp_path / "gradebook.csv").read_text(encoding="utf-8"))
    row = next(dict(zip(rows[0], row, strict=True)) for row in rows if row[0] == "b02")
    assert (row["score"], row["penalty"], row["total"]) == ("95", "19", "76")


def test_the_assignments_title_can_be_given(made, tmp_path):
    assert run("--course", made.parent, "--out", tmp_path, "--item", "Lab 1 (7)") == OK
    for name in ("canvas.csv", "moodle.csv"):
        assert parsed((tmp_path / name).read_text(encoding="utf-8"))[0][-1] == "Lab 1 (7)"


def test_make_hands_on_its_variables():
    command = ["make", "-s", "export", "PY=echo", "PYTHON=true"]
    given = os.environ | {"COURSE": "c", "OUT": "o", "ITEM": "Lab 1", "ROSTER": "r"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=given, check=True)
    assert done.stdout == "-m autograder export o --course c --roster r --item Lab 1\n"
