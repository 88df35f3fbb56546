"""What making the pages of a class costs.

Usage: ``python -m tests.bench.pages [--students N]``
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from autograder.draws import PUBLIC_SECRET
from autograder.files import write_whole
from autograder.lab_file import load_lab
from autograder.pages.write import write_pages
from autograder.records import FILE_NAME
from autograder.results.members import read_class
from autograder.secret import VARIABLE

LAB = load_lab(Path(__file__).parents[2] / "lab.toml")
os.environ[VARIABLE] = PUBLIC_SECRET.hex()  # for the commands that are run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=300)
    students = parser.parse_args().students
    with tempfile.TemporaryDirectory() as folder:
        sample, many = Path(folder) / "sample", Path(folder) / "class"
        grade = [sys.executable, "-m", "autograder", "grade", "--out", str(sample)]
        subprocess.run(grade, check=True, cwd=LAB.root, stdout=subprocess.DEVNULL)
        for number, known in zip(range(students), cycle(read_class(sample, [])), strict=False):
            copy = replace(known, student=f"s{number:04}")
            write_whole(many / copy.student / FILE_NAME, copy.to_json())
        start = time.process_time()
        write_pages(LAB, many)
        seconds = time.process_time() - start
        sizes = [path.stat().st_size / 1024 for path in many.glob("*/index.html")]
        whole = (many / "index.html").stat().st_size / 1024
    print(f"pages of {students} students, like those of the sample class, in both languages")
    print(f"  CPU seconds in all          {seconds:6.1f}")
    print(f"  a student's page, KiB       {sum(sizes) / len(sizes):6.0f}")
    print(f"  the class's page, KiB       {whole:6.0f}")


if __name__ == "__main__":
    main()
