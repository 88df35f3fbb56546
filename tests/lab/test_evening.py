"""The evening of an instructor, with the commands that the documentation names."""

import csv
import io
import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from autograder.records import read_record
from autograder.results.snapshots import newest
from tests.lab.documentation import DOCS, ROOT, blocks

pytestmark = pytest.mark.slow

PAGE = DOCS / "instructors" / "evening.md"
MOST_COMMANDS = 12
#: Whose files are whose: the number in Moodle, the name, the sample, and when it was handed in.
CLASS = {
    "112550001": (41, "Chen Yi", "s01-perfect-other-style", "Friday, 20 March 2026, 9:10 PM"),
    "112550002": (42, "O'Brien Ann", "s06-no-model-file", "Friday, 20 March 2026, 11:58 PM"),
    "112550003": (43, "林 小明", "s03-wrong-transpose", "Saturday, 14 March 2026, 8:00 AM"),
    "112550004": (44, "Doe Jane", "s01-perfect-other-style", "Sunday, 22 March 2026, 1:30 AM"),
    "112550005": (45, "Roe Max", "s05-relu-mistaken", "Saturday, 21 March 2026, 1:30 AM"),
    "112550006": (46, "Abs Ent", None, "-"),
    "112550007": (47, "Late One", None, "-"),
    "112550008": (48, "Late Two", None, "-"),
    "112550009": (49, "Late Three", None, "-"),
}
MAILED = {
    "112550007": "s01-perfect-other-style",
    "112550008": "s06-no-model-file",
    "112550009": "s07-syntax-error",
}
COLUMNS = (
    *("Identifier", "Full name", "ID number", "Email address", "Status", "Grade", "Maximum Grade"),
    *("Last modified (submission)", "Last modified (grade)", "Feedback comments"),
)
DUE = "due = 2026-03-20T23:59:00+08:00\ngrace_days = 0\npercent_a_day = 10\n[attempts]"


def worksheet():
    rows = [COLUMNS]
    for student, (number, name, _, when) in CLASS.items():
        email = f"{student}@nycu.edu.tw"
        participant = f"Participant {number}"
        rows.append((participant, name, student, email, "", "", "100.00", when, "-", ""))
    made = io.StringIO()
    csv.writer(made).writerows(rows)
    return made.getvalue()


