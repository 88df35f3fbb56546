"""What telling students the reason adds to the time of grading.

Usage: ``python -m tests.bench.diagnosis [--submissions N]``

Grades the solution with a mistake of the catalogue in it, a different one each time, all in one
process, and adds up what the diagnosis takes. Fingerprints are made when they are first needed, so
the first submissions of a class pay for the rest.
"""

import argparse
import time

from autograder.diagnosis.mistakes import load_catalogue
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.examiner import examination
from autograder.grading import Run
from autograder.jail.probe import find_sandbox
from tests.bench.grading import LAB
from tests.in_process import InProcess


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=100)
    wanted = parser.parse_args().submissions
    sandbox = find_sandbox(LAB)
    run = Run(LAB, sandbox, Draws(1, PUBLIC_SECRET))
    mistakes = load_catalogue(LAB)
    mistakes = mistakes[:: max(1, len(mistakes) // wanted)][:wanted]
    diagnose, spent = examination.diagnose, 0.0

    def timed(*arguments):
        nonlocal spent
        start = time.perf_counter()
        try:
            return diagnose(*arguments)
        finally:
            spent += time.perf_counter() - start

    examination.diagnose, examiner = timed, InProcess(run)
    start = time.perf_counter()
    for number, mistake in enumerate(mistakes, 1):
        examiner.examine(run.draws, None, (mistake.files, {}))
        if number in (1, len(mistakes) // 4, len(mistakes)):
            total = time.perf_counter() - start
            share = spent / (total - spent)
            print(
                f"{number:4} wrong submissions: {total:6.1f} s, of which diagnosis {spent:5.2f} s; "
                f"it adds {share:.1%}",
                flush=True,
            )


if __name__ == "__main__":
    main()
