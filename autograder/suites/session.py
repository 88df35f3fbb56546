"""Runs hidden suites with pytest: the session, and what a check is given.

A session collects the suites once; an `Examination` then runs checks on some code, as often as
there is some: `autograder.suites.jailed` on a submission, `autograder.suites.local` on code of the
lab's own. A check is given the fixtures ``student``, which has the classes of the submission as
attributes; ``rng``, which draws the same numbers for every student of a run; ``clock``, whose
``call_seconds`` a check sets that finds out by itself when a long call is in order; and ``show``:
``show(make)`` calls a function that gives `autograder.checks.figures` and keeps them for the
student's page; where that fails it costs no points.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import pytest

from autograder.checks import figures
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.jail.inside.printed import Printed
from autograder.lab import Check, Lab
from autograder.suite_file import PUBLIC
from autograder.suites.clock import Clock
from autograder.suites.points import audit, check_id, marker, required, title
from autograder.text import clean

#: Plugins of pytest's own that grading does not need; the last two collect garbage at length.
_UNUSED = (
    *("cacheprovider", "terminal", "logging", "doctest", "junitxml", "pastebin", "stepwise"),
    *("unittest", "debugging", "faulthandler", "legacypath", "subtests", "setuponly", "setupplan"),
    *("threadexception", "unraisableexception"),
)


#: A file of settings in which there are none, so that pytest looks for no other.
_NO_SETTINGS = Path(__file__).with_name("nothing.ini")
#: Where an error comes from, as pytest and Python say it.
_PLACE = re.compile(r'([\w.-]+\.py)(?:", line |:)(\d+)')
#: What pytest writes before an error that says by itself what is wrong.
_OWN_ERROR = re.compile(r"^autograder\.[\w.]+: ")
#: The fixtures of `Suites`.
_OWN = frozenset({"student", "rng", "clock", "show", "request"})
#: Keeps the pictures that a function makes.
Show = Callable[[Callable[[], list[figures.Figure]]], None]


class Draw(Protocol):
    """What `autograder.draws.Draws` and its tables give for a check."""

    def of_check(self, check: str) -> int:
        """Return the number from which a check's own generator starts."""

    def of_student(self, check: str) -> int:
        """Return the number from which student code's generators start in a check."""


class Examination:
    """Runs checks on some code.

    Parameters
    ----------
    draws
        Of the checks.

    Attributes
    ----------
    lost
        Why no further check can be run.
    """

    def __init__(self, draws: Draw):
        self.draws = draws
        self.clock = Clock()
        self.lost: Exception | None = None

    def student(self, item: pytest.Item) -> contextlib.AbstractContextManager[Any]:
        """Return the classes that a check is to be given."""
        raise NotImplementedError

    def show(self, make: Callable[[], list[figures.Figure]]) -> None:
        """Keep pictures for the student's page; there is none by default."""

    def begin(self, item: pytest.Item) -> None:
        """Get ready for a check, before it has its fixtures; there is nothing to do by default."""

    def run(self, item: pytest.Item) -> None:
        """Run a check, which has its fixtures."""
        item.runtest()


class Rehearsal(Examination):
    """Runs nothing."""

    def student(self, item: pytest.Item) -> contextlib.AbstractContextManager[Any]:
        """Return nothing: nobody asks for it."""
        return contextlib.nullcontext()

    def run(self, item: pytest.Item) -> None:
        """Leave the check out."""


