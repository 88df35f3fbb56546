"""The pytest plugin that runs hidden suites on a jailed submission.

A check is a function with the marker ``check``, and its docstring is its title::

    @pytest.mark.check(points=3)
    def test_forward(student, rng):
        '''forward returns x @ w.T'''

``student`` has the classes of the submission as attributes, and ``rng`` draws the same numbers for
every student of a run. ``show(make)`` calls a function that gives `autograder.checks.figures` and
keeps them for the student's page; where that fails it costs no points. The marker's ``seconds`` and
``call_seconds`` override the lab's limits; a check that finds out by itself when a long call is in
order sets ``clock.call_seconds``.
"""

from __future__ import annotations

import os
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from autograder import records
from autograder.checks import figures
from autograder.checks.compare import CheckFailed
from autograder.jail.sandbox import SandboxError
from autograder.lab import Lab, LabError, Part
from autograder.messages import message_of, say, to_data
from autograder.records import CheckResult
from autograder.suites.explain import explain
from autograder.suites.remote import (
    SUBMISSION_TOO_LONG,
    Clock,
    RemoteStudent,
    StudentError,
    WorkerEnded,
    WorkerTimeout,
)
from autograder.text import clean

#: Plugins of pytest's own that grading does not need; the last two collect garbage at length.
_UNUSED = (
    *("cacheprovider", "terminal", "logging", "doctest", "junitxml", "pastebin", "stepwise"),
    *("unittest", "debugging", "faulthandler", "legacypath", "subtests", "setuponly", "setupplan"),
    *("threadexception", "unraisableexception"),
)


#: Keeps the pictures that a function makes.
Show = Callable[[Callable[[], list[figures.Figure]]], None]


class Suites:
    """What both plugins share: the draws, and which checks there are."""

    def __init__(self, lab: Lab, seed: int):
        self.lab, self.seed = lab, seed
        self.parts = {part.suite: part for part in lab.parts}
        self.whole, self.repeated = True, False
        self.lost: SandboxError | None = None
        self.failure: str | None = None

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """Draw numbers that depend on the run's seed and the check only."""
        return np.random.default_rng(self.key(request.node))

    def key(self, item: pytest.Item) -> int:
        """Give the number from which all draws of a check start."""
        return zlib.crc32(f"{self.seed} {check_id(item)}".encode())

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the marker known."""
        config.addinivalue_line("markers", "check(points, seconds, call_seconds): a graded check")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the checks in the lab's order and see that they are whole.

        Raises
        ------
        LabError
            If a check lacks its points or its title, or a part's points don't add up.
        """
        order = list(self.parts)
        items[:] = [item for item in items if item.path.name in self.parts]
        items.sort(key=lambda item: order.index(item.path.name))
        seen: dict[str, int] = {}
        for item in items:
            points = marker(item).get("points")
            if not isinstance(points, int) or points < 1 or not title(item):
                raise LabError(
                    f"the check {check_id(item)} needs whole points, @pytest.mark.check(points=...)"
                    ", and a title, the first line of its docstring"
                )
            if check_id(item) in seen and not self.repeated:
                raise LabError(
                    f"the check {check_id(item)} is there twice; write one function each"
                )
            seen[check_id(item)] = points
        for suite, part in self.parts.items() if self.whole and not self.failure else ():
            total = sum(points for check, points in seen.items() if check.startswith(f"{suite}::"))
            if total != part.points:
                raise LabError(
                    f"the checks in {suite} add up to {total} points; the lab says {part.points}"
                )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember a failure of the grader's own, in a fixture or in pytest."""
        if report.when != "call" and report.failed:
            self.failure = _reason(str(report.longrepr))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember a suite that can't be read."""
        if report.failed:
            self.failure = clean(f"{report.nodeid}: {_reason(str(report.longrepr))}")

    def pytest_internalerror(self, excrepr: Any) -> bool:
        """Remember what stopped pytest, without printing it."""
        self.failure = self.failure or _reason(str(excrepr))
        return True


