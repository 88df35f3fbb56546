"""Comparison of plain values: numbers, text, and the lists, dictionaries and sets that hold them.

A value is compared as a person would look at it: is it of the right type, has it the right parts,
and only then, is each part right. Each step has its own message, and a message holds nothing of
either side: no value, no length, and no key but those that the assignment names itself.

The comparison follows the right value, so the work and the depth are bounded by what the check
wrote, whatever the answer is.
"""

from __future__ import annotations

import cmath
import dataclasses
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from autograder.checks.arrays import assert_array
from autograder.checks.failure import CheckFailed, Known, amount, type_text
from autograder.messages import Message, say


def _numpy_types(codes: str) -> set[type]:
    return {np.dtype(code).type for code in codes}


#: Exact types: a subclass could claim to equal everything.
_LEAVES: dict[type, str] = {
    **{type(None): "None", str: "str", bytes: "bytes", np.ndarray: "array"},
    **dict.fromkeys({bool, np.bool_}, "bool"),
    **dict.fromkeys({int} | _numpy_types(np.typecodes["AllInteger"]), "int"),
    **dict.fromkeys({float} | _numpy_types(np.typecodes["Float"]), "float"),
    **dict.fromkeys({complex} | _numpy_types(np.typecodes["Complex"]), "complex"),
}
#: Subclasses count as these, as they do once they have come from the student's process.
_CONTAINERS: dict[str, Any] = {kind.__name__: kind for kind in (list, tuple, dict, set, frozenset)}
_NAMES = {
    "None": say("None"),
    "bool": say("True or False"),
    "int": say("an integer"),
    "float": say("a float"),
    "complex": say("a complex number"),
    "number": say("a number"),
    "str": say("a string"),
    "bytes": say("bytes"),
    "list": say("a list"),
    "tuple": say("a tuple"),
    "dict": say("a dict"),
    "set": say("a set"),
    "frozenset": say("a frozenset"),
}
#: Elements of a list are named by their index up to here: which one is wrong tells something, too.
INDEX_LIMIT = 16
_NUMBERS = frozenset({"int", "float", "complex", "number"})
#: The dtype kinds that are right for an array, by that of the right one.
_ARRAYS = {"b": "b", "i": "iu", "u": "iu", "f": "f"}


def assert_equal(
    actual: Any,
    expected: Any,
    what: str,
    *,
    tol: float = 0.0,
    any_number: bool = False,
    keys: Collection[Hashable] = (),
    known: Known | None = None,
) -> None:
    """Fail unless `actual` is the same plain value as `expected`, in type and in all its parts.

    A list is no tuple, True is not 1, and 1 is not 1.0 unless `any_number` says so. NumPy's
    scalars are numbers like Python's, and NaN equals NaN.

    Parameters
    ----------
    actual
        What the student's code gave.
    expected
        What the grader computed: None, a bool, a number, a string, bytes, an array, or a list,
        tuple, set, frozenset or dict of such. With an instance of a dataclass of the suite's, each
        of its fields is compared with the attribute of that name, of whatever object.
    what
        Names the value in the message, for instance ``"what parse returns"``.
    tol
        The largest absolute error of a float, in units of ``max(1, abs(expected))``; of an array
        as in `assert_array`, whose numbers must be finite. By default all numbers must be equal
        to the last bit; integers always must.
    any_number
        Whether an integer is as good as the float that equals it, and the other way round. A bool
        is no number.
    keys
        The keys that the assignment itself names. A message names no others: a key could be a
        hidden input, or a number that the submission wants to see.
    known
        What the check knows around it, for the diagnosis.

    Raises
    ------
    CheckFailed
        At the first of type, length or keys, and values that is wrong.
    TypeError
        If `expected` holds something that can't be compared, which is a mistake of the check.

    Examples
    --------
    >>> assert_equal([1, 2.5, "a"], [1, 2.5, "a"], "what parse returns")
    >>> assert_equal((1, 2), [1, 2], "what parse returns")
    Traceback (most recent call last):
        ...
    autograder.checks.CheckFailed: what parse returns should be a list, not tuple.
    >>> assert_equal({"loss": 0.5}, {"loss": 0.25}, "history", keys=["loss"])
    Traceback (most recent call last):
        ...
    autograder.checks.CheckFailed: the value under 'loss' in history is not the right number.
    >>> assert_equal(0.1 + 0.2, 0.3, "the sum", tol=1e-9)
    >>> assert_equal(3, 3.0, "the count", any_number=True)
    """
    Comparison(tol, any_number, keys, known).compare(actual, expected, what)


