"""The pipe to the jailed process, and the calls that come back over it.

Requests go out and plain data come back as copies, other objects as `autograder.suites.proxies`.
An object of the suite's that is handed to student code stays here, and what it exports is called
back over the same pipe with plain data; such a call gives back plain data, too, or what is made to
be handed out (`autograder.suites.hosts.Hosts.answer_reference`).

Three things that a call does beside returning are carried over, so that a suite sees what it
would see in its own process: what was printed is printed here, warnings are issued here, and an
array argument that was changed in place is changed here.
"""

from __future__ import annotations

import builtins
import itertools
import math
import socket
import sys
import time
import warnings
import weakref
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from autograder.jail.inside import frames, wire
from autograder.jail.inside.limits import LINES_LIMIT, METHODS_LIMIT, NAME_LIMIT, TEXT_LIMIT
from autograder.jail.inside.special import SPECIAL
from autograder.jail.inside.steps import Answer, Raised
from autograder.lab import LabError
from autograder.messages import say
from autograder.suites.budget import Budget
from autograder.suites.clock import Clock, Stopwatch
from autograder.suites.errors import (
    NO_ANSWER,
    StudentError,
    WorkerEnded,
    WorkerTimeout,
    is_name,
    student_error,
)
from autograder.suites.hosts import Hosts
from autograder.suites.proxies import Method, Proxy, proxy_kind
from autograder.suites.sent import Sent

CALLBACK_DEPTH = 8
#: So many objects are told to be forgotten with one request.
RELEASED = 1000


class Listener(Protocol):
    """What is told of each request of a suite's, to show it to an instructor."""

    def asked(self, operation: str, arguments: tuple[Any, ...]) -> None:
        """Take note of a request that goes out."""

    def answered(self, value: Any) -> None:
        """Take note of what came back."""

    def raised(self, error: dict[Any, Any]) -> None:
        """Take note of the exception that came back, as the worker describes it."""

    def printed(self, text: str) -> None:
        """Take note of what was printed meanwhile."""


