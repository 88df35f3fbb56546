"""Lab 2: what is handed out, its texts, the sample class, and the proof of its checks."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from autograder.draws import PUBLIC_SECRET, Draws
from autograder.grading import Run
from autograder.jail.probe import find_sandbox
from autograder.lab_file import load_lab
from autograder.languages.extraction import update_all
from autograder.progress import Progress
from autograder.records import FILE_NAME, PASSED, Grade, mistakes_of
from autograder.release.folder import check_release
from autograder.release.questions import questions
from autograder.secret import VARIABLE
from autograder.verify import verify

FOLDER = Path(__file__).resolve().parents[1]
LAB = load_lab(FOLDER / "lab.toml")
ENVIRONMENT = os.environ | {VARIABLE: PUBLIC_SECRET.hex(), "PYTHONPATH": str(FOLDER.parents[1])}
EXPECTED = tomllib.loads(Path(__file__).with_name("sample_class.toml").read_text("utf-8"))
#: What the sample class is told of, at least.
NAMED = {
    "s02-col2im-assigns": {"patches-assigned-instead-of-added"},
    "s03-unstable-softmax": {
        "softmax-without-subtracting-the-maximum",
        "loss-is-the-logarithm-of-a-rounded-probability",
        "gradient-not-divided-by-n",
    },
    "s04-channels-last": {"channels-last-in-a-patch"},
    "s06-bias-and-batch": {"stride-ignored", "smaller-batch-left-out"},
}


def run(*arguments, cwd=FOLDER):
    """Run a command of Python."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def grades(tmp_path_factory):
    """Grade the sample class once."""
    out = tmp_path_factory.mktemp("grades")
    done = run("-m", "autograder", "grade", "--out", out, "--jobs", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    return {
        path.parent.name: Grade.from_json(path.read_text("utf-8"))
        for path in out.glob(f"*/{FILE_NAME}")
    }


def test_the_sample_class_gets_its_points(grades):
    found = {
        student: {part.name: part.score for part in grade.parts}
        for student, grade in grades.items()
    }
    assert all(student["shows"] for student in EXPECTED.values())
    assert found == {
        student: {name: points for name, points in expected.items() if name != "shows"}
        for student, expected in EXPECTED.items()
    }


@pytest.mark.parametrize("student", NAMED)
def test_mistakes_are_named(grades, student):
    failed = [check for check in grades[student].checks if check.outcome != PASSED]
    assert NAMED[student] <= {name for check in failed for name in mistakes_of(check)}


def test_what_is_handed_out_is_up_to_date():
    assert check_release(LAB) == []
    untouched = LAB.sample / "s07-untouched-skeleton"
    for name in LAB.files:
        assert (FOLDER / LAB.release.folder / name).read_bytes() == (untouched / name).read_bytes()


def test_everything_is_translated():
    assert not any(update_all(LAB).values())


def test_the_examples_of_the_docstrings_are_right():
    done = run("-m", "doctest", *LAB.files, cwd=LAB.reference)
    assert done.returncode == 0 and not done.stdout, done.stdout


def test_the_handouts_say_the_same():
    english, chinese = (
        (FOLDER / "handout" / name).read_text("utf-8")
        for name in ("handout.md", "handout.zh-TW.md")
    )
    for pattern in (r"^#+ [\d.]*", r"^\|", r"^\$\$$", r"^- ", r"^\*\*"):
        count = len(re.findall(pattern, english, re.M))
        assert count and count == len(re.findall(pattern, chinese, re.M)), pattern
    formulas = [
        re.findall(r"^\$\$\n(.*?)\n\$\$$", text, re.M | re.S) for text in (english, chinese)
    ]
    assert formulas[0] == formulas[1]
    points = [part.points for part in LAB.parts]
    for text in (english, chinese):
        table = text.rpartition("\n## ")[2]
        assert [int(number) for number in re.findall(r"\| (\d+) \|$", table, re.M)] == points
        assert f"{sum(question.points for question in questions(LAB))}" in table


def test_the_images_are_those_that_are_generated(tmp_path):
    for name in ("shapes.py", "shapes.csv"):
        shutil.copy(FOLDER / "given" / name, tmp_path)
    before = (tmp_path / "shapes.csv").read_bytes()
    assert run("shapes.py", cwd=tmp_path).returncode == 0
    assert (tmp_path / "shapes.csv").read_bytes() == before
    rows = [line.split(b",") for line in before.split()]
    labels = np.array([int(label) for label, _ in rows])
    assert len(rows) == 600 and all(len(digits) == 64 for _, digits in rows)
    assert np.bincount(labels).tolist() == [150] * 4


@pytest.fixture(scope="module")
def students(tmp_path_factory):
    """Give the students' folder with the solution in it."""
    folder = tmp_path_factory.mktemp("students") / "lab2"
    shutil.copytree(FOLDER / LAB.release.folder, folder)
    for name in LAB.files:
        shutil.copy(LAB.reference / name, folder)
    return folder


def test_the_solution_trains_both_networks(students):
    done = run("train.py", "--lang", "zh-TW", cwd=students)
    assert done.returncode == 0, done.stderr
    last = re.findall(r"^ +10 .*?([\d.]+)% +([\d.]+)%$", done.stdout, re.M)
    (regression, cnn) = [tuple(map(float, pair)) for pair in last]
    assert 75 < regression[0] < 85 and 55 < regression[1] < 70
    assert min(cnn) > 95
    assert "卷積神經網路" in done.stdout


def test_training_says_what_is_not_written_yet(students, tmp_path):
    shutil.copytree(FOLDER / LAB.release.folder, tmp_path / "new")
    done = run("train.py", "--lang", "en", cwd=tmp_path / "new")
    assert done.returncode == 1 and not done.stderr
    assert done.stdout.endswith("Classifier.fit is not written yet.\n")


@pytest.mark.slow
def test_the_notebook_runs(students):
    command = ["-m", "nbconvert", "--to", "notebook", "--execute", "--stdout", "lab2.ipynb"]
    done = run(*command, cwd=students)
    assert done.returncode == 0, done.stderr
    assert '"output_type": "error"' not in done.stdout


@pytest.mark.slow
def test_the_checks_are_proved():
    with Progress() as progress:
        verdict = verify(Run(LAB, find_sandbox(LAB), Draws(1, PUBLIC_SECRET)), 2, 1, progress)
    assert verdict.problems == verdict.notes == []