@dataclass(frozen=True)
class Comparison:
    """What holds for the parts of a value as for the whole."""

    tol: float
    any_number: bool
    keys: Collection[Hashable]
    known: Known | None

    def compare(self, actual: Any, expected: Any, what: str) -> None:
        """Compare a value, as `assert_equal` does."""
        if dataclasses.is_dataclass(expected):
            self._fields(actual, expected, what)
            return
        kind = self._kind(expected)
        if kind == "array" and expected.dtype.kind in _ARRAYS:
            kinds = _ARRAYS[expected.dtype.kind]
            kinds = "iuf" if self.any_number and kinds != "b" else kinds
            right = expected.astype(np.float64)
            assert_array(actual, right, what, tol=self.tol, kinds=kinds, known=self.known)
            return
        if kind not in _NAMES:
            raise TypeError(f"assert_equal cannot compare {type(expected).__name__}")
        self._assert_kind(actual, kind, what)
        match kind:
            # By the type's own methods: a subclass could give other items each time.
            case "list" | "tuple":
                self.items(list(_CONTAINERS[kind].__iter__(actual)), list(expected), what)
            case "dict":
                self._dict(dict.items(actual), expected.items(), what)
            case "set" | "frozenset":
                self._set(_CONTAINERS[kind].__iter__(actual), expected, what)
            case _ if kind in _NUMBERS:
                self._assert_finite(actual, expected, what)
                if not self._close(actual, expected):
                    message = say("{what} is not the right number.", what=what)
                    right = _real_array(expected)
                    raise CheckFailed(message, what, actual, right, self.known)
            case _ if actual != expected:
                _fail_value(kind, what)

    def _kind(self, value: Any) -> str:
        """Name the kind of a value; empty if it is no plain one."""
        kind = type(value)
        name = _LEAVES.get(kind) or next(
            (name for name, base in _CONTAINERS.items() if issubclass(kind, base)), ""
        )
        return "number" if self.any_number and name in ("int", "float") else name

    def _assert_kind(self, actual: Any, kind: str, what: str) -> None:
        if self._kind(actual) != kind:
            message = say(
                "{what} should be {right}, not {type}.",
                what=what,
                right=_NAMES[kind],
                type=type_text(actual),
            )
            raise CheckFailed(message, what, actual)

    @staticmethod
    def _assert_finite(actual: Any, expected: Any, what: str) -> None:
        if _finite(expected) and not _finite(actual):
            message = say("{what} is infinite or not a number.", what=what)
            raise CheckFailed(message, what, actual)

    def _close(self, actual: Any, expected: Any) -> bool:
        """Return whether two numbers are equal, or floats that are near enough."""
        actual, expected = _python_number(actual), _python_number(expected)
        if actual == expected or (actual != actual and expected != expected):
            return True
        if type(actual) is type(expected) is int or not (_finite(actual) and _finite(expected)):
            return False
        try:
            return self.tol > 0.0 and abs(actual - expected) <= self.tol * max(1.0, abs(expected))
        except OverflowError:
            return False

    def items(self, actual: Sequence[Any], expected: Sequence[Any], what: str) -> None:
        """Compare lists or tuples."""
        if len(actual) > len(expected):
            raise CheckFailed(say("{what} has too many elements.", what=what), what)
        if len(actual) < len(expected):
            raise CheckFailed(say("{what} has too few elements.", what=what), what)
        names = [_element(index, what) for index in range(len(expected))]
        if len(expected) > 1 and all(self._kind(right) in _NUMBERS for right in expected):
            self._numbers(actual, expected, what, names)
            return
        for value, right, name in zip(actual, expected, names, strict=True):
            self.compare(value, right, name)

    def _numbers(
        self, actual: Sequence[Any], expected: Sequence[Any], what: str, names: Sequence[str]
    ) -> None:
        """Compare numbers together: they tell more of a mistake than the first wrong one."""
        for value, right, name in zip(actual, expected, names, strict=True):
            self._assert_kind(value, self._kind(right), name)
            self._assert_finite(value, right, name)
        pairs = zip(actual, expected, strict=True)
        wrong = [pair for pair in pairs if not self._close(*pair)]
        if wrong:
            message = say(
                "{what} has wrong values in {amount}.",
                what=what,
                amount=amount(len(wrong), len(expected)),
            )
            values, right = _real_array(actual), _real_array(expected)
            raise CheckFailed(message, what, values, right, self.known, cases=True)

    def _dict(
        self, actual: Iterable[tuple[Any, Any]], expected: Iterable[tuple[Any, Any]], what: str
    ) -> None:
        given = {self._identity(key): value for key, value in actual}
        right = {self._identity(key): value for key, value in expected}
        names = {self._identity(key): repr(key) for key in self.keys}
        missing = [key for key in right if key not in given]
        extra = [key for key in given if key not in right]
        for key in missing:
            if key in names:
                message = say("{what} is missing the key {key}.", what=what, key=names[key])
                raise CheckFailed(message, what)
        if missing:
            raise CheckFailed(say("{what} is missing a key.", what=what), what)
        for key in extra:
            if key in names:
                message = say("{what} should not have the key {key}.", what=what, key=names[key])
                raise CheckFailed(message, what)
        if extra:
            raise CheckFailed(say("{what} has a key that it should not have.", what=what), what)
        for key, value in right.items():
            name = say("a value in {what}", what=what)
            if key in names:
                name = say("the value under {key} in {what}", key=names[key], what=what)
            self.compare(given[key], value, name)

    def _fields(self, actual: Any, expected: Any, what: str) -> None:
        names = [field.name for field in dataclasses.fields(expected)]
        if self._kind(actual):
            message = say(
                "{what} should be an object with {names}, not {type}.",
                what=what,
                names=", ".join(names),
                type=type_text(actual),
            )
            raise CheckFailed(message, what)
        for name in names:
            try:
                value = getattr(actual, name)
            except AttributeError:
                raise CheckFailed(
                    say("{what} has no {name}.", what=what, name=name), what
                ) from None
            self.compare(
                value, getattr(expected, name), say("{name} of {what}", name=name, what=what)
            )

    def _set(self, actual: Iterable[Any], expected: Iterable[Any], what: str) -> None:
        given, right = ({self._identity(value) for value in side} for side in (actual, expected))
        if right - given:
            raise CheckFailed(say("{what} is missing an element.", what=what), what)
        if given - right:
            message = say("{what} has an element that it should not have.", what=what)
            raise CheckFailed(message, what)

    def _identity(self, value: Hashable) -> Hashable:
        """Return what only equal keys share; to Python, 1, 1.0 and True are the same key."""
        kind = self._kind(value)
        if kind in ("tuple", "frozenset"):
            items = _CONTAINERS[kind].__iter__(value)
            return kind, _CONTAINERS[kind](map(self._identity, items))
        if kind in _NUMBERS:
            number = _python_number(value)
            return kind, number if number == number else "nan"
        return kind, value


def _element(index: int, what: str) -> Message:
    if index >= INDEX_LIMIT:
        return say("an element of {what}", what=what)
    return say("the element at index {index} of {what}", index=index, what=what)


def _python_number(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _finite(value: Any) -> bool:
    value = _python_number(value)
    return type(value) is int or cmath.isfinite(value)


def _real_array(values: Any) -> np.ndarray | None:
    """Convert numbers for the diagnosis, which knows float64 only; None if they are none such."""
    try:
        array = np.array(values, dtype=np.float64)
    except (OverflowError, TypeError):  # beyond float64, or complex
        return None
    return array if np.isfinite(array).all() else None


def _fail_value(kind: str, what: str) -> NoReturn:
    match kind:
        case "bool":
            message = say("{what} is the wrong one of True and False.", what=what)
        case "str":
            message = say("{what} is not the right string.", what=what)
        case _:
            message = say("{what} does not hold the right bytes.", what=what)
    raise CheckFailed(message, what)
