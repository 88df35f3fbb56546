"""What a command imports: what takes time only where it is needed."""

import ast
import subprocess
import sys
from importlib.metadata import packages_distributions

from autograder import cli
from tests.autograder.conftest import ROOT

#: Runs a command, and tells what was imported in the end.
PROGRAM = """
import sys
from autograder.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(sorted(sys.modules))
"""
#: What a measurement of coverage brings along.
MEASURING = {"autograder", "coverage", "_distutils_hack", "sitecustomize", "pytest_cov"}


def imported(*words):
    """Give the modules that a command imports, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, words)],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return set(ast.literal_eval(done.stdout.splitlines()[-1]))


def of_others(modules):
    """Give those that come with packages other than ours."""
    installed = set(packages_distributions()) | {"numpy", "pytest"}
    return {name.partition(".")[0] for name in modules} & installed - MEASURING


def test_help_needs_no_package():
    modules = imported("--help")
    assert "autograder.commands.grade" in modules
    assert of_others(modules) == set()
    assert not {"autograder.lab", "autograder.grading", "autograder.intake"} & modules


def test_a_class_that_is_known_needs_little(here, lab, tmp_path):
    assert here("grade", "--out", tmp_path / "out") == cli.OK
    record = tmp_path / "out" / "s1" / "grade.json"
    before = record.stat().st_mtime_ns
    modules = imported("--lab", lab.root / "lab.toml", "grade", "--out", tmp_path / "out")
    assert "autograder.results.bookkeeping" in modules and record.stat().st_mtime_ns == before
    # NumPy reads what the fork says that lists a class, YAML is that fork's, and rich the table's.
    assert of_others(modules) <= {
        "numpy",
        "rich",
        "pygments",
        "markdown_it",
        "mdurl",
        "yaml",
        "_yaml",
    }
    assert not {"autograder.preflight", "autograder.pages.site", "rich.progress"} & modules
