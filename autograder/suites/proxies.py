"""Objects of the student's as they appear to a hidden suite, and the suite's to the student.

A suite writes ``layer = student.Linear_Layer(2, 3); layer.w = w; z = layer.forward(x)`` as if the
class were here. Reads, writes and calls go out over a pipe; plain data come back as copies, other
objects as further proxies.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograder.messages import say
from autograder.suites.errors import StudentError, missing

if TYPE_CHECKING:
    from autograder.suites.connection import Connection


@contextlib.contextmanager
def _called(method: str) -> Iterator[None]:
    """Note in an exception of student code what was called."""
    try:
        yield
    except StudentError as error:
        if error.file and not error.method:
            error.method = method
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
        with missing(say("there is no {name}", name=name)):
            return self._connection.request("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, "_methods", self._methods - {name})
        self._connection.request("set", self, name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it, in the jail."""
        with _called("__init__"):
            return self._connection.request("call", self, list(args), kwargs)

    def __repr__(self) -> str:
        return "<an object of the submission>"

    def __del__(self) -> None:
        self._connection.released[self._number] = None


@dataclass(frozen=True)
class Method:
    """A method of a student's object, looked up when it is called: one request instead of two."""

    owner: Proxy
    name: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it, in the jail."""
        request = self.owner._connection.request
        with _called(self.name):
            return request("call_method", self.owner, self.name, list(args), kwargs)

    def fetch(self) -> Any:
        """Return what the attribute is."""
        return self.owner._connection.request("get", self.owner, self.name)
