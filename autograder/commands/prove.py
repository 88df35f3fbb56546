"""Prove that the same code earns the same points with every seed."""

from __future__ import annotations

import argparse
import os
import sys

from autograder.commands import LOW, OK, count, lab_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--jobs", type=count, default=os.cpu_count() or 1, help="how many at once (%(default)s)"
    )
    parser.add_argument("--seeds", type=count, default=20, help="how many (%(default)s)")
    parser.add_argument(
        "--pairs", type=int, default=100, help="how many pairs of mistakes (%(default)s)"
    )
    parser.add_argument(
        "--long",
        type=int,
        default=16,
        help="for how many mistakes checks that may take long are run, too (%(default)s)",
    )
    parser.add_argument(
        "--long-seeds", type=count, default=5, help="with how many seeds (%(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Prove it, and print how much was run and what depends on a seed."""
    from autograder.draws import PUBLIC_SECRET, Draws
    from autograder.grading import Run
    from autograder.jail.probe import find_sandbox
    from autograder.luck import Size, prove
    from autograder.progress import Progress

    lab = lab_of(options)
    size = Size(options.seeds, options.pairs, options.long, options.long_seeds)
    every = Run(lab, find_sandbox(lab), Draws(0, PUBLIC_SECRET))
    with Progress() as progress:
        proof = prove(every, options.jobs, size, progress)
    for line in proof.counts:
        print(line)
    for problem in proof.problems:
        print(f"autograder: {problem}", file=sys.stderr)
    return LOW if proof.problems else OK
