"""The suite's own objects that student code was handed, and its calls of them.

Student code may call what an object exports (`autograder.checks.exports`) and nothing else. What
an exported method says to it, it says with a message of the suite's; any other exception is a
mistake of the suite's, and never the student's to pay for. An iterator of the suite's is asked one
item at a time, and of a dataclass that was exported the fields can be read.
"""

from __future__ import annotations

import builtins
from types import GeneratorType
from typing import Any

from autograder.checks import CheckFailed
from autograder.checks.exports import exported, exported_fields
from autograder.jail.inside.frames import WireError
from autograder.jail.inside.special import OPERATIONS
from autograder.jail.sandbox import SandboxError
from autograder.lab import LabError
from autograder.messages import Message, message_of, say
from autograder.suites.errors import ALLOWED_ERRORS, StudentError, WorkerEnded, WorkerTimeout

#: So many different messages of a suite's are remembered, so that a student can be told them.
TOLD_LIMIT = 100
NO_METHOD = say("there is no such method")
BUSY = say("the iterator was asked for an item while it was making one")


class Hosts:
    """The objects that were handed out in this check, each with a number that comes once."""

    def __init__(self) -> None:
        self._count = 0
        self._objects: dict[int, tuple[Any, tuple[str, ...], tuple[str, ...]]] = {}
        self._numbers: dict[int, int] = {}
        self._told: dict[str, Message] = {}

    def forget(self) -> None:
        """Let go of all objects, and of what they wrote down, when a check is over."""
        self._objects.clear()
        self._numbers.clear()
        self._told.clear()

    def reference(self, value: Any) -> dict[str, Any]:
        """Return what stands for an object in a frame: its number, and what it exports."""
        number = self._numbers.get(id(value))
        if number is None:
            number = self._count
            self._count += 1
            # It is kept alive, so that its id stays its own.
            self._objects[number] = value, exported(value), exported_fields(value)
            self._numbers[id(value)] = number
        _, methods, fields = self._objects[number]
        return {"host": [number, list(methods), list(fields)]}

    def answer_reference(self, value: Any) -> dict[str, Any]:
        """Return what stands for an object that one of them gives student code.

        Raises
        ------
        LabError
            If it is neither a generator, nor exported with its fields, nor one that student code
            was handed before: what a method returns may not have been meant to be handed out.
        """
        if id(value) in self._numbers or type(value) is GeneratorType or exported_fields(value):
            return self.reference(value)
        kind = type(value).__name__
        raise LabError(f"an exported method returned a {kind}; return plain data")

    def find(self, number: int) -> Any:
        """Return an object that comes back.

        Raises
        ------
        WireError
            If there is none of this number.
        """
        if number not in self._objects:
            raise WireError("a reference to nothing")
        return self._objects[number][0]

    def call(self, number: int, method: str, args: list[Any], kwargs: dict[Any, Any]) -> Any:
        """Call what an object exports, for student code.

        Returns
        -------
        list
            ``["return", value]`` or ``["raise", [type, text]]``, where the text is the suite's.

        Raises
        ------
        WorkerEnded, WorkerTimeout, SandboxError
            The worker was lost, when the method called student code in its turn.
        CheckFailed
            The method ended the check.
        LabError
            The method raised what it did not mean to say.
        """
        target, names, fields = self._objects.get(number, (None, (), ()))
        try:
            if method == "__next__" and method in names:
                return ["return", _next_item(target)]
            if method == "__getattribute__" and len(args) == 1 and args[0] in fields:
                return ["return", getattr(target, args[0])]
            function = _method(target, names, method)
            if function is None:
                raise AttributeError(NO_METHOD)
            if not all(isinstance(name, str) for name in kwargs):
                raise TypeError(say("the names of arguments are strings"))
            if method == "__exit__":
                args, kwargs = _how_left(args), {}
            return ["return", function(*args, **kwargs)]
        except (WorkerEnded, WorkerTimeout, SandboxError, CheckFailed, LabError):
            raise
        except StudentError as error:  # of a method of theirs that ours has called
            return ["raise", [_known(type(error).__name__), str(error.text)]]
        except Exception as error:
            name, text = type(error).__name__, message_of(error)
            if not isinstance(text, Message):
                raise LabError(
                    f"{type(target).__name__}.{method} raised {name}; an exported method refuses "
                    "with a message from say(...)"
                ) from error
            if len(self._told) >= TOLD_LIMIT:
                self._told.clear()
            self._told[str(text)] = text
            return ["raise", [_known(name), str(text)]]

    def recognize(self, error: StudentError) -> None:
        """Mark the text of an exception as the suite's own, if one of its objects raised it."""
        if error.text in self._told:
            error.text, error.ours = self._told[error.text], True


def _next_item(iterator: Any) -> list[Any]:
    """Return the next item in a list, which is empty at the end."""
    if getattr(iterator, "gi_running", False):
        raise ValueError(BUSY)
    item: list[Any] = OPERATIONS["__next__"](iterator)
    return item


def _how_left(args: list[Any]) -> list[Any]:
    """Return what ``__exit__`` is given, of the name of an exception or None."""
    match args:
        case [str() as name]:
            kind = getattr(builtins, name) if name in ALLOWED_ERRORS else Exception
            return [kind, kind(), None]
    return [None, None, None]


def _known(name: str) -> str:
    return name if name in ALLOWED_ERRORS else "RuntimeError"


def _method(target: Any, names: tuple[str, ...], name: str) -> Any:
    """Return what an object exports under a name; None if it does not.

    An attribute of the object itself can hide a method of its class that was exported.
    """
    if name not in names:
        return None
    function = target if names == ("__call__",) else getattr(target, name)
    return function if "__call__" in exported(function) else None
