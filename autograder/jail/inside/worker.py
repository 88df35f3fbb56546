"""Runs a submission's code and answers the grader's requests.

One request at a time comes in and one reply goes out. While student code runs it may call objects
of the grader, which stay there: the call goes out, and its answer comes in, on the same pipe.

Requests are lists ``[number, operation, arguments, released, seed]``; the operations are the
methods of `Worker` whose names start with ``do_``. Replies are ``[number, "return", value,
effects]`` and ``[number, "raise", error, effects]``. A call to the grader's object is ``[number,
"host", object, method, positional, keyword]``. While student code computes for long, notes
``[number, "where", file, line]`` say where it is.
"""

from __future__ import annotations

import ast
import builtins
import itertools
import random
import signal
import socket
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Iterator
from sys import intern
from types import FrameType
from typing import Any

import numpy as np

from autograder.jail.inside import frames, wire
from autograder.jail.inside.hosts import HostObject, host_object
from autograder.jail.inside.limits import (
    FRAMES_LIMIT,
    NAME_LIMIT,
    PRINT_LIMIT,
    TEXT_LIMIT,
    WARNING_LIMIT,
)
from autograder.jail.inside.loader import Sources
from autograder.jail.inside.printed import Printed
from autograder.jail.inside.special import OPERATIONS, methods_of
from autograder.jail.inside.steps import Answer, Raised, in_turn
from autograder.jail.inside.variables import Variables

#: So many strings of so many characters are made one with those of student code.
INTERNED_LIMIT, INTERNED_LENGTH = 1000, 100
#: After so many seconds it is told where student code is; then after twice as many. The first time
#: the file is not searched for the loop around the line, which takes milliseconds.
LOOK_SECONDS = 0.5
_SCALARS = frozenset({type(None), bool, int, float, complex, bytes, np.ndarray})
UNSENDABLE = "the answer is too large, too deep or of a kind that cannot be looked at"


