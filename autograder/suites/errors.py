"""The exceptions that a hidden suite meets: of student code, of its worker, of its time."""

from __future__ import annotations

import builtins
import signal
from functools import cache
from typing import Any

from autograder.errors import WorkerLost
from autograder.jail.inside.limits import FRAMES_LIMIT, LINES_LIMIT, NAME_LIMIT, TEXT_LIMIT
from autograder.messages import Message, say

#: Exceptions of a student's that arrive as what they are. Others (SystemExit, KeyboardInterrupt,
#: a test framework's own) would do something to the suite instead of failing its check.
ALLOWED_ERRORS = frozenset(
    "ArithmeticError AssertionError AttributeError BufferError EOFError FloatingPointError "
    "ImportError IndexError KeyError LookupError MemoryError ModuleNotFoundError NameError "
    "NotImplementedError OSError OverflowError PermissionError RecursionError RuntimeError "
    "SyntaxError IndentationError TabError TypeError UnboundLocalError UnicodeError ValueError "
    "ZeroDivisionError".split()
)


#: What ends a process that goes wrong.
SIGNALS = {
    int(number): number.name
    for number in (signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGKILL, signal.SIGSEGV)
}


#: What is said of a worker that does not keep to the rules of the pipe.
NO_ANSWER = say("your code sent something that is not an answer")


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
    method
        The method that the check had called, if the exception came from there.
    inside
        The method or function of the student's files that the place is in, like ``Layer.forward``.
    entry
        The first place, file and line, in the student's files that it came through.
    """

    type_name = "Exception"
    text = ""
    file = ""
    line = 0
    ours = False
    method = ""
    inside = ""
    entry = ("", 0)


class FileProblem(StudentError):
    """The file of this class is not there to be run; the text, of intake, says why."""


class WorkerEnded(WorkerLost):
    """The jailed process is gone; the text says how, for the student."""


class WorkerTimeout(WorkerLost):
    """A time limit was reached; the text says which, for the student.

    Attributes
    ----------
    file, line
        Where student code was last seen; empty and 0 if it is not known. Untrusted.
    """

    file = ""
    line = 0


@cache
def error_class(name: str) -> type[StudentError]:
    """Return the subclass of `StudentError` that is also a builtin exception.

    So ``pytest.raises(ValueError)`` sees a student's ValueError as one.
    """
    if name not in ALLOWED_ERRORS:
        return StudentError
    return type(name, (StudentError, getattr(builtins, name)), {})


def student_error(error: dict[Any, Any]) -> StudentError:
    """Make the exception that stands here for one that student code raised."""
    types, text, frames = error.get("types"), error.get("text"), error.get("frames")
    names = types[:FRAMES_LIMIT] if isinstance(types, list) else []
    names = [name for name in names if is_name(name)]
    known = next((name for name in names if name in ALLOWED_ERRORS), "")
    text = text[:TEXT_LIMIT] if isinstance(text, str) else ""
    result = error_class(known)(text)
    result.type_name = known or (names[0] if names else "Exception")
    result.text = text
    match frames:
        case [*_, [str() as file, int() as line, _]] if 0 <= line < LINES_LIMIT:
            result.file, result.line = file[:NAME_LIMIT], line
    match frames:
        case [[str() as file, int() as line, _], *_] if 0 <= line < LINES_LIMIT:
            result.entry = file[:NAME_LIMIT], line
    return result


def is_name(value: Any) -> bool:
    """Return whether a value can be the name of a class or a method."""
    return isinstance(value, str) and len(value) <= NAME_LIMIT and value.isidentifier()


def say_missing(error: StudentError, what: str) -> None:
    """Say what is missing, where student code had no part in the AttributeError."""
    if error.type_name == "AttributeError" and not error.file:
        error.text, error.ours = what, True


def worker_end(status: int | None) -> Message:
    """Say how a worker ended, for the student."""
    if status is None:
        return say("your code's process ended")
    if status == -signal.SIGXCPU:
        return say("your code used up its processor time")
    if -status in SIGNALS:
        return say("your code's process was killed by {signal}", signal=SIGNALS[-status])
    # Of the other signals and of 256 exit statuses a submission could choose one.
    if status < 0:
        return say("your code's process was killed by a signal")
    return say("your code ended its own process, as by os._exit")
