"""What a run writes: the records, the tables, the course's gradebook, and what changed in them."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.course.folder import Course, CourseError
from autograder.errors import UserError
from autograder.files import locked, make_private, stops_all, write_whole
from autograder.intake.entries import Entry, student_name
from autograder.lab import Lab
from autograder.outputs.table import TableRow, csv_table, table_row
from autograder.records import (
    CHANGES,
    ERROR,
    FILE_NAME,
    LOCK,
    MISSING,
    TABLE,
    Grade,
    RecordError,
)
from autograder.results.changes import Change, change_between, changes_csv, changes_text
from autograder.results.earlier import record_before, write_record
from autograder.results.keys import FILES, SANDBOX, key_of_entries, key_of_layers
from autograder.results.members import left_out, read_class
from autograder.results.results import Results
from autograder.text import clean, problem_of


class Bookkeeper:
    """Where a run's grades are written, and what is to be said of that at its end.

    Parameters
    ----------
    out
        The folder of the records and tables.
    entries
        Everything that is graded.
    keys
        Of the run.
    lab
        What is graded.
    course
        The course into whose gradebook grades are entered as well.
    elsewhere
        Whether other machines grade, each of which has layers of protection of its own.

    Attributes
    ----------
    rows
        What tables say of each student whose grade was entered.
    failed
        Whether the grader failed at one of them.
    results
        Of the class.
    failures
        Why grades are not in the course's gradebook.
    entered
        How many are there.
    """

    def __init__(
        self,
        out: Path,
        entries: Sequence[Entry],
        keys: Mapping[str, str],
        lab: Lab,
        course: Course | None = None,
        elsewhere: bool = False,
    ):
        self.rows: dict[str, TableRow] = {}
        self.failed = False
        self.results = Results(out, lab)
        self.failures: list[str] = []
        self.entered = 0
        self._out, self._keys, self._elsewhere = out, keys, elsewhere
        self._entries: dict[str, list[Entry]] = {}
        for entry in entries:
            self._entries.setdefault(entry.student, []).append(entry)
        # Before anything is graded: what is handed in meanwhile is graded the next time.
        self._files = {
            student: key_of_entries(attempts, lab.limits)
            for student, attempts in self._entries.items()
        }
        self._changes: list[Change] = []
        self._unread: list[str] = []
        self._course = course
        self._gradebook = None
        if course:
            # Imported here: nbgrader takes seconds to import, and not everybody has a course.
            from autograder.course.gradebook import GradebookWriter

            self._gradebook = GradebookWriter(course, out)

    def known(self) -> Iterator[Grade]:
        """Give the grades from earlier runs that would be the same if they were made again.

        Raises
        ------
        NewerVersion
            If a newer version of the engine has written one.
        """
        for student in self._entries:
            grade = self._before(student)
            made_from = self._made_from(student, grade)
            if grade and made_from and grade.made_from == made_from and grade.lasting:
                yield grade

    def _made_from(self, student: str, grade: Grade | None) -> dict[str, str]:
        """Return what a student's grade depends on; nothing where there was nothing to read."""
        files = self._files[student]
        if not files:
            return {}
        keys = {**self._keys, FILES: files}
        if self._elsewhere and grade and grade.sandbox:
            keys[SANDBOX] = key_of_layers(grade.sandbox)
        return keys

    def keep(self, grade: Grade) -> None:
        """Take a grade that is `known` for this run's; its record is there already."""
        self._enter(grade)

    def enter(self, grade: Grade) -> Grade:
        """Write a grade's record, and enter it into the course's gradebook if there is one.

        What goes wrong with one student's is said in that student's row. Where the grader failed,
        an earlier grade stays, marked.

        Returns
        -------
        Grade
            What is in the record now.

        Raises
        ------
        UserError
            If no record can be written any more.
        """
        before = self._before(grade.student)
        grade = replace(grade, made_from=self._made_from(grade.student, grade))
        if grade.status == ERROR and before and before.points is not None:
            grade = replace(before, stale=grade.reason)
        return self._write_and_enter(before, grade)

    def _write_and_enter(self, before: Grade | None, grade: Grade) -> Grade:
        try:
            self._record(before, grade)
        except UserError:
            raise
        except Exception as error:
            grade = _unwritten(grade, error)
            self._note(grade)
            return grade
        self._enter(grade)
        return grade

    def _note(self, grade: Grade) -> None:
        """Take down what the tables will say of a grade."""
        self.rows[grade.student] = table_row(self.results.of(grade))
        self.failed = self.failed or grade.status == ERROR or bool(grade.stale)

    def _enter(self, grade: Grade) -> None:
        self._note(grade)
        if self._gradebook and grade.points is not None and grade.stale is None:
            who = f"the grade of {clean(grade.student)} is not in the gradebook"
            try:
                entered = self._gradebook.enter(self._entry_of(grade), grade)
                self.entered += 1
                if entered != grade:
                    self._note(entered)
                    write_whole(
                        self._out / student_name(grade.student) / FILE_NAME, entered.to_json()
                    )
            except CourseError as error:
                self.failures.append(str(error))
            except (Exception, SystemExit) as error:  # nbgrader's programs exit when they fail
                self.failures.append(f"{who}: {problem_of(error)}")

    def _entry_of(self, grade: Grade) -> Entry:
        """Return the attempt that was graded."""
        attempts = self._entries[grade.student]
        return next((each for each in attempts if each.number == grade.attempt), attempts[-1])

    def enter_missing(self, grade: Grade) -> None:
        """Enter that a student has not handed in, unless something of theirs was graded before.

        Raises
        ------
        UserError
            If no record can be written any more.
        """
        before = self._before(grade.student)
        if before is None or before.status == MISSING:
            self._write_and_enter(before, grade)

    def _before(self, student: str) -> Grade | None:
        return record_before(self._out / student_name(student))

    def _record(self, before: Grade | None, grade: Grade) -> None:
        """Write a record in place of the one before.

        Raises
        ------
        UserError
            If none can be written any more.
        """
        path = self._out / student_name(grade.student) / FILE_NAME
        change = None
        with contextlib.suppress(Exception):  # a damaged one is as good as none
            change = before and change_between(self.results.of(before), self.results.of(grade))
        try:
            make_private(path.parent)
            write_record(path.parent, grade, before)
        except OSError as error:
            if stops_all(error):
                raise _cannot_write(path, error) from error
            raise
        if change:
            self._changes.append(change)

    def close(self) -> list[TableRow]:
        """Write the tables of the whole class, and of all changes.

        Returns
        -------
        list of TableRow
            Of the whole class, those of earlier runs included, by student.

        Raises
        ------
        UserError
            If one can't be written.
        """
        others: Iterable[Grade] = ()
        with contextlib.suppress(RecordError):  # there are none
            others = read_class(self._out, self._unread, known=self.rows)
        rows = {grade.student: table_row(self.results.of(grade)) for grade in others} | self.rows
        everybody = [rows[student] for student in sorted(rows)]
        write_tables(self._out, everybody, self._changes)
        return everybody

    def report(self) -> None:
        """Print what changed, whose records were left out, and what could not be entered."""
        if self._changes:
            print(changes_text(self._changes))
        if gone := left_out(self._out):
            print(f"not in the class any more, and left out: {', '.join(map(clean, gone))}")
        for failure in [*self._unread, *self.failures]:
            print(f"autograder: {failure}", file=sys.stderr)
        if self._course:
            print(f"{self.entered} grades are in the gradebook of {self._course.root}")


