"""What grading costs beyond the student's own computing, and how many submissions a minute.

Usage: ``python -m tests.bench.grading [--jobs N] [--copies N]``
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from autograder.lab import load_lab
from autograder.local import LocalPlugin
from autograder.plugin import quiet_session

LAB = load_lab(Path(__file__).parents[2] / "lab.toml")


def children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def grade(copies: int, jobs: int) -> tuple[float, float, float]:
    """Grade copies of the reference; give CPU and wall seconds, and the peak memory in MB."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(copies):
            student = Path(folder) / "class" / f"s{number:03}"
            student.mkdir(parents=True)
            for name in LAB.files:
                shutil.copyfile(LAB.reference / name, student / name)
        cpu, start = children_cpu(), time.perf_counter()
        command = [sys.executable, "-m", "autograder", "grade", f"{folder}/class"]
        command += ["--out", f"{folder}/grades", "--jobs", str(jobs), "--fail-under", "100"]
        subprocess.run(command, check=True, cwd=LAB.root, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        # The largest of all processes: the grading ones, since a worker is much smaller.
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        return children_cpu() - cpu, seconds, memory


class TimedPlugin(LocalPlugin):
    """Runs the suites on the reference here and adds up what its ``fit`` takes."""

    seconds = 0.0

    @pytest.fixture
    def student(self):
        student = self.local()
        fit = student.Model.fit

        def timed(*args, **kwargs):
            start = time.process_time()
            try:
                return fit(*args, **kwargs)
            finally:
                self.seconds += time.process_time() - start

        student.Model.fit = timed
        return student


def fit_cpu() -> float:
    """Give the CPU seconds that the suites' calls of ``fit`` take alone."""
    plugin = TimedPlugin(LAB, 0, LAB.reference)
    quiet_session(LAB, plugin)
    return plugin.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    grade(1, 1)  # makes the runtime and the compiled files, if this is the first run
    alone = fit_cpu()
    total, wall, memory = grade(options.copies, options.jobs)
    each = total / options.copies
    print(f"{options.copies} copies of the solution, {options.jobs} jobs:")
    print(f"  CPU seconds a submission    {each:6.3f}")
    print(f"  of these, fit alone         {alone:6.3f}")
    print(f"  grading beyond it           {each - alone:6.3f}")
    print(f"  submissions a minute        {60 * options.copies / wall:6.1f}")
    print(f"  largest process, MB         {memory:6.0f}")


if __name__ == "__main__":
    main()
