"""Make a new lab from nothing."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.commands import OK
from autograder.text import clean


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("folder", type=Path, help="the lab's, which is not there yet")
    parser.add_argument("--name", help="of the lab, for machines (default: the folder's)")
    parser.add_argument("--title", help="of the lab, for people (default: made of the name)")
    parser.add_argument("--class-name", help="of the class that students write (RunningMean)")
    parser.add_argument("--function", help="that students write (window_means)")
    parser.add_argument(
        "--language",
        action="append",
        metavar="TAG",
        help="of what students read, once for each; the first is shown first (en)",
    )
    parser.add_argument("--points", type=int, help="of the checks, all together (10)")
    parser.add_argument(
        "--package",
        action="append",
        metavar="NAME",
        help="that students may import besides NumPy, once for each (none)",
    )


def run(options: argparse.Namespace) -> int:
    """Make a lab that grades, verifies and releases at once; ask for what was not given."""
    from autograder.scaffold.answers import POINTS, Answers, ScaffoldError, spoken, title_of
    from autograder.scaffold.render import make_lab

    if options.lab:
        raise ScaffoldError("`new` makes a lab of its own; leave --lab out")
    folder: Path = options.folder
    name = options.name or folder.resolve().name
    if folder.exists():
        raise ScaffoldError(f"{clean(str(folder))} is there already; name a folder that is not")
    answers = Answers(
        name=name,
        title=options.title or _ask("Title", title_of(name)),
        class_name=options.class_name or _ask("Class that students write", Answers.class_name),
        function=options.function or _ask("Function that students write", Answers.function),
        languages=tuple(
            options.language or _ask(f"Languages, of {' '.join(spoken())}", spoken()[0]).split()
        ),
        points=options.points or _points(_ask("Points of all checks", str(POINTS))),
        packages=tuple(options.package or _ask("Packages besides NumPy", "").split()),
    )
    for path in make_lab(folder, answers):
        print(f"  {path}")
    place = clean(str(folder))
    print(f"the lab is in {place}; there, {place}/README.md says what is what. Try:")
    for command in ("grade", "verify", "release"):
        print(f"  autograder {command} --lab {place}")
    return OK


def _points(text: str) -> int:
    from autograder.scaffold.answers import ScaffoldError

    try:
        return int(text)
    except ValueError as error:
        raise ScaffoldError(f"{clean(text)!r} is no whole number of points") from error


def _ask(question: str, default: str) -> str:
    """Ask at a terminal; elsewhere the default holds."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return default
    try:
        return input(f"{question} [{default}]: ").strip() or default
    except EOFError:
        return default
