"""Run checks in processes of their own, where student code can end or block nothing else."""

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field

from checks.messages import language, say
from checks.parts import FOLDER, PARTS

BACKSTOP_SECONDS = 60
"""A single check has its own, shorter limit; this is for code that will not be interrupted."""


@dataclass
class Check:
    """One check of a part, and how it ended: passed, failed, missing, started or not run.

    Attributes
    ----------
    requires : list of str
        The checks before it that must have passed.
    loads : bool
        Whether the file could be loaded at all.
    methods, ran : list of str
        Which methods it is about, and which functions it needs, each with its class.
    files : list of str
        The files that these may be in; empty if it is not known.
    """

    part: str
    name: str
    title: str
    points: int = 0
    requires: list = field(default_factory=list)
    outcome: str = "not run"
    message: str = ""
    printed: int = 0
    loads: bool = True
    ran: list = field(default_factory=list)
    methods: list = field(default_factory=list)
    files: list = field(default_factory=list)


@dataclass(frozen=True)
class Job:
    """Which checks are to run.

    Attributes
    ----------
    part : str
        Whose, a key of `PARTS`.
    methods : tuple of str
        Those about one of these methods; all if it is empty.
    names : tuple of str
        Of them these; all if it is empty.
    """

    part: str
    methods: tuple = ()
    names: tuple = ()


class Process:
    """A process that imports what the checks need, and then waits for one job."""

    def __init__(self):
        dropped = ("PYTHONSAFEPATH", "PYTHONSTARTUP", "PYTHONINSPECT")
        environment = {k: v for k, v in os.environ.items() if k not in dropped}
        environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
        pipe, command = subprocess.PIPE, [sys.executable, "-m", "checks.runner"]
        self._process = subprocess.Popen(
            command, cwd=FOLDER, env=environment, stdin=pipe, stdout=pipe, stderr=pipe
        )
        self._job, self._input, self._waited = None, None, 0.0

    def start(self, job):
        """Hand over the job."""
        self._job = job
        values = {"part": job.part, "methods": job.methods, "names": job.names}
        self._input = (json.dumps(values | {"language": language()}) + "\n").encode()

    def result(self, seconds=BACKSTOP_SECONDS):
        """Wait so long for the checks of the job; return them in order, or None if it goes on."""
        # Nothing may be sent again when it is asked for the second time.
        sent, self._input = self._input, None
        try:
            output, errors = self._process.communicate(sent, seconds)
        except subprocess.TimeoutExpired:
            self._waited += seconds
            if self._waited < BACKSTOP_SECONDS:
                return None
            self._process.kill()
            output, errors = self._process.communicate()
            ending = say(
                "This check did not end and could only be stopped from outside. Look for a loop "
                "that never ends; a bare `except:` in it also hides the stop signal."
            )
        else:
            ending = say(
                "Your code ended the whole Python process ({how}) during this check; the checks "
                "after it could not run.",
                how=say("exit status {code}", code=self._process.returncode),
            )
        checks = _read(self._job.part, output.decode("utf-8", "replace"))
        for check in checks:
            if check.outcome == "started":
                check.outcome, check.message = "failed", ending
        if not checks:
            text = " ".join(errors.decode("utf-8", "replace").split())[-300:]
            message = say(
                "The checks of this class could not start. Python says: {text}", text=text
            )
            title = PARTS[self._job.part].title
            checks = [Check(self._job.part, "", title, outcome="failed", message=message)]
        return checks

    def stop(self):
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):
                pipe.close()


def _read(part, output):
    """Fold the events into checks; the latest about a check counts."""
    checks = {}
    for line in output.splitlines():
        values = json.loads(line)
        name = values.pop("check")
        if name not in checks:
            checks[name] = Check(part, name, values["title"])
        for key, value in values.items():
            setattr(checks[name], key, value)
    return list(checks.values())


def run_all(jobs):
    """Run jobs side by side, and give the checks of each in the order of the jobs."""
    processes = [Process() for _ in jobs]
    try:
        for process, job in zip(processes, jobs, strict=True):
            process.start(job)
        # Side by side they load twice as fast; what they compute takes no time.
        for process in processes:
            yield process.result()
    finally:
        for process in processes:
            process.stop()
