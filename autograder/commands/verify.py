"""Prove the suites by the catalogue of mistakes."""

from __future__ import annotations

import argparse
import os
import sys

from autograder.commands import LOW, OK, count, lab_of
from autograder.text import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--jobs", type=count, default=os.cpu_count() or 1, help="how many at once (%(default)s)"
    )
    parser.add_argument("--seeds", type=count, default=2, help="for right code (%(default)s)")
    parser.add_argument("--accept", action="store_true", help="take what mistakes fail for right")


def run(options: argparse.Namespace) -> int:
    """Prove the suites; print the matrix, mistakes by checks, and what each mistake costs."""
    from autograder.diagnosis.mistakes import TOGETHER, load_fails, save_fails
    from autograder.draws import PUBLIC_SECRET, Draws
    from autograder.grading import Run
    from autograder.jail.probe import find_sandbox
    from autograder.progress import Progress
    from autograder.verify import OTHER_SEED, verify
    from autograder.verify_tables import matrix_text, prices_text

    lab = lab_of(options)
    sandbox = find_sandbox(lab)
    graded = Run(lab, sandbox, Draws(OTHER_SEED, PUBLIC_SECRET))
    with Progress() as progress:
        verdict = verify(graded, options.jobs, options.seeds, progress, options.accept)
    if options.accept:
        save_fails(lab, verdict.fails)
        # Most mistakes were not run on the slow checks: what was known of these stays.
        known = load_fails(lab, TOGETHER)
        together = {
            name: verdict.together.get(name, set()) | (known.get(name, set()) & verdict.slow)
            for name in verdict.fails
            if name in verdict.together or name in known
        }
        save_fails(lab, together, TOGETHER)
    print(matrix_text(verdict))
    print(f"\n{prices_text(verdict)}\n")
    for note in verdict.notes:
        print(f"note: {note}")
    for problem in verdict.problems:
        print(f"autograder: {problem}", file=sys.stderr)
    count_of = f"{counted(len(verdict.matrix), 'mistake')}, {counted(len(verdict.checks), 'check')}"
    print(f"{count_of}: {_summary(len(verdict.problems), options.accept)}")
    return LOW if verdict.problems else OK


def _summary(problems: int, accepted: bool) -> str:
    if problems:
        return f"not proved, {counted(problems, 'problem')}"
    if accepted:
        return "what the mistakes fail is taken for right; now run verify without --accept"
    return "proved, no problem was found"
