"""The command line: ``python -m autograder``."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NoReturn

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from autograder import records
from autograder.commands import output as outputs
from autograder.course.canvas_moodle import warnings
from autograder.course.folder import CourseError, is_course, make_course, open_course
from autograder.course.report import ExportError
from autograder.diagnosis.catalogue import CatalogueError, save_fails
from autograder.diagnosis.review import ReviewError, add_hint, read_grades, review_text
from autograder.gradescope import bundle
from autograder.grading import Run, grade_all
from autograder.intake.entries import Entry, IntakeError, Refused, list_entries, read_submission
from autograder.jail.sandbox import SandboxError, find_sandbox
from autograder.lab import Lab, LabError, load_lab
from autograder.languages import TranslationError
from autograder.outputs.changes import Change, changes_csv, changes_text, compare
from autograder.outputs.content import OutputError
from autograder.outputs.table import csv_table, terminal_table
from autograder.pages import PAGE
from autograder.records import Grade
from autograder.release.folder import ReleaseError, check_release, write_release
from autograder.release.notebook import NotebookError
from autograder.text import clean
from autograder.verify import OTHER_SEED, matrix_text, verify

OK, LOW, USAGE, INTERRUPTED = 0, 1, 2, 130
COURSE = Path("course")


class UsageError(Exception):
    """The command can't be carried out as it was given; the text says what to do."""


FAILURES = (
    *(UsageError, LabError, IntakeError, SandboxError),
    *(ReleaseError, NotebookError, CatalogueError, ReviewError, CourseError, ExportError),
    *(OutputError, TranslationError),
)


