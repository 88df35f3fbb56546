"""The command line: which commands there are, how each is told, and where the lab is found."""

import json
import os
import subprocess
import sys
from importlib import metadata

import pytest

from autograder import cli, commands
from autograder.cli import OK, USAGE, main
from autograder.discovery import load_module, module_names
from autograder.errors import UserError
from autograder.extras import DISTRIBUTION
from tests.autograder.command_line import environment
from tests.autograder.conftest import RIGHT, ROOT, write_files, write_lab

COMMANDS = module_names(commands)
#: What takes time to import, and nobody needs who asks for help.
HEAVY = {"babel", "jinja2", "nbgrader", "numpy", "pytest", "rich", "sqlalchemy"}


def program(*words, cwd=ROOT):
    return subprocess.run(
        [sys.executable, "-m", "autograder", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment(),
    )


# Commands --------------------------------------------------------------------------------------


def test_every_command_is_listed_with_a_line_of_help():
    done = program("--help")
    assert done.returncode == 0
    listed = " ".join(done.stdout.split())
    for name in COMMANDS:
        line = load_module(commands, name).__doc__.splitlines()[0]
        assert line.endswith(".") and len(line) > 15
        assert f" {name} {line[0].lower()}{line[1:-1]}" in listed
    assert {"grade", "verify", "output", "gradescope", "pages"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_its_help(name, capsys):
    with pytest.raises(SystemExit) as caught:
        main([name, "--help"])
    assert caught.value.code == OK
    shown = capsys.readouterr().out
    assert shown.startswith(f"usage: autograder {name} ")
    assert load_module(commands, name).__doc__.splitlines()[0] in shown
    assert "--lab" in shown


@pytest.mark.parametrize("words", [["--help"], ["grade", "--help"], ["release", "--help"]])
def test_help_waits_for_nothing(words):
    code = (
        "import sys; from autograder.cli import main\n"
        f"try: main({words!r})\n"
        "finally: print({name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), cwd=ROOT
    )
    assert "usage:" in done.stdout
    assert "'argparse'" in done.stderr
    assert not [name for name in HEAVY if f"'{name}'" in done.stderr]


def test_a_new_command_is_one_file(tmp_path, monkeypatch, capsys):
    write_files(
        tmp_path,
        {
            "say_twice.py": '"""Say a word twice."""\n\n'
            "def add_arguments(parser):\n    parser.add_argument('word')\n\n"
            "def run(options):\n    print(options.word, options.word)\n    return 7\n"
        },
    )
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])
    assert main(["say-twice", "no"]) == 7
    assert capsys.readouterr().out == "no no\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["grad"], "did you mean 'grade'?"),
        (["form-grader"], "did you mean 'formgrader'?"),
        (["xyz"], "invalid choice: 'xyz'"),
        (["output", "junit.xml"], "did you mean 'junit'?"),
    ],
)
def test_who_mistypes_is_told_what_there_is(words, says, capsys):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == USAGE
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nothing"],
        ["grade", "--seed", "-1"],
        ["grade", "--seed", str(2**32)],
        ["grade", "--seed", "1.5"],
        ["grade", "--jobs", "0"],
        ["grade", "--jobs", "x"],
        ["grade", "--fail-under", "x"],
        ["grade", "--sandbox", "maybe"],
        ["grade", "a", "b"],
        ["gradescope", "--seed", "-1"],
        ["release", "x"],
    ],
)
def test_wrong_options_are_wrong_usage(here, words, capsys):
    with pytest.raises(SystemExit) as caught:
        here(*words)
    assert caught.value.code == USAGE
    assert "usage:" in capsys.readouterr().err


# The lab ---------------------------------------------------------------------------------------


@pytest.fixture
def two_labs(tmp_path):
    """Give the folders of two labs, each with a class of one student, named after the lab."""
    roots = [tmp_path / "one", tmp_path / "two"]
    for root in roots:
        lab = write_lab(root)
        write_files(lab.sample / f"of-{root.name}", RIGHT)
    return roots


def sample_of(root):
    """Give which lab the command line finds, by the students of its sample class."""
    return [path.name for path in (root / "grades").glob("of-*")]


@pytest.mark.parametrize("place", [".", "hidden", "submissions/of-one"])
def test_the_lab_is_found_from_where_one_stands(two_labs, place):
    here = two_labs[0] / place
    done = program("grade", "--jobs", 1, cwd=here)
    assert done.returncode == OK, done.stderr
    assert sample_of(here) == ["of-one"]


@pytest.mark.parametrize(
    "words",
    [
        ["--lab", "{two}", "grade"],
        ["grade", "--lab", "{two}"],
        ["grade", "--lab", "{two}/lab.toml"],
        ["--lab={one}", "grade", "--lab={two}"],
    ],
)
def test_a_lab_may_be_named_before_and_after_the_command(two_labs, monkeypatch, words):
    one, two = two_labs
    seen = []
    monkeypatch.chdir(one)
    monkeypatch.setattr("autograder.commands.grade.lab_of", lambda o: seen.append(o.lab) or stop())

    def stop():
        raise UserError("seen")

    assert main([word.format(one=one, two=two) for word in words]) == USAGE
    assert seen[0] in (two, two / "lab.toml")


