"""Says how arrays of three axes and more are related, by the numbers of the axes.

Of two axes people speak as of rows and columns (`autograder.diagnosis.relations`); of more NumPy
counts them, from 0.
"""

from __future__ import annotations

import itertools

import numpy as np

from autograder.diagnosis.closeness import close
from autograder.messages import Message, say

#: Arrays of more axes are not looked at in all their orders.
ORDERED = 5
#: So many entries must be wrong before it means anything that they lie at an edge.
FEWEST = 3
#: Axes, and indices along one, that are named.
NAMED = 8


def other_shape(actual: np.ndarray, expected: np.ndarray) -> Message | None:
    """Name what made an array of another shape of the right one.

    Parameters
    ----------
    actual, expected
        Of different shapes; the second with three axes or more.
    """
    if found := other_order(actual, expected):
        return found
    for axis in range(min(expected.ndim, NAMED)):
        total = expected.sum(axis=axis)
        if total.size != actual.size:
            continue
        if close(actual.ravel(), total.ravel()):
            return say("What came out equals the right answer, summed over axis {axis}.", axis=axis)
        if close(actual.ravel() * expected.shape[axis], total.ravel()):
            return say(
                "What came out equals the right answer, averaged over axis {axis}.", axis=axis
            )
    return None


def other_order(actual: np.ndarray, expected: np.ndarray) -> Message | None:
    """Name the order of the axes, if that is all that is wrong."""
    if actual.ndim != expected.ndim or expected.ndim > ORDERED:
        return None
    right = tuple(range(expected.ndim))
    for order in itertools.permutations(right):
        shape = tuple(expected.shape[axis] for axis in order)
        if order == right or shape != actual.shape:
            continue
        if close(actual, np.transpose(expected, order)):
            moved = [axis for axis in right if order[axis] != axis]
            if len(moved) == 2:
                return say(
                    "The numbers are right, but axes {first} and {second} are exchanged.",
                    first=moved[0],
                    second=moved[1],
                )
            return say(
                "The numbers are right, but the axes are in another order: what came out is the "
                "right answer after np.transpose(right, {order}).",
                order=order,
            )
    return None


def along_axes(actual: np.ndarray, expected: np.ndarray) -> Message | None:
    """Name what was done along one axis of an array of the right shape.

    Parameters
    ----------
    actual, expected
        Of one shape, with three axes or more.
    """
    difference = actual - expected
    for axis in range(min(expected.ndim, NAMED)):
        length = expected.shape[axis]
        if length < 2:
            continue
        if close(actual, np.flip(expected, axis)):
            return say("Along axis {axis} the numbers are right but in reverse order.", axis=axis)
        if expected.size < 3 * length:  # every few numbers are off by something
            continue
        others = tuple(other for other in range(expected.ndim) if other != axis)
        mean = difference.mean(axis=others, keepdims=True)
        if close(difference, np.broadcast_to(mean, difference.shape)):
            return say(
                "All entries with the same index along axis {axis} are off by the same amount: "
                "something was added or left out there, as a bias or a mean would be.",
                axis=axis,
            )
        size = (expected**2).sum(axis=others, keepdims=True)
        slopes = (actual * expected).sum(axis=others, keepdims=True) / size
        if size.all() and slopes.all() and close(actual, slopes * expected):
            return say(
                "All entries with the same index along axis {axis} are right up to the same "
                "factor: something was multiplied or divided there, as by a norm, a sum or a "
                "count.",
                axis=axis,
            )
    return None


def wrong_slices(wrong: np.ndarray) -> Message | None:
    """Return the wrong entries by where they stand: at one index of an axis, or at an edge.

    Parameters
    ----------
    wrong
        Which entries are wrong, with three axes or more.
    """
    for axis in range(min(wrong.ndim, NAMED)):
        slices = np.moveaxis(wrong, axis, 0)
        if not 2 <= len(slices) <= NAMED:
            continue
        some, all_of_it = (f(slices.reshape(len(slices), -1), axis=1) for f in (np.any, np.all))
        if not (some == all_of_it).all():
            continue
        if some.sum() == 1:
            return say(
                "Only the entries with index {index} along axis {axis} are wrong; all others are "
                "right.",
                index=int(some.argmax()),
                axis=axis,
            )
        if some.sum() == len(some) - 1:
            return say(
                "Only the entries with index {index} along axis {axis} are right; all others are "
                "wrong.",
                index=int(some.argmin()),
                axis=axis,
            )
    inner = (..., slice(1, -1), slice(1, -1))
    edge = np.ones_like(wrong)
    edge[inner] = False
    if min(wrong.shape[-2:]) >= 3 and wrong.sum() >= FEWEST and not (wrong & ~edge).any():
        return say(
            "Inside, everything is right; what is wrong lies at the edge of the last two axes, "
            "where something beyond the edge may take part.",
        )
    return None
