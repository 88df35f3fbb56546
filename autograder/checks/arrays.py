"""Comparisons of arrays that a hostile answer can't pass and a puzzled student can read.

An answer is compared in the order in which a person would look for the mistake: is it an array
at all, of which kind of number, of which shape, is it finite, and only then, are its values
right. Each step has its own message, and no message holds a hidden input or an expected number.

``numpy.testing.assert_allclose`` is not used: it passes masked arrays and broadcasts.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.checks.failure import CheckFailed, Known, amount, dtype_text, type_text
from autograder.checks.shapes import Shape, shape_text
from autograder.messages import Message, join, say

KINDS = {
    "b": say("booleans"),
    "i": say("integers"),
    "u": say("unsigned integers"),
    "f": say("floats"),
}


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

    Examples
    --------
    >>> right = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> assert_array(right + 1e-12, right, "what forward returns")
    >>> assert_array(right[0], right, "what forward returns")
    Traceback (most recent call last):
        ...
    autograder.checks.CheckFailed: what forward returns has the wrong shape: (2,) instead of (2, 2).
    >>> assert_array(np.array([1, 0]), np.array([1, 0]), "the labels", kinds="iu")
    """
    problem = _form_problem(actual, _shapes(expected, known), what, kinds)
    exact = problem is not None
    if problem is None:
        error = np.abs(np.asarray(actual, dtype=np.float64) - expected)
        wrong = error > tol * max(1.0, float(np.abs(expected).max(initial=0.0)))
        if not wrong.any():
            return
        problem = say(
            "{what} has the right shape, {shape}, but wrong values in {amount}.",
            what=what,
            shape=expected.shape,
            amount=amount(int(wrong.sum()), wrong.size),
        )
    raise CheckFailed(problem, what, actual, expected, known, exact=exact)


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

    Examples
    --------
    >>> assert_array_form(np.array([0.3, -0.2]), (2,), "w of a new layer")
    >>> assert_array_form([0.3, -0.2], (2,), "w of a new layer")
    Traceback (most recent call last):
        ...
    autograder.checks.CheckFailed: w of a new layer should be a NumPy array, not list.
    """
    problem = _form_problem(actual, [shape], what, kinds)
    if problem is not None:
        raise CheckFailed(problem, what, actual)


def _shapes(expected: np.ndarray, known: Known | None) -> list[Shape]:
    return (known or Known()).shapes(expected.shape)


def _form_problem(actual: Any, shapes: list[Shape], what: str, kinds: str) -> Message | None:
    """Say what is wrong with type, dtype, shape or finiteness; the first shape is the right one."""
    if type(actual) is not np.ndarray:
        return say("{what} should be a NumPy array, not {type}.", what=what, type=type_text(actual))
    if actual.dtype.kind not in kinds or (kinds == "f" and actual.dtype != np.float64):
        right = "float64" if kinds == "f" else join(_either, (KINDS[kind] for kind in kinds))
        return say(
            "{what} should hold {right}, not {type}.",
            what=what,
            right=right,
            type=dtype_text(actual.dtype),
        )
    if actual.shape != shapes[0]:
        return say(
            "{what} has the wrong shape: {actual} instead of {right}.",
            what=what,
            actual=shape_text(actual.shape, *shapes),
            right=shapes[0],
        )
    finite = np.isfinite(actual)
    if not finite.all():
        return say(
            "{what} is infinite or not a number in {amount}.",
            what=what,
            amount=amount(int((~finite).sum()), finite.size),
        )
    return None


def _either(first: str, second: str) -> Message:
    return say("{first} or {second}", first=first, second=second)


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

    Examples
    --------
    >>> numeric = np.array([0.5, -1.5, 2.0])
    >>> assert_gradient(numeric * (1.0 + 1e-9), numeric, "dL/dw")
    >>> assert_gradient(-numeric, numeric, "dL/dw")
    Traceback (most recent call last):
        ...
    autograder.checks.CheckFailed: dL/dw has the right shape, (3,), but differs from the \
gradient taken by finite differences (relative error about 1e+00, allowed 1e-06).
    """
    problem = _form_problem(actual, _shapes(numeric, known), what, "f")
    exact = problem is not None
    if problem is None:
        size = float(np.linalg.norm(actual) + np.linalg.norm(numeric))
        error = float(np.linalg.norm(actual - numeric)) / size if size else 0.0
        if error < tol:
            return
        problem = say(
            "{what} has the right shape, {shape}, but differs from the gradient taken by finite "
            "differences (relative error about {error}, allowed {tolerance}).",
            what=what,
            shape=numeric.shape,
            error=_power_of_ten(error),
            tolerance=f"{tol:.0e}",
        )
    raise CheckFailed(problem, what, actual, numeric, known, exact=exact)


def _power_of_ten(error: float) -> str:
    """Round a relative error, which is at most 1; one of numbers that overflow counts as 1."""
    return f"{10.0 ** round(math.log10(error)):.0e}" if error < 1.0 else "1e+00"


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

    Examples
    --------
    >>> x = np.array([1.0, 2.0])
    >>> given = x.copy()
    >>> given *= 2.0  # what the student's code must not do
    >>> assert_unchanged(given, x, "the array given to forward")
    Traceback (most recent call last):
        ...
    autograder.checks.CheckFailed: the array given to forward was changed; it should be left as \
it was.
    """
    if type(actual) is not np.ndarray or not np.array_equal(actual, before, equal_nan=True):
        message = say("{what} was changed; it should be left as it was.", what=what)
        raise CheckFailed(message, what, actual, before, known)