def test_a_folder_named_as_the_lab_is_graded_into_the_current_folder(two_labs, tmp_path):
    done = program("grade", "--jobs", 1, "--lab", two_labs[1], cwd=tmp_path)
    assert done.returncode == OK, done.stderr
    assert sample_of(tmp_path) == ["of-two"]


def test_where_no_lab_is_one_sentence_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["grade"]) == USAGE
    error = capsys.readouterr().err
    assert "there is no lab.toml in" in error and "--lab FOLDER" in error
    assert error.count("\n") == 1


def test_a_lab_that_is_not_there_is_wrong_usage(tmp_path, capsys):
    assert main(["--lab", str(tmp_path / "lab.toml"), "grade"]) == USAGE
    assert "cannot read the lab's description" in capsys.readouterr().err
    assert main(["grade", "--lab", str(tmp_path)]) == USAGE
    assert "lab.toml" in capsys.readouterr().err


# What is not installed ------------------------------------------------------------------------

METADATA = (
    "Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\nProvides-Extra: course\n"
    'Requires-Dist: numpy\nRequires-Dist: nbgrader>=0.9; extra == "course"\n'
    'Requires-Dist: nbformat>=5; extra == "course"\n'
)
#: Runs the command line where these are not installed.
WITHOUT = """
import sys
class Finder:
    def find_spec(name, *_):
        if name.partition(".")[0] in ("nbgrader", "nbformat"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Finder)
from autograder.cli import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("words", "module"),
    [
        (["course", "new"], "nbformat"),
        (["export", "--course", "course"], "nbgrader"),
        (["formgrader"], "nbgrader"),
        (["grade", "--course", "course"], "nbgrader"),
    ],
)
def test_a_missing_extra_is_named(tmp_path, words, module):
    lab = write_lab(tmp_path, notebook="text/small.py")
    write_files(lab.sample / "s1", RIGHT)
    site = tmp_path / "site"
    folder = site / f"{DISTRIBUTION.replace('-', '_')}-1.0.dist-info"
    write_files(folder, {"METADATA": METADATA.format(name=DISTRIBUTION)})
    settings = f"lab = {json.dumps(str(tmp_path / 'lab.toml'))}\ndb_url = ''\n"
    write_files(tmp_path / "course", {"course.toml": settings})
    write_files(tmp_path / "text", {"small.py": "# %% [markdown]\n# Hello\n"})
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *words],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(PYTHONPATH=os.pathsep.join([str(ROOT), str(site)])),
    )
    assert done.returncode == USAGE
    assert done.stderr == (
        f"autograder: this needs {module}, which is not installed; install it with: "
        f"pip install '{DISTRIBUTION}[course]'\n"
    )


@pytest.fixture
def missing(monkeypatch):
    """Give a function that runs a command that lacks a module, installed or in a checkout."""

    def run(module, installed):
        def fail(options):
            raise ModuleNotFoundError("gone", name=module)

        def requires(name):
            if installed:
                return ["numpy>=2", 'Babel; extra == "course"', "rich (>=1) ; python_version > '3'"]
            raise metadata.PackageNotFoundError(name)

        monkeypatch.setattr(load_module(commands, "release"), "run", fail)
        monkeypatch.setattr(metadata, "requires", requires)
        return main(["release"])

    return run


@pytest.mark.parametrize(
    ("module", "installed", "says"),
    [
        ("babel.core", True, f"pip install '{DISTRIBUTION}[course]'"),
        ("numpy", True, f"pip install '{DISTRIBUTION}'"),
        ("rich.text", True, f"pip install '{DISTRIBUTION}'"),
        ("rich", False, "run make setup"),
    ],
)
def test_how_to_install_what_is_missing_is_said(missing, capsys, module, installed, says):
    assert missing(module, installed) == USAGE
    error = capsys.readouterr().err
    assert says in error and module.partition(".")[0] in error and error.count("\n") == 1


@pytest.mark.parametrize("module", ["no_such_module", None])
def test_another_missing_module_is_a_mistake_of_ours(missing, module):
    with pytest.raises(ModuleNotFoundError):
        missing(module, installed=True)


# The end ---------------------------------------------------------------------------------------


def test_a_termination_is_an_interruption():
    with pytest.raises(KeyboardInterrupt):
        cli._interrupt()


@pytest.mark.slow
def test_the_module_runs_from_anywhere(tmp_path):
    done = program("release", "--check", "--lab", ROOT, cwd=tmp_path)
    assert done.returncode == OK, done.stderr
    assert not os.listdir(tmp_path)
