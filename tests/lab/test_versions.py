"""The Python versions that the project supports, and how `make versions` finds them."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture
def versions(monkeypatch, tmp_path):
    """Load the script, where no Python is found but those that a test makes."""
    spec = importlib.util.spec_from_file_location("versions", ROOT / ".ci/versions.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(module, "supported", lambda: ["3.11", "3.12", "3.13"])
    monkeypatch.setattr(module, "OWN", "3.12")
    return module


def make_python(path, version, status=0):
    """Make a program that answers like a Python of a version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\nexit {status}\n")
    path.chmod(0o755)
    return str(path)


def run(versions, monkeypatch, passes=True):
    """Run the script; return its exit status and the versions whose tests ran."""
    ran = []
    monkeypatch.setattr(versions, "run_tests", lambda version, _: ran.append(version) or passes)
    return versions.main(), ran


def test_a_python_is_found_on_path_and_with_pyenv(versions, tmp_path):
    assert versions.find("3.11") is None
    in_pyenv = make_python(tmp_path / "pyenv/versions/3.11.9/bin/python", "3.11")
    assert versions.find("3.11") == in_pyenv
    on_path = make_python(tmp_path / "python3.11", "3.11")
    assert versions.find("3.11") == on_path


@pytest.mark.parametrize(("version", "status"), [("3.11", 1), ("3.12", 0)])
def test_a_python_that_does_not_run_is_passed_over(versions, tmp_path, version, status):
    make_python(tmp_path / "python3.11", version, status)
    assert versions.find("3.11") is None


def test_the_oldest_and_the_newest_run(versions, tmp_path, monkeypatch, capsys):
    for version in ("3.11", "3.13"):
        make_python(tmp_path / f"python{version}", version)
    assert run(versions, monkeypatch) == (0, ["3.11", "3.13"])
    assert "versions: 3.11 passed, 3.13 passed; " in capsys.readouterr().out


def test_what_make_test_ran_does_not_run_again(versions, tmp_path, monkeypatch, capsys):
    assert run(versions, monkeypatch) == (0, [])
    assert "no other Python than 3.12" in capsys.readouterr().out
    make_python(tmp_path / "python3.13", "3.13")
    assert run(versions, monkeypatch) == (0, ["3.13"])


def test_a_failure_on_any_version_is_one_of_all(versions, tmp_path, monkeypatch, capsys):
    make_python(tmp_path / "python3.13", "3.13")
    assert run(versions, monkeypatch, passes=False) == (1, ["3.13"])
    assert "3.13 FAILED" in capsys.readouterr().out


def test_the_tests_fail_where_no_environment_can_be_made(versions, tmp_path):
    assert not versions.run_tests("3.0", make_python(tmp_path / "python3.0", "3.0", status=1))


def test_setup_says_to_an_old_python_that_it_is_too_old(tmp_path):
    # An old interpreter is not to be had everywhere; its version is what matters.
    script = (ROOT / ".ci/setup.py").read_text()
    old = f"import sys; sys.version_info = (3, 8, 0)\n__file__ = {str(tmp_path / 'x/y')!r}\n"
    done = subprocess.run([sys.executable, "-c", old + script], capture_output=True, text=True)
    assert done.returncode == 1
    assert (
        done.stderr == "setup: this is Python 3.8; use 3.11 or newer: make PYTHON=python3.12 ...\n"
    )


def test_what_is_stated_agrees():
    text = (ROOT / "pyproject.toml").read_text()
    stated = re.findall(r"Python :: (3\.\d+)", text)
    assert f'requires-python = ">={stated[0]}"' in text
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())
    (setup,) = [
        s for s in workflow["jobs"]["test"]["steps"] if "python-version" in s.get("with", {})
    ]
    assert setup["with"]["python-version"].split() == [stated[0], stated[-1]]
    assert (
        os.access(ROOT / ".ci/run", os.X_OK) and "make versions" in (ROOT / ".ci/run").read_text()
    )
