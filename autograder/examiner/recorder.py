"""Writes down what a check asks of student code, for the instructor who looks into it."""

from __future__ import annotations

import sys
from collections import deque
from pathlib import Path
from typing import Any

from autograder.examiner.findings import (
    ARGUMENTS_LIMIT,
    CALLS_LIMIT,
    PRINTED_LIMIT,
    VALUE_LIMIT,
)
from autograder.jail.inside.limits import (
    FRAMES_LIMIT,
    LINES_LIMIT,
    NAME_LIMIT,
    TEXT_LIMIT,
    VARIABLE_LIMIT,
    VARIABLES_LIMIT,
)
from autograder.jail.inside.variables import describe
from autograder.suites.proxies import Method, Proxy

#: The pytest frames between a check and its request are fewer.
_STEPS = 50


class Recorder:
    """A `autograder.suites.connection.Listener` that keeps the last calls of a check.

    Parameters
    ----------
    suite
        The folder of the suites.
    """

    def __init__(self, suite: Path):
        self._suite = str(suite)
        self.begin()

    def begin(self) -> None:
        """Start afresh, for the next check."""
        self.calls: deque[dict[str, Any]] = deque(maxlen=CALLS_LIMIT)
        self.number = 0
        self.output = ""
        self.trace: dict[str, Any] | None = None
        self._names: dict[int, str] = {}

    def asked(self, operation: str, arguments: tuple[Any, ...]) -> None:
        """Take note of a request that goes out."""
        self.number += 1
        self.trace = None
        call = {"line": self.line(), "operation": operation, "target": "", "name": ""}
        self.calls.append(call | {"arguments": [], "result": None, "raised": False})
        match operation, arguments:
            case "load", (module, name):
                self._note(f"{module}.py", name)
            case "get" | "set", (target, name, *values):
                self._note(self._target(target), name, values)
            case "call_method", (target, name, args, kwargs):
                self._note(self._target(target), name, args, kwargs)
            case "operate", (name, target, *values):
                self._note(self._target(target), name, values)
            case "call", (target, args, kwargs):
                self._note(self._target(target), "", args, kwargs)

    def _note(
        self, target: str, name: str, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> None:
        named = [("", value) for value in args] + list((kwargs or {}).items())
        self.calls[-1]["target"] = target
        self.calls[-1]["name"] = str(name)[:NAME_LIMIT]
        self.calls[-1]["arguments"] = [
            [str(key)[:NAME_LIMIT], self._value(value)] for key, value in named[:ARGUMENTS_LIMIT]
        ]

    def answered(self, value: Any) -> None:
        """Take note of what came back."""
        call = self.calls[-1]
        if call["operation"] != "load":
            call["result"] = self._value(value)
        elif isinstance(value, Proxy):
            self._names[value._number] = call["name"]

    def raised(self, error: dict[Any, Any]) -> None:
        """Take note of the exception that came back."""
        self.calls[-1]["raised"] = True
        self.trace = traceback_of(error)

    def printed(self, text: str) -> None:
        """Take note of what was printed meanwhile."""
        self.output += text[: PRINTED_LIMIT - len(self.output)]

    def line(self, traceback: Any = None) -> int:
        """Return the line of the suite that is at work, or that a traceback comes from; else 0."""
        if traceback is not None:
            found = 0
            while traceback is not None:
                if traceback.tb_frame.f_code.co_filename.startswith(self._suite):
                    found = traceback.tb_lineno
                    break
                traceback = traceback.tb_next
            return found
        frame, line = sys._getframe(1), 0
        for _ in range(_STEPS):
            if frame.f_code.co_filename.startswith(self._suite):
                line = frame.f_lineno  # of the outermost: a check, not its helper
            if frame.f_back is None:
                break
            frame = frame.f_back
        return line

    def _target(self, target: Any) -> str:
        if isinstance(target, Method):
            return f"{self._target(target.owner)}.{target.name}"[:NAME_LIMIT]
        if isinstance(target, Proxy):
            kind = str(target.__student_type__)
            article = "an" if kind[:1].lower() in tuple("aeiou") else "a"
            return self._names.get(target._number) or f"{article} {kind}"
        return describe(target, NAME_LIMIT)

    def _value(self, value: Any) -> str:
        if isinstance(value, Proxy | Method):
            return f"<{self._target(value)}>"
        return describe(value, VALUE_LIMIT)


def traceback_of(error: dict[Any, Any]) -> dict[str, Any]:
    """Return what a worker says of an exception, as far as it is what it should be."""
    places, variables = error.get("frames"), error.get("variables")
    found = []
    if isinstance(places, list) and isinstance(variables, list):
        if len(places) != len(variables):  # of a file that can't be read there are none
            variables = [[] for _ in places]
        for place, each in zip(places[:FRAMES_LIMIT], variables[:FRAMES_LIMIT], strict=True):
            match place:
                case [str() as file, int() as line, str() as function] if 0 <= line < LINES_LIMIT:
                    names = (file[:NAME_LIMIT], line, function[:NAME_LIMIT])
                    found.append([*names, _variables(each)])
    text = error.get("text")
    kinds = error.get("types")
    kind = kinds[0] if isinstance(kinds, list) and kinds and isinstance(kinds[0], str) else ""
    return {
        "type": kind[:NAME_LIMIT] or "Exception",
        "text": text[:TEXT_LIMIT] if isinstance(text, str) else "",
        "frames": found,
    }


def _variables(found: Any) -> list[list[str]]:
    if not isinstance(found, list):
        return []
    return [
        [each[0][:NAME_LIMIT], each[1][:VARIABLE_LIMIT]]
        for each in found[:VARIABLES_LIMIT]
        if isinstance(each, list) and len(each) == 2 and all(isinstance(x, str) for x in each)
    ]
