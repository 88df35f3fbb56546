"""What entering grades into an nbgrader gradebook costs beyond grading.

Usage: ``python -m tests.bench.course [--submissions N]``

Enters one record of a right submission, with its answers and a picture, for N students into the
gradebook of a new course, as `make grade` does after it has graded each of them.
"""

import argparse
import base64
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from autograder.course.gradebook import GradebookWriter
from autograder.course.make import make_course
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.grading import Run, grade_all
from autograder.intake.gather import list_entries
from autograder.jail.probe import find_sandbox
from tests.bench.grading import LAB

PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(50_000)).decode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=100)
    wanted = parser.parse_args().submissions
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        course, _ = make_course(LAB, LAB.root / "lab.toml", home / "course")
        notebook = json.loads(course.released.read_text(encoding="utf-8"))
        picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": PICTURE}}
        for cell in notebook["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("solution"):
                cell["source"] = "Because of *that*. " * 20
            elif cell["cell_type"] == "code" and not cell["metadata"]:
                cell["outputs"] = [picture]
        folder = home / "handed-in" / "s0000"
        folder.mkdir(parents=True)
        for name in LAB.files:
            (folder / name).write_bytes((LAB.reference / name).read_bytes())
        (folder / course.notebook).write_text(json.dumps(notebook), encoding="utf-8")
        sandbox = find_sandbox(LAB)
        entry = list_entries(home / "handed-in", LAB)[0]
        grade = next(grade_all(Run(LAB, sandbox, Draws(0, PUBLIC_SECRET)), [entry], 1))
        students = [f"s{number:04}" for number in range(wanted)]
        for student in students:
            path = home / "grades" / student / "grade.json"
            path.parent.mkdir(parents=True)
            path.write_text(replace(grade, student=student).to_json())
        start = time.process_time()
        gradebook = GradebookWriter(course, home / "grades")
        made = time.process_time()
        for student in students:
            gradebook.enter(replace(entry, student=student), replace(grade, student=student))
        spent = time.process_time() - made
        print(
            f"{wanted} submissions entered: {spent / wanted:.3f} CPU-s each, and "
            f"{made - start:.1f} CPU-s once to open the course"
        )


if __name__ == "__main__":
    main()
