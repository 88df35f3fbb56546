"""What a run writes: the records, the tables, the course's gradebook, and what changed in them."""

from __future__ import annotations

import contextlib
import fcntl
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from autograder.course.folder import Course, CourseError
from autograder.errors import UserError
from autograder.intake.entries import Entry
from autograder.outputs.changes import Change, change_between, changes_csv, changes_text
from autograder.outputs.table import csv_table
from autograder.records import FILE_NAME, Grade, write_whole
from autograder.text import clean


class Bookkeeper:
    """Where a run's grades are written, and what is to be said of that at its end.

    Parameters
    ----------
    out
        The folder of the records and tables.
    entries
        Everything that is graded.
    course
        The course into whose gradebook grades are entered as well.

    Attributes
    ----------
    grades
        What was entered; sorted by student once the books are closed.
    failures
        Why grades are not in the course's gradebook.
    """

    def __init__(self, out: Path, entries: Sequence[Entry], course: Course | None = None):
        self.grades: list[Grade] = []
        self.failures: list[str] = []
        self._out = out
        self._entries = {entry.student: entry for entry in entries}
        self._changes: list[Change] = []
        self._course = course
        self._gradebook = None
        if course:
            # Imported here: nbgrader takes seconds to import, and not everybody has a course.
            from autograder.course.gradebook import GradebookWriter

            self._gradebook = GradebookWriter(course, out)

    def enter(self, grade: Grade) -> None:
        """Write a grade's record, and enter it into the course's gradebook if there is one.

        Raises
        ------
        UserError
            If the record can't be written.
        """
        path = self._out / grade.student / FILE_NAME
        with contextlib.suppress(OSError, ValueError):
            before = Grade.from_json(path.read_text(encoding="utf-8"))
            if change := change_between(before, grade):
                self._changes.append(change)
        _write(path, grade.to_json())
        self.grades.append(grade)
        if self._gradebook:
            try:
                self._gradebook.enter(self._entries[grade.student], grade)
            except CourseError as error:
                self.failures.append(str(error))

    def close(self) -> None:
        """Write the tables of all grades and of all changes.

        Raises
        ------
        UserError
            If one can't be written.
        """
        self.grades.sort(key=lambda grade: grade.student)
        self._changes.sort(key=lambda change: change.student)
        _write(self._out / "grades.csv", csv_table(self.grades))
        _write(self._out / "changes.csv", changes_csv(self._changes))

    def report(self) -> None:
        """Print what changed, and what could not be entered."""
        if self._changes:
            print(changes_text(self._changes))
        for failure in self.failures:
            print(f"autograder: {failure}", file=sys.stderr)
        if self._course:
            entered = len(self._entries) - len(self.failures)
            print(f"{entered} grades are in the gradebook of {self._course.root}")


@contextlib.contextmanager
def output_folder(folder: Path) -> Iterator[None]:
    """Have the output folder for this run alone, and know that it can be written to.

    Raises
    ------
    UserError
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
        raise UserError(
            f"another grading run is writing to {name}; wait for it or choose another folder"
        ) from None
    except OSError as error:
        raise UserError(
            f"cannot write to {name}: {error.strerror}; choose another folder"
        ) from error
    with lock:
        yield


def _write(path: Path, text: str) -> None:
    try:
        write_whole(path, text)
    except OSError as error:
        raise UserError(
            f"cannot write {clean(str(path))}: {error.strerror}; records written before it are "
            "whole, grade again when there is room"
        ) from error
