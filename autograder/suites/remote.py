"""A submission's classes as they appear to a hidden suite: proxies to the jailed process.

A suite writes ``layer = student.Linear_Layer(2, 3); layer.w = w; z = layer.forward(x)`` as if the
class were here. Reads, writes and calls go out over a pipe; plain data come back as copies, other
objects as further proxies. An object of the suite's that is handed to student code stays here,
and its public methods are called back over the same pipe with plain data.

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
import signal
import socket
import struct
import sys
import time
import warnings
import weakref
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from autograder.jail.inside import wire
from autograder.jail.inside.worker import PRINT_LIMIT, TEXT_LIMIT
from autograder.jail.sandbox import Jail
from autograder.lab import Lab
from autograder.messages import Message, message_of, say

#: Exceptions of a student's that arrive as what they are. Others (SystemExit, KeyboardInterrupt,
#: a test framework's own) would do something to the suite instead of failing its check.
ALLOWED_ERRORS = frozenset(
    "ArithmeticError AssertionError AttributeError BufferError EOFError FloatingPointError "
    "ImportError IndexError KeyError LookupError MemoryError ModuleNotFoundError NameError "
    "NotImplementedError OSError OverflowError PermissionError RecursionError RuntimeError "
    "SyntaxError IndentationError TabError TypeError UnboundLocalError UnicodeError ValueError "
    "ZeroDivisionError".split()
)
CALLBACK_DEPTH = 8
#: How often a deadline is looked at while a worker is silent: 50 ms, as the socket wants it.
TICK = struct.pack("ll", 0, 50_000)
CHECK_TOO_LONG = say("the check as a whole took too long")
SUBMISSION_TOO_LONG = say("the submission as a whole took too long")


class StudentError(Exception):
    """An exception that student code raised, or would have if its file were whole.

    Attributes
    ----------
    type_name
        The name of its class.
    text
        What it said. Untrusted: it can hold the inputs of a hidden check.
    file, line
        The last place in the student's files that it came from; empty and 0 if none.
    ours
        Whether the text is one that an object of the suite's raised in a call by student code.
    """

    type_name = "Exception"
    text = ""
    file = ""
    line = 0
    ours = False


class FileProblem(StudentError):
    """The file of this class is not there to be run; the text, of intake, says why."""


class WorkerEnded(Exception):
    """The jailed process is gone; the text says how, for the student."""


class WorkerTimeout(Exception):
    """A time limit was reached; the text says which, for the student."""


@cache
def error_class(name: str) -> type[StudentError]:
    """Give the subclass of `StudentError` that is also a builtin exception.

    So ``pytest.raises(ValueError)`` sees a student's ValueError as one.
    """
    if name not in ALLOWED_ERRORS:
        return StudentError
    return type(name, (StudentError, getattr(builtins, name)), {})


@dataclass
class Clock:
    """The deadlines that a call must keep, as values of ``time.monotonic``.

    Attributes
    ----------
    call_seconds
        For one call.
    check, submission
        The ends of the check and of the submission.
    """

    call_seconds: float = math.inf
    check: float = math.inf
    submission: float = math.inf

    def deadline(self) -> tuple[float, str]:
        """Give the earliest deadline of a call that starts now, and what to say when it passes."""
        return min(
            (time.monotonic() + self.call_seconds, _call_too_long(self.call_seconds)),
            (self.check, CHECK_TOO_LONG),
            (self.submission, SUBMISSION_TOO_LONG),
        )


@cache
def _call_too_long(seconds: float) -> Message:
    return say("a call took over {seconds} s", seconds=f"{seconds:g}")


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
        except Exception as error:  # RecursionError too: the arguments may be nested at will
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


@cache
def public_methods(kind: type) -> list[str]:
    """List what student code may call of an object of the suite's."""
    return [
        name
        for name in dir(kind)
        if (not name.startswith("_") or name == "__call__") and callable(getattr(kind, name))
    ]


def plain(value: Any) -> bool:
    """Tell whether a decoded value holds no proxies."""
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(plain, value))
    if isinstance(value, dict):
        return all(plain(key) and plain(item) for key, item in value.items())
    return not isinstance(value, Proxy)


