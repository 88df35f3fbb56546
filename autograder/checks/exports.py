"""What student code may call of a suite's own objects, and with which arguments.

Student code reaches an object of the suite's only through methods that were exported, and a method
runs only if every argument is of the kind and size that it declares. So student code gets no hold
on anything that the suite did not mean to hand out, whatever it sends.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.messages import say

_BY_PLACE = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}


class Argument(ABC):
    """What an argument may be.

    Attributes
    ----------
    kind
        How it is called in the message to a student who passes something else.
    """

    kind: str

    @abstractmethod
    def accepts(self, value: Any) -> bool:
        """Return whether a value may be passed."""


@dataclass(frozen=True)
class Array(Argument):
    """A NumPy array of real numbers or booleans.

    Attributes
    ----------
    axes
        How many axes it must have; any number up to 8 if None.
    size
        How many entries it may have at most, and how many along each axis where it has none.

    Examples
    --------
    >>> Array(axes=2).accepts(np.ones((2, 3)))
    True
    >>> Array(axes=2).accepts(np.ones(3)), Array(size=2).accepts(np.ones(3))
    (False, False)
    >>> Array().accepts([1.0, 2.0])
    False
    """

    axes: int | None = None
    size: int = 100_000

    kind = say("a NumPy array")

    def accepts(self, value: Any) -> bool:
        """Return whether a value may be passed."""
        return (
            type(value) is np.ndarray
            and value.dtype.kind in "biuf"
            and max(value.size, *value.shape, 0) <= self.size
            and (value.ndim <= 8 if self.axes is None else value.ndim == self.axes)
        )


@dataclass(frozen=True)
class Number(Argument):
    """A real number, of Python or NumPy; no array, and no boolean.

    Examples
    --------
    >>> Number().accepts(0.1), Number().accepts(np.float32(0.1)), Number().accepts(3)
    (True, True, True)
    >>> Number().accepts(True), Number().accepts(np.array(0.1)), Number().accepts(2**70)
    (False, False, False)
    """

    kind = say("a number")

    def accepts(self, value: Any) -> bool:
        """Return whether a value may be passed."""
        if isinstance(value, np.generic):
            return value.dtype.kind in "iuf"
        return type(value) is float or (type(value) is int and -(2**63) <= value < 2**63)


@dataclass(frozen=True)
class Text(Argument):
    """A string, or None if `optional`.

    Attributes
    ----------
    length
        How many characters it may have at most.
    optional
        Whether None may be passed as well.

    Examples
    --------
    >>> Text().accepts("sgd"), Text(length=2).accepts("sgd")
    (True, False)
    >>> Text().accepts(None), Text(optional=True).accepts(None)
    (False, True)
    """

    length: int = 100
    optional: bool = False

    kind = say("a string")

    def accepts(self, value: Any) -> bool:
        """Return whether a value may be passed."""
        if value is None:
            return self.optional
        return type(value) is str and len(value) <= self.length and _can_be_written(value)


@dataclass(frozen=True)
class List(Argument):
    """A list or a tuple.

    Attributes
    ----------
    of
        What each of its elements must be.
    size
        How many it may have at most.

    Examples
    --------
    >>> List(Number()).accepts((1.0, 2)), List(Number(), size=1).accepts([1.0, 2.0])
    (True, False)
    >>> List(List(Number())).accepts([[1.0], (2.0, 3.0)]), List(Number()).accepts(["1"])
    (True, False)
    """

    of: Argument
    size: int = 1000

    kind = say("a list or a tuple")

    def accepts(self, value: Any) -> bool:
        """Return whether a value may be passed."""
        return (
            type(value) in (list, tuple)
            and len(value) <= self.size
            and all(map(self.of.accepts, value))
        )


def export(**arguments: Argument) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let student code call a function or a method of the suite's.

    Parameters
    ----------
    arguments
        For each parameter what may be passed: an `Array`, a `Number`, a `Text` or a `List`. A
        parameter that is left out can't be passed at all.

    Returns
    -------
    callable
        A decorator. What it makes raises TypeError, before the function runs, unless every
        argument is what it should be; for the suite itself as for student code. Of a dataclass it
        lets student code read the fields.

    Raises
    ------
    TypeError
        If an argument is declared that the function does not have.

    Examples
    --------
    >>> class Doubler:
    ...     @export(x=Array(axes=2))
    ...     def forward(self, x):
    ...         return 2 * x
    >>> Doubler().forward(np.ones((1, 2)))
    array([[2., 2.]])
    >>> Doubler().forward([[1.0, 1.0]])
    Traceback (most recent call last):
        ...
    TypeError: forward takes a NumPy array as x
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        if isinstance(function, type):
            if not dataclasses.is_dataclass(function) or arguments:
                raise TypeError(f"{function.__qualname__} is no dataclass; export its methods")
            function.__exported_fields__ = function  # type: ignore[attr-defined]
            return function
        signature = inspect.signature(function)
        if unknown := set(arguments) - set(signature.parameters):
            raise TypeError(f"{function.__qualname__} has no parameter {min(unknown)}")
        own = next(iter(signature.parameters), None) == "self"
        kinds = {parameter.kind for parameter in signature.parameters.values()}
        by_place = list(signature.parameters) if kinds <= _BY_PLACE else []

        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            if len(args) == len(by_place) and not kwargs:  # mostly, and soon bound
                given = list(zip(by_place, args, strict=True))
            else:
                given = _bound(function.__name__, signature, args, kwargs)
            # How a context is left is said by what leaves it, not by student code.
            for name, value in [] if function.__name__ == "__exit__" else given[own:]:
                argument = arguments.get(name)
                if argument is None or not argument.accepts(value):
                    raise TypeError(_refusal(function.__name__, name, argument))
            return function(*args, **kwargs)

        checked.__exported__ = True  # type: ignore[attr-defined]
        return checked

    return decorate


def _bound(
    method: str, signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> list[tuple[str, Any]]:
    """Return each argument with the name of its parameter.

    Raises
    ------
    TypeError
        If there are too many or too few.
    """
    try:
        return list(signature.bind(*args, **kwargs).arguments.items())
    except TypeError:  # which names the arguments: whoever calls has chosen their names
        text = say("{method} was called with too few or too many arguments", method=method)
        raise TypeError(text) from None


def _refusal(method: str, name: str, argument: Argument | None) -> str:
    if argument is None:
        return say("{method} takes no {name}", method=method, name=name)
    return say("{method} takes {kind} as {name}", method=method, kind=argument.kind, name=name)


def exported(value: Any) -> tuple[str, ...]:
    """List what student code may call of an object; nothing if nothing was exported.

    A function or a method that was exported has the one method ``__call__``, and an iterator, which
    is there for nothing else, the one method ``__next__``.
    """
    if isinstance(value, Iterator):
        return ("__next__",)
    if inspect.isfunction(value) or inspect.ismethod(value):
        return ("__call__",) if getattr(value, "__exported__", False) else ()
    kind: Any = type(value)
    return _exported_methods(kind)


def exported_fields(value: Any) -> tuple[str, ...]:
    """List the fields that student code may read: those of a dataclass that was exported itself."""
    kind = type(value)
    if getattr(kind, "__exported_fields__", None) is not kind:
        return ()
    return tuple(field.name for field in dataclasses.fields(value))


@functools.lru_cache(maxsize=256)
def _exported_methods(kind: type) -> tuple[str, ...]:
    return tuple(
        name
        for name in dir(kind)
        if getattr(inspect.getattr_static(kind, name), "__exported__", False)
    )


def _can_be_written(text: str) -> bool:
    """Return whether a string can go to a file: half of a character beyond 16 bits can't."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