@contextlib.contextmanager
def output_folder(folder: Path) -> Iterator[None]:
    """Have the output folder for this run alone, and know that it can be written to.

    Raises
    ------
    UserError
        If it can't be written to, or another run is at work in it.
    """
    name = clean(str(folder))
    with contextlib.ExitStack() as stack:
        try:
            # Not a folder that holds something else, whose owner may have shared it.
            new = not folder.is_dir()
            if new or (folder / LOCK).exists() or not any(folder.iterdir()):
                make_private(folder)
            os.close(os.open(folder / LOCK, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
            stack.enter_context(locked(folder / LOCK, 0))
        except BlockingIOError:
            raise UserError(
                f"another grading run is writing to {name}; wait for it or choose another folder"
            ) from None
        except OSError as error:
            raise UserError(
                f"cannot write to {name}: {error.strerror}{_owner(folder)}; choose another folder"
            ) from error
        for left in folder.glob(f"*/.{FILE_NAME}.*"):  # by a run that was killed
            left.unlink(missing_ok=True)
        try:
            yield
        finally:
            if new and [path.name for path in folder.iterdir()] == [LOCK]:  # nothing was graded
                (folder / LOCK).unlink()
                folder.rmdir()


def _owner(folder: Path) -> str:
    """Say whose a folder is if it is somebody else's, which nobody sees from within a container."""
    with contextlib.suppress(OSError):
        owner, own = folder.stat().st_uid, os.geteuid()
        if owner != own:
            return f" (it belongs to user {owner}, and this is user {own})"
    return ""


def write_tables(out: Path, rows: Sequence[TableRow], changes: Sequence[Change]) -> None:
    """Write the table of a class, and that of what has changed.

    Raises
    ------
    UserError
        If one can't be written.
    """
    _write(out / TABLE, csv_table(rows))
    _write(out / CHANGES, changes_csv(sorted(changes, key=lambda change: change.student)))


def _write(path: Path, text: str) -> None:
    try:
        write_whole(path, text)
    except OSError as error:
        raise _cannot_write(path, error) from error


def _cannot_write(path: Path, error: OSError) -> UserError:
    return UserError(
        f"cannot write {clean(str(path))}: {error.strerror}; records written before it are "
        "whole, grade again when there is room"
    )


def _unwritten(grade: Grade, error: Exception) -> Grade:
    """Return what the tables say of a grade whose record is not there."""
    parts = tuple(replace(part, score=0) for part in grade.parts)
    reason = f"the record can't be written: {problem_of(error)}"
    return replace(grade, status=ERROR, score=0, parts=parts, checks=(), reason=reason, said=None)