def main(argv: list[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    argv
        The arguments, those of the process by default.

    Returns
    -------
    int
        0: done, everything was graded; 1: a score is under ``--fail-under``, or the grader failed
        at a submission; 2: wrong usage, or the output can't be written; 130: interrupted.
    """
    options = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return int(options.command(options))
    except FAILURES as error:
        print(f"autograder: {clean(str(error), 1000)}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("autograder: interrupted", file=sys.stderr)
        return INTERRUPTED


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="autograder", description=__doc__)
    parser.add_argument(
        "--lab", type=Path, default=Path("lab.toml"), help="the lab's description (%(default)s)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    grade = commands.add_parser("grade", help="grade a folder of submissions")
    grade.add_argument(
        "submissions",
        type=Path,
        nargs="?",
        help="a folder with a folder, .zip or .tar.gz for each student (default: the sample class)",
    )
    grade.add_argument("--out", type=Path, default=Path("grades"), help="where to (%(default)s)")
    grade.add_argument(
        "--jobs", type=_count, default=os.cpu_count() or 1, help="how many at once (%(default)s)"
    )
    grade.add_argument("--seed", type=_seed, default=0, help="of all draws (%(default)s)")
    grade.add_argument(
        "--course",
        type=Path,
        help="enter the grades into this nbgrader course (default: course, if it is there)",
    )
    grade.add_argument("--fail-under", type=float, metavar="SCORE", help="exit with 1 below it")
    grade.add_argument(
        "--sandbox",
        choices=["auto", "none"],
        default="auto",
        help="none runs submissions without any protection (%(default)s)",
    )
    grade.set_defaults(command=grade_command)

    verify = commands.add_parser("verify", help="prove the suites by the catalogue of mistakes")
    verify.add_argument("--jobs", type=_count, default=os.cpu_count() or 1)
    verify.add_argument("--seeds", type=_count, default=20, help="for right code (%(default)s)")
    verify.add_argument(
        "--long-seeds", type=_count, default=2, help="for its long checks (%(default)s)"
    )
    verify.add_argument("--accept", action="store_true", help="take what mistakes fail for right")
    verify.set_defaults(command=verify_command)

    course = commands.add_parser("course", help="make an nbgrader course of the lab")
    course.add_argument("folder", type=Path, nargs="?", default=COURSE, help="(%(default)s)")
    course.add_argument(
        "--db", metavar="URL", help="the gradebook's database (default: a file in the folder)"
    )
    course.set_defaults(command=course_command)

    formgrader = commands.add_parser("formgrader", help="serve the course in the browser")
    formgrader.add_argument("folder", type=Path, nargs="?", default=COURSE, help="(%(default)s)")
    formgrader.add_argument("--port", type=int, default=8888, help="0 for any (%(default)s)")
    formgrader.set_defaults(command=formgrader_command)

    export = commands.add_parser("export", help="write a course's grades for Canvas and Moodle")
    export.add_argument(
        "--course", type=Path, default=COURSE, help="the nbgrader course (%(default)s)"
    )
    export.add_argument("--out", type=Path, default=Path("exports"), help="where to (%(default)s)")
    export.add_argument(
        "--item", help="the assignment's title in Canvas and Moodle (default: the lab's)"
    )
    export.set_defaults(command=export_command)

    review = commands.add_parser("review", help="show what a graded class did not understand")
    review.add_argument("grades", type=Path, nargs="?", default=Path("grades"))
    review.set_defaults(command=review_command)

    hint = commands.add_parser("hint", help="add a mistake found in a class to the catalogue")
    hint.add_argument("name", help="of the mistake: small letters, digits and hyphens")
    hint.add_argument("submissions", type=Path, help="the folder that was graded")
    hint.add_argument("--student", required=True, help="one who made it")
    hint.add_argument("--part", required=True, help="the part in which it costs points")
    hint.add_argument(
        "--hint",
        type=_hint,
        action="append",
        required=True,
        metavar='LANGUAGE="TEXT"',
        help='what the student reads, once for each language of the lab: --hint en="..."',
    )
    hint.set_defaults(command=hint_command)

    outputs.add_parser(commands)
    bundle.add_parser(commands)

    pages = commands.add_parser("pages", help="make each student's page and the class's")
    pages.add_argument("grades", type=Path, nargs="?", default=Path("grades"))
    pages.add_argument(
        "--lang",
        nargs="+",
        default=[],
        help="the first is shown first (default: all of the lab, with a switch)",
    )
    pages.set_defaults(command=pages_command)

    messages = commands.add_parser("messages", help="bring the translations up to date")
    messages.set_defaults(command=messages_command)

    release = commands.add_parser("release", help="make the students' folder")
    release.add_argument("--check", action="store_true", help="only tell whether it is up to date")
    release.set_defaults(command=release_command)

    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it should be at least 1")
    return number


def _seed(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**32:
        raise argparse.ArgumentTypeError("it should be a whole number from 0 to 4294967295")
    return number


def _hint(text: str) -> tuple[str, str]:
    language, equals, hint = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError('write it like en="Look at the sign."')
    return language, hint


def grade_command(options: argparse.Namespace) -> int:
    """Grade a folder of submissions, write the records, and show the table."""
    lab = load_lab(options.lab)
    entries = list_entries(options.submissions or lab.sample)
    with _output_folder(options.out):
        sandbox = find_sandbox(
            options.sandbox, memory=lab.limits.memory_mib << 20, cpu=lab.limits.cpu
        )
        if not sandbox.layers:
            print(
                "autograder: NO SANDBOX: submissions can read and change whatever you can",
                file=sys.stderr,
            )
        books = _Books(lab, options.course, options.out, entries)
        grades: list[Grade] = []
        try:
            for grade in _with_progress(
                grade_all(Run(lab, sandbox, options.seed), entries, options.jobs), len(entries)
            ):
                books.enter(grade)
                grades.append(grade)
        except KeyboardInterrupt:
            print(
                f"autograder: interrupted after {len(grades)} of {len(entries)} submissions; their "
                f"grades are in {clean(str(options.out))}, and grades.csv is not written",
                file=sys.stderr,
            )
            return INTERRUPTED
        grades.sort(key=lambda grade: grade.student)
        _write(options.out / "grades.csv", csv_table(grades))
        books.changes.sort(key=lambda change: change.student)
        _write(options.out / "changes.csv", changes_csv(books.changes))
    layers = " + ".join(sandbox.layers) or "NONE"
    Console(width=None if sys.stdout.isatty() else 120).print(
        terminal_table(grades, f"{lab.title}   seed {options.seed}   sandbox {layers}")
    )
    print(f"{len(grades)} submissions; records and grades.csv are in {clean(str(options.out))}")
    books.report()
    failed = any(grade.status == records.ERROR for grade in grades)
    low = options.fail_under is not None and any(g.score < options.fail_under for g in grades)
    return LOW if failed or low or books.failures else OK


class _Books:
    """Where a run's grades are written, and what is to be said of that at its end."""

    def __init__(self, lab: Lab, course: Path | None, out: Path, entries: list[Entry]):
        self.out, self.entries = out, {entry.student: entry for entry in entries}
        self.changes: list[Change] = []
        self.failures: list[str] = []
        self.recorder = None
        if course or is_course(COURSE):
            # Imported here: nbgrader takes seconds to import, and not everybody has a course.
            from autograder.course.gradebook import Recorder

            opened = open_course(course or COURSE)
            if opened.lab.root != lab.root:
                raise UsageError(f"the course in {opened.root} is of another lab")
            self.recorder = Recorder(opened, out)

    def enter(self, grade: Grade) -> None:
        """Write a grade's record, and enter it into the course's gradebook if there is one."""
        path = self.out / grade.student / records.FILE_NAME
        with contextlib.suppress(OSError, ValueError):
            if change := compare(Grade.from_json(path.read_text(encoding="utf-8")), grade):
                self.changes.append(change)
        _write(path, grade.to_json())
        if self.recorder:
            try:
                self.recorder.record(self.entries[grade.student], grade)
            except CourseError as error:
                self.failures.append(str(error))

    def report(self) -> None:
        """Say what changed, and what could not be entered."""
        if self.changes:
            print(changes_text(self.changes))
        for failure in self.failures:
            print(f"autograder: {failure}", file=sys.stderr)
        if self.recorder:
            entered = len(self.entries) - len(self.failures)
            print(f"{entered} grades are in the gradebook of {self.recorder.course.root}")


def _with_progress(grades: Iterator[Grade], total: int) -> Iterator[Grade]:
    console = Console(stderr=True)
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("grading", total=total)
        for grade in grades:
            progress.advance(task)
            yield grade


@contextlib.contextmanager
def _output_folder(folder: Path) -> Iterator[None]:
    """Have the output folder for this run alone, and know that it can be written to.

    Raises
    ------
    UsageError
        If it can't be written to, or another run is at work in it.
    """
    name = clean(str(folder))
    lock: IO[str] | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if lock:
            lock.close()
        raise UsageError(
            f"another grading run is writing to {name}; wait for it or choose another folder"
        ) from None
    except OSError as error:
        raise UsageError(
            f"cannot write to {name}: {error.strerror}; choose another folder"
        ) from error
    with lock:
        yield


def _write(path: Path, text: str) -> None:
    try:
        records.write_whole(path, text)
    except OSError as error:
        raise UsageError(
            f"cannot write {clean(str(path))}: {error.strerror}; records written before it are "
            "whole, grade again when there is room"
        ) from error


def verify_command(options: argparse.Namespace) -> int:
    """Prove the suites and print the matrix, mistakes by checks."""
    lab = load_lab(options.lab)
    sandbox = find_sandbox("auto", memory=lab.limits.memory_mib << 20, cpu=lab.limits.cpu)
    run = Run(lab, sandbox, OTHER_SEED)
    verdict = verify(run, options.jobs, options.seeds, options.long_seeds, options.accept)
    if options.accept:
        save_fails(lab, verdict.fails)
    print(matrix_text(verdict))
    for note in verdict.notes:
        print(f"note: {note}")
    for problem in verdict.problems:
        print(f"autograder: {problem}", file=sys.stderr)
    print(f"{len(verdict.matrix)} mistakes, {len(verdict.checks)} checks")
    return LOW if verdict.problems else OK


def course_command(options: argparse.Namespace) -> int:
    """Make the course folder, or bring it up to date."""
    course = make_course(load_lab(options.lab), options.lab, options.folder, options.db)
    print(f"the course is in {clean(str(course.root))}; students receive {course.released.parent}")
    return OK


def formgrader_command(options: argparse.Namespace) -> int:
    """Serve the course until interrupted."""
    from autograder.course.server import serve

    return serve(open_course(options.folder), options.port)


def export_command(options: argparse.Namespace) -> int:
    """Write the gradebook as a table for instructors and as files for Canvas and Moodle."""
    course = open_course(options.course)
    # nbgrader takes seconds to import, which the other commands need not wait for.
    from autograder.course.export import read_course, write_report

    report = read_course(course)
    for path in write_report(report, options.item or course.lab.title, options.out):
        print(clean(str(path)))
    for warning in warnings(report):
        print(f"note: {warning}")
    handed_in = sum(row.submission is not None for row in report.rows)
    print(f"{len(report.rows)} students, {handed_in} submissions")
    return OK


def review_command(options: argparse.Namespace) -> int:
    """Show the mistakes of a class, counted, and the groups that nobody has explained."""
    print(review_text(read_grades(options.grades)))
    return OK


def hint_command(options: argparse.Namespace) -> int:
    """Add a student's mistake to the catalogue, with a hint in each language of the lab."""
    lab = load_lab(options.lab)
    entries = {entry.student: entry for entry in list_entries(options.submissions)}
    if options.student not in entries:
        raise UsageError(f"there is no student {clean(options.student)!r} in that folder")
    try:
        submission = read_submission(entries[options.student], lab)
        path = add_hint(lab, submission, options.name, options.part, dict(options.hint))
    except (Refused, OSError) as error:
        raise UsageError(str(error)) from error
    print(f"added {options.name} to {path}; run make verify")
    return OK


def pages_command(options: argparse.Namespace) -> int:
    """Make the pages of a graded class beside its records."""
    from autograder.pages.write import write_pages  # the others need no templates

    folder = clean(str(options.grades))
    wanted = list(dict.fromkeys(options.lang))
    try:
        count = write_pages(load_lab(options.lab), options.grades, wanted)
    except OSError as error:
        raise UsageError(
            f"cannot write a page in {folder}: {error.strerror}; pages written before it are "
            "whole, try again when that is mended"
        ) from error
    print(f"{count} students' pages are in {folder}, each in the student's folder; start with")
    print(f"{folder}/{PAGE}")
    return OK


def messages_command(options: argparse.Namespace) -> int:
    """Put all messages that there are into the translations, and tell which have none."""
    from autograder.languages.extraction import untranslated_engine, update_all

    lab = load_lab(options.lab)
    for tag in untranslated_engine(lab):
        print(f"note: the engine is not translated into {tag}, so its messages are with the lab's")
    lacking = update_all(lab)
    for path, texts in lacking.items():
        for text in texts:
            print(f"autograder: {path} does not translate: {text}", file=sys.stderr)
    return LOW if any(lacking.values()) else OK


def release_command(options: argparse.Namespace) -> int:
    """Make the students' folder, or tell whether it is as it would be made."""
    lab = load_lab(options.lab)
    if not options.check:
        write_release(lab)
        print(f"the students' folder is {lab.release.folder}/")
        return OK
    differences = check_release(lab)
    for difference in differences:
        print(f"autograder: {difference}; run make release", file=sys.stderr)
    return LOW if differences else OK
