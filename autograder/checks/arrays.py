"""Comparisons that a hostile answer can't pass and a puzzled student can read.

An answer is compared in the order in which a person would look for the mistake: is it an array
at all, of which kind of number, of which shape, is it finite, and only then, are its values
right. Each step has its own message, and no message holds a hidden input or an expected number.

``numpy.testing.assert_allclose`` is not used: it passes masked arrays and broadcasts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, NoReturn

import numpy as np

from autograder.messages import Message, join, say

_KNOWN_TYPE = re.compile(
    r"MaskedArray|matrix|recarray|an array of (?:object|[<>|=]?[USMm]\d{0,2})|function|method|type|"
    r"builtin_function_or_method|generator|map|filter|zip|range|set|frozenset|module|Decimal|Fraction"
)
KINDS = {
    "b": say("booleans"),
    "i": say("integers"),
    "u": say("unsigned integers"),
    "f": say("floats"),
}


@dataclass(frozen=True)
class Known:
    """What a check knows around a comparison, for whoever looks for the reason of a wrong answer.

    Attributes
    ----------
    before
        What the value was before the step that led to it.
    given
        Arrays that a wrong answer may have been made of, by the name under which students know
        them: what the method was given, parts of the right answer, what is easily taken for it.
    product
        The names of two of those whose matrix product is the right answer.
    """

    before: np.ndarray | None = None
    given: Mapping[str, np.ndarray] = field(default_factory=dict)
    product: tuple[str, str] | None = None


class CheckFailed(AssertionError):
    """A check that did not pass; its text is written for the student.

    Attributes
    ----------
    what
        What was compared, as the check names it; empty if nothing was.
    actual, expected
        Both sides of the comparison, for whoever looks for the reason; never shown.
    known
        What the check knows around it.
    cases
        Whether they are no array of the student's, but the answers of several cases.
    """

    def __init__(
        self,
        message: str,
        what: str = "",
        actual: Any = None,
        expected: np.ndarray | None = None,
        known: Known | None = None,
        cases: bool = False,
    ):
        super().__init__(message)
        self.cases = cases
        self.what, self.actual, self.expected = what, actual, expected
        self.known = known or Known()


def fail(message: str) -> NoReturn:
    """End the check with a message for the student.

    Raises
    ------
    CheckFailed
        Always.
    """
    raise CheckFailed(message)


def assert_array(
    actual: Any,
    expected: np.ndarray,
    what: str,
    *,
    tol: float = 1e-9,
    kinds: str = "f",
    known: Known | None = None,
) -> None:
    """Fail unless `actual` is an array that equals `expected`.

    Parameters
    ----------
    actual
        What the student's code gave.
    expected
        What the grader computed from its own numbers.
    what
        Names the value in the message, for instance ``"what forward returns"``.
    tol
        The largest absolute error, in units of ``max(1, abs(expected).max())``.
    kinds
        The NumPy dtype kinds that are right. ``"f"`` alone means float64.
    known
        What the check knows around it, for the diagnosis.

    Raises
    ------
    CheckFailed
        At the first of type, dtype, shape, finiteness and values that is wrong.
    """
    problem = _form_problem(actual, expected.shape, what, kinds)
    if problem is None:
        error = np.abs(np.asarray(actual, dtype=np.float64) - expected)
        wrong = error > tol * max(1.0, float(np.abs(expected).max(initial=0.0)))
        if not wrong.any():
            return
        first = [int(i) for i in np.argwhere(wrong)[0]]
        problem = say(
            "{what} has the right shape, {shape}, but wrong values: {number} of {size} entries "
            "differ, the first at {first}.",
            what=what,
            shape=shape_text(expected.shape),
            number=int(wrong.sum()),
            size=wrong.size,
            first=first,
        )
    raise CheckFailed(problem, what, actual, expected, known)


def assert_array_form(actual: Any, shape: tuple[int, ...], what: str, *, kinds: str = "f") -> None:
    """Fail unless `actual` is a finite array of this shape and kind, whatever its values.

    Parameters
    ----------
    actual, what, kinds
        As for `assert_array`.
    shape
        The exact shape.

    Raises
    ------
    CheckFailed
        At the first of type, dtype, shape and finiteness that is wrong.
    """
    problem = _form_problem(actual, shape, what, kinds)
    if problem is not None:
        raise CheckFailed(problem, what, actual)


def _form_problem(actual: Any, shape: tuple[int, ...], what: str, kinds: str) -> Message | None:
    if type(actual) is not np.ndarray:
        return say("{what} should be a NumPy array, not {type}.", what=what, type=type_text(actual))
    if actual.dtype.kind not in kinds or (kinds == "f" and actual.dtype != np.float64):
        right = "float64" if kinds == "f" else join(_either, (KINDS[kind] for kind in kinds))
        return say(
            "{what} should hold {right}, not {type}.", what=what, right=right, type=actual.dtype
        )
    if actual.shape != shape:
        return say(
            "{what} has the wrong shape: {actual} instead of {right}.",
            what=what,
            actual=shape_text(actual.shape),
            right=shape_text(shape),
        )
    if not np.isfinite(actual).all():
        bad = np.argwhere(~np.isfinite(actual))
        first = [int(i) for i in bad[0]]
        return say(
            "{what} holds {number} value(s) that are infinite or not a number, the first at "
            "{first}.",
            what=what,
            number=len(bad),
            first=first,
        )
    return None


def _either(first: str, second: str) -> Message:
    return say("{first} or {second}", first=first, second=second)


def assert_number(actual: Any, expected: float, what: str, *, tol: float = 1e-9) -> None:
    """Fail unless `actual` is one real number within `tol` of `expected`.

    Parameters
    ----------
    actual, what
        As for `assert_array`.
    expected
        The right number.
    tol
        The largest absolute error, in units of ``max(1, abs(expected))``.

    Raises
    ------
    CheckFailed
        If `actual` is not a number, or not the right one.
    """
    assert_is_number(actual, what)
    if abs(float(actual) - expected) > tol * max(1.0, abs(expected)):
        problem = say("{what} is not the right number.", what=what)
        raise CheckFailed(problem, what, actual, np.array(expected))


def assert_is_number(actual: Any, what: str) -> None:
    """Fail unless `actual` is one real number, whichever.

    Raises
    ------
    CheckFailed
        If it is none.
    """
    if not isinstance(actual, Real) or isinstance(actual, bool | np.bool_):
        problem = say("{what} should be a float, not {type}.", what=what, type=type_text(actual))
        raise CheckFailed(problem, what, actual)
    if not np.isfinite(float(actual)):
        raise CheckFailed(say("{what} is infinite or not a number.", what=what), what, actual)


def assert_numbers(
    actual: Sequence[Any], expected: Sequence[float], what: str, *, known: Known | None = None
) -> None:
    """Fail unless every answer of several is the right number.

    Together they tell more of a mistake than the first wrong one.

    Parameters
    ----------
    actual, expected
        The answers and the right numbers, equally many.
    what, known
        As for `assert_array`.

    Raises
    ------
    CheckFailed
        If one is not a number, or not the right one.
    """
    right = np.array(expected, dtype=np.float64)
    for value in actual:
        assert_is_number(value, what)
    values = np.array([float(value) for value in actual])
    wrong = np.abs(values - right) > 1e-9 * np.maximum(1.0, np.abs(right))
    if wrong.any():
        problem = say("{what} is not the right number.", what=what)
        if len(right) > 1:
            problem = say(
                "{what} is not the right number in {number} of {size} cases.",
                what=what,
                number=int(wrong.sum()),
                size=len(right),
            )
        raise CheckFailed(problem, what, values, right, known, cases=True)


def assert_gradient(
    actual: Any,
    numeric: np.ndarray,
    what: str,
    *,
    tol: float = 1e-6,
    known: Known | None = None,
) -> None:
    """Fail unless `actual` agrees with a gradient taken by finite differences.

    The measure is ``||a - n|| / (||a|| + ||n||)`` over the whole tensor, which is 0 for equal
    tensors and 1 for unrelated or opposite ones. At a step of 1e-5 in float64 right code stays
    under 2e-8.

    Parameters
    ----------
    actual, what
        As for `assert_array`.
    numeric
        The gradient by central differences.
    tol
        The largest relative error.
    known
        As for `assert_array`.

    Raises
    ------
    CheckFailed
        If form or values are wrong.
    """
    problem = _form_problem(actual, numeric.shape, what, "f")
    if problem is None:
        size = float(np.linalg.norm(actual) + np.linalg.norm(numeric))
        error = float(np.linalg.norm(actual - numeric)) / size if size else 0.0
        if error < tol:
            return
        problem = say(
            "{what} has the right shape, {shape}, but differs from the gradient taken by finite "
            "differences (relative error {error}, allowed {tolerance}).",
            what=what,
            shape=shape_text(numeric.shape),
            error=f"{error:.1e}",
            tolerance=f"{tol:.0e}",
        )
    raise CheckFailed(problem, what, actual, numeric, known)


def assert_unchanged(
    actual: Any, before: np.ndarray, what: str, *, known: Known | None = None
) -> None:
    """Fail unless the array is, to the last bit, what it was `before`.

    Parameters
    ----------
    actual, before
        The array afterwards and before.
    what, known
        As for `assert_array`.

    Raises
    ------
    CheckFailed
        If it changed.
    """
    if type(actual) is not np.ndarray or not np.array_equal(actual, before, equal_nan=True):
        message = say("{what} was changed; it should be left as it was.", what=what)
        raise CheckFailed(message, what, actual, before, known)


def shape_text(shape: tuple[int, ...]) -> str:
    """Write a shape as NumPy does, ``(3, 2)``; a hostile one is cut short."""
    return str(shape) if len(shape) <= 8 else say("({number} axes)", number=len(shape))


def type_text(value: Any) -> str:
    """Name the type of an answer as the student knows it."""
    if value is None:
        return say("None (is a return missing?)")
    name = type(value).__name__
    if hasattr(type(value), "__student_type__"):
        name = value.__student_type__
        # A class can be named after a hidden input: only names that others gave are shown.
        return name if _KNOWN_TYPE.fullmatch(name) else say("an object of your own")
    return name
