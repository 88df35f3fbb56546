"""Runs hidden suites on a jailed submission."""

from __future__ import annotations

import contextlib
import math
import sys
import time
from collections.abc import Callable, Mapping

import pytest

from autograder import records
from autograder.checks import CheckFailed, figures
from autograder.jail.sandbox import SandboxError
from autograder.lab import LabError, Part
from autograder.messages import message_of, say, to_data
from autograder.records import CheckResult
from autograder.suites.errors import StudentError, WorkerEnded, WorkerTimeout
from autograder.suites.exception_text import (
    exception_name,
    explain,
    explain_timeout,
    method_at,
)
from autograder.suites.points import check_id, marker, required, title
from autograder.suites.session import Draw, Examination, Suites
from autograder.suites.student import RemoteStudent

#: The time of a check is noted as a power of two, and not below this: a submission can sleep as
#: long as it likes.
LEAST_SECONDS = 1 / 8


class JailedExamination(Examination):
    """Runs the suites on a jailed submission and notes what every check found.

    Parameters
    ----------
    suites
        Whose checks are run.
    draws
        Of the checks.
    student
        The submission.
    files
        Its files.

    Attributes
    ----------
    results
        One for each check, in order.
    errors
        Check id -> what the check raised, for those that failed on an answer.
    """

    def __init__(
        self, suites: Suites, draws: Draw, student: RemoteStudent, files: Mapping[str, bytes]
    ):
        super().__init__(draws)
        self.suites, self.lab = suites, suites.lab
        self.remote, self.files = student, files
        self.results: list[CheckResult] = []
        self.errors: dict[str, BaseException] = {}
        self.shown: list[figures.Figure] = []
        self.part: Part | None = None
        #: Whether the worker may know the inputs of a check that shows nothing.
        self.knows = False
        self.timeouts = 0
        self.clock = student.clock
        self.limits = self.lab.limits
        student.clock.submission_seconds = self.limits.submission
        student.clock.sleep_seconds = self.limits.sleep

    def student(self, item: pytest.Item) -> contextlib.AbstractContextManager[RemoteStudent]:
        """Return the classes of the submission."""
        return contextlib.nullcontext(self.remote)

    def show(self, make: Callable[[], list[figures.Figure]]) -> None:
        """Keep pictures for the student's page."""
        if isinstance(sys.exception(), WorkerEnded | WorkerTimeout | SandboxError):
            return  # there is nobody left to ask
        self.remote.clock.call_seconds = self.limits.call
        try:
            self.shown += make()
        except (SandboxError, LabError):
            raise
        except (WorkerEnded, WorkerTimeout):
            self.remote.restart()
        except Exception:
            return

    def begin(self, item: pytest.Item) -> None:
        """Start each part with a fresh worker, and checks that show something.

        What is shown could hold the inputs of any check before, so it is made by a worker that
        knows those of such checks only.
        """
        part = self.suites.parts[item.path.name]
        shows = "show" in getattr(item, "fixturenames", ())
        if part is not self.part or (shows and self.knows):
            self.remote.restart()
            self.knows = False
        self.knows = self.knows or not shows
        if part is not self.part:
            self.part, self.timeouts = part, 0
            self.limits = self.lab.limits_of(part.suite)
        self.remote.seed = self.draws.of_student(check_id(item))

    def _unreachable(self, item: pytest.Item) -> str | None:
        wanted = required(item)
        lost = [r for r in self.results if r.id in wanted and r.outcome != records.PASSED]
        if lost:
            title = lost[0].name
            return say("it builds on \u201c{title}\u201d, which does not pass", title=title)
        if self.timeouts >= self.limits.timeouts:
            return say(
                "{number} checks of this part ran out of time before it", number=self.timeouts
            )
        return self.remote.clock.used_up

    def run(self, item: pytest.Item) -> None:
        """Run one check within its time; pass over one that can't be reached any more."""
        if why := self._unreachable(item):
            self.shown = []
            said = say("Not reached: {reason}.", reason=why)
            self._note(item, records.NOT_REACHED, said, 0.0, not self.remote.clock.by_wall)
            return
        limits, wanted = self.limits, marker(item)
        start = time.monotonic()
        self.remote.clock.call_seconds = wanted.get("call_seconds", limits.call)
        self.remote.clock.begin_check(wanted.get("seconds", limits.check))
        outcome, message = records.PASSED, ""
        found: BaseException | None = None
        self.shown = []
        try:
            with self.remote.watch():
                item.runtest()
        except WorkerTimeout as error:
            self.timeouts += 1
            outcome, message = records.TIMEOUT, explain_timeout(error, self.files)
        except WorkerEnded as error:
            outcome, message = (
                records.CRASHED,
                say("No answer: {reason}.", reason=message_of(error)),
            )
        except StudentError as error:
            error.inside = method_at(self.files, error.file, error.line)
            error.method = error.method or method_at(self.files, *error.entry).split(".")[-1]
            found, outcome, message = (
                error,
                records.FAILED,
                explain(error, self.files, self.remote.sent, self.lab.files, self.lab.packages),
            )
        except CheckFailed as error:
            found, outcome, message = error, records.FAILED, message_of(error)
            if not error.cases:
                self.shown += figures.of_failure(error.actual, error.expected, error.known)
        except SandboxError as error:  # the grader's failure, not the student's
            self.lost, outcome = error, records.NOT_REACHED
        except LabError as error:
            self.suites.failure, outcome = f"{check_id(item)}: {error}", records.NOT_REACHED
        except pytest.skip.Exception:
            why = "skips itself; a check passes or fails"
            self.suites.failure = f"the check {check_id(item)} {why}"
        except (Exception, pytest.fail.Exception) as error:
            found, outcome = error, records.FAILED
            message = say(
                "The check could not use what your code gave ({type}).", type=exception_name(error)
            )
        uncertain = (
            outcome == records.CRASHED
            or (outcome == records.TIMEOUT and self.remote.clock.by_wall)
            or isinstance(found, MemoryError)
        )
        if found:
            self.keep(check_id(item), found)
        self._note(item, outcome, message, time.monotonic() - start, not uncertain)

    def keep(self, check: str, found: BaseException) -> None:
        """Keep what a check raised, for whoever looks for the reason."""
        # A traceback would keep all that the check had in its hands.
        found.__cause__ = found.__context__ = None
        self.errors[check] = found.with_traceback(None)

    def _note(
        self, item: pytest.Item, outcome: str, message: str, seconds: float, certain: bool
    ) -> None:
        points = marker(item)["points"]
        self.results.append(
            CheckResult(
                name=title(item),
                id=check_id(item),
                part=self.suites.parts[item.path.name].name,
                points=points if outcome == records.PASSED else 0,
                max_points=points,
                outcome=outcome,
                message=message,
                diagnosis=None,
                seconds=2.0 ** round(math.log2(max(seconds, LEAST_SECONDS))),
                said=to_data(message),
                figures=tuple(self.shown),
                certain=certain,
            )
        )
