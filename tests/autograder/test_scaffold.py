"""A new lab from nothing: whole at once, and what can't be made is refused with a sentence."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cli import OK, USAGE, main
from autograder.lab_file import load_lab
from autograder.lab_keys import KEYS
from autograder.languages import TEMPLATE
from autograder.languages.extraction import update_all
from autograder.release.questions import questions
from autograder.scaffold import render
from autograder.scaffold.answers import Answers, ScaffoldError, spoken, title_of

BOTH = ["--language", "en", "--language", "zh-TW"]


def new(*arguments):
    return main(["new", *map(str, arguments)])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Give a lab in both languages, made by the command."""
    folder = tmp_path_factory.mktemp("labs") / "lab7"
    assert new(folder, *BOTH, "--title", 'Lab 7: "Means" <of> & {all}', "--points", "25") == OK
    return load_lab(folder / "lab.toml")


def run(lab, *arguments):
    """Run the command in the lab's folder."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=lab.root, env=environment, capture_output=True, text=True, timeout=300
    )


def test_a_new_lab_is_what_was_asked_for(made):
    assert made.title == 'Lab 7: "Means" <of> & {all}'
    assert (made.languages, made.max_score) == (("en", "zh-TW"), 25)
    assert [part.points for part in made.parts] == [15, 10]
    assert [question.points for question in questions(made)] == [5]
    assert not any(update_all(made).values())


@pytest.mark.slow
def test_it_grades_and_verifies_at_once(made):
    done = run(made, "-m", "autograder", "grade", "--jobs", "2")
    assert done.returncode == OK, done.stderr
    rows = re.findall(r"│ (s\d\d)\S* +│ graded │ +(\d+)/25", done.stdout)
    assert rows == [("s01", "25"), ("s02", "15"), ("s03", "0")], done.stdout
    done = run(made, "-m", "autograder", "verify", "--jobs", "2", "--seeds", "1")
    assert done.returncode == OK, done.stderr


def test_it_is_released_at_once_and_its_solution_passes_what_students_get(made):
    assert run(made, "-m", "autograder", "release").returncode == OK
    done = run(made, "-m", "autograder", "release", "--check")
    assert done.returncode == OK, done.stderr
    handed_out = made.root / made.release.folder
    pages = {path.name for path in handed_out.glob("handout*")}
    assert len(pages) == 6
    for name in made.files:
        (handed_out / name).write_bytes((made.reference / name).read_bytes())
    done = run(made, "students-folder/check.py", "--lang", "zh-TW")
    assert done.returncode == OK, done.stdout + done.stderr
    assert "25" not in done.stderr and "15／15" in done.stdout
    assert (
        run(made, "-m", "pytest", "-q", "-p", "autograder.suites.local", "hidden").returncode == 0
    )


@pytest.mark.slow
def test_a_course_is_made_of_it(made):
    assert run(made, "-m", "autograder", "course").returncode == OK


def test_every_key_is_explained():
    text = (TEMPLATE / "lab.toml.j2").read_text("utf-8")
    shown = set(re.findall(r"^(?:# )?(\w+) = ", text, re.M))
    tables = set(re.findall(r"^(?:# )?\[+(\w+)", text, re.M))
    # Of `copies` and `left` there are tables.
    assert set().union(*KEYS.values()) - {"copies", "left"} <= shown
    assert {*KEYS, "tasks"} <= tables
    assert "[release.copies]" in text and "[[release.left]]" in text


def test_a_lab_in_one_other_language_is_written_in_it(tmp_path):
    named = ["--name", "means", "--class-name", "Mean"]
    assert new(tmp_path / "zh", "--language", "zh-TW", *named, "--points", 2) == OK
    lab = load_lab(tmp_path / "zh" / "lab.toml")
    assert lab.name == "means"
    assert (lab.languages, lab.locale, lab.files[0]) == (("zh-TW",), None, "mean.py")
    assert [part.points for part in lab.parts] == [1, 1]
    suite = (lab.suite / "test_mean.py").read_text("utf-8")
    assert re.search('"""add [\u4e00-\u9fff]', suite)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a b"], "can't be called 'a b'"),
        (["x", "--name", "../x"], "can't be called '../x'"),
        (["x", "--points", "1"], "from 2 to"),
        (["x", "--language", "fr"], "does not speak 'fr'; make the lab in one of en, zh-TW"),
        (["x", "--language", "en", "--language", "en"], "each once"),
        (["x", "--function", "Means"], "no name of a function"),
        (["x", "--class-name", "means()"], "no name of a class"),
        (["x", "--function", "running_mean"], "choose another"),
        (["x", "--package", "scipy; rm"], "no name of a package"),
        (["x", "--title", "two\nlines"], "one line"),
        (["there"], "is there already"),
        (["file/x"], "cannot make"),
    ],
)
def test_what_can_not_be_made_is_said(tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    (tmp_path / "file").write_text("")
    assert new(*arguments) == USAGE
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "there"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_nothing_is_left_of_a_lab_that_could_not_be_finished(tmp_path, monkeypatch, error):
    def stop(*_):
        raise error

    monkeypatch.setattr(render, "_write_translations", stop)
    with pytest.raises((KeyboardInterrupt, ScaffoldError)):
        render.make_lab(tmp_path / "more" / "lab", Answers("lab", "Lab"))
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_given_is_asked_for_at_a_terminal(tmp_path, monkeypatch):
    answers = iter(["", "Median", "", "zh-TW en", "8", "scipy"])
    monkeypatch.setattr("builtins.input", lambda question: next(answers))
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True, raising=False)
    made = {}
    monkeypatch.setattr(render, "make_lab", lambda folder, given: made.update(given=given) or [])
    assert new(tmp_path / "lab8") == OK
    given = made["given"]
    assert (given.title, given.class_name, given.languages) == ("Lab 8", "Median", ("zh-TW", "en"))
    assert (given.points, given.packages, given.written) == (8, ("scipy",), "en")


def test_names_and_titles():
    assert title_of("lab3") == "Lab 3" and title_of("k-means_2") == "K means 2"
    assert Answers("x", "X", class_name="CNNLayer2").class_module == "cnnlayer2"
    assert spoken() == ["en", "zh-TW"]
