"""Comparisons of single numbers, whether Python's or NumPy's."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np

from autograder.checks.failure import CheckFailed, Known, type_text
from autograder.messages import Message, say


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

    Examples
    --------
    >>> assert_number(np.float64(0.25), 0.25, "the loss")
    >>> assert_number(0.5, 0.25, "the loss")
    Traceback (most recent call last):
        ...
    autograder.checks.CheckFailed: the loss is not the right number.
    """
    assert_is_number(actual, what)
    if abs(float(actual) - expected) > tol * max(1.0, abs(expected)):
        problem = say("{what} is not the right number.", what=what)
        raise CheckFailed(problem, what, actual, np.array(expected), exact=False)


def assert_is_number(actual: Any, what: str) -> None:
    """Fail unless `actual` is one finite real number, whichever.

    Parameters
    ----------
    actual, what
        As for `assert_array`.

    Raises
    ------
    CheckFailed
        If it is none. A bool is none, and neither is an array of one number.

    Examples
    --------
    >>> assert_is_number(0.7, "the accuracy")
    >>> assert_is_number(True, "the accuracy")
    Traceback (most recent call last):
        ...
    autograder.checks.CheckFailed: the accuracy should be a float, not bool.
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
        The answers and the right numbers.
    what, known
        As for `assert_array`.

    Raises
    ------
    CheckFailed
        If there are more or fewer, or one is not a number, or not the right one.

    Examples
    --------
    >>> assert_numbers([0.5, 0.25], [0.5, 0.25], "what accuracy returns")
    >>> assert_numbers([0.5, 0.5], [0.5, 0.25], "what accuracy returns")
    Traceback (most recent call last):
        ...
    autograder.checks.CheckFailed: what accuracy returns is not the right number in one of \
2 cases.
    """
    right = np.array(expected, dtype=np.float64)
    if len(actual) > len(right):
        raise CheckFailed(say("{what} has too many elements.", what=what), what)
    if len(actual) < len(right):
        raise CheckFailed(say("{what} has too few elements.", what=what), what)
    for value in actual:
        assert_is_number(value, what)
    values = np.array([float(value) for value in actual])
    wrong = np.abs(values - right) > 1e-9 * np.maximum(1.0, np.abs(right))
    if wrong.any():
        problem = say("{what} is not the right number.", what=what)
        if len(right) > 1:
            problem = say(
                "{what} is not the right number in {amount}.",
                what=what,
                amount=_cases(int(wrong.sum()), len(right)),
            )
        raise CheckFailed(problem, what, values, right, known, cases=True, exact=False)


def _cases(wrong: int, size: int) -> Message:
    if wrong == size:
        return say("all {size} cases", size=size)
    if wrong == 1:
        return say("one of {size} cases", size=size)
    return say("several of {size} cases", size=size)