class Suites:
    """The plugin that collects a lab's suites and gives their checks what they ask for.

    Parameters
    ----------
    lab
        Whose suites.
    work
        What is done once they are collected; by default pytest runs them.

    Attributes
    ----------
    checks
        All of them, in order.
    examination
        What is under way.
    failure
        What went wrong on the grader's side, in a suite or in pytest.
    raised
        What the work ended with.
    """

    def __init__(self, lab: Lab, work: Callable[[Suites], None] | None = None):
        self.lab, self._work = lab, work
        self.parts = {part.suite: part for part in lab.parts}
        self.checks: list[Check] = []
        self.examination: Examination
        self.failure: str | None = None
        self.raised: Exception | None = None
        self._session: pytest.Session

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[Any]:
        """Return the classes of the submission."""
        with self.examination.student(request.node) as student:
            yield student

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """Draw numbers that depend on the run's seed, the secret and the check only."""
        return np.random.default_rng(self.examination.draws.of_check(check_id(request.node)))

    @pytest.fixture
    def clock(self) -> Clock:
        """Return the time limits of the check."""
        return self.examination.clock

    @pytest.fixture
    def show(self) -> Show:
        """Return what keeps pictures for the student's page."""
        return self.examination.show

    def run(self, examination: Examination, checks: Sequence[str] | None = None) -> None:
        """Run checks, one after the other.

        Parameters
        ----------
        examination
            What they are run on.
        checks
            The ids of those to run, or the names of suites; all by default.

        Raises
        ------
        RuntimeError
            If a suite fails on the grader's side.
        SandboxError
            If there is no worker to be had.
        """
        wanted = None if checks is None else set(checks)
        items = [
            item
            for item in self._session.items
            if wanted is None or wanted & {check_id(item), item.path.name}
        ]
        self.examination, self.failure = examination, None
        nowhere = Printed(0).text_file()
        with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            for item, following in itertools.zip_longest(items, items[1:]):
                self._run_check(item, following)
                if examination.lost:
                    raise examination.lost
        if self.failure:
            raise RuntimeError(self.failure)

    def _run_check(self, item: Any, following: pytest.Item | None) -> None:
        """Run a check as pytest's own loop does, without its hooks, which take most of the time.

        A check can be run again, for which pytest makes the request for its fixtures anew.
        """
        if not item._request:
            item._initrequest()
        fixtures = item.session._setupstate

        def set_up() -> None:
            self.examination.begin(item)
            fixtures.setup(item)

        try:
            with warnings.catch_warnings(record=True):  # a check may change what is done with them
                if self._step(item, "setup", set_up):
                    self._step(item, "call", lambda: self.examination.run(item))
                self._step(item, "teardown", lambda: fixtures.teardown_exact(following))
        finally:
            item._request, item.funcargs = False, None

    def _step(
        self,
        item: pytest.Item,
        when: Literal["setup", "call", "teardown"],
        do: Callable[[], None],
    ) -> bool:
        """Do one step of a check; return whether it went well, and take note if not."""
        ends = (pytest.exit.Exception, KeyboardInterrupt)
        call = pytest.CallInfo.from_call(do, when, reraise=ends)
        if call.excinfo:
            self.pytest_runtest_logreport(pytest.TestReport.from_item_and_call(item, call))
        return call.excinfo is None

    def rehearse(self) -> None:
        """Have pytest go through all checks without running any.

        What it makes at first use and keeps, it then makes before examiners are forked.
        """
        self.run(
            Rehearsal(Draws(0, PUBLIC_SECRET)),
            [check_id(item) for item in self._session.items if _OWN.issuperset(_fixtures(item))],
        )

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the marker known."""
        config.addinivalue_line(
            "markers", "check(points, seconds, call_seconds, where, requires): a graded check"
        )

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the checks in the lab's order and see that they are whole.

        Raises
        ------
        LabError
            If a check lacks its points or its title, or a part has none.
        """
        order = list(self.parts)
        items[:] = [
            item
            for item in items
            if item.path.name in self.parts and marker(item).get("where") != PUBLIC
        ]
        items.sort(key=lambda item: order.index(item.path.name))
        audit(items, self.parts, whole=not self.failure)
        self.checks = [
            Check(
                check_id(item),
                self.parts[item.path.name].name,
                title(item),
                marker(item)["points"],
                "seconds" in marker(item),
                tuple(required(item)),
            )
            for item in items
        ]

    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Do what this session is for."""
        if self._work is None:
            return None
        self._session = session
        try:
            if not self.failure:
                self._work(self)
        except Exception as error:  # pytest would make a failure of its own of it
            self.raised = error
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember a failure of the grader's own, in a fixture or in pytest."""
        if report.when != "call" and report.failed:
            self.failure = _reason(str(report.longrepr))
        elif report.when != "call" and report.skipped:
            self.failure = f"the check {report.nodeid} skips itself; a check passes or fails"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember a suite that can't be read."""
        if report.failed:
            text = str(report.longrepr)
            places = [f" ({file}, line {line})" for file, line in _PLACE.findall(text)]
            self.failure = clean(f"{report.nodeid}: {_reason(text)}{''.join(places[-1:])}")

    def pytest_internalerror(self, excrepr: Any) -> bool:
        """Remember what stopped pytest, without printing it."""
        self.failure = self.failure or _reason(str(excrepr))
        return True


def _fixtures(item: pytest.Item) -> Sequence[str]:
    return getattr(item, "fixturenames", ())


def _reason(report: str) -> str:
    """Find the line of a report of pytest's that says what went wrong."""
    lines = report.strip().splitlines()
    errors = [line[1:].strip() for line in lines if line.startswith("E ")]
    return clean(_OWN_ERROR.sub("", (errors or lines)[-1]))


def quiet_session(lab: Lab, plugin: Suites) -> None:
    """Collect suites with a plugin, have it do its work, and print nothing.

    No configuration is read and no other plugin loaded; assertions are left as they are, since
    a rewritten one would show a hidden number in its message.

    Parameters
    ----------
    lab
        Whose suites.
    plugin
        What is done with them.

    Raises
    ------
    RuntimeError
        If pytest can't collect or run them.
    Exception
        Whatever the work raises.
    """
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for variable in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(variable, None)
    if str(lab.root) not in sys.path:  # the suites import the lab's own modules
        sys.path.insert(0, str(lab.root))
    arguments = [
        *(str(lab.suite / part.suite) for part in lab.parts),
        *("-c", str(_NO_SETTINGS), f"--rootdir={lab.root}", "--import-mode=importlib"),
        f"--confcutdir={lab.root}",  # what lies above the lab is none of its business
        *("--assert=plain", "--capture=sys"),
        *(f"-pno:{name}" for name in _UNUSED),
    ]
    status = pytest.main(arguments, plugins=[plugin])
    if plugin.raised:
        raise plugin.raised
    if plugin.failure or status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(plugin.failure or f"pytest ended with {status!r}")
