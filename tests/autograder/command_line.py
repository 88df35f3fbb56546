"""How tests run the command line as a program."""

import os
import subprocess
import sys

from tests.autograder.conftest import ROOT


def command(lab, *words):
    return [
        sys.executable,
        "-m",
        "autograder",
        "--lab",
        str(lab.root / "lab.toml"),
        *map(str, words),
    ]


def environment(**more):
    return os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | more


def run(lab, *words, cwd=None, **more):
    return subprocess.run(
        command(lab, *words),
        capture_output=True,
        text=True,
        cwd=cwd or lab.root,
        env=environment(**more),
    )
