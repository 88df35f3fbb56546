"""What runs at Gradescope: ``prepare`` when the image is built, ``grade`` for each submission.

Whatever happens, ``results/results.json`` says something to the student and never a traceback; the
reason of a failure is printed, which only instructors see.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.draws import Draws
from autograder.examiner.processes import Beginning
from autograder.files import write_whole
from autograder.gradescope.bundle import FAILED, SETTINGS
from autograder.gradescope.metadata import lateness, read_metadata
from autograder.grading import Run, grade_all
from autograder.intake.entries import Entry, student_id
from autograder.jail import runtime
from autograder.jail.probe import find_sandbox
from autograder.jail.sandbox import SandboxError
from autograder.lab import Lab
from autograder.lab_file import load_lab
from autograder.languages.translations import lab_languages
from autograder.outputs.formats.gradescope import results_json
from autograder.records import ERROR
from autograder.results.results import result_of

#: A container has 768 MB unless an instructor asks for more; the grader takes up to 250 of them.
MEMORY_MIB, EXAMINER_MIB = 448, 448
#: Gradescope ends what takes over 10 minutes, and then shows nothing.
SECONDS = 480


def main(arguments: Sequence[str]) -> int:
    """Run ``prepare`` or ``grade ROOT`` from the unpacked zip's ``engine`` folder."""
    source = Path.cwd().parent
    if list(arguments[:1]) == ["prepare"]:
        return prepare(source)
    grade(source, Path(arguments[1]))
    return 0


def prepare(source: Path) -> int:
    """Copy the jail's runtime into the image, and tell whether submissions can be locked down.

    Images may be built elsewhere than where they run, so a lock-down that does not hold here is
    only said; if it does not hold there either, nothing is graded.

    Returns
    -------
    int
        1 if there is no room for the copy; the image is then not built.
    """
    settings, lab = _read(source)
    try:
        runtime.prepare(packages=lab.packages)
    except runtime.RuntimeUnavailable as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 1
    try:
        layers = find_sandbox(lab, settings["sandbox"]).layers
        print(f"submissions are locked down by: {' + '.join(layers) or 'NOTHING'}")
    except SandboxError as error:
        print(f"autograder: {error}", file=sys.stderr)
    return 0


def grade(source: Path, root: Path) -> None:
    """Grade ``ROOT/submission`` and write ``ROOT/results/results.json``."""
    try:
        text = _grade(*_read(source), root)
    except Exception:
        traceback.print_exc()
        text = (source / FAILED).read_text(encoding="utf-8")
    write_whole(root / "results" / "results.json", text, 0o644)  # Gradescope reads it


def _grade(settings: dict[str, Any], lab: Lab, root: Path) -> str:
    metadata = read_metadata(root / "submission_metadata.json")
    draws = Draws(settings["seed"], bytes.fromhex(settings["secret"]))
    entry = Entry(student_id(metadata.name), root / "submission")
    with Beginning(lab, settings["sandbox"]) as begun:
        run = Run(lab, begun.trial.sandbox(), draws)
        (grade,) = grade_all(run, [entry], 1, begun)
    result = result_of(grade, [], lab)
    print(
        f"{result.student}: {result.status}, {result.score}/{result.max_score}, seed {draws.seed}"
    )
    if result.status == ERROR:
        print(f"autograder: {result.reason}")
    languages = lab_languages(lab, settings["languages"])
    return results_json(result, languages, lateness(metadata.late, languages))


def _read(source: Path) -> tuple[dict[str, Any], Lab]:
    settings = json.loads((source / SETTINGS).read_text(encoding="utf-8"))
    return settings, limited(load_lab(source / "lab" / "lab.toml"))


def limited(lab: Lab) -> Lab:
    """Return a lab with limits no larger than those that Gradescope has itself."""
    limits = replace(
        lab.limits,
        memory_mib=min(lab.limits.memory_mib, MEMORY_MIB),
        examiner_mib=min(lab.limits.examiner_mib, EXAMINER_MIB),
        submission=min(lab.limits.submission, SECONDS),
    )
    return replace(lab, limits=limits)
