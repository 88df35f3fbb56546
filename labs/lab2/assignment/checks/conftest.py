"""What pytest needs to know of the public checks: the time limit, and plain messages."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from checks.about import given  # noqa: E402
from checks.explain import explain  # noqa: E402
from checks.messages import say, title  # noqa: E402
from checks.student import NotRunError, OutOfTimeError, Student  # noqa: E402
from checks.timelimit import ALLOWED_TIMEOUTS, time_limit  # noqa: E402

PRINTED_LIMIT = 2000

_timeouts, _failed = {}, {}


@pytest.fixture
def student():
    """Return the student's classes and functions."""
    return Student()


@pytest.fixture
def rng(request):
    """Return random numbers that are the same in every run."""
    return given(request.function)["rng"]


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run a check under its time limit, unless too many in its file ran out of time."""
    if _timeouts.get(pyfuncitem.path, 0) >= ALLOWED_TIMEOUTS:
        raise NotRunError
    for name in getattr(pyfuncitem.function, "requires", ()):
        if name in _failed:
            raise NotRunError(_failed[name])
    with time_limit():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Replace the traceback of a failed check by its message."""
    report = yield
    if call.excinfo and not report.skipped:
        error = call.excinfo.value
        _failed[item.function.__name__] = title(item.function)
        if isinstance(error, OutOfTimeError):
            _timeouts[item.path] = _timeouts.get(item.path, 0) + 1
        report.longrepr = f"{title(item.function)}\n\n{explain(error, item.function).text}"
    report.sections = [(name, _shortened(text)) for name, text in report.sections]
    return report


def _shortened(text):
    if len(text) <= PRINTED_LIMIT:
        return text
    rest = say("... ({count} characters in all; the rest is left out)", count=len(text))
    return f"{text[:PRINTED_LIMIT]}\n{rest}"
