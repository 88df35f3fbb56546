"""Collects submissions from nbgrader's exchange, taking only what belongs to one."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect

from autograder.course.folder import open_course
from autograder.course.take_in import take_in
from autograder.intake.entries import Entry

#: So much later than it claims may a submission have reached the exchange.
TOLERANCE = datetime.timedelta(minutes=5)


class Collect(ExchangeCollect):
    """nbgrader's collection, which would copy a student's folder as it is and follow its links."""

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Take a submission in.

        The time at which it was handed in is the one in its name, which the student's own program
        wrote; unless the file system saw the folder change later.

        Parameters
        ----------
        src
            The student's folder in the exchange.
        dest
            ``submitted/<student>/<assignment>`` in the course.
        log
            Not used.
        """
        course, student = open_course(Path(self.coursedir.root)), Path(dest).parent.name
        claimed = self._path_to_record(src)["timestamp"].replace(tzinfo=datetime.UTC)
        seen = datetime.datetime.fromtimestamp(Path(src).stat().st_ctime, datetime.UTC)
        handed_in = claimed
        if seen > claimed + TOLERANCE:
            self.log.warning(
                "%s says that it was handed in at %s, but reached the exchange at %s, which counts",
                *(student, claimed, seen),
            )
            handed_in = seen
        take_in(course, Entry(student, Path(src)), handed_in)