class Connection:
    """The pipe to one worker, and the objects on both of its sides.

    Attributes
    ----------
    sent
        What the check has told the student's process.
    hosts
        The suite's own objects that student code was handed.
    listener
        What is told of each request, if anything is.
    seed
        From which student code's generators are to start, with the next request; None if they are
        to go on.
    place
        The file and the line in which student code last said that it is, in a long call.
    unanswered
        How many calls of these wait for their answer. While no request is under way there are
        none, unless an exception has cut one short: the worker must then be replaced.
    """

    def __init__(
        self,
        pipe: socket.socket,
        clock: Clock,
        budget: Budget,
        times: tuple[int, int] = (-1, -1),
        sent: Sent | None = None,
    ):
        self.pipe, self.clock, self.budget, self.sent = pipe, clock, budget, sent or Sent()
        self.seed: int | None = None
        self.stopwatch = Stopwatch(*times)
        self.frames, self.decoder = frames.FrameReader(), wire.Decoder(self._resolve)
        self.shortest = math.inf
        self.place = ("", 0)
        self.depth = 0
        self.count = 0
        self.unanswered = 0
        self.hosts = Hosts()
        self.listener: Listener | None = None
        self.proxies: weakref.WeakValueDictionary[int, Proxy] = weakref.WeakValueDictionary()
        self.released: dict[int, None] = {}

    def request(self, operation: str, *arguments: Any) -> Any:
        """Have the worker do something and give what it answers.

        Raises
        ------
        StudentError
            What student code raised.
        WorkerTimeout, WorkerEnded
            The worker must then be replaced.
        CheckFailed, LabError
            What an object of the suite's raised that student code called.
        """
        if self.depth:  # asked by one of our own objects, in the course of a call
            return self._exchange(operation, arguments)
        if self.listener:
            self.listener.asked(operation, arguments)
        self.place = ("", 0)
        self.stopwatch.start()
        self.shortest = self.clock.shortest
        try:
            value = self._exchange(operation, arguments)
        finally:
            self.clock.charge(self.stopwatch.usage())
        if self.listener:
            self.listener.answered(value)
        return value

    def together(self, steps: list[tuple[Any, ...]]) -> tuple[list[Any], StudentError | None]:
        """Have the worker do several things, one after the other, with one request.

        Parameters
        ----------
        steps
            Operations with their arguments.

        Returns
        -------
        answers : list
            Of each, up to the one that raised something.
        error
            What student code raised; None if it did not.
        """
        match self.request("together", *map(list, steps)):
            case [list() as answers, None] if len(answers) == len(steps):
                return answers, None
            case [list() as answers, dict() as error] if len(answers) < len(steps):
                return answers, self._failure(error)
        raise WorkerEnded(NO_ANSWER)

    def each(self, steps: list[tuple[Any, ...]]) -> list[Any]:
        """Have the worker do several things with one request, whatever one of them raises.

        Parameters
        ----------
        steps
            Operations with their arguments.

        Returns
        -------
        list
            What each gave, or, as `Raised`, what student code raised: the same one for a step that
            would have used what an earlier one gave.
        """
        told = self.request("each", *map(list, steps))
        if not isinstance(told, list) or len(told) != len(steps):
            raise WorkerEnded(NO_ANSWER)
        outcomes: list[Any] = []
        for outcome in told:
            match outcome:
                case [answer]:
                    outcomes.append(answer)
                case dict():
                    outcomes.append(Raised(self._failure(outcome)))
                case int() as i if 0 <= i < len(outcomes) and type(outcomes[i]) is Raised:
                    outcomes.append(outcomes[i])
                case _:
                    raise WorkerEnded(NO_ANSWER)
        return outcomes

    def _failure(self, error: dict[Any, Any]) -> StudentError:
        """Return the exception that stands here for one of student code."""
        failure = student_error(error)
        self.hosts.recognize(failure)
        return failure

    def _exchange(self, operation: str, arguments: tuple[Any, ...]) -> Any:
        self.count += 1
        number = self.count
        released: list[int] = []
        while self.released and len(released) < RELEASED:
            released.append(self.released.popitem()[0])
        request = [number, operation, list(arguments), released, self.seed]
        self.seed = None
        arrays = self._send(request, self._export)
        if not self.depth:  # what an object of ours asks may be what student code gave it
            if operation in ("together", "each"):
                arguments = tuple(itertools.chain.from_iterable(step[1:] for step in arguments))
            self.sent.note(arguments, arrays)
        while True:
            message = self._receive()
            match message:
                case [int() as answered, "return", value, list() as effects] if answered == number:
                    self._apply(effects, arrays)
                    return value
                case [int(), "host", int() as host, str() as method, list() as args, dict() as kw]:
                    self._call_host(message[0], host, method, args, kw)
                case [int(), "where", str() as file, int() as line] if 0 <= line < LINES_LIMIT:
                    self.place = (file[:NAME_LIMIT], line)
                case [int() as answered, "raise", dict() as error, list() as effects] if (
                    answered == number
                ):
                    self._apply(effects, arrays)
                    if self.listener and not self.depth:
                        self.listener.raised(error)
                    raise self._failure(error)
                case _:
                    raise WorkerEnded(NO_ANSWER)

    def close(self) -> None:
        """Let go of the pipe and of what measures the worker."""
        self.pipe.close()
        self.stopwatch.close()

    # The pipe -----------------------------------------------------------------------------

    def _patiently(self, action: Callable[[Any], Any], argument: Any) -> Any:
        """Do something with the pipe, until a limit of time is reached."""
        stopwatch = self.stopwatch
        while True:
            late = stopwatch.waited >= self.shortest
            if late and (text := self.clock.over(stopwatch.usage())):
                late_at = WorkerTimeout(text)
                late_at.file, late_at.line = self.place
                raise late_at
            began = time.monotonic()
            try:
                return action(argument)
            except BlockingIOError:
                continue
            finally:
                stopwatch.waited += time.monotonic() - began

    def _some(self, size: int) -> Any:
        return self._patiently(self.pipe.recv, size)

    def _send(
        self, message: list[Any], export: Callable[[Any], dict[str, Any]]
    ) -> list[np.ndarray]:
        frame, arrays = wire.encode(message, export)
        view = memoryview(frame)
        try:
            while view:
                view = view[self._patiently(self.pipe.send, view) :]
        except OSError:
            raise WorkerEnded("") from None
        return arrays

    def _receive(self) -> Any:
        try:
            header, body = self.frames.read(self._some)
            self.budget.take_bytes(len(header) + len(body))
            message, arrays = self.decoder.decode(header, body)
            self.sent.hear(arrays)
            return message
        except frames.WireError as error:
            raise WorkerEnded(
                say("your code sent something that is not an answer ({reason})", reason=error)
            ) from None
        except (OSError, frames.Disconnected):
            raise WorkerEnded("") from None

    def _export(self, value: Any) -> dict[str, Any]:
        if isinstance(value, Proxy):
            if value._connection is not self:
                raise WorkerEnded(say("it was lost when your code was started afresh"))
            return {"object": value._number}
        if isinstance(value, Method):
            return self._export(value.fetch())
        if isinstance(value, Answer):
            return {"answer": value.step}
        return self.hosts.reference(value)

    def _resolve(self, node: dict[str, Any]) -> Any:
        match node:
            case {"host": int() as number}:
                return self.hosts.find(number)
            case {"object": [int() as number, str() as name, list() as methods, list() as special]}:
                self.budget.take_reference()
                proxy = self.proxies.get(number)
                if proxy is None:
                    self.released.pop(number, None)  # it has come back before that was said
                    names = frozenset(filter(is_name, methods[:METHODS_LIMIT]))
                    kind = proxy_kind(SPECIAL.intersection(filter(is_name, special)))
                    proxy = self.proxies[number] = kind(self, number, name[:NAME_LIMIT], names)
                return proxy
        raise frames.WireError("a reference to nothing")

    # What student code does to the grader's side ---------------------------------------------

    def _call_host(
        self, call: int, host: int, method: str, args: list[Any], kwargs: dict[Any, Any]
    ) -> None:
        """Call what one of the suite's own objects exports, for student code."""
        if self.depth >= CALLBACK_DEPTH:
            raise WorkerEnded(say("your code's calls go round in circles"))
        self.budget.take_call()
        self.unanswered += 1
        self.depth += 1
        try:
            answer = self.hosts.call(host, method, args, kwargs)
        finally:
            self.depth -= 1
        try:
            self._send([call, *answer], self.hosts.answer_reference)
        except frames.WireError as error:
            raise LabError(f"an exported method returned what cannot cross: {error}") from None
        self.unanswered -= 1

    def _apply(self, effects: list[Any], arrays: list[np.ndarray]) -> None:
        match effects:
            case [str() as prints, list() as noted, list() as changed]:
                if shown := self.budget.take_print(prints):
                    # Half of a character beyond 16 bits can't be written.
                    text = shown.encode("utf-8", "replace").decode()
                    sys.stdout.write(text)
                    if self.listener:
                        self.listener.printed(text)
            case _:
                raise WorkerEnded(NO_ANSWER)
        for number, entry in enumerate(noted):
            if not self.budget.take_warning(number):
                break
            match entry:
                case [str() as category, str() as text]:
                    kind = getattr(builtins, category[:NAME_LIMIT], None)
                    known = isinstance(kind, type) and issubclass(kind, Warning)
                    text = text[:TEXT_LIMIT]
                    warnings.warn(text, kind if known else UserWarning, stacklevel=4)
        for entry in changed[: len(arrays)]:
            match entry:
                case [int() as i, np.ndarray() as new] if 0 <= i < len(arrays):
                    old = arrays[i]
                    if old.shape == new.shape and old.dtype == new.dtype and old.flags.writeable:
                        old[...] = new
