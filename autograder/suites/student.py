"""A submission whose classes and functions run in the jail, as a hidden suite uses it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from autograder.lab import Lab
from autograder.messages import message_of, say
from autograder.suites.budget import Budget
from autograder.suites.clock import Clock
from autograder.suites.connection import Connection, Listener
from autograder.suites.errors import (
    FileProblem,
    StudentError,
    WorkerEnded,
    WorkerTimeout,
    say_missing,
    worker_end,
)
from autograder.suites.exception_text import place_text
from autograder.suites.import_texts import import_too_long
from autograder.suites.sent import Sent


class Workers(Protocol):
    """What starts and ends workers, one at a time: a `Jail`, or the way to one."""

    def start(self) -> socket.socket:
        """Start one and give the pipe to it."""

    def times(self) -> tuple[int, int]:
        """Return the descriptors that `autograder.suites.clock.Stopwatch` takes."""

    def end(self) -> int:
        """End it and give its exit status, or minus the number of the signal."""


class RemoteStudent:
    """The classes and functions of a submission, each an attribute of its name.

    One worker runs them; when it is lost, the next use starts a fresh one.

    Attributes
    ----------
    clock
        The deadlines; whoever runs the checks sets them.
    budget
        What may still be received from it in this check.
    sent
        What this check has told it.
    listener
        What is told of each request, where an instructor looks into a submission.
    """

    def __init__(
        self, jail: Workers, lab: Lab, files: Mapping[str, bytes], problems: Mapping[str, str]
    ):
        self._jail, self._lab, self._files, self._problems = jail, lab, files, problems
        self._connection: Connection | None = None
        self.listener: Listener | None = None
        self.clock, self.budget, self.sent = Clock(), Budget(), Sent()
        self._seed = 0
        self._loaded: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name not in self._lab.tasks:
            raise AttributeError(f"the lab has no class {name}")
        file = self._lab.tasks[name]
        if file in self._problems:
            raise FileProblem(self._problems[file])
        if self._connection is None:
            pipe = self._jail.start()
            times = self._jail.times()
            self._connection = Connection(pipe, self.clock, self.budget, times, self.sent)
            self._connection.seed = self._seed
            self._connection.request("start", dict(self._files), self.listener is not None)
            self._connection.listener = self.listener
        module = file.removesuffix(".py")
        if name not in self._loaded:
            self._loaded[name] = self._load(self._connection, module, name)
        self.sent.note((module, name), ())
        return self._loaded[name]

    def _load(self, connection: Connection, module: str, name: str) -> Any:
        file = f"{module}.py"
        try:
            return connection.request("load", module, name)
        except StudentError as error:
            say_missing(error, say("{file} has no {name}", file=file, name=name))
            raise
        except WorkerTimeout as timeout:
            place = place_text(self._files, timeout.file, timeout.line)
            raise WorkerTimeout(import_too_long(file, place, message_of(timeout))) from None

    @property
    def seed(self) -> int:
        """Of student code's own generators; another one for each check."""
        return self._seed

    @seed.setter
    def seed(self, seed: int) -> None:
        self._seed = seed
        self.budget.renew()
        self.sent.forget()
        if self._connection is not None:
            self._connection.seed = seed
            self._connection.hosts.forget()
        if self.listener:  # which is to see where a check has its classes from
            self._loaded.clear()

    @contextlib.contextmanager
    def watch(self) -> Iterator[None]:
        """Replace the worker when it is lost or waits in vain, and say how it was lost.

        Raises
        ------
        WorkerTimeout, WorkerEnded
            With a text for the student.
        """
        try:
            yield
        except WorkerTimeout:
            self.restart()
            raise
        except WorkerEnded as ended:
            status = self.restart()
            raise WorkerEnded(message_of(ended) or worker_end(status)) from None
        finally:
            if self._connection is not None and self._connection.unanswered:
                self.restart()

    def restart(self) -> int | None:
        """End the worker, if there is one; give its exit status, or minus the signal."""
        if self._connection is None:
            return None
        status = self._jail.end()
        self._connection.close()
        self._connection = None
        self._loaded.clear()
        return status
