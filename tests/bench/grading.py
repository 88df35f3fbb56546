"""What grading costs beyond the student's own computing, and how many submissions a minute.

Usage: ``python -m tests.bench.grading [--jobs N]``
"""

import argparse
import contextlib
import itertools
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from autograder.draws import PUBLIC_SECRET, Draws
from autograder.lab import Lab
from autograder.lab_file import load_lab, read_files
from autograder.secret import VARIABLE
from autograder.suites.local import LocalExamination
from autograder.suites.session import Suites, quiet_session
from tests.autograder.conftest import SUITE_HEAD, write_lab

LAB = load_lab(Path(__file__).parents[2] / "lab.toml")
os.environ[VARIABLE] = PUBLIC_SECRET.hex()  # for the commands that are run
EXPECTED = LAB.root / "tests/lab/sample_class.toml"
DOUBLER = {"Doubler": "doubler.py"}
FOUR = SUITE_HEAD + "".join(
    f'''
@pytest.mark.check(points=25)
def test_forward_{axes}(student, rng):
    """forward doubles an array with {axes} axes"""
    x = rng.normal(size=({"3, " * axes}))
    assert_array(student.Doubler().forward(x), 2.0 * x, "what forward returns")
'''
    for axes in (1, 2, 3, 4)
)


@dataclass
class Cost:
    """What a grading run took: CPU and wall seconds, and MB of its largest process."""

    cpu: float
    wall: float
    memory: float


def children() -> resource.struct_rusage:
    return resource.getrusage(resource.RUSAGE_CHILDREN)


def grade(
    submissions: list[Path], copies: int, jobs: int, bubblewrap: bool = True, lab: Lab = LAB
) -> Cost:
    """Grade so many copies of these submissions, in turn, each of which is right."""
    with tempfile.TemporaryDirectory() as folder:
        students = Path(folder) / "class"
        students.mkdir()
        for number, source in zip(range(copies), itertools.cycle(submissions), strict=False):
            name = f"s{number:03}{''.join(source.suffixes) if source.is_file() else ''}"
            copy = shutil.copytree if source.is_dir() else shutil.copyfile
            copy(source, students / name)
        command = [sys.executable, "-m", "autograder", "grade", str(students)]
        command += ["--out", f"{folder}/grades", "--jobs", str(jobs)]
        command += ["--lab", str(lab.root), "--fail-under", str(lab.max_score)]
        # bubblewrap does not wait for its children, so their CPU would not be counted; where it
        # is not found, the lock-down alone does its work.
        environment = os.environ if bubblewrap else {**os.environ, "PATH": ""}
        before, start = children(), time.perf_counter()
        subprocess.run(
            command, check=True, cwd=LAB.root, stdout=subprocess.DEVNULL, env=environment
        )
        wall, after = time.perf_counter() - start, children()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, wall, after.ru_maxrss / 1024)


class TimedExamination(LocalExamination):
    """Runs the suites on the reference here and adds up what its ``fit`` takes."""

    seconds = 0.0

    @contextlib.contextmanager
    def student(self, item):
        """Give the classes of the reference."""
        with super().student(item) as student:
            self.time(student.Model)
            yield student

    def time(self, model):
        """Time every call of a model's ``fit``."""
        fit = model.fit

        def timed(*args, **kwargs):
            start = time.process_time()
            try:
                return fit(*args, **kwargs)
            finally:
                self.seconds += time.process_time() - start

        model.fit = timed


def in_one_process(
    lab: Lab = LAB, examination=TimedExamination, repeated: int = 1
) -> tuple[float, float]:
    """Run the suites here, on the reference and without a jail.

    Returns
    -------
    tuple of float
        CPU seconds of checks and student code together, and of the calls of ``fit`` alone.
    """
    draws, files = Draws(0, PUBLIC_SECRET), read_files(lab.reference, lab)
    found = []

    def work(suites):
        for times in (1, repeated):  # the first warms up
            start, timed = time.process_time(), []
            for _ in range(times):
                timed.append(examination(lab, draws, files, lab.reference))
                suites.run(timed[-1])
            took = time.process_time() - start
            found.append((took / times, getattr(timed[-1], "seconds", 0.0)))

    quiet_session(lab, Suites(lab, work))
    return found[-1]


