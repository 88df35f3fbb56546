"""The pipe to the jailed process, and the calls that come back over it.

Requests go out and plain data come back as copies, other objects as `autograder.suites.proxies`.
An object of the suite's that is handed to student code stays here, and its public methods are
called back over the same pipe with plain data.

Three things that a call does beside returning are carried over, so that a suite sees what it
would see in its own process: what was printed is printed here, warnings are issued here, and an
array argument that was changed in place is changed here.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import math
import re
import socket
import struct
import sys
import time
import warnings
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.jail.inside import wire
from autograder.jail.inside.worker import PRINT_LIMIT, TEXT_LIMIT
from autograder.messages import message_of, say
from autograder.suites.clock import Clock
from autograder.suites.errors import (
    ALLOWED_ERRORS,
    WorkerEnded,
    WorkerTimeout,
    student_error,
)
from autograder.suites.proxies import Method, Proxy, plain, public_methods

CALLBACK_DEPTH = 8
#: How often a deadline is looked at while a worker is silent: 50 ms, as the socket wants it.
TICK = struct.pack("ll", 0, 50_000)


class Connection:
    """The pipe to one worker, and the objects on both of its sides."""

    def __init__(self, pipe: socket.socket, clock: Clock):
        self.pipe, self.clock = pipe, clock
        # A blocking socket that looks up now and then takes one system call where Python's own
        # time-outs take two.
        pipe.settimeout(None)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            pipe.setsockopt(socket.SOL_SOCKET, option, TICK)
        self.frames = wire.FrameReader()
        self.deadline: tuple[float, str] = (math.inf, "")
        self.depth = 0
        self.count = 0
        self.hosts: list[Any] = []
        self.host_numbers: dict[int, int] = {}
        self.proxies: weakref.WeakValueDictionary[int, Proxy] = weakref.WeakValueDictionary()
        self.released: list[int] = []
        self.told: dict[str, str] = {}  # what our own objects raised

    def request(self, operation: str, *arguments: Any) -> Any:
        """Have the worker do something and give what it answers.

        Raises
        ------
        StudentError
            What student code raised.
        WorkerTimeout, WorkerEnded
            The worker must then be replaced.
        """
        self.count += 1
        number = self.count
        released, self.released = self.released, []
        if not self.depth:
            self.deadline = self.clock.deadline()
        arrays = self._send([number, operation, list(arguments), released])
        while True:
            message = self._receive()
            match message:
                case [int(), "host", int() as host, str() as method, list() as args, dict() as kw]:
                    self._call_host(message[0], host, method, args, kw)
                case [int() as answered, "return", value, list() as effects] if answered == number:
                    self._apply(effects, arrays)
                    return value
                case [int() as answered, "raise", dict() as error, list() as effects] if (
                    answered == number
                ):
                    self._apply(effects, arrays)
                    failure = student_error(error)
                    if failure.text in self.told:
                        failure.text, failure.ours = self.told[failure.text], True
                    raise failure
                case _:
                    raise WorkerEnded(say("your code sent something that is not an answer"))

    # The pipe -----------------------------------------------------------------------------

    def _patiently(self, action: Callable[[Any], Any], argument: Any) -> Any:
        """Do something with the pipe, until the deadline."""
        while True:
            if time.monotonic() >= self.deadline[0]:
                raise WorkerTimeout(self.deadline[1])
            with contextlib.suppress(BlockingIOError):
                return action(argument)

    def _send(self, message: list[Any]) -> list[np.ndarray]:
        frame, arrays = wire.encode(message, self._export)
        view = memoryview(frame)
        try:
            while view:
                view = view[self._patiently(self.pipe.send, view) :]
        except OSError:
            raise WorkerEnded("") from None
        return arrays

    def _receive(self) -> Any:
        some = functools.partial(self._patiently, self.pipe.recv)
        try:
            return wire.decode(*self.frames.read(some), self._resolve)[0]
        except wire.WireError as error:
            raise WorkerEnded(
                say("your code sent something that is not an answer ({reason})", reason=error)
            ) from None
        except (OSError, wire.Disconnected):
            raise WorkerEnded("") from None

    def _export(self, value: Any) -> dict[str, Any]:
        if isinstance(value, Proxy):
            if value._connection is not self:
                raise WorkerEnded(say("it was lost when your code was started afresh"))
            return {"object": value._number}
        if isinstance(value, Method):
            return self._export(value.fetch())
        number = self.host_numbers.setdefault(id(value), len(self.hosts))
        if number == len(self.hosts):
            self.hosts.append(value)  # keeps it alive, so that its id stays its own
        return {"host": [number, public_methods(type(value))]}  # type: ignore[arg-type]

    def _resolve(self, node: dict[str, Any]) -> Any:
        match node:
            case {"host": int() as number} if 0 <= number < len(self.hosts):
                return self.hosts[number]
            case {"object": [int() as number, str() as name, list() as methods]}:
                proxy = self.proxies.get(number)
                if proxy is None:
                    if number in self.released:  # it has come back before that was said
                        self.released.remove(number)
                    names = frozenset(name for name in methods if isinstance(name, str))
                    proxy = self.proxies[number] = Proxy(self, number, name[:TEXT_LIMIT], names)
                return proxy
        raise wire.WireError("a reference to nothing")

    # What student code does to the grader's side ---------------------------------------------

    def _call_host(
        self, call: int, host: int, method: str, args: list[Any], kwargs: dict[Any, Any]
    ) -> None:
        """Call a public method of one of the suite's own objects for student code."""
        answer: list[Any]
        if self.depth >= CALLBACK_DEPTH:
            raise WorkerEnded(say("your code's calls go round in circles"))
        self.depth += 1
        try:
            target = self.hosts[host] if 0 <= host < len(self.hosts) else None
            if method not in public_methods(type(target)):  # type: ignore[arg-type]
                raise AttributeError("there is no such method")
            if not all(isinstance(name, str) for name in kwargs) or not plain([args, kwargs]):
                raise TypeError(f"{method} takes arrays and plain numbers and strings")
            answer = ["return", getattr(target, method)(*args, **kwargs)]
        except (WorkerEnded, WorkerTimeout):
            raise
        except Exception as error:
            name = type(error).__name__
            # Of arrays a text tells at most the shapes, of which small numbers are harmless; all
            # else it could repeat as it is.
            arrays = not kwargs and all(isinstance(value, np.ndarray) for value in args)
            if arrays and not re.search(r"\d{4}", str(error)):
                self.told[str(error)] = message_of(error)
            answer = ["raise", [name if name in ALLOWED_ERRORS else "RuntimeError", str(error)]]
        finally:
            self.depth -= 1
        self._send([call, *answer])

    @staticmethod
    def _apply(effects: list[Any], arrays: list[np.ndarray]) -> None:
        match effects:
            case [str() as prints, list() as noted, list() as changed]:
                if prints:
                    sys.stdout.write(prints[:PRINT_LIMIT])
            case _:
                raise WorkerEnded(say("your code sent something that is not an answer"))
        for entry in noted:
            match entry:
                case [str() as category, str() as text]:
                    kind = getattr(builtins, category, None)
                    known = isinstance(kind, type) and issubclass(kind, Warning)
                    warnings.warn(text, kind if known else UserWarning, stacklevel=4)
        for entry in changed:
            match entry:
                case [int() as i, np.ndarray() as new] if 0 <= i < len(arrays):
                    old = arrays[i]
                    if old.shape == new.shape and old.dtype == new.dtype and old.flags.writeable:
                        old[...] = new
