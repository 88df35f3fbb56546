"""How much memory and time a class takes: of grading, and of all that is made of its grades.

Usage: ``python -m tests.bench.memory [--submissions N] [--graded N] [--checks N]``

A little lab's submissions are graded in earnest, then so many more are entered with a grade that is
there already, with as many checks as Lab 1 has: by the same commands, in which only the examiner is
left out. Told is the most that each command had at once, of which it keeps for a submission what
stands in the tables; and the time that it took for each.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

#: Of each of the two parts; told by the environment.
CHECKS = int(os.environ.get("BENCH_CHECKS", "20"))
#: What is done with a class, one after the other.
COMMANDS = {
    "grade": ("grade", "SUBMISSIONS", "--out", "OUT"),
    "grade again, all of it known": ("grade", "SUBMISSIONS", "--out", "OUT"),
    "pages": ("pages", "OUT"),
    "review": ("review", "OUT"),
    "export": ("export", "OUT"),
    "output github-class": ("output", "github-class", "OUT", "--out", "OUT/summary.md"),
    "output junit": ("output", "junit", "OUT"),
    "decide": ("decide", "add", "s00000", "1", "--why", "a bench", "--out", "OUT"),
    "publish": ("publish", "OUT"),
}


def run(lab: Path, words: list[str], ready: bool) -> None:
    """Run a command in this process, and write what memory it took at most, in MB."""
    from autograder import cli, grading

    if ready:
        grading.grade_all = grades_that_are_there
    code = cli.main(["--lab", str(lab / "lab.toml"), *words])
    most = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]
    print(f"\n{int(most) / 1024:.0f}", file=sys.stderr)
    sys.exit(code)


def grades_that_are_there(run, entries, *_):
    """Give everybody a grade, a third of whose checks failed."""
    from dataclasses import replace

    from autograder.records import CheckResult, PartScore

    def check(part: str, number: int, student: int) -> CheckResult:
        failed = (number + student) % 3 == 0
        known = {
            "mistakes": [f"mistake-{number % 5}"] if number % 2 else [],
            "symptom": f"{number}-{student % 50}",
            "telling": True,
            "hints": {"en": "Look at this again. " * 10, "zh-TW": "\u518d\u770b\u770b\u3002" * 20},
        }
        return CheckResult(
            f"check {number} of {part}", f"test_{part.lower()}.py::test_{number}", part,
            0 if failed else 1, 1, "failed" if failed else "passed",
            f"It is not what it should be, by far, {number}. " * 8 if failed else "",
            known if failed else None, 0.1,
        )  # fmt: skip

    for place, entry in enumerate(entries):
        checks = [check(p.name, n, place) for p in run.lab.parts for n in range(CHECKS)]
        sums = {p.name: sum(c.points for c in checks if c.part == p.name) for p in run.lab.parts}
        yield replace(
            run.blank(entry.student, "graded", None),
            score=sum(sums.values()),
            max_score=2 * CHECKS,
            parts=tuple(PartScore(name, points, CHECKS) for name, points in sums.items()),
            checks=tuple(checks),
            digest="0" * 64,
            name=entry.name,
            attempt=entry.number,
        )


def measured(lab: Path, words: list[str], *, ready: bool) -> float:
    """Run a command in a process of its own; give the MB that it had at most."""
    command = [sys.executable, "-m", "tests.bench.memory", "--lab", str(lab)]
    command += ["--ready"] if ready else []
    done = subprocess.run([*command, "--", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: {done.stderr}")
    return float(done.stderr.split()[-1])


def make(lab: Path) -> None:
    """Write the little lab, and its solution as what everybody hands in."""
    from tests.autograder.conftest import write_lab

    write_lab(lab)


def hand_in(folder: Path, count: int) -> None:
    for number in range(count):
        place = folder / f"s{number:05}"
        place.mkdir(parents=True)
        source = "class Doubler:\n    def forward(self, x):\n        return 2.0 * x\n"
        (place / "doubler.py").write_text(f"# {number}\n{source}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=1000)
    parser.add_argument("--graded", type=int, default=60, help="in earnest")
    parser.add_argument("--checks", type=int, default=CHECKS, help="of each of the two parts")
    parser.add_argument("--lab", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--ready", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("words", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.lab and options.words:
        run(options.lab, options.words, options.ready)
    if options.lab:
        make(options.lab)
        return
    os.environ |= {"AUTOGRADER_SECRET": "00" * 32, "BENCH_CHECKS": str(options.checks)}
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        lab = home / "lab"
        subprocess.run([sys.executable, "-m", "tests.bench.memory", "--lab", str(lab)], check=True)
        for count in (options.graded // 10, options.graded):
            folder = home / f"graded-{count}"
            hand_in(folder, count)
            out = str(home / f"grades-{count}")
            start = time.perf_counter()
            most = measured(lab, ["grade", str(folder), "--out", out], ready=False)
            each = 1000 * (time.perf_counter() - start) / count
            print(f"{count} graded: at most {most:.0f} MB, {each:.1f} ms each", flush=True)
        hand_in(home / "class", options.submissions)
        print(f"{options.submissions} submissions of {2 * options.checks} checks", flush=True)
        for name, command in COMMANDS.items():
            words = [word.replace("OUT", str(home / "grades")) for word in command]
            words = [word.replace("SUBMISSIONS", str(home / "class")) for word in words]
            start = time.perf_counter()
            most = measured(lab, words, ready=True)
            each = 1000 * (time.perf_counter() - start) / options.submissions
            print(f"  {name:30} {most:5.0f} MB {each:6.1f} ms each", flush=True)


if __name__ == "__main__":
    main()
