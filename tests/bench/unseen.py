"""What students of a folder of wrong submissions are told: ``python -m tests.bench.unseen FOLDER``.

For mistakes that are not in the catalogue, made by someone who does not know it. Prints, for each
submission, the points lost in each part, and of every failed check the message and the hint;
whether those are true and useful is for a reader to say.
"""

import argparse
from pathlib import Path

from autograder.draws import PUBLIC_SECRET, Draws
from autograder.grading import Run, grade_all
from autograder.intake.gather import list_entries
from autograder.jail.probe import find_sandbox
from autograder.records import PASSED
from tests.bench.grading import LAB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    wanted = parser.parse_args()
    sandbox = find_sandbox(LAB)
    grades = grade_all(
        Run(LAB, sandbox, Draws(1, PUBLIC_SECRET)), list_entries(wanted.folder, LAB), wanted.jobs
    )
    hinted = 0
    for grade in sorted(grades, key=lambda grade: grade.student):
        lost = [f"{p.name} -{p.max_score - p.score}" for p in grade.parts if p.score < p.max_score]
        print(f"\n{grade.student}: {', '.join(lost) or grade.reason or 'no points lost'}")
        failed = [check for check in grade.checks if check.outcome != PASSED]
        for check in failed:
            print(f"  {check.id.split('::')[-1]}: {check.message}")
            if check.diagnosis and check.diagnosis["hints"]:
                print(f"    {check.diagnosis['mistakes']} {check.diagnosis['hints']['en']}")
        hinted += any(check.diagnosis and check.diagnosis["hints"] for check in failed)
    print(f"\n{hinted} submissions were given a hint.")


if __name__ == "__main__":
    main()
