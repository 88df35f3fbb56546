"""The lab's Gradescope zip gives the scores that `make grade` gives."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.lab_file import load_lab
from tests.autograder.test_gradescope import Platform

ROOT = Path(__file__).parents[2]
SAMPLES = ["s03-wrong-transpose", "s12-file-reader"]


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """Grade some of the sample class as an instructor does."""
    folder = tmp_path_factory.mktemp("class")
    for name in SAMPLES:
        shutil.copytree(ROOT / "tests/submissions" / name, folder / "in" / name)
    command = [sys.executable, "-m", "autograder", "grade", folder / "in", "--out", folder / "out"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {name: json.loads((folder / f"out/{name}/grade.json").read_text()) for name in SAMPLES}


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    """Set up the lab at a Gradescope."""
    made = Platform(tmp_path_factory.mktemp("gradescope"), load_lab(ROOT / "lab.toml"))
    made.set_up()
    return made


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLES)
def test_the_zip_gives_the_same_points_for_every_check(platform, records, name):
    shutil.rmtree(platform.root / "submission", ignore_errors=True)
    shutil.copytree(ROOT / "tests/submissions" / name, platform.root / "submission")
    table, _ = platform.grade()
    checks = records[name]["checks"]
    assert table["score"] == records[name]["score"]
    assert [test["score"] for test in table["tests"]] == [check["points"] for check in checks]
    for test, check in zip(table["tests"], checks, strict=True):
        assert test.get("output", "").startswith(check["message"])
