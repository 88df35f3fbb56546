"""Collects submissions from nbgrader's exchange, taking only what belongs to one."""

from __future__ import annotations

import datetime
import os
import pwd
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import parse_utc

from autograder.course.folder import Course, open_course
from autograder.course.take_in import take_in
from autograder.course.turns import turn
from autograder.intake.entries import Entry, nbgrader_name, student_id
from autograder.intake.errors import Refused
from autograder.intake.folders import walk
from autograder.lab import Limits
from autograder.text import clean, problem_of

#: So much later than it claims may a submission have reached the exchange unremarked.
TOLERANCE = datetime.timedelta(minutes=5)


#: No course has ids with these, which mean something to pages, shells and spreadsheets.
_NO_ID = frozenset('<>"|;`\\$*?=')


class _Odd(Exception):
    """A folder in the exchange is not taken; the text says why."""


class Collect(ExchangeCollect):
    """nbgrader's collection, which would copy a student's folder as it is and follow its links.

    Besides, it believes the name of a folder: who handed it in, and when. Here a folder of another
    student is refused (see `foreign_owner`), and the time is that of the file system.
    """

    src_records: list[dict[str, Any]]

    def init_src(self) -> None:
        """Find every student's latest submission; one odd folder stops nobody."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            self._known = {student.id for student in gradebook.students}
        super().init_src()
        self.src_records = [record for record in self.src_records if record["username"]]

    def _path_to_record(self, path: str) -> dict[str, Any]:
        """Return what `init_src` sorts: who, and when the exchange says that it was handed in."""
        name = Path(path).name
        try:
            return self._record(Path(path))
        except _Odd as odd:
            self.log.warning("%s is not collected: %s", clean(name), odd)
        except Exception as error:
            self.log.warning("%s is not collected: %s", clean(name), problem_of(error))
        return {"username": "", "filename": name, "timestamp": datetime.datetime.min}

    def _record(self, path: Path) -> dict[str, Any]:
        """Read the name of a folder, and see that it belongs to the student whom it names.

        Raises
        ------
        _Odd
            If it does not, or is not called as nbgrader calls submissions.
        """
        # Student, assignment, time and, from nbgrader 0.6 on, a secret; ids may have a plus.
        words = path.name.rsplit("+", 3)
        if len(words) < 3 or words[1] != self.coursedir.assignment_id:
            raise _Odd("its name is not one of a submission of this assignment")
        student, claimed = words[0], parse_utc(words[2])
        if not student or student_id(student) != student or _NO_ID & {*student}:
            raise _Odd("the student's id is not a plain name")
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode):
            raise _Odd("it is not a folder")
        if self.check_owner and (owner := foreign_owner(student, found.st_uid, self._known)):
            raise _Odd(f"it belongs to {clean(owner)}, who is not {clean(student)}")
        seen = latest_change(path, self._course().lab.limits)
        return {
            "username": student,
            "filename": path.name,
            "timestamp": seen.replace(tzinfo=None),  # nbgrader's are in UTC
            "claimed": claimed.replace(tzinfo=datetime.UTC),
        }

    def copy_files(self) -> None:
        """Take the submissions in, one by one.

        Raises
        ------
        ExchangeError
            If one could not be; the others are there.
        """
        failed = []
        for record in self.src_records:
            student = record["username"]
            try:
                with turn(Path(self.coursedir.root), nbgrader_name(student)):
                    self._collect(student, record)
            except Exception as error:
                self.log.error("cannot collect %s: %s", clean(student), problem_of(error))
                failed.append(clean(student))
        self.log.info("%d submissions were looked at", len(self.src_records))
        if failed:
            self.fail(f"not collected, while the others were: {', '.join(failed)}")

    def _course(self) -> Course:
        return open_course(Path(self.coursedir.root), self.coursedir.assignment_id)

    def _collect(self, student: str, record: dict[str, Any]) -> None:
        """Take a submission in, unless it was before."""
        course = self._course()
        folder, seen = course.submitted(student), record["timestamp"]
        if folder.is_dir():
            noted = self.coursedir.get_existing_timestamp(str(folder))
            newer = self.update and (noted is None or seen > noted)
            if not newer and not (self.before_duedate and noted != seen):
                self.log.info("%s is collected already; --update looks for newer", clean(student))
                return
        handed_in = seen.replace(tzinfo=datetime.UTC)
        claimed = record["claimed"] if abs(handed_in - record["claimed"]) > TOLERANCE else None
        if claimed:
            self.log.warning(
                "%s says that it was handed in at %s; it was last changed at %s, which counts",
                *(clean(student), claimed, handed_in),
            )
        take_in(
            course, Entry(student, Path(self.inbound_path, record["filename"])), handed_in, claimed
        )


def foreign_owner(student: str, owner: int, known: Iterable[str]) -> str | None:
    """Return whose a folder is if it can't be the student's whom it names.

    What the student owns is fine, and so is what root or the user who collects owns: they could
    write anything anyway, and where one user does everything, all of it is theirs. Of another
    user's it is the student's only if user names say nothing about students here: the student is
    no user of this machine, and the owner no student.

    Parameters
    ----------
    student
        Whom it names.
    owner
        The number of the user to whom it belongs.
    known
        The students of the course.

    Returns
    -------
    str or None
        None if it may be the student's.
    """
    if owner in (0, os.geteuid()):
        return None
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        name = f"user number {owner}"
    if name == student:
        return None
    try:
        pwd.getpwnam(student)
    except (KeyError, ValueError):
        return name if name in known else None
    return name


def latest_change(folder: Path, limits: Limits) -> datetime.datetime:
    """Return when a folder or anything in it was last changed, which nobody can set back.

    Parameters
    ----------
    folder
        Of one submission.
    limits
        As far as these allow it is looked at.
    """
    latest = folder.lstat().st_ctime
    try:
        for _, names, descriptor in walk(folder, limits):
            moments = [os.lstat(name, dir_fd=descriptor).st_ctime for name in names]
            latest = max(latest, os.fstat(descriptor).st_ctime, *moments)
    except (OSError, Refused):
        pass  # taking it in says what is wrong with it
    return datetime.datetime.fromtimestamp(latest, datetime.UTC)
