"""Puts a lab into a container image: ``python -m autograder.container.build LAB FOLDER``.

FOLDER gets what grading and pages read of the lab, and nothing else of it: no secret of a course
and no submission. What grading prepares once is prepared here, so that a container starts at once
and needs no place to write to but the folder of the grades.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.errors import UserError
from autograder.jail import runtime
from autograder.jail.probe import find_sandbox
from autograder.jail.sandbox import SandboxError
from autograder.lab import DESCRIPTION, Lab
from autograder.lab_file import find_lab, load_lab
from autograder.lab_sources import files_in, needed
from autograder.preflight import preflight
from autograder.text import clean


def main(arguments: Sequence[str]) -> str | None:
    """Fill the folder; return what went wrong, if anything did."""
    description, folder = find_lab(Path(arguments[0])), Path(arguments[1])
    try:
        copy_lab(load_lab(description), description, folder)
        prepare(load_lab(folder / DESCRIPTION))
    except UserError as error:
        return f"autograder: {clean(str(error), 1000)}"
    return None


def copy_lab(lab: Lab, description: Path, folder: Path) -> None:
    """Copy what grading and pages read of a lab.

    Parameters
    ----------
    lab, description
        The lab, and the ``lab.toml`` that it was loaded from.
    folder
        Where to.

    Raises
    ------
    UserError
        If a file can't be copied.
    """
    graph = [lab.graph] if lab.graph else []
    try:
        for path in files_in(*needed(lab), *graph):
            copy = folder / path.relative_to(lab.root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        shutil.copyfile(description, folder / DESCRIPTION)
    except OSError as error:
        raise UserError(
            f"cannot copy the lab's {clean(str(error.filename))}: {error.strerror}; put it there, "
            f"or take it out of {DESCRIPTION}"
        ) from error


def prepare(lab: Lab) -> None:
    """Copy the jail's runtime, and prove the lab if submissions can be locked down here.

    Images may be built elsewhere than where they run, so a lock-down that does not hold here is
    only said; if it does not hold there either, nothing is graded.

    Raises
    ------
    UserError
        If there is no room for the copy, or the lab is broken; the image is then not built.
    """
    try:
        runtime.prepare(packages=lab.packages)
    except runtime.RuntimeUnavailable as error:
        raise UserError(str(error)) from error
    try:
        preflight(lab, find_sandbox(lab), os.cpu_count() or 1)
    except SandboxError as error:
        print(f"autograder: the lab is not proved yet: {clean(str(error), 1000)}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
