"""Objects of the student's as they appear to a hidden suite, and the suite's to the student.

A suite writes ``layer = student.Layer(2, 3); layer.w = w; z = layer.forward(x)`` as if the
class were here. Reads, writes and calls go out over a pipe; plain data come back as copies, other
objects as further proxies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.checks.steps import Outcomes
from autograder.jail.inside.special import OPERATIONS, REFLECTED
from autograder.jail.inside.steps import Answer, AnswerMethod, Raised, apart, in_turn
from autograder.messages import say
from autograder.suites.budget import TOO_MANY_USES, USES_LIMIT
from autograder.suites.errors import (
    ALLOWED_ERRORS,
    NO_ANSWER,
    StudentError,
    WorkerEnded,
    say_missing,
)

if TYPE_CHECKING:
    from autograder.suites.connection import Connection


def _note_asked(error: StudentError, operation: str, target: Any, arguments: Sequence[Any]) -> None:
    """Note in an exception of student code what was asked for or called.

    Where the method is not known here, as of a function, the place in the file tells it.
    """
    if operation == "get":
        say_missing(error, say("there is no {name}", name=arguments[0]))
    elif error.file and not error.method:
        if operation == "call_method":
            error.method = arguments[0]
        elif operation == "call" and getattr(target, "__student_type__", "type") == "type":
            error.method = "__init__"


def _ask(operation: str, target: Proxy, *arguments: Any) -> Any:
    """Have one thing done in the jail."""
    try:
        return target._connection.request(operation, target, *arguments)
    except StudentError as error:
        _note_asked(error, operation, target, arguments)
        raise


def _ask_together(steps: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Do what `autograder.checks.together` does, in the jail."""
    requests = list(map(_request, steps))
    connection = requests[0][1]._connection
    if connection.listener:  # which is to be told of each
        return list(Outcomes(in_turn(requests, _ask_alone, StudentError)))
    answers: list[Any]
    answers, error = connection.together(requests)
    if error is not None:
        _note_step(error, *requests[len(answers)])
        raise error
    return answers


def _ask_each(steps: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Do what `autograder.checks.each` does, in the jail; give what each gives, or a `Raised`."""
    requests = list(map(_request, steps))
    connection = requests[0][1]._connection
    if connection.listener:
        return list(in_turn(requests, _ask_alone, StudentError))
    outcomes: list[Any] = connection.each(requests)
    noted: set[int] = set()
    for outcome, request in zip(outcomes, requests, strict=True):
        if type(outcome) is Raised and id(outcome) not in noted:  # and not of one that used it
            noted.add(id(outcome))
            _note_step(outcome.error, *request)
    return outcomes


def _note_step(error: Any, operation: str, target: Any, *arguments: Any) -> None:
    """Note in an exception of student code which of several steps raised it."""
    if isinstance(target, Answer):  # whose methods nobody knew
        say_missing(error, say("there is no {name}", name=arguments[0]))
    _note_asked(error, operation, target, arguments)


def _ask_alone(request: list[Any]) -> Any:
    """Do one of several steps by itself."""
    if request[0] == "calculate":
        return getattr(np, request[1])(*request[2])
    return _ask(*request)


def _request(step: Sequence[Any]) -> tuple[Any, ...]:
    """Return the operation and its arguments that a step is."""
    function, arguments, keywords = apart(step)
    if function is getattr:
        return "get", *arguments
    if function is setattr:
        if isinstance(arguments[0], Proxy):
            _hide_method(*arguments[:2])
        return "set", *arguments
    if isinstance(function, np.ufunc):
        return "calculate", function.__name__, arguments
    if isinstance(function, Method | AnswerMethod):
        return "call_method", function.owner, function.name, arguments, keywords
    return "call", function, arguments, keywords


def _hide_method(target: Proxy, name: str) -> None:
    """Look a method up anew from now on: an attribute takes its place."""
    object.__setattr__(target, "_methods", target._methods - {name})


class Proxy:
    """An object of the student's, which stays in the jail."""

    __slots__ = ("__student_type__", "__weakref__", "_connection", "_methods", "_number")
    __together__ = staticmethod(_ask_together)
    __each__ = staticmethod(_ask_each)

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
        return _ask("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        _hide_method(self, name)
        _ask("set", self, name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it, in the jail."""
        return _ask("call", self, list(args), kwargs)

    def __repr__(self) -> str:
        return "<an object of the submission>"

    def __del__(self) -> None:
        self._connection.released[self._number] = None


def _use(name: str, proxy: Proxy, *operands: Any) -> Any:
    """Have done, in the jail, what a special method of an object does."""
    connection = proxy._connection
    connection.budget.take_use()
    try:
        return connection.request("operate", name, *operands)
    except StudentError as error:
        _note_asked(error, "operate", proxy, operands)
        raise


def _special(name: str) -> Callable[..., Any]:
    if name in REFLECTED:
        return lambda self, other: _use(REFLECTED[name], self, other, self)
    return lambda self, *operands: _use(name, self, self, *operands)


def _length(self: Proxy) -> int:
    length = _use("__len__", self, self)
    if type(length) is not int or not 0 <= length <= USES_LIMIT:  # Python would make room for it
        raise WorkerEnded(TOO_MANY_USES)
    return length


def _contains(self: Proxy, item: Any) -> bool:
    return _use("__contains__", self, self, item) is True


def _next(self: Proxy) -> Any:
    match _use("__next__", self, self):
        case [item]:
            return item
        case []:
            raise StopIteration
    raise WorkerEnded(NO_ANSWER)


def _exit(self: Proxy, kind: type[BaseException] | None, *_: object) -> None:
    """Leave a context; whatever student code answers, what a check has found goes on its way."""
    known = kind is not None and kind.__name__ in ALLOWED_ERRORS
    if kind is None or issubclass(kind, Exception):
        _use("__exit__", self, self, kind and (kind.__name__ if known else "Exception"))


_SPECIAL = {name: _special(name) for name in (*OPERATIONS, *REFLECTED)} | {
    "__len__": _length,
    "__contains__": _contains,
    "__next__": _next,
    "__exit__": _exit,
}


@lru_cache(maxsize=256)
def proxy_kind(special: frozenset[str]) -> type[Proxy]:
    """Return the class of proxies that have these special methods."""
    if not special:
        return Proxy
    content = {name: _SPECIAL[name] for name in special}
    # Without the last, a number of NumPy's would take what it is added to for an array.
    return type("Proxy", (Proxy,), content | {"__slots__": (), "__array_ufunc__": None})


@dataclass(frozen=True)
class Method:
    """A method of a student's object, looked up when it is called: one request instead of two."""

    __together__ = staticmethod(_ask_together)
    __each__ = staticmethod(_ask_each)
    owner: Proxy
    name: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it, in the jail."""
        return _ask("call_method", self.owner, self.name, list(args), kwargs)

    def fetch(self) -> Any:
        """Return what the attribute is."""
        return self.owner._connection.request("get", self.owner, self.name)
