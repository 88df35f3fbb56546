"""The suite's own objects that student code was handed, and its calls of them.

Student code may call what an object exports (`autograder.checks.exports`) and nothing else. What
an exported method says to it, it says with a message of the suite's; any other exception is a
mistake of the suite's, and never the student's to pay for.
"""

from __future__ import annotations

from typing import Any

from autograder.checks import CheckFailed
from autograder.checks.exports import exported
from autograder.jail.inside.frames import WireError
from autograder.jail.sandbox import SandboxError
from autograder.lab import LabError
from autograder.messages import Message, message_of, say
from autograder.suites.errors import ALLOWED_ERRORS, StudentError, WorkerEnded, WorkerTimeout

#: So many different messages of a suite's are remembered, so that a student can be told them.
TOLD_LIMIT = 100
NO_METHOD = say("there is no such method")


class Hosts:
    """The objects that were handed out in this check, each with a number that comes once."""

    def __init__(self) -> None:
        self._count = 0
        self._objects: dict[int, tuple[Any, tuple[str, ...]]] = {}
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
            self._objects[number] = value, exported(value)
            self._numbers[id(value)] = number
        return {"host": [number, list(self._objects[number][1])]}

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
        target, names = self._objects.get(number, (None, ()))
        try:
            function = _method(target, names, method)
            if function is None:
                raise AttributeError(NO_METHOD)
            if not all(isinstance(name, str) for name in kwargs):
                raise TypeError(say("the names of arguments are strings"))
            return ["return", function(*args, **kwargs)]
        except (WorkerEnded, WorkerTimeout, SandboxError, CheckFailed, LabError):
            raise
        except StudentError as error:  # of a method of theirs that ours has called
            return ["raise", [_known(type(error).__name__), error.text]]
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