def submissions():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number, name, sample, _ in CLASS.values():
            for path in (
                sorted((ROOT / "tests/submissions" / sample).glob("*.py")) if sample else ()
            ):
                archive.write(path, f"{name}_{number}_assignsubmission_file/{path.name}")
    return made.getvalue()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Give a home with what was downloaded, and a copy of the lab that has a deadline."""
    home = tmp_path_factory.mktemp("home")
    downloads = home / "Downloads"
    downloads.mkdir()
    (downloads / "worksheet.csv").write_text(worksheet(), encoding="utf-8-sig")
    (downloads / "submissions.zip").write_bytes(submissions())
    for student, sample in MAILED.items():
        shutil.copytree(ROOT / "tests/submissions" / sample, downloads / "mailed" / student)
    lab = home / "lab"
    for name in ("solution", "datasets", "assignment", "tests"):
        shutil.copytree(ROOT / name, lab / name, ignore=shutil.ignore_patterns("__pycache__"))
    text = (ROOT / "lab.toml").read_text("utf-8")
    (lab / "lab.toml").write_text(
        text.replace("grace_days = 0\npercent_a_day = 0\n", "").replace("[attempts]", DUE)
    )
    return home


@pytest.fixture(scope="module")
def evening(home):
    """Do what the page says; give what each command printed."""
    commands = [
        line.removeprefix("$ ")
        for block in blocks(PAGE, "console")
        for line in block.text.splitlines()
    ]
    assert all(command.startswith("make ") for command in commands)
    make = f"make -s -f {ROOT}/Makefile PYTHON=true PY={sys.executable} "
    environment = os.environ | {"HOME": str(home), "PYTHONPATH": str(ROOT), "JOBS": "2"}
    printed = []
    for command in commands:
        done = subprocess.run(
            ["bash", "-c", make + command.removeprefix("make ")],
            cwd=home / "lab",
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        printed.append(done.stdout + done.stderr)
    return printed


def table(path):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def grades(evening, home):
    return {row["student"]: row for row in table(home / "lab1" / "grades.csv")}


def test_the_evening_takes_few_commands(evening):
    assert 0 < len(evening) <= MOST_COMMANDS


def test_everybody_is_there_with_name_and_time(grades):
    assert set(grades) == set(CLASS)
    for student, row in grades.items():
        assert row["name"] == CLASS[student][1]
    assert grades["112550001"]["handed_in"] == "2026-03-20T21:10:00+08:00"
    assert grades["112550001"]["time_from"] == "platform"
    assert {grades[student]["time_from"] for student in MAILED} == {"file date"}


def test_who_has_handed_in_nothing_has_no_points(grades):
    row = grades["112550006"]
    assert (row["status"], row["score"], row["Model"]) == ("missing", "", "")


def test_rows_add_up(grades):
    parts = ("Activation", "Linear_Layer", "Model", "Network")
    for row in grades.values():
        if row["score"]:
            total = sum(float(row[part]) for part in parts) - float(row["penalty"])
            assert round(total, 2) == float(row["score"])
        assert row["max_score"] == "90"


def test_decisions_hold(grades, home):
    assert grades["112550001"]["score"] == "90"
    found = read_record(home / "lab1" / "112550003" / "grade.json")
    layer = next(part.score for part in found.parts if part.name == "Linear_Layer")
    assert float(grades["112550003"]["Linear_Layer"]) == layer + 2
    assert "right on paper" in grades["112550003"]["notes"]
    # Two days late, but for an extension; and one day late.
    row = grades["112550004"]
    assert (row["late_days"], row["penalty"], row["score"]) == ("0", "0", "90")
    row = grades["112550005"]
    assert row["late_days"] == "1" and float(row["penalty"]) == round(float(row["score"]) / 9, 2)


def test_the_worksheet_goes_back_as_it_came(grades, home):
    rows = table(home / "lab1" / "exports" / "moodle-worksheet.csv")
    assert tuple(rows[0]) == COLUMNS
    assert {row["Identifier"] for row in rows} == {f"Participant {n}" for n, *_ in CLASS.values()}
    for row in rows:
        assert row["Grade"] == grades[row["ID number"]]["score"]
        assert row["Last modified (submission)"] == CLASS[row["ID number"]][3]
    comments = {row["ID number"]: row["Feedback comments"] for row in rows}
    assert comments["112550001"].startswith("90 of 90 points. / ")
    assert comments["112550006"] == ""


def test_everybody_gets_their_own_page(home):
    with zipfile.ZipFile(home / "lab1" / "exports" / "moodle-feedback.zip") as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist()}
    handed_in = [student for student in CLASS if CLASS[student][2] or student in MAILED]
    assert len(pages) == len(handed_in)
    for student in handed_in:
        number, name, *_ = CLASS[student]
        page = pages[f"{name}_{number}_assignsubmission_file_/feedback.html"]
        assert f"<h1>{student} " in page


def test_what_was_handed_back_is_kept(grades, home):
    snapshot = newest(home / "lab1")
    assert {folder: snapshot.of(folder).points for folder in snapshot.folders} == {
        s: float(row["score"]) if row["score"] else None for s, row in grades.items()
    }
    kept = home / "lab1" / "published" / "1" / "exports"
    for path in (home / "lab1" / "exports").glob("*.csv"):
        assert (kept / path.name).read_bytes() == path.read_bytes()


def test_the_commands_say_what_they_did(evening):
    first, mailed, _, inspected, added, voided, weighed, extended, *_ = evening
    assert "112550003" in first and "delta_w" in inspected
    assert "decision 1: 2 points more of Linear_Layer" in added
    assert "test_model.py::test_show does not count" in voided
    assert "Network counts 15 points" in weighed
    assert "112550004" in extended and "more time" in extended
    assert "records and grades.csv" in mailed