def student_error(error: dict[Any, Any]) -> StudentError:
    """Make the exception that stands here for one that student code raised."""
    types, text, frames = error.get("types"), error.get("text"), error.get("frames")
    names = [name for name in types if isinstance(name, str)] if isinstance(types, list) else []
    known = next((name for name in names if name in ALLOWED_ERRORS), "")
    result = error_class(known)(text if isinstance(text, str) else "")
    result.type_name = known or (names[0] if names else "Exception")
    result.text = text if isinstance(text, str) else ""
    match frames:
        case [*_, [str() as file, int() as line, _]]:
            result.file, result.line = file, line
    return result


@contextlib.contextmanager
def _missing(what: str) -> Iterator[None]:
    """Say what is missing, where student code had no part in the AttributeError."""
    try:
        yield
    except StudentError as error:
        if error.type_name == "AttributeError" and not error.file:
            error.text, error.ours = what, True
        raise


class Proxy:
    """An object of the student's, which stays in the jail."""

    __slots__ = ("__student_type__", "__weakref__", "_connection", "_methods", "_number")

    def __init__(
        self, connection: Connection, number: int, type_name: str, methods: Set[str] = frozenset()
    ):
        object.__setattr__(self, "_connection", connection)
        object.__setattr__(self, "_number", number)
        object.__setattr__(self, "_methods", methods)
        object.__setattr__(self, "__student_type__", type_name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what Python and NumPy ask of everything
            raise AttributeError(name)
        if name in self._methods:
            return Method(self, name)
        with _missing(say("there is no {name}", name=name)):
            return self._connection.request("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, "_methods", self._methods - {name})
        self._connection.request("set", self, name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it, in the jail."""
        return self._connection.request("call", self, list(args), kwargs)

    def __repr__(self) -> str:
        return "<an object of the submission>"

    def __del__(self) -> None:
        self._connection.released.append(self._number)


@dataclass(frozen=True)
class Method:
    """A method of a student's object, looked up when it is called: one request instead of two."""

    owner: Proxy
    name: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it, in the jail."""
        request = self.owner._connection.request
        return request("call_method", self.owner, self.name, list(args), kwargs)

    def fetch(self) -> Any:
        """Give what the attribute is."""
        return self.owner._connection.request("get", self.owner, self.name)


class RemoteStudent:
    """The classes and functions of a submission, each an attribute of its name.

    One worker runs them; when it is lost, the next use starts a fresh one.

    Attributes
    ----------
    clock
        The deadlines; whoever runs the checks sets them.
    """

    def __init__(
        self, jail: Jail, lab: Lab, files: Mapping[str, bytes], problems: Mapping[str, str]
    ):
        self._jail, self._lab, self._files, self._problems = jail, lab, files, problems
        self._connection: Connection | None = None
        self.clock = Clock()
        self._key = 0
        self._loaded: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name not in self._lab.tasks:
            raise AttributeError(f"the lab has no class {name}")
        file = self._lab.tasks[name]
        if file in self._problems:
            raise FileProblem(self._problems[file])
        if self._connection is None:
            self._connection = Connection(self._jail.start(), self.clock)
            self._connection.request("start", dict(self._files))
        if name not in self._loaded:
            with _missing(say("{file} has no {name}", file=file, name=name)):
                found = self._connection.request("load", file.removesuffix(".py"), name, self._key)
            self._loaded[name] = found
        return self._loaded[name]

    @property
    def key(self) -> int:
        """From which all draws of student code start; another one for each check."""
        return self._key

    @key.setter
    def key(self, key: int) -> None:
        self._key = key
        self._loaded.clear()

    @contextlib.contextmanager
    def watch(self) -> Iterator[None]:
        """Replace the worker when it is lost, and say how it was.

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
            raise WorkerEnded(message_of(ended) or how(status)) from None

    def restart(self) -> int | None:
        """End the worker, if there is one; give its exit status, or minus the signal."""
        if self._connection is None:
            return None
        status = self._jail.end()
        self._connection.pipe.close()
        self._connection = None
        self._loaded.clear()
        return status


def how(status: int | None) -> Message:
    """Say how a worker ended, for the student."""
    if status is None:
        return say("your code's process ended")
    if status == -signal.SIGXCPU:
        return say("your code used up its processor time")
    if status < 0:
        return say("your code's process was killed by signal {number}", number=-status)
    return say(
        "your code ended its own process (exit status {status}, as by os._exit)", status=status
    )
