"""What students are told who have made several mistakes at once.

Usage: ``python -m tests.bench.mixed [--submissions N] [--seed N] [--long] [--show]``

Each submission is the solution with two to five mistakes of the catalogue in it, drawn at random.
Of its failed checks it is counted how many have a hint, and of the mistakes that are named, how
many are none of those that were made, nor told together with one of them.
"""

import argparse
import random
from dataclasses import dataclass

from autograder.diagnosis.mistakes import combined, load_catalogue
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.grading import Run
from autograder.jail.probe import find_sandbox
from autograder.records import PASSED
from tests.bench.grading import LAB
from tests.in_process import InProcess

FEWEST, MOST = 2, 5


@dataclass
class Told:
    """What was said of some submissions.

    Attributes
    ----------
    failed
        How many checks failed.
    named
        How many of these were put down to a known mistake.
    described
        How many others have a hint.
    false
        For each check that was put down to a mistake that is not there: the mistakes that are,
        the check, and what was named.
    """

    failed: int = 0
    named: int = 0
    described: int = 0
    false: list = None

    def __post_init__(self):
        self.false = []

    @property
    def share(self):
        """The part of the failed checks that have a hint."""
        return (self.named + self.described) / max(1, self.failed)


def draw_mix(mistakes, draws):
    """Draw mistakes that can be made together, and the files with all of them in."""
    while True:
        mix = draws.sample(mistakes, draws.randint(FEWEST, MOST))
        if len({mistake.kind for mistake in mix}) < len(mix):
            continue
        try:
            return mix, combined(LAB, mix)
        except ValueError:
            continue


def measure(submissions, seed, wanted=None, show=None, long=False):
    """Examine mixed submissions; give what was said.

    Parameters
    ----------
    submissions, seed
        How many, and from where they are drawn.
    wanted
        The checks to run, or the suites; by default all that are quick.
    show
        Called with the mistakes that were made, a failed check, its message, what was named and
        what was said.
    long
        Run long checks too.
    """
    run = Run(LAB, find_sandbox(LAB), Draws(seed, PUBLIC_SECRET))
    examiner, draws = InProcess(run), random.Random(seed)
    mistakes = [m for m in load_catalogue(LAB) if m.trusted and not m.unrecognised]
    told = Told()
    for _ in range(submissions):
        mix, files = draw_mix(mistakes, draws)
        made = {mistake.kind for mistake in mix}
        checks = wanted or [check.id for check in examiner.checks if long or not check.long]
        answer = examiner.examine(run.draws, checks, (files, {}))
        for check in answer.checks:
            if check.outcome == PASSED:
                continue
            reason = answer.reasons.get(check.id)
            names = reason.mistakes if reason else ()
            told.failed += 1
            told.named += bool(names)
            told.described += bool(reason and not names and reason.relation)
            if names and not made & set(names):
                told.false.append((sorted(made), check.id, list(names)))
            if show:
                show(sorted(made), check, names, reason and reason.relation)
    return told


def shown(made, check, names, relation):
    """Print what was said of a failed check."""
    print(f"{', '.join(made)}\n    {check.id}: {check.message}\n    {names} {relation or ''}")


def main():
    """Measure, and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--long", action="store_true", help="run long checks too")
    parser.add_argument("--show", action="store_true", help="print what is said of each check")
    wanted = parser.parse_args()
    told = measure(
        wanted.submissions, wanted.seed, show=shown if wanted.show else None, long=wanted.long
    )
    for made, check, names in told.false:
        print(f"false: {check} is put down to {', '.join(names)}; made: {', '.join(made)}")
    print(
        f"{told.failed} failed checks of {wanted.submissions} submissions: {told.share:.0%} have a "
        f"hint ({told.named} a known mistake, {told.described} another), {len(told.false)} false"
    )


if __name__ == "__main__":
    main()
