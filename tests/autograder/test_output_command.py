"""The command ``output``: which files it writes and what it says when it can't."""

import json

import pytest

from autograder.cli import USAGE, main
from autograder.discovery import load_module, module_names
from autograder.outputs import formats
from tests.autograder.conftest import write_files
from tests.autograder.test_outputs import ERROR_GRADE, RUNNER, grade

CLASS = "github-class"
FORMATS = [n for n in module_names(formats) if not hasattr(load_module(formats, n), "write_class")]


@pytest.fixture
def graded(tmp_path):
    """Give a folder of two graded submissions."""
    for student in ["s1", "s2"]:
        folder = tmp_path / "grades" / student
        folder.mkdir(parents=True)
        (folder / "grade.json").write_text(grade(student=student).to_json())
    return tmp_path / "grades"


@pytest.fixture
def output(lab):
    """Give a function that runs the command, for a lab whose points are those of the records."""
    text = (lab.root / "lab.toml").read_text()
    text = text.replace("points = 4", "points = 6").replace("points = 2", "points = 9")
    (lab.root / "lab.toml").write_text(text)
    return lambda *words: main(["--lab", str(lab.root / "lab.toml"), "output", *map(str, words)])


@pytest.fixture(autouse=True)
def runner(monkeypatch):
    """Set what Classroom 50 sets."""
    for name, value in RUNNER.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("name", FORMATS)
def test_a_class_gets_a_file_each_beside_the_record_or_elsewhere(output, graded, tmp_path, name):
    file_name = load_module(formats, name).FILE_NAME
    assert output(name, graded) == 0
    assert output(name, graded, "--out", tmp_path / "else") == 0
    for folder in [graded, tmp_path / "else"]:
        assert sorted(str(p.relative_to(folder)) for p in folder.glob(f"*/{file_name}")) == [
            f"s1/{file_name}",
            f"s2/{file_name}",
        ]
        assert (folder / "s1" / file_name).read_text().strip()


@pytest.mark.parametrize("which", ["s1", "s1/grade.json"])
def test_one_student_goes_to_standard_output_or_a_file(output, graded, tmp_path, capsys, which):
    assert output("gradescope", graded / which) == 0
    shown = capsys.readouterr().out
    assert json.loads(shown)["score"] == 3
    assert output("gradescope", graded / which, "--out", tmp_path / "results.json") == 0
    assert (tmp_path / "results.json").read_text() == shown


def test_a_class_summary_is_one_text(output, graded, tmp_path, capsys):
    assert output(CLASS, graded) == 0
    assert capsys.readouterr().out.count("| graded |") == 2
    assert output(CLASS, graded / "s1", "--out", tmp_path / "class.md") == 0
    assert (tmp_path / "class.md").read_text().count("| graded |") == 1


def test_a_new_format_is_one_file(output, graded, tmp_path, monkeypatch, capsys):
    text = (
        "FILE_NAME = 'points.txt'\n"
        "def add_arguments(parser):\n    parser.add_argument('--unit', default='')\n"
        "def write(grade, lab, options):\n    return f'{grade.score}{options.unit}'\n"
    )
    write_files(tmp_path / "more", {"plain_points.py": text})
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path / "more")])
    assert output("plain-points", graded, "--unit", "p") == 0
    assert (graded / "s1" / "points.txt").read_text() == "3p"


def test_one_language_and_the_folder_of_the_files(output, graded, capsys):
    assert output("github-annotations", graded / "s1", "--lang", "en", "--folder", "src") == 0
    shown = capsys.readouterr().out
    assert "file=src/doubler.py" in shown and "Hint" in shown and "提示" not in shown


def test_who_has_no_result_is_named_and_the_others_have_theirs(output, graded, capsys):
    (graded / "s1" / "grade.json").write_text(ERROR_GRADE.to_json())
    assert output("classroom50", graded) == 1
    assert "the grader failed" in capsys.readouterr().err
    assert (graded / "s2" / "result.json").exists() and not (graded / "s1" / "result.json").exists()


@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        (lambda folder: folder, "no grades in"),
        (lambda folder: folder / "missing.json", "cannot read"),
        (lambda folder: folder / "bad.json", "can't be read"),
        (lambda folder: folder / "deep.json", "can't be read"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(output, tmp_path, capsys, prepare, says):
    (tmp_path / "bad.json").write_text("{}")
    (tmp_path / "deep.json").write_text("[" * 100_000)
    assert output("junit", prepare(tmp_path)) == USAGE
    error = capsys.readouterr().err
    assert says in error and error.count("\n") == 1


def test_what_cannot_be_written_is_said_in_one_line(output, graded, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert output("junit", graded / "s1", "--out", tmp_path / "file" / "x.xml") == USAGE
    assert "cannot write" in capsys.readouterr().err
