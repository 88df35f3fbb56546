"""What entering grades into an nbgrader gradebook costs beyond grading, and opening its pages.

Usage: ``python -m tests.bench.course [--submissions N]``

Enters one record of a right submission, with its answers and a picture, for N students into the
gradebook of a new course, as `make grade` does after it has graded each of them. Then it serves the
course, as `make formgrader` does, and opens pages of submissions with the points and comments that
they load. As the machine may have more to do, it also says what a loop in plain Python costs.
"""

import argparse
import base64
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

from autograder.course.gradebook import GradebookWriter
from autograder.course.make import make_course
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.grading import Run, grade_all
from autograder.intake.gather import list_entries
from autograder.jail.probe import find_sandbox
from tests.bench.grading import LAB

#: Of a PNG as much as is looked at: how it begins, and the width and height.
HEADER = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + b"IHDR" + 2 * (200).to_bytes(4)
PICTURE = base64.b64encode(HEADER + bytes(50_000)).decode()
#: What the loop takes on the machine whose seconds the project's limits are.
REFERENCE_LOOP = 0.4
OPENED = 10
WHAT = ("grades", "comments")


def spent() -> float:
    """Return the processor seconds of this process and of all that it has started."""
    return sum(os.times()[:4]) + sum(processor_seconds(pid) for pid in children(os.getpid()))


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(word) for task in tasks for word in task.read_text().split()]


def loop() -> float:
    """Return the processor seconds of a loop that everybody can repeat."""
    start, total = time.process_time(), 0
    for number in range(10_000_000):
        total += number
    return time.process_time() - start


@contextlib.contextmanager
def served(course: Path):
    """Serve a course; give the address, the token, and the number of the server's process."""
    command = [sys.executable, "-m", "autograder", "formgrader", str(course), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=LAB.root) as process:
        for line in process.stdout:
            if found := re.search(r"(http://[^/]+)/.*token=(\S+)", line):
                break
        try:
            yield found[1], found[2], children(process.pid)[0]
        finally:
            process.terminate()  # a Ctrl-C is ignored in the background


def processor_seconds(pid: int) -> float:
    """Return those of a process and of the ones that it has waited for."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")


def open_pages(course) -> list[tuple[float, float]]:
    """Return for each page the seconds until it is there, and the server's processor seconds."""
    with course.gradebook as gradebook:
        found = gradebook.notebook_submissions(course.lab.name, course.lab.name)
        keys = [notebook.id for notebook in found][:: max(1, len(found) // OPENED)][: OPENED + 1]
    took = []
    with served(course.root) as (address, token, pid):
        for key in keys:
            start, before = time.perf_counter(), processor_seconds(pid)
            for page in (f"submissions/{key}/", *(f"api/{w}?submission_id={key}" for w in WHAT)):
                request = urllib.request.Request(f"{address}/formgrader/{page}")
                request.add_header("Authorization", f"token {token}")
                with urllib.request.urlopen(request) as answer:
                    assert answer.status == 200 and answer.read()
            took.append((time.perf_counter() - start, processor_seconds(pid) - before))
    return took


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
        unit = loop()
        start = spent()
        gradebook = GradebookWriter(course, home / "grades")
        made = spent()
        for student in students:
            gradebook.enter(replace(entry, student=student), replace(grade, student=student))
        each = (spent() - made) / wanted
        unit = (unit + loop()) / 2
        print(
            f"{wanted} submissions entered: {each:.3f} CPU-s each, forks included, and "
            f"{made - start:.1f} CPU-s once to open the course; a loop of 10,000,000 steps in "
            f"Python takes {unit:.2f} CPU-s here, and where it takes {REFERENCE_LOOP} that would "
            f"be {each / unit * REFERENCE_LOOP:.3f} each"
        )
        first, *others = open_pages(course)
        wall, processor = (statistics.median(each) for each in zip(*others, strict=True))
        print(
            f"the page of a submission among {wanted} in formgrader: {wall:.2f} s and "
            f"{processor:.2f} CPU-s, the first after the start {first[0]:.2f} s; "
            f"the loop takes {loop():.2f} CPU-s"
        )


if __name__ == "__main__":
    main()