class Worker:
    """Holds the student's objects and does what the grader asks with them."""

    def __init__(self, pipe: socket.socket):
        self.pipe = pipe
        self.frames, self.decoder = frames.FrameReader(), wire.Decoder(self.resolve)
        self.objects: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.hosts: dict[int, HostObject] = {}
        self.count = 0
        self.printed, self.dropped = Printed(PRINT_LIMIT), Printed(0)
        self.warnings: list[list[str]] = []
        self.sources = Sources({})
        self.inspected = False
        self.interned: set[str] = set()
        self.number, self.sending, self.look = 0, False, LOOK_SECONDS
        self.stack: list[FrameType] = []
        self.looks = self.waits = False
        self.began = 0.0

    # The pipe -----------------------------------------------------------------------------

    def send(self, message: list[Any]) -> None:
        """Send one frame."""
        self.sending = True
        try:
            frame, _ = wire.encode(message, self.export)
            self.pipe.sendall(frame)
        finally:
            self.sending = False

    def receive(self) -> tuple[Any, list[np.ndarray]]:
        """Wait for one frame; give its message and the arrays in it."""
        message, arrays = self.decoder.decode(*self.frames.read(self.pipe.recv))
        return self.as_here(message), arrays

    def as_here(self, value: Any) -> Any:
        """Return a message whose short strings are the very objects that student code has.

        In one process ``optimizer is "sgd"`` holds for an argument ``"sgd"``.
        """
        kind = type(value)
        if kind is str:
            if len(value) > INTERNED_LENGTH or len(self.interned) >= INTERNED_LIMIT:
                return value
            value = intern(value)
            self.interned.add(value)
        elif kind is list:
            return [x if type(x) in _SCALARS else self.as_here(x) for x in value]
        elif kind is tuple:
            return tuple(map(self.as_here, value))
        elif kind is dict:
            return {self.as_here(key): self.as_here(item) for key, item in value.items()}
        return value

    def export(self, value: Any) -> dict[str, Any]:
        """Return the reference that stands for an object here."""
        if isinstance(value, HostObject):
            return {"host": value._number}
        number = self.numbers.get(id(value))
        if number is None:
            self.count += 1
            number = self.count
            self.objects[number] = value  # keeps it alive, so that its id stays its own
            self.numbers[id(value)] = number
        name = type(value).__name__
        if type(value) is np.ndarray:
            name = f"an array of {value.dtype}"
        return {"object": [number, name[:NAME_LIMIT], *methods_of(value)]}

    def resolve(self, node: dict[str, Any]) -> Any:
        """Return what a reference stands for."""
        if "host" in node:
            number, methods, fields = node["host"]
            if number not in self.hosts:
                self.hosts[number] = host_object(self.call_host, number, methods, fields)
            return self.hosts[number]
        if "answer" in node:
            return Answer(node["answer"])
        return self.objects[node["object"]]

    def release(self, numbers: list[int]) -> None:
        """Forget objects that the grader has no use for any more."""
        for number in numbers:
            self.numbers.pop(id(self.objects.pop(number, None)), None)

    def serve(self) -> None:
        """Answer requests until the grader closes the pipe."""
        while True:
            message, arrays = self.receive()
            self.answer(message, arrays)

    def answer(self, message: list[Any], arrays: list[np.ndarray]) -> None:
        """Do what one request asks and send the reply."""
        number, operation, arguments, released, seed = message
        self.number, self.look, self.stack = number, LOOK_SECONDS, []
        self.began = time.monotonic()
        if not self.waits:
            self.look_after(LOOK_SECONDS)
        self.release(released)
        if seed is not None:
            start_generators(seed)
        before = [array.tobytes() for array in arrays]
        # Each time, since student code may have put others in their places.
        sys.stdout, sys.stderr = self.printed.text_file(), self.dropped.text_file()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("always")
                warnings.showwarning = self.note_warning
                outcome = ["return", self.do(operation, arguments)]
        except frames.Disconnected:
            raise
        except BaseException as error:  # SystemExit too: it is the student's, not ours
            outcome = ["raise", self.describe(error)]
        self.number, self.stack = 0, []
        self.flush()
        changed = [
            [i, array]
            for i, (array, content) in enumerate(zip(arrays, before, strict=True))
            if array.tobytes() != content
        ]
        effects = [self.printed.take(), self.warnings, changed]
        self.warnings = []
        try:
            self.send([number, *outcome, effects])
        except frames.WireError:
            self.send([number, "raise", self.describe(TypeError(UNSENDABLE)), ["", [], []]])

    def look_after(self, seconds: float) -> None:
        """Have `tell_where` called after so many seconds."""
        if self.looks:
            self.waits = True
            signal.setitimer(signal.ITIMER_REAL, seconds)

    def tell_where(self, _: int, frame: FrameType | None) -> None:
        """Send a note of where student code is, on a signal: nothing of it may reach that code.

        The timer is set by one request and runs on through those that follow.
        """
        self.waits = False
        try:
            if not self.number:
                return
            early = self.began + LOOK_SECONDS - time.monotonic()
            if self.look == LOOK_SECONDS and early > 0:
                self.look_after(early)
                return
            if not self.sending:
                self.note_place(frame)
            self.look_after(self.look)
        except Exception:
            self.number = 0  # no more notes in this call

    def note_place(self, frame: FrameType | None) -> None:
        """Send a note of the line at which student code is, from the frame that is being run."""
        stack = []
        while frame:
            if frame.f_code.co_filename in self.sources.files:
                stack.append(frame)
            frame = frame.f_back
        # What never ends is in a call that was there every time; those within it come and go.
        now, first = stack[::-1], self.look == LOOK_SECONDS
        before = now if first else self.stack
        pairs = itertools.takewhile(lambda two: two[0] is two[1], zip(now, before, strict=False))
        self.stack, self.look = [frame for frame, _ in pairs], self.look * 2
        if self.stack and (line := self.stack[-1].f_lineno):  # None between two lines
            code = self.stack[-1].f_code
            file = code.co_filename
            if not first:
                line = loop_around(self.sources.files[file], line, code.co_firstlineno)
            self.send([self.number, "where", file[:NAME_LIMIT], line])

    def flush(self) -> None:
        """Write out what is still in a file that student code has put in the place of ours."""
        try:
            sys.stdout.flush()
        except frames.Disconnected:
            raise
        except BaseException:
            return

    def call_host(
        self, number: int, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Call a method of an object of the grader, from student code."""
        self.count += 1
        call = self.count
        self.send([call, "host", number, method, list(args), kwargs])
        while True:
            message, arrays = self.receive()
            if message[1] not in ("return", "raise"):
                self.answer(message, arrays)  # the grader's object asks something in its turn
                continue
            if message[1] == "return":
                return message[2]
            name, text = message[2]
            raise getattr(builtins, name)(text)

    def note_warning(self, message: Any, category: type[Warning], *_: Any, **__: Any) -> None:
        """Keep a warning for the reply, in place of ``warnings.showwarning``."""
        if len(self.warnings) < WARNING_LIMIT:
            self.warnings.append([category.__name__[:NAME_LIMIT], str(message)[:TEXT_LIMIT]])

    def describe(self, error: BaseException) -> dict[str, Any]:
        """Describe an exception as plain data: types, text, and lines in the student's files.

        Where an instructor looks into it, the local variables of each line are added.
        """
        walked = [
            (frame, [frame.f_code.co_filename, line, frame.f_code.co_name[:NAME_LIMIT]])
            for frame, line in traceback.walk_tb(error.__traceback__)
            if frame.f_code.co_filename in self.sources.files
        ]
        frames = [place for _, place in walked]
        if isinstance(error, SyntaxError) and error.filename in self.sources.files:
            frames.append([error.filename, error.lineno or 0, ""])
        try:
            text = str(error.args[0] if isinstance(error, KeyError) else error)
        except BaseException:
            text = ""
        if isinstance(error, SyntaxError):
            text = str(error.msg)
        names = [kind.__name__[:NAME_LIMIT] for kind in type(error).__mro__[:FRAMES_LIMIT]]
        told = {"types": names, "text": text[:TEXT_LIMIT], "frames": frames[-FRAMES_LIMIT:]}
        if self.inspected:
            variables = Variables()
            inner_first = [
                variables.of_frame(frame) for frame, _ in walked[: -FRAMES_LIMIT - 1 : -1]
            ]
            told["variables"] = inner_first[::-1]
        return told

    def do(self, operation: str, arguments: list[Any]) -> Any:
        """Do one of the things below."""
        return getattr(self, f"do_{operation}")(*arguments)

    # What the grader can ask ----------------------------------------------------------------

    def do_start(self, files: dict[str, bytes], inspected: bool = False) -> None:
        """Take the submission's files; `inspected` if an instructor looks into what they do."""
        self.inspected = inspected
        self.sources = Sources(files)
        self.sources.install()

    def do_load(self, module: str, name: str) -> Any:
        """Return a class (or whatever has this name) of one of the submission's modules."""
        return getattr(self.sources.load(module), name)

    def do_together(self, *steps: list[Any]) -> list[Any]:
        """Do several of these things; return what they gave, and what one raised if it did."""
        answers: list[Any] = []
        for outcome in self.in_turn(steps):
            if type(outcome) is Raised:
                return [answers, self.describe(outcome.error)]
            answers.append(outcome)
        return [answers, None]

    def do_each(self, *steps: list[Any]) -> list[Any]:
        """Do several of these things; return what each gave, in a list, or what it raised.

        Where that is what an earlier one raised, the number of that one.
        """
        outcomes: list[Any] = []
        told: dict[int, int] = {}
        for number, outcome in enumerate(self.in_turn(steps)):
            if type(outcome) is not Raised:
                outcomes.append([outcome])
            elif (first := told.setdefault(id(outcome.error), number)) < number:
                outcomes.append(first)
            else:
                outcomes.append(self.describe(outcome.error))
        return outcomes

    def in_turn(self, steps: tuple[list[Any], ...]) -> Iterator[Any]:
        """Do several things, one after the other."""
        return in_turn(steps, lambda step: self.do(step[0], step[1:]), BaseException)

    def do_get(self, target: Any, name: str, *default: Any) -> Any:
        """Read an attribute, which perhaps has a default."""
        return getattr(target, name, *default)

    def do_set(self, target: Any, name: str, value: Any) -> None:
        """Assign an attribute."""
        setattr(target, name, value)

    def do_call_method(
        self, target: Any, name: str, args: list[Any], kwargs: dict[str, Any]
    ) -> Any:
        """Call what an attribute holds now."""
        return getattr(target, name)(*args, **kwargs)

    def do_call(self, target: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Call a class, function or method."""
        return target(*args, **kwargs)

    def do_operate(self, name: str, *operands: Any) -> Any:
        """Do what a special method does."""
        return OPERATIONS[name](*operands)

    def do_calculate(self, name: str, args: list[Any]) -> Any:
        """Call a universal function of NumPy's."""
        return getattr(np, name)(*args)


def loop_around(source: bytes, line: int, first: int) -> int:
    """Return the first line of the loop around a line that may never end; else the line itself.

    That is the innermost ``while``, or ``for`` if there is none.

    Parameters
    ----------
    source
        Of the file.
    line
        In it.
    first
        The first line of the function that it stands in.
    """
    try:
        nodes: list[ast.AST] = [ast.parse(source)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return line
    loops = []
    while nodes:  # of statements alone: most of a tree is expressions
        node = nodes.pop()
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            nodes += getattr(node, field, ())
        if not isinstance(node, ast.For | ast.While):
            continue
        if first <= node.lineno <= line <= (node.end_lineno or 0):
            loops.append((isinstance(node, ast.While), node.lineno))
    return max(loops, default=(False, line))[1]


def start_generators(seed: int) -> None:
    """Start the random generators that student code shares with everybody.

    So it draws the same numbers for a check in every run. This seed is theirs alone: the check
    draws from another number, which never comes here.
    """
    random.seed(seed)
    np.random.seed(seed)


def run(pipe: socket.socket) -> None:
    """Serve on this pipe until the grader closes it."""
    worker = Worker(pipe)
    if threading.current_thread() is threading.main_thread():  # no other one has signals
        signal.signal(signal.SIGALRM, worker.tell_where)
        worker.looks = True
    try:
        worker.serve()
    except (frames.Disconnected, ConnectionError):
        return
