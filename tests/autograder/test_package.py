"""The package: what the wheel holds, and that it grades where there is no checkout."""

import json
import os
import subprocess
import sys
import tomllib
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from autograder.pages import PAGE
from tests.autograder.conftest import DOUBLER, RIGHT, ROOT, write_files, write_lab
from tests.autograder.test_gradescope import Platform
from tests.autograder.test_notebook import SOURCE

pytestmark = pytest.mark.slow

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def run(*command, **more):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    # nbgrader calls alembic, which is beside this environment's Python.
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, env=environment, **more
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    run(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder, ROOT)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Install it into an environment that has what this one has, but not the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    here = Path(pytest.__file__).parents[1]
    (packages / "this.pth").write_text(f"{here}\n")
    python = folder / "bin" / "python"
    options = ["--no-deps", "--no-index", "--no-compile", "--quiet", "--python", python]
    run(sys.executable, "-m", "pip", *options[-2:], "install", *options[:-2], wheel)
    return folder / "bin"


@pytest.fixture
def elsewhere(tmp_path):
    """Give a lab outside of the repository."""
    lab = write_lab(tmp_path / "lab")
    write_files(lab.sample / "right", RIGHT)
    write_files(lab.sample / "wrong", {"doubler.py": DOUBLER.replace("2.0", "3.0")})
    return lab


def test_the_wheel_holds_the_engine_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
    kept = run("git", "ls-files", "autograder", cwd=ROOT).split()
    about = {name for name in names if name.split("/")[0].endswith(".dist-info")}
    assert names - about >= set(kept)
    assert all(name.startswith("autograder/") for name in names - about)
    assert {
        "autograder/pages/templates/page.html",
        "autograder/languages/locale/zh_TW/LC_MESSAGES/messages.po",
        "autograder/gradescope/setup.sh",
        "autograder/gradescope/requirements.lock",
    } <= names


def test_the_wheel_tells_what_it_needs(wheel):
    with zipfile.ZipFile(wheel) as file:
        (name,) = [name for name in file.namelist() if name.endswith(".dist-info/METADATA")]
        about = Parser().parsestr(file.read(name).decode())
    assert about["Version"] == PROJECT["version"]
    assert set(about.get_all("Provides-Extra")) == set(PROJECT["optional-dependencies"])
    always = [text for text in about.get_all("Requires-Dist") if "extra ==" not in text]
    assert {text.partition(">")[0] for text in always} == {
        text.partition(">")[0] for text in PROJECT["dependencies"]
    }


def test_grading_works_outside_of_the_repository(installed, elsewhere):
    suites = elsewhere.root / "hidden"
    where = run(
        installed / "python", "-c", "import autograder; print(autograder.__file__)", cwd="/"
    )
    assert Path(where.strip()).is_relative_to(installed.parent)
    said = run(installed / "autograder", "grade", "--jobs", 1, cwd=suites)
    assert "2 submissions" in said
    grade = json.loads((suites / "grades/right/grade.json").read_text())
    assert (grade["status"], grade["score"]) == ("graded", 6) and grade["sandbox"]
    assert run(installed / "autograder", "pages", cwd=suites).count("the pages of ") == 1
    assert "wrong" in (suites / "grades" / PAGE).read_text()
    assert (suites / "grades/right" / PAGE).is_file()


def test_gradescope_gets_what_is_installed(installed, elsewhere, tmp_path):
    run(installed / "autograder", "gradescope", "--seed", 0, cwd=elsewhere.root)
    with zipfile.ZipFile(elsewhere.root / "gradescope.zip") as file:
        names = set(file.namelist())
    kept = run("git", "ls-files", "autograder", cwd=ROOT).split()
    assert {f"engine/{name}" for name in kept} <= names
    platform = Platform(tmp_path / "autograder", elsewhere)
    platform.set_up()
    table, _ = platform.grade(RIGHT)
    assert table["score"] == 6


def test_a_course_works_with_what_is_installed(installed, elsewhere):
    path = elsewhere.root / "lab.toml"
    notebook = ["[release]", '[release]\nnotebook = "text/small.py"']
    path.write_text(path.read_text().replace(*notebook))
    write_files(elsewhere.root, {"text/small.py": SOURCE})
    run(installed / "autograder", "course", cwd=elsewhere.root)
    settings = (elsewhere.root / "course/nbgrader_config.py").read_text()
    assert str(installed.parent) in settings and str(ROOT) not in settings
    said = run(
        installed / "autograder", "grade", "--jobs", 1, "--course", "course", cwd=elsewhere.root
    )
    assert "2 grades are in the gradebook" in said


def test_the_small_lock_is_a_part_of_the_large_one():
    def pins(path):
        lines = path.read_text().splitlines()
        return {line.rstrip(" \\") for line in lines if line[:1].isalnum()}

    small = pins(ROOT / "autograder/gradescope/requirements.lock")
    assert {text.partition("=")[0] for text in small} >= {
        text.partition(">")[0] for text in PROJECT["dependencies"]
    }
    assert {text.partition(" ")[0] for text in small} <= {
        text.partition(" ")[0] for text in pins(ROOT / "requirements.lock")
    }
    hub = "docs/instructors/jupyterhub/requirements.lock"
    versions, of_hub = (
        dict(text.partition(" ")[0].split("==") for text in pins(ROOT / path))
        for path in ("requirements.lock", hub)
    )
    assert all(versions.get(name, version) == version for name, version in of_hub.items())
    for name in ["requirements.lock", "autograder/gradescope/requirements.lock", hub]:
        path = ROOT / name
        assert "://" not in path.read_text() and "index" not in path.read_text()
