"""Grades the sample class as an instructor would; sample_class.toml says what must come out."""

import csv
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from autograder.lab_file import load_lab
from autograder.languages.translations import lab_languages
from autograder.records import FAILED, FILE_NAME, NOT_REACHED, PASSED, TIMEOUT, Grade
from autograder.release.folder import skeleton

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = tomllib.loads(Path(__file__).with_name("sample_class.toml").read_text("utf-8"))
LAB = load_lab(ROOT / "lab.toml")
PARTS = {part.name: part.points for part in LAB.parts}
SKELETON, READER = "s08-untouched-skeleton", "s12-file-reader"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Grade the class once; give the folder with the records, and how the command ended."""
    out = tmp_path_factory.mktemp("grades")
    command = [sys.executable, "-m", "autograder", "grade", "--out", str(out), "--jobs", "2"]
    return out, subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def folder(run):
    return run[0]


@pytest.fixture(scope="module")
def grades(folder):
    return {
        path.parent.name: Grade.from_json(path.read_text("utf-8"))
        for path in folder.glob(f"*/{FILE_NAME}")
    }


def points(grade):
    return {part.name: part.score for part in grade.parts}


def failures(grade, part):
    """Give outcome and message of every check of a part that was not passed."""
    return [(c.outcome, c.message) for c in grade.checks if c.part == part and c.outcome != PASSED]


def test_command_succeeds(run):
    done = run[1]
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr


def test_every_student_is_described(grades, folder):
    assert set(grades) == set(EXPECTED)
    rows = list(csv.DictReader((folder / "grades.csv").read_text("utf-8-sig").splitlines()))
    assert {row["student"]: int(row["score"]) for row in rows} == {
        student: grade.score for student, grade in grades.items()
    }


@pytest.mark.parametrize("student", EXPECTED)
def test_grade(grades, student):
    expected, grade = EXPECTED[student], grades[student]
    assert grade.status == expected["status"], grade.reason
    assert expected["shows"]
    found = points(grade)
    assert list(found) == list(PARTS)
    for part, score in found.items():
        low, high = expected[part] if isinstance(expected[part], list) else [expected[part]] * 2
        # What a part must have is full, nothing, or says that a mistake costs something there.
        assert low <= score <= high <= PARTS[part], (part, failures(grade, part))
    assert grade.score == sum(found.values())


def test_every_failed_check_has_a_message_without_a_traceback(grades):
    for student, grade in grades.items():
        for check in grade.checks:
            assert bool(check.message) == (check.outcome != PASSED), (student, check.id)
            assert "Traceback" not in check.message, (student, check.id)


def test_every_message_can_be_said_in_every_language(grades):
    english, *others = lab_languages(LAB)
    for language in others:
        for student, grade in grades.items():
            for one in (grade, *grade.checks):
                said = one.said
                assert bool(said) == bool(one.reason if one is grade else one.message)
                assert not said or language.say(said) != english.say(said), (student, said)


def test_a_right_network_learns_as_the_reference_does(grades):
    for check in grades["s01-perfect-other-style"].checks:
        curves, regions = check.figures or ({"lines": None}, None)
        if curves["lines"]:
            own, reference = (line["y"] for line in curves["lines"])
            assert len(own) > 10 and own == pytest.approx(reference[: len(own)], rel=0.02)
            assert {"0", "1"} == set("".join(regions["rows"]))
    shown = [check.id for check in grades["s01-perfect-other-style"].checks if check.figures]
    assert shown == ["test_network.py::test_xor", "test_network.py::test_linear"]


def test_pages_are_made_of_it(folder, grades):
    command = [sys.executable, "-m", "autograder", "pages", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    for student, grade in grades.items():
        page = (folder / student / "index.html").read_text("utf-8")
        assert f"<h1>{student}</h1>" in page
        for figure in (figure for check in grade.checks for figure in check.figures):
            assert f'class="{KINDS[figure["kind"]]}" role="img"' in page


KINDS = {"entries": "array", "shapes": "array", "curves": "curves", "regions": "regions"}


def test_right_code_is_told_nothing(grades):
    for grade in grades.values():
        if grade.score == LAB.max_score:
            assert not any(check.message for check in grade.checks)


def test_broken_file_is_named(grades):
    for outcome, message in failures(grades["s07-syntax-error"], "Activation"):
        assert outcome == FAILED
        assert "SyntaxError at activation.py, line 17" in message
    assert "model.py is missing" in grades["s06-no-model-file"].reason
    assert "old/model.py" in grades["s17-two-models"].reason
    assert "missing: activation.py" in grades["s21-report-only"].reason


def test_endless_loop_ends(grades):
    grade = grades["s09-endless-loop"]
    outcomes = [check.outcome for check in grade.checks if check.part == "Activation"]
    assert outcomes.count(TIMEOUT) == LAB.limits.timeouts
    assert NOT_REACHED in outcomes
    # Two time-outs in this part and one in the network's; the rest takes a few seconds.
    assert grade.seconds < 20 * LAB.limits.call


def test_slow_code_has_room(grades):
    """Nothing that is slow but right comes near a limit, on a machine busy with another one."""
    slowest = max(grades["s02-slow-but-right"].checks, key=lambda check: check.seconds)
    assert slowest.seconds < 60, slowest.id


def test_nothing_gets_out(folder):
    """Not what the reader of files saw, nor what the hidden checks gave it."""
    # The reader writes the first of these before everything that it tells.
    secrets = ["LOOT", "root:", "def test_", "BEGIN SOLUTION", str(ROOT)]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert folder / READER / FILE_NAME in files
    for path in files:
        text = path.read_text("utf-8")
        assert not [secret for secret in secrets if secret in text], path.name


def test_skeleton_is_what_students_receive():
    for name in LAB.release.skeletons:
        made = skeleton((LAB.reference / name).read_text("utf-8"), name)
        path = LAB.sample / SKELETON / name
        assert path.read_text("utf-8") == made, (
            f"tests/submissions/{SKELETON}/{name} is outdated: run make release and copy "
            f"{LAB.release.folder}/{name} there"
        )
