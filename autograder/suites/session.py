"""Runs hidden suites with pytest: the session, and what its plugins share.

`autograder.suites.jailed` runs them on a submission, `autograder.suites.local` on code of the
lab's own. Both give a check the fixtures ``student``, which has the classes of the submission as
attributes; ``rng``, which draws the same numbers for every student of a run; ``clock``, whose
``call_seconds`` a check sets that finds out by itself when a long call is in order; and ``show``:
``show(make)`` calls a function that gives `autograder.checks.figures` and keeps them for the
student's page; where that fails it costs no points.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from autograder.checks import figures
from autograder.draws import Draws
from autograder.jail.sandbox import SandboxError
from autograder.lab import Lab
from autograder.suites.audit import audit, check_id
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
    """What both plugins share: the draws, and which checks there are.

    Attributes
    ----------
    whole
        Whether all checks of the lab are run.
    repeated
        Whether a check is run several times.
    lost
        The failure of the jail that ended the run.
    failure
        What went wrong on the grader's side, in a suite or in pytest.
    """

    def __init__(self, lab: Lab, draws: Draws):
        self.lab, self.draws = lab, draws
        self.parts = {part.suite: part for part in lab.parts}
        self.whole, self.repeated = True, False
        self.lost: SandboxError | None = None
        self.failure: str | None = None

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """Draw numbers that depend on the run's seed, the secret and the check only."""
        return np.random.default_rng(self.draws.of_check(check_id(request.node)))

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
        whole = self.whole and not self.failure
        audit(items, self.parts, whole=whole, repeated=self.repeated)

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


def _reason(report: str) -> str:
    """Find the line of a report of pytest's that says what went wrong."""
    lines = report.strip().splitlines()
    errors = [line[1:].strip() for line in lines if line.startswith("E ")]
    return clean((errors or lines)[-1])


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
        f"--confcutdir={lab.root}",  # what lies above the lab is none of its business
        *("--assert=plain", "--capture=sys"),
        *(f"-pno:{name}" for name in _UNUSED),
    ]
    plugin.whole = checks is None
    status = pytest.main(arguments, plugins=[plugin])
    if plugin.lost:
        raise plugin.lost
    if plugin.failure or status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(plugin.failure or f"pytest ended with {status!r}")
