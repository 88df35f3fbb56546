"""The grader's objects as student code has them: what it calls of them is done by the grader."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from autograder.jail.inside.special import SPECIAL

#: Calls, for student code, a method of an object of the grader.
CallHost = Callable[[int, str, tuple[Any, ...], dict[str, Any]], Any]


class HostObject:
    """Stands, among the student's objects, for one that stays with the grader.

    Its fields, those of a dataclass, are read once: what student code does to their content is
    there when it looks again, as with any object, and the grader's own stay as they are.
    """

    def __init__(self, call: CallHost, number: int, methods: list[str], fields: list[str]):
        self._call, self._number = call, number
        self._methods, self._fields = frozenset(methods), frozenset(fields)

    def __getattr__(self, name: str) -> Any:
        if name in self._fields:
            value = self._call(self._number, "__getattribute__", (name,), {})
            setattr(self, name, value)
            return value
        if name not in self._methods:
            raise AttributeError(f"this object has no attribute {name!r}")
        return lambda *args, **kwargs: self._call(self._number, name, args, kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it, if it is a function."""
        if "__call__" not in self._methods:
            raise TypeError("this object cannot be called")
        return self._call(self._number, "__call__", args, kwargs)


def host_object(call: CallHost, number: int, methods: list[str], fields: list[str]) -> HostObject:
    """Make what stands for an object of the grader.

    Parameters
    ----------
    call
        Calls its methods.
    number
        Of it.
    methods, fields
        Those that it has.
    """
    return _kind(frozenset(methods) & SPECIAL)(call, number, methods, fields)


@cache
def _kind(special: frozenset[str]) -> type[HostObject]:
    """Return the class of objects that have these special methods."""
    if not special:
        return HostObject
    content: dict[str, Any] = {name: _special(name) for name in special}
    if "__next__" in special:
        content |= {"__next__": _next, "__iter__": lambda self: self}
    if "__exit__" in special:
        content["__exit__"] = _exit
    return type(HostObject.__name__, (HostObject,), content)


def _special(name: str) -> Callable[..., Any]:
    def method(self: HostObject, *args: Any) -> Any:
        return self._call(self._number, name, args, {})

    return method


def _next(self: HostObject) -> Any:
    for item in self._call(self._number, "__next__", (), {}):
        return item
    raise StopIteration


def _exit(self: HostObject, kind: type[BaseException] | None, *_: object) -> Any:
    name = None if kind is None else kind.__name__
    return self._call(self._number, "__exit__", (name,), {})
