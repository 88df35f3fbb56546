"""Run the tests on the oldest and the newest supported Python: ``make versions``.

Supported are the versions that pyproject.toml's classifiers state. Of those that this machine has,
on PATH or from pyenv or uv, the oldest and the newest run the tests, each in an environment of its
own, ``.venv-<version>``. The version of ``.venv`` is left out, since ``make test`` runs it.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OWN = f"{sys.version_info.major}.{sys.version_info.minor}"
# A final CPython that can make environments.
PROBE = """
import sys, venv, ensurepip, ssl
assert sys.implementation.name == "cpython" and sys.version_info.releaselevel == "final"
print("%d.%d" % sys.version_info[:2])
"""
OPTIONS = (
    "-q",
    "-m",
    "not slow",
    "-n",
    str((os.cpu_count() or 1) + 1),
    "--maxprocesses=5",
    "--dist=loadfile",
    "--no-loadscope-reorder",
)
TESTS = (
    "tests/autograder",
    "tests/lab/test_solution.py",
    "tests/lab/test_datasets.py",
    "tests/lab/test_experiments.py",
    "tests/lab/test_inspect_network.py",
    "tests/lab/test_public_checks.py",
    "tests/lab/test_suites.py",
)
"""What depends on the version: the engine, the solution, and what students run."""
LEFT_OUT = (
    "--ignore-glob=*/test_course*",
    "--ignore-glob=*/test_output*",
    *(f"--ignore=tests/autograder/test_{name}.py" for name in (
        "answers", "attempts", "browser", "class_exports", "cli", "cli_grade",
        "cli_small_commands", "dates", "decisions", "documents", "exports", "facts", "gradescope",
        "inspection", "late", "leaks", "mistakes", "notebook", "one_students_failure", "pages",
        "preflight", "proofs", "public", "publish", "scaffold", "secret", "table",
    )),
)  # fmt: skip
"""What does not: how nbgrader is used, what messages hold, what is made of records and labs."""


def supported() -> list[str]:
    """Return the Python versions that pyproject.toml states, oldest first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pattern = re.compile(r"Programming Language :: Python :: (3\.\d+)")
    versions = [match[1] for text in project["classifiers"] if (match := pattern.fullmatch(text))]
    return sorted(versions, key=lambda version: int(version.split(".")[1]))


def candidates(version: str) -> Iterator[str]:
    """Yield where a version of Python may be."""
    yield from filter(None, [shutil.which(f"python{version}")])
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for folder in sorted(pyenv.glob(f"versions/{version}.*"), reverse=True):
        yield str(folder / "bin/python")
    if uv := shutil.which("uv"):
        command = [uv, "python", "find", "--no-python-downloads", "--system", version]
        yield subprocess.run(command, capture_output=True, text=True).stdout.strip()


def find(version: str) -> str | None:
    """Return a Python of a version that runs and can make environments, None if there is none."""
    for python in filter(None, candidates(version)):
        try:
            probe = subprocess.run([python, "-c", PROBE], capture_output=True, text=True)
        except OSError:
            continue
        if probe.returncode == 0 and probe.stdout.strip() == version:
            return python
    return None


def run_tests(version: str, python: str) -> bool:
    """Run the tests in an environment of a Python; return whether they passed."""
    name = f".venv-{version}"
    print(f"testing on Python {version} ({python})", flush=True)
    if subprocess.run([python, ".ci/setup.py", name], cwd=ROOT).returncode:
        return False
    command = [f"{name}/bin/python", "-m", "pytest", *OPTIONS, *LEFT_OUT, *TESTS]
    return subprocess.run(command, cwd=ROOT).returncode == 0


def main() -> int:
    """Run the tests on each chosen version; return the exit status."""
    stated = supported()
    found = {version: python for version in stated if (python := find(version))}
    ends = [version for version in stated if version in found or version == OWN]
    chosen = [version for version in dict.fromkeys([ends[0], ends[-1]]) if version != OWN]
    passed = {version: run_tests(version, found[version]) for version in chosen}
    report = [f"{version} {'passed' if ok else 'FAILED'}" for version, ok in passed.items()]
    print(
        f"versions: {', '.join(report) or f'no other Python than {OWN}, which make test runs'}; "
        f"supported are {', '.join(stated)}, found here {', '.join(ends)}"
    )
    return 0 if all(passed.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
