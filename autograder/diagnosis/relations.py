"""Says how two arrays are related, when one should be the other.

A sign, a factor, a transpose or a missing term is a mistake that many programs share, whatever
they compute. Only relations that hold to rounding are named; where none does, nothing is said.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from autograder.diagnosis.axes import along_axes, other_order, other_shape
from autograder.diagnosis.closeness import LEAST, NEAR, TOLERANCE, agrees, close, differs
from autograder.diagnosis.patterns import pattern
from autograder.messages import Message, say, then

#: A factor is named if it is one of these, one over it, or a length that the check knows. A
#: submission could choose any other.
FACTORS = frozenset({*range(2, 13), 100})
# By axis: 0 for rows, 1 for columns.
_REDUCED = (
    (np.sum, 0, say("What came out equals the right answer, summed over its rows.")),
    (np.mean, 0, say("What came out equals the right answer, averaged over its rows.")),
    (np.sum, 1, say("What came out equals the right answer, summed over its columns.")),
    (np.mean, 1, say("What came out equals the right answer, averaged over its columns.")),
)


def relation(
    actual: Any, expected: np.ndarray | None, lengths: Collection[int] = ()
) -> Message | None:
    """Name the relation of an answer to the right one.

    Parameters
    ----------
    actual
        The answer, of any type.
    expected
        The right array.
    lengths
        Of axes that the check knows, which may be named as factors.

    Returns
    -------
    Message or None
        A sentence; None if there is no simple relation, or too few numbers to tell it from chance.
    """
    if type(actual) is not np.ndarray or expected is None or expected.size < 2:
        return None
    if actual.dtype.kind not in "fiu" or not np.isfinite(actual).all() or not expected.any():
        return None
    with np.errstate(all="ignore"):  # the numbers may be as large as they like
        if actual.shape != expected.shape:
            return _other_shape(actual, expected)
        return _same_shape(actual, expected, FACTORS.union(lengths))


def _other_shape(actual: np.ndarray, expected: np.ndarray) -> Message | None:
    if expected.ndim == 2 and actual.shape == expected.shape[::-1] and close(actual.T, expected):
        return say("The numbers are right, but rows and columns are exchanged.")
    if expected.ndim > 2 and (found := other_shape(actual, expected)):
        return found
    if actual.size == expected.size and close(actual.reshape(expected.shape), expected):
        return say("The numbers are right, but the array has lost its shape on the way.")
    square = actual.ndim == 2 and actual.shape == (expected.size,) * 2
    if square and close(np.diagonal(actual), expected.ravel()):
        return say(
            "Only the diagonal is what it should be: every number met every other, as when a "
            "column and a flat array are put together."
        )
    for function, axis, message in _REDUCED:
        if axis < expected.ndim <= 2:
            lesser = function(expected, axis=axis)
            if lesser.size == actual.size and close(actual.ravel(), lesser.ravel()):
                return message
    return None


def _same_shape(
    actual: np.ndarray, expected: np.ndarray, factors: Collection[int]
) -> Message | None:
    if not actual.any():
        return say("Every entry is 0: it was never computed, or became 0 on the way.")
    slope = float(np.vdot(actual, expected) / np.vdot(expected, expected))
    # Where nearly all is 0, one or two numbers would make any mistake a factor.
    dense = expected.all() or np.count_nonzero(expected) > 2
    if dense and LEAST < abs(slope) < 1 / LEAST and agrees(actual, slope * expected):
        return _factor(slope, factors)
    if expected.ndim == 2 and actual.shape[0] == actual.shape[1] and close(actual.T, expected):
        return say("What came out is the transpose of the right answer.")
    if expected.ndim > 2 and (found := other_order(actual, expected)):
        return found
    if np.ptp(actual) <= TOLERANCE * np.abs(actual).max() and len(np.unique(expected)) > 2:
        return say("All entries are one and the same number, though they should differ.")
    if found := pattern(actual, expected):
        return found
    return along_axes(actual, expected) if expected.ndim > 2 else None


def nearly(actual: np.ndarray, expected: np.ndarray) -> Message | None:
    """Name a loss of precision, in arrays of one shape."""
    with np.errstate(all="ignore"):
        if not close(actual, expected, NEAR):
            return None
    return say(
        "It is right to a few digits and no further, as when numbers are rounded, kept as "
        "float32, or get a tiny number added."
    )


def partial_relation(actual: np.ndarray, expected: np.ndarray) -> Message | None:
    """Name what is wrong with some entries, where all others are right.

    Parameters
    ----------
    actual, expected
        Of one shape.
    """
    if close(np.abs(actual), np.abs(expected)):
        return say("The sizes are right, but some entries have the wrong sign.")
    wrong = differs(actual, expected)
    bounds = np.abs(actual[wrong])
    if not 2 <= wrong.sum() <= expected.size - 2:
        return None
    if not bounds.any():
        return say("Some entries are 0 that should not be; all others are right.")
    same = np.ptp(bounds) <= TOLERANCE * bounds.max()
    if same and bounds.max() < np.abs(expected[wrong]).min() * (1 - TOLERANCE):
        return say("Large entries were cut off at a bound; all others are right.")
    return None


def _factor(slope: float, factors: Collection[int]) -> Message:
    if abs(slope + 1) < TOLERANCE:
        return say(
            "Every entry is the negative of the right one: the sizes are right, the sign is not."
        )
    lengths = set(factors) - FACTORS
    for factor, size in (("{}", abs(slope)), ("1/{}", 1 / abs(slope))):
        number = round(size)
        if number <= 1 or abs(number - size) >= TOLERANCE * size:
            continue
        half = number // 2 if number % 2 == 0 and number // 2 in lengths else 0
        if number not in factors and not half:
            continue
        factor = factor.format(number)
        if slope < 0:
            found = say(
                "Every entry is exactly minus {factor} times what it should be.", factor=factor
            )
        else:
            found = say("Every entry is exactly {factor} times what it should be.", factor=factor)
        if number == 2:
            where = say("Which factor 2 or 1/2 is missing, or one too many?")
        elif half and number not in lengths:
            where = say(
                "{number} is 2 times {half}: two factors are missing, or too many. Which number "
                "around here is {half}: the samples in the batch, a width?",
                number=number,
                half=half,
            )
        else:
            where = say(
                "Which number around here is {number}: the samples in the batch, a width, a "
                "factor that was taken more than once?",
                number=number,
            )
        return then(found, where)
    return say("Every entry is the right one times one and the same number.")