class GradingPlugin(Suites):
    """Runs the suites on a jailed submission and notes what every check found.

    Attributes
    ----------
    results
        One for each check, in order.
    errors
        Check id -> what the check raised, for those that failed on an answer.
    """

    def __init__(self, lab: Lab, seed: int, student: RemoteStudent, files: Mapping[str, bytes]):
        super().__init__(lab, seed)
        self.remote, self.files = student, files
        self.results: list[CheckResult] = []
        self.errors: dict[str, BaseException] = {}
        self.shown: list[figures.Figure] = []
        self.part: Part | None = None
        self.timeouts = 0
        self.end = time.monotonic() + lab.limits.submission

    @pytest.fixture
    def student(self) -> RemoteStudent:
        """Give the classes of the submission."""
        return self.remote

    @pytest.fixture
    def clock(self) -> Clock:
        """Give the time limits of the check."""
        return self.remote.clock

    @pytest.fixture
    def show(self) -> Show:
        """Give what keeps pictures for the student's page."""
        return self._show

    def _show(self, make: Callable[[], list[figures.Figure]]) -> None:
        if isinstance(sys.exception(), WorkerEnded | WorkerTimeout | SandboxError):
            return  # there is nobody left to ask
        self.remote.clock.call_seconds = self.lab.limits.call
        try:
            self.shown += make()
        except SandboxError:
            raise
        except (WorkerEnded, WorkerTimeout):
            self.remote.restart()
        except Exception:
            return

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Start each part with a fresh worker, and each check that shows something."""
        part = self.parts[item.path.name]
        shows = "show" in getattr(item, "fixturenames", ())
        if part is not self.part or shows:
            self.remote.restart()
        if part is not self.part:
            self.part, self.timeouts = part, 0
        self.remote.key = self.key(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self) -> bool | None:
        """Pass over a check that can't be reached any more."""
        return True if self._unreachable() else None

    def _unreachable(self) -> str | None:
        if self.timeouts >= self.lab.limits.timeouts:
            return say(
                "{number} checks of this part ran out of time before it", number=self.timeouts
            )
        if time.monotonic() >= self.end:
            return SUBMISSION_TOO_LONG
        return None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Run one check within its time."""
        if why := self._unreachable():
            yield
            self.shown = []
            self._note(item, records.NOT_REACHED, say("Not reached: {reason}.", reason=why), 0.0)
            return
        limits, wanted = self.lab.limits, marker(item)
        start = time.monotonic()
        self.remote.clock.call_seconds = wanted.get("call_seconds", limits.call)
        self.remote.clock.check = start + wanted.get("seconds", limits.check)
        self.remote.clock.submission = self.end
        outcome, message = records.PASSED, ""
        found: BaseException | None = None
        self.shown = []
        try:
            with self.remote.watch():
                yield
        except WorkerTimeout as error:
            self.timeouts += 1
            outcome, message = (
                records.TIMEOUT,
                say("Out of time: {reason}.", reason=message_of(error)),
            )
        except WorkerEnded as error:
            outcome, message = (
                records.CRASHED,
                say("No answer: {reason}.", reason=message_of(error)),
            )
        except StudentError as error:
            found, outcome, message = error, records.FAILED, explain(error, self.files)
        except CheckFailed as error:
            found, outcome, message = error, records.FAILED, message_of(error)
            if not error.cases:
                self.shown += figures.of_failure(error.actual, error.expected)
        except SandboxError as error:  # the grader's failure, not the student's
            self.lost, outcome = error, records.NOT_REACHED
        except pytest.skip.Exception:
            self.failure = f"the check {check_id(item)} skips itself; a check passes or fails"
        except (Exception, pytest.fail.Exception) as error:
            found, outcome = error, records.FAILED
            message = say(
                "The check could not use what your code gave ({type}).", type=type(error).__name__
            )
        if found:
            self.errors[check_id(item)] = found
        self._note(item, outcome, message, time.monotonic() - start)

    def _note(self, item: pytest.Item, outcome: str, message: str, seconds: float) -> None:
        points = marker(item)["points"]
        self.results.append(
            CheckResult(
                name=title(item),
                id=check_id(item),
                part=self.parts[item.path.name].name,
                points=points if outcome == records.PASSED else 0,
                max_points=points,
                outcome=outcome,
                message=_sentence(clean(message, 1000)) if outcome != records.PASSED else "",
                diagnosis=None,
                seconds=round(seconds, 4),
                said=to_data(message),
                figures=tuple(self.shown),
            )
        )


def _reason(report: str) -> str:
    """Find the line of a report of pytest's that says what went wrong."""
    lines = report.strip().splitlines()
    errors = [line[1:].strip() for line in lines if line.startswith("E ")]
    return clean((errors or lines)[-1])


def _sentence(text: str) -> str:
    """Start with a capital letter, unless the first word is a name from the student's code."""
    starts = text.startswith(("what ", "the ", "a ", "an ", "every "))
    return text[0].upper() + text[1:] if starts else text


def marker(item: pytest.Item) -> dict[str, Any]:
    """Give the arguments of a check's marker; nothing for what is no check."""
    mark = item.get_closest_marker("check")
    return dict(mark.kwargs) if mark else {}


def title(item: pytest.Item) -> str:
    """Give the first line of a check's docstring."""
    text = getattr(getattr(item, "function", None), "__doc__", None) or ""
    return text.strip().splitlines()[0].strip() if text.strip() else ""


def check_id(item: pytest.Item) -> str:
    """Name a check by its file and function."""
    return f"{item.path.name}::{getattr(item, 'originalname', None) or item.name}"


def quiet_session(lab: Lab, plugin: Suites, checks: Sequence[str] | None = None) -> None:
    """Run suites with a plugin that notes what they find, and print nothing.

    No configuration is read and no other plugin loaded; assertions are left as they are, since
    a rewritten one would show a hidden number in its message.

    Parameters
    ----------
    lab
        Whose suites.
    plugin
        What runs them.
    checks
        The ids of those to run, all by default.

    Raises
    ------
    RuntimeError
        If pytest can't collect or run them.
    SandboxError
        If the jail was lost.
    """
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for variable in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(variable, None)
    if str(lab.root) not in sys.path:  # the suites import the lab's own modules
        sys.path.insert(0, str(lab.root))
    wanted = [part.suite for part in lab.parts] if checks is None else checks
    arguments = [
        *(str(lab.suite / name) for name in wanted),
        *("-c", "/dev/null", f"--rootdir={lab.root}", "--import-mode=importlib"),
        *("--assert=plain", "--capture=sys"),
        *(f"-pno:{name}" for name in _UNUSED),
    ]
    plugin.whole = checks is None
    status = pytest.main(arguments, plugins=[plugin])
    if plugin.lost:
        raise plugin.lost
    if plugin.failure or status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(plugin.failure or f"pytest ended with {status!r}")
