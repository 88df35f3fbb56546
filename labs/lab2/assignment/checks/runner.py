"""Runs the checks of one class, in a process of its own, and writes down what happens.

`checks.processes` starts it ahead of time. When everything is imported it waits for a job, one
line of JSON; what happens goes to standard output, a line of JSON for each event.
"""

import importlib
import io
import json
import os
import sys
import warnings

from checks import student
from checks.about import given
from checks.explain import PASSED, explain
from checks.messages import set_language, title
from checks.parts import FILES, PARTS, full_calls
from checks.source import read_source
from checks.timelimit import ALLOWED_TIMEOUTS, time_limit

MODULES = {part: importlib.import_module(f"checks.test_{part}") for part in PARTS}
"""The checks of each part, imported before there is a job."""


class Printed(io.FileIO):
    """Where what student code prints goes: nowhere, but the lines are counted."""

    lines = 0

    def write(self, data):
        """Count, and drop."""
        self.lines += bytes(data).count(b"\n")
        return super().write(data)


def main():
    """Wait for a job, and do it."""
    sys.stdin.reconfigure(encoding="utf-8")
    job = json.loads(sys.stdin.readline())
    set_language(job["language"])
    # Student code may print, close or end anything: it gets other streams than these.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as events, Printed(os.devnull, "w") as printed:
        for number in (0, 1, 2):
            os.dup2(printed.fileno(), number)
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123
        sys.stdout = sys.stderr = _text(printed)
        run(job, printed, lambda **event: print(json.dumps(event), file=events, flush=True))
        # Whatever student code has left running ends here.
        events.flush()
        os._exit(0)


def _text(raw):
    return io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", "replace", write_through=True)


def run(job, printed, tell):
    """Run the checks of a job, and tell what happens."""
    module = MODULES[job["part"]]
    checks = [check for name, check in vars(module).items() if name.startswith("test_")]
    # Of a method that no check is about, any of its part may tell something.
    checks = [check for check in checks if set(check.methods) & set(job["methods"])] or checks
    for check in checks:
        about = {"points": check.points, "methods": check.methods, "requires": check.requires}
        tell(check=check.__name__, title=title(check), **about)
    timeouts, part, failed = 0, PARTS[job["part"]], {}
    for check in checks:
        if job["names"] and check.__name__ not in job["names"]:
            continue
        tell(check=check.__name__, outcome="started")
        before, streams = printed.lines, (sys.stdout, sys.stderr)
        error, lines = _outcome(check, timeouts, failed)
        timeouts += isinstance(error, student.OutOfTimeError)
        explanation = explain(error, check) if error else PASSED
        sys.stdout, sys.stderr = streams
        sys.stdout.flush()
        if error:
            failed[check.__name__] = title(check)
        ran = set(full_calls(check))
        for file, line in lines:
            source = read_source(student.last_read.get(file, b""))
            ran |= set(source.at(line)) if source else set()
        tell(
            check=check.__name__,
            outcome=explanation.outcome,
            message=explanation.text,
            printed=printed.lines - before,
            loads=not student.broken & set(part.files),
            ran=sorted(ran),
            files=sorted({*part.files, *student.last_read, *student.broken}),
        )


def _outcome(check, timeouts, failed):
    """Run a check; return how it ended, and the first lines of the student's code that it ran."""
    files, lines = {str(student.FOLDER / file): file for file in FILES}, set()

    def note(frame, event, argument):
        code = frame.f_code
        if event == "call" and code.co_filename in files:
            lines.add((files[code.co_filename], code.co_firstlineno))

    try:
        if timeouts >= ALLOWED_TIMEOUTS:
            raise student.NotRunError
        if required := next((name for name in check.requires if name in failed), None):
            raise student.NotRunError(failed[required])
        arguments = given(check)
        with warnings.catch_warnings(), time_limit():
            sys.setprofile(note)
            try:
                check(**arguments)
            finally:
                sys.setprofile(None)
    except BaseException as error:  # `exit()` in student code, too
        return error, lines
    return None, lines


if __name__ == "__main__":
    main()