def costs_on_one_processor(copies: int, rounds: int) -> None:
    """Print what a submission costs, and what of it is whose.

    One job on one processor: grader and worker take turns, and each time that the other one sleeps
    on a processor of its own, waking it up is counted as well. All that is compared is measured in
    turns, since the machine may change its speed, and the medians are told; the speed of machines
    differs, so everything is told in multiples of ``fit`` alone, too.
    """
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(processors)})
    found = []
    memory = 0.0
    for _ in range(rounds):
        suites, fit = in_one_process()
        one = grade([LAB.reference], 1, 1, bubblewrap=False)
        many = grade([LAB.reference], copies + 1, 1, bubblewrap=False)
        each = (many.cpu - one.cpu) / copies
        found.append((each, fit, each - fit, suites, each - suites, one.cpu - each))
        memory = max(memory, many.memory)
    os.sched_setaffinity(0, processors)
    names = (
        "a submission in all",
        "its calls of fit alone",
        "grading beyond fit",
        "the suites in one process, without a jail",
        "grading beyond those",
        "a run besides, once",
    )
    print(f"the solution, 1 job on 1 processor, medians of {rounds}: CPU seconds, multiples of fit")
    for name, seconds in zip(names, zip(*found, strict=True), strict=True):
        ratios = [one / fit for one, (_, fit, *_) in zip(seconds, found, strict=True)]
        print(f"  {name:42} {median(seconds):7.3f} {median(ratios):7.2f}")
    print(f"  {'largest process, MB':42} {memory:7.0f}")


def show_medians(names, found, form: str) -> None:
    for name, numbers in zip(names, zip(*found, strict=True), strict=True):
        print(f"  {name:42} {median(numbers):{form}}")


def latency(rounds: int) -> None:
    """Print how long one who waits for the grade of a single submission waits."""
    found = []
    for _ in range(rounds):
        suites, _ = in_one_process()
        wall = grade([LAB.reference], 1, 1).wall
        found.append((wall, suites, wall - suites))
    names = "from command to record", "the suites in one process", "waiting beyond those"
    print(f"one submission by itself, medians of {rounds}: seconds")
    show_medians(names, found, "7.2f")


def costs_of_a_small_lab(copies: int, rounds: int) -> None:
    """Print the same of a lab with four checks of one class, whose code takes no time itself."""
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(processors)})
    found = []
    with tempfile.TemporaryDirectory() as folder:
        lab = write_lab(Path(folder) / "lab", {"test_doubler.py": FOUR}, tasks=DOUBLER)
        grade([lab.reference], 1, 1, bubblewrap=False, lab=lab)  # proves it
        for _ in range(rounds):
            suites, _ = in_one_process(lab, LocalExamination, 50)
            one = grade([lab.reference], 1, 1, bubblewrap=False, lab=lab)
            many = grade([lab.reference], copies + 1, 1, bubblewrap=False, lab=lab)
            each = (many.cpu - one.cpu) / copies
            found.append((1000 * each, 1000 * suites, 1000 * (each - suites)))
    os.sched_setaffinity(0, processors)
    names = "a submission in all", "the suites in one process", "grading beyond those"
    print(f"a lab of four checks of one class, medians of {rounds}: CPU milliseconds")
    show_medians(names, found, "7.1f")


def right_submissions() -> list[Path]:
    """List the submissions of the sample class that earn every point."""
    points = {part.name: part.points for part in LAB.parts}
    students = tomllib.loads(EXPECTED.read_text(encoding="utf-8"))
    right = {
        name
        for name, student in students.items()
        if all(student.get(part) == full for part, full in points.items())
    }
    return [path for path in sorted(LAB.sample.iterdir()) if path.name.split(".")[0] in right]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    jobs = parser.parse_args().jobs
    grade([LAB.reference], 1, 1)  # makes the runtime and the compiled files, if they are not there
    costs_on_one_processor(copies=10, rounds=5)
    latency(rounds=15)
    costs_of_a_small_lab(copies=50, rounds=5)

    copies, right = 100, right_submissions()
    cost = grade(right, copies, jobs)
    print(f"{copies} copies of the {len(right)} right submissions of the sample class, {jobs} jobs")
    print(f"  submissions a minute        {60 * copies / cost.wall:6.1f}")


if __name__ == "__main__":
    main()
