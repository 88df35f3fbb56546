"""Turns: while somebody works on what a student handed in, whoever else wants to waits.

Collecting, autograding and feedback replace whole folders. Two of them at once, in two programs,
would take each other's files away.
"""

from __future__ import annotations

import contextlib
import fnmatch
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import BaseConverter, NbGraderException
from sqlalchemy.exc import DBAPIError

from autograder.course.database import GradebookLocked, file_holders, holder, told_if_locked
from autograder.course.folder import CourseError
from autograder.course.set_aside import TAKEN
from autograder.files import locked, make_private
from autograder.text import clean

#: So long is waited: longer than a submission may take to be graded.
WAIT_SECONDS = 300
_mine = threading.local()


@contextlib.contextmanager
def turn(root: Path, name: str) -> Iterator[None]:
    """Have a student's submissions to oneself; who has them already may ask again.

    Parameters
    ----------
    root
        The course's folder.
    name
        The student's, as nbgrader's folders have it.

    Raises
    ------
    CourseError
        If somebody else works on them for too long.
    """
    folder = root / TAKEN / name
    held: set[Path] = _mine.__dict__.setdefault("folders", set())
    if folder in held:
        yield
        return
    make_private(folder)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(locked(folder, WAIT_SECONDS))
        except BlockingIOError as error:
            who = " and ".join(file_holders(folder)) or "a process that can't be told from here"
            raise CourseError(
                f"what {clean(name)} handed in was still worked on after {WAIT_SECONDS} seconds, "
                f"by {who}; wait for that or end it, and do this again"
            ) from error
        held.add(folder)
        stack.callback(held.discard, folder)
        yield


def take_turns() -> None:
    """Have nbgrader's own steps take turns as well, however they are started."""
    for kind in (Autograde, GenerateFeedback):
        if "_turn" not in vars(kind):
            _take_turns(kind)


def _take_turns(kind: type[BaseConverter]) -> None:
    find, start, convert = kind.init_notebooks, kind.init_destination, kind.convert_notebooks
    convert_one = kind.convert_single_notebook

    def init_destination(self: Any, assignment: str, student: str) -> Any:
        self._turn.close()  # that of the student before
        if self._locked and holder(self.coursedir.db_url):
            raise SystemExit(f"autograder: {self._locked}")  # each would wait for nothing
        _wait(self, student, self._turn)
        return start(self, assignment, student)

    def convert_notebooks(self: Any) -> None:
        self._locked = ""
        with contextlib.ExitStack() as self._turn:
            try:
                convert(self)
            except NbGraderException as error:  # which says to look at what was logged
                if self._locked:
                    raise SystemExit(f"autograder: {self._locked}") from error
                raise

    def convert_single_notebook(self: Any, name: str) -> None:
        try:
            convert_one(self, name)
        except GradebookLocked as error:
            self._locked = str(error)
            raise
        except DBAPIError as error:
            self._locked = told_if_locked(self.coursedir.db_url, str(error))
            raise

    def init_notebooks(self: Any) -> None:
        # While a student's submission is graded again, there is nothing of it to be found.
        students, problem = _students(Path(self.coursedir.root), self.coursedir.student_id), None
        with contextlib.ExitStack() as mine:
            if students == [self.coursedir.student_id]:
                _wait(self, students[0], mine)
            try:
                find(self)
            except NbGraderException as error:
                problem = error
        for student in students:
            folder = self._format_source(self.coursedir.assignment_id, student)
            if folder not in self.assignments:
                with contextlib.ExitStack() as mine:
                    _wait(self, student, mine)
                    name = f"{self.coursedir.notebook_id}.ipynb"
                    if found := list(map(str, Path(folder).glob(name))):
                        self.assignments[folder] = found
        if problem and not self.assignments:
            raise problem

    kind._turn = None
    kind.init_destination, kind.convert_notebooks = init_destination, convert_notebooks
    kind.init_notebooks, kind.convert_single_notebook = init_notebooks, convert_single_notebook


def _students(root: Path, pattern: str) -> list[str]:
    """List the students who have handed something in, and whom a step of nbgrader's is for."""
    taken = root / TAKEN
    names = sorted(path.name for path in taken.iterdir()) if taken.is_dir() else []
    return [name for name in names if name == pattern or fnmatch.fnmatchcase(name, pattern)]


def _wait(step: Any, student: str, stack: contextlib.ExitStack) -> None:
    """Enter a student's turn for a step of nbgrader's."""
    try:
        stack.enter_context(turn(Path(step.coursedir.root), student))
    except CourseError as error:
        # After any other exception nbgrader would remove what somebody else is making.
        raise SystemExit(f"autograder: {error}") from error
