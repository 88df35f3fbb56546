"""What pytest needs to know of the public checks: time limit, plain messages, records."""

import json
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from checks.messages import say, title  # noqa: E402
from checks.student import NotRunError, OutOfTimeError, explain  # noqa: E402
from checks.timelimit import time_limit  # noqa: E402

RECORDS = os.environ.get("LAB_CHECK_RECORDS")
"""Where `check.py` wants one JSON line for each thing that happens."""

ALLOWED_TIMEOUTS = 2
PRINTED_LIMIT = 2000

_timeouts = {}


def record(**values):
    """Add a line to the records, if anyone asked for them."""
    if RECORDS:
        with Path(RECORDS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\n")


def pytest_collection_modifyitems(items):
    """Record which checks there are, so that those never reached can be told."""
    for item in items:
        record(check=item.name, title=title(item.function), outcome="not run", message="")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run a check under its time limit, unless too many in its file ran out of time."""
    record(check=pyfuncitem.name, outcome="started")
    if _timeouts.get(pyfuncitem.path, 0) >= ALLOWED_TIMEOUTS:
        raise NotRunError
    with time_limit():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Replace the traceback of a failed check by its message."""
    report = yield
    if call.excinfo and not report.skipped:
        error = call.excinfo.value
        if isinstance(error, OutOfTimeError):
            _timeouts[item.path] = _timeouts.get(item.path, 0) + 1
        explanation = explain(error)
        outcome, message = explanation.outcome, explanation.text
        report.longrepr = f"{title(item.function)}\n\n{message}"
    else:
        outcome, message = "passed", ""
    if report.when == "call":
        printed = (report.capstdout + report.capstderr).count("\n")
        record(check=item.name, outcome=outcome, message=message, printed=printed)
    report.sections = [(name, _shortened(text)) for name, text in report.sections]
    return report


def _shortened(text):
    if len(text) <= PRINTED_LIMIT:
        return text
    rest = say("... ({count} characters in all; the rest is left out)", count=len(text))
    return f"{text[:PRINTED_LIMIT]}\n{rest}"
