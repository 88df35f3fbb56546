"""Says what was done to an array to make another of its shape: to its entries, rows or columns."""

from __future__ import annotations

import numpy as np

from autograder.diagnosis.closeness import LEAST, SINGLE, TOLERANCE, agrees, close
from autograder.messages import Message, say

#: How well a line must fit.
STRAIGHT = 1e-7
_FUNCTIONS = (
    (np.square, say("Every entry is the square of the right one.")),
    (
        lambda right: np.sqrt(np.abs(right)),
        say("Every entry is the square root of the right one."),
    ),
    (np.reciprocal, say("Every entry is the reciprocal of the right one.")),
    (np.exp, say("Every entry is the exponential of the right one.")),
    (lambda right: np.log(np.abs(right)), say("Every entry is the logarithm of the right one.")),
)
# By axis: 0 for rows, 1 for columns.
_REVERSED = (
    say("The rows are right but in reverse order; look at where a row goes."),
    say("The columns are right but in reverse order; look at where a column goes."),
)
_DISORDERED = (
    say("The rows are right but not in their order; look at where a row goes."),
    say("The columns are right but not in their order; look at where a column goes."),
)
# By the axis along which something is the same: 0 for columns, 1 for rows.
_OFFSET = (
    say(
        "Within each column, all entries are off by the same amount: something was added or taken "
        "off column by column, as a bias or a mean would be."
    ),
    say(
        "Within each row, all entries are off by the same amount: something was added or taken "
        "off row by row, as a bias or a mean would be."
    ),
)
_SCALED = (
    say(
        "Each column is right up to a factor of its own: something was multiplied or divided "
        "column by column, as by a norm, a sum or a count."
    ),
    say(
        "Each row is right up to a factor of its own: something was multiplied or divided row by "
        "row, as by a norm, a sum or a count."
    ),
)


def pattern(actual: np.ndarray, expected: np.ndarray) -> Message | None:
    """Name what was done to every entry, row or column of the right answer.

    Parameters
    ----------
    actual, expected
        Of one shape.
    """
    for found in (_elementwise, rounded, _moved, _by_rows_or_columns, _of_one_row, _not_binary):
        if message := found(actual, expected):
            return message
    return None


def _elementwise(actual: np.ndarray, expected: np.ndarray) -> Message | None:
    """Name a function that was applied to every entry of the right answer."""
    # 0 and 1 are their own squares and roots, and one number may be many functions of another.
    if len(np.unique(expected[~np.isin(expected, (0.0, 1.0))].round(9))) <= 2:
        return None
    for function, message in _FUNCTIONS:
        other = function(expected)
        if np.isfinite(other).all() and close(actual, other):
            return message
    sizes = np.abs(actual)
    same_size = np.ptp(sizes) <= TOLERANCE * sizes.max() and len(np.unique(np.abs(expected))) > 2
    if same_size and np.array_equal(np.sign(actual), np.sign(expected)):
        return say(
            "Every entry has the right sign, but all have the same size: only the signs are left "
            "of the right answer."
        )
    difference = actual - expected
    if close(difference, np.full_like(difference, difference.mean())):
        return say("Every entry is off by the same amount: a constant was added or left out.")
    # Any two values are stretched and moved to any two others.
    if len(np.unique(np.round(expected, 9))) > 3:
        slope, offset = np.polyfit(expected.ravel(), actual.ravel(), 1)
        # A smooth curve over a short range is nearly a line.
        if LEAST < abs(slope) < 1 / LEAST and agrees(actual, slope * expected + offset, STRAIGHT):
            if slope < 0:
                return say(
                    "What came out is the right answer times one negative number, plus another, "
                    "the same for all entries."
                )
            return say(
                "What came out is the right answer times one number, plus another, the same "
                "for all entries."
            )
    return None


def rounded(actual: np.ndarray, expected: np.ndarray) -> Message | None:
    """Name decimals that were lost."""
    wrong = actual != expected
    if 2 * wrong.sum() < expected.astype(bool).sum() or len(np.unique(actual)) < 3:
        return None  # a step function, for one, is no rounding
    whole = any(np.array_equal(actual, cut(expected)) for cut in (np.floor, np.ceil, np.trunc))
    if whole or any(np.allclose(actual, np.round(expected, n), 0, 1e-12) for n in range(9)):
        return say("Decimals were lost: what came out is the right answer rounded or cut off.")
    return None


def _moved(actual: np.ndarray, expected: np.ndarray) -> Message | None:
    """Name rows, columns or numbers of a list that stand in the wrong place."""
    if expected.ndim == 1 and expected.size > 2:
        if close(actual[::-1], expected):
            return say("The numbers are right, but in reverse order.")
        if expected[1:].all() and close(actual[:-1], expected[1:]):
            return say("The numbers are right, but each comes one place too early.")
        if expected[:-1].all() and close(actual[1:], expected[:-1]):
            return say("The numbers are right, but each comes one place too late.")
    if expected.ndim != 2 or min(expected.shape) < 2:
        return None  # single numbers come in another order by many a mistake
    for axis in range(2):
        if close(np.flip(actual, axis), expected):
            return _REVERSED[axis]
        mine, right = (np.moveaxis(array, axis, 0) for array in (actual, expected))
        mine, right = (array[np.argsort(array[:, 0])] for array in (mine, right))
        if close(mine, right):
            return _DISORDERED[axis]
    return None


def _by_rows_or_columns(actual: np.ndarray, expected: np.ndarray) -> Message | None:
    """Name rows or columns that are each off by an amount, or a factor, of their own."""
    if expected.ndim != 2 or min(expected.shape) < 2 or expected.size < 6:
        return None
    difference = actual - expected
    for axis in range(2):
        mean = difference.mean(axis=axis, keepdims=True)
        if close(difference, np.broadcast_to(mean, difference.shape)):
            return _OFFSET[axis]
        size = (expected**2).sum(axis=axis, keepdims=True)
        slopes = (actual * expected).sum(axis=axis, keepdims=True) / size
        if size.all() and slopes.all() and close(actual, slopes * expected):
            return _SCALED[axis]
    return None


def _of_one_row(actual: np.ndarray, expected: np.ndarray) -> Message | None:
    """Name a matrix whose rows are all multiples of one row, where the right one's are not."""
    if expected.ndim != 2 or min(expected.shape) < 2 or expected.size < 6:
        return None
    mine, right = (np.linalg.svd(array, compute_uv=False) for array in (actual, expected))
    if mine[1] > TOLERANCE * mine[0] or right[1] <= SINGLE * right[0]:
        return None
    return say(
        "All rows are multiples of one single row: it is one column times one row, where a sum of "
        "several such products is due. Was something summed or averaged too early, or is only one "
        "sample left?"
    )


def _not_binary(actual: np.ndarray, expected: np.ndarray) -> Message | None:
    """Name numbers other than 0 and 1, where both are right and nothing else."""
    if set(np.unique(expected)) != {0.0, 1.0} or np.isin(actual, (0.0, 1.0)).all():
        return None
    return say("Every entry should be 0 or 1; here there are other numbers too.")
