"""Make the students' folder."""

from __future__ import annotations

import argparse
import sys

from autograder.commands import LOW, OK, lab_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--check", action="store_true", help="only tell whether it is up to date")


def run(options: argparse.Namespace) -> int:
    """Make the students' folder, or tell whether it is as it would be made."""
    from autograder.release.folder import check_release, write_release

    lab = lab_of(options)
    if not options.check:
        write_release(lab)
        print(f"the students' folder is {lab.release.folder}/")
        return OK
    differences = check_release(lab)
    for difference in differences:
        print(f"autograder: {difference}; run make release", file=sys.stderr)
    return LOW if differences else OK
