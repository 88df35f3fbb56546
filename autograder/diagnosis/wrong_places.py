"""Says where an answer is wrong, when it is right elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autograder.diagnosis.axes import wrong_slices
from autograder.diagnosis.closeness import differs
from autograder.messages import Message, say

#: So many entries must be right, and as many wrong, before their places mean anything.
FEWEST = 3


def wrong_places(
    actual: np.ndarray, expected: np.ndarray, given: Mapping[str, np.ndarray]
) -> Message | None:
    """Name what the wrong entries have in common and no right one has.

    Parameters
    ----------
    actual, expected
        Of one shape.
    given
        Arrays that the check knows, by name.

    Returns
    -------
    Message or None
        A sentence.
    """
    wrong = differs(actual, expected)
    if min(wrong.sum(), wrong.size - wrong.sum()) >= FEWEST:
        for name, array in given.items():
            if array.shape == wrong.shape and (found := _by_value(wrong, array, name)):
                return found
    return _by_place(wrong)


def _by_value(wrong: np.ndarray, array: np.ndarray, name: str) -> Message | None:
    """Return the wrong entries by the values that a known array has there."""
    negative, positive, size = array < 0, array > 0, np.abs(array)
    if (wrong == negative).all():
        return say(
            "It is wrong exactly where `{name}` is negative, and right everywhere else.", name=name
        )
    if (wrong == positive).all():
        return say(
            "It is wrong exactly where `{name}` is positive, and right everywhere else.", name=name
        )
    if _larger(size, wrong):
        return say(
            "It is wrong exactly where `{name}` is large in size, and right everywhere else.",
            name=name,
        )
    if _smaller(size, wrong):
        return say(
            "It is wrong exactly where `{name}` is small in size, and right everywhere else.",
            name=name,
        )
    if _larger(array, wrong):
        return say(
            "It is wrong exactly where `{name}` is large, and right everywhere else.", name=name
        )
    if _smaller(array, wrong) and (array[~wrong] < 0).any():
        return say(
            "It is wrong exactly where `{name}` is small, and right everywhere else.", name=name
        )
    if not (wrong & ~negative).any() and not negative.all():
        return say(
            "Where `{name}` is positive, everything is right; where it is negative, not all.",
            name=name,
        )
    if not (wrong & ~positive).any() and not positive.all():
        return say(
            "Where `{name}` is negative, everything is right; where it is positive, not all.",
            name=name,
        )
    return None


def _larger(values: np.ndarray, wrong: np.ndarray) -> bool:
    """Return whether the wrong entries are those with large values."""
    # Numbers that are only not negative are not large, nor are those below a few small.
    apart = values[wrong].min() > values[~wrong].max() + np.ptp(values) * 1e-9
    return bool(apart and (values[~wrong] > 0).any())


def _smaller(values: np.ndarray, wrong: np.ndarray) -> bool:
    """Return whether the wrong entries are those with small values."""
    return bool(values[wrong].max() < values[~wrong].min() - np.ptp(values) * 1e-9)


# By axis, 0 for rows and 1 for columns: the end, and what is said if it alone is wrong, or right.
_EDGES = (
    (
        0,
        0,
        say("Only the first row is wrong; all others are right."),
        say("Only the first row is right; all others are wrong."),
    ),
    (
        0,
        -1,
        say("Only the last row is wrong; all others are right."),
        say("Only the last row is right; all others are wrong."),
    ),
    (
        1,
        0,
        say("Only the first column is wrong; all others are right."),
        say("Only the first column is right; all others are wrong."),
    ),
    (
        1,
        -1,
        say("Only the last column is wrong; all others are right."),
        say("Only the last column is right; all others are wrong."),
    ),
)


def _by_place(wrong: np.ndarray) -> Message | None:
    """Return the wrong entries by where they stand: a row or column at an edge, or in a list."""
    if wrong.ndim == 1 and wrong.size >= FEWEST and not wrong[0] and wrong[1:].all():
        return say("Only the first number is right; all later ones are wrong.")
    if wrong.ndim > 2:
        return wrong_slices(wrong)
    if wrong.ndim != 2 or min(wrong.shape) < 2:
        return None
    for axis, end, alone_wrong, alone_right in _EDGES:
        lines = np.moveaxis(wrong, axis, 0)
        if len(lines) < FEWEST:
            continue
        others = np.delete(lines, end, axis=0)
        if lines[end].all() and not others.any():
            return alone_wrong
        if not lines[end].any() and others.all():
            return alone_right
    return None
