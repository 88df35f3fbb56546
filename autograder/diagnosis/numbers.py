"""Says why an answer is wrong, from the numbers alone, where no known mistake fits.

What is said is true whatever the program computes: a relation that holds to rounding between the
answer, the right one, and arrays that the check knows around them. Where none does, nothing is
said: a false hint costs a student more than none.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from autograder.checks import Known
from autograder.checks.shapes import known_lengths
from autograder.diagnosis.closeness import NEAR, close
from autograder.diagnosis.known_arrays import ingredients, wrong_factor
from autograder.diagnosis.patterns import rounded
from autograder.diagnosis.relations import nearly, partial_relation, relation
from autograder.diagnosis.wrong_places import wrong_places
from autograder.messages import Message, join, say, then

#: Larger numbers overflow on the way and say nothing.
LARGEST = 1e100


def reason(actual: Any, expected: np.ndarray | None, known: Known) -> Message | None:
    """Name the simplest relation of an answer to the right one.

    Parameters
    ----------
    actual
        The answer, of any type.
    expected
        The right array.
    known
        What the check knows around it.

    Returns
    -------
    Message or None
        A sentence or two; None if no simple relation holds, or there are too few
        numbers to tell it from chance.
    """
    if expected is None or type(actual) is not np.ndarray or actual.dtype.kind not in "fiu":
        return None
    given_dtype, actual = actual.dtype, actual.astype(np.float64)
    if not np.isfinite(actual).all() or np.abs(actual).max(initial=0.0) > LARGEST:
        return None
    with np.errstate(all="ignore"):
        if actual.shape == expected.shape and close(actual, expected, NEAR):
            # No relation is far enough from being right to be told from others.
            right_dtype = given_dtype == expected.dtype and not np.array_equal(actual, expected)
            few = rounded(actual, expected) or nearly(actual, expected)
            return few if right_dtype else None
        lengths = known_lengths(known.shapes(expected.shape))
        message = relation(actual, expected, lengths) or _step(actual, expected, known, lengths)
        message = message or ingredients(actual, expected, known.given)
        if message or actual.shape != expected.shape or not expected.any():
            return message
        message = wrong_factor(actual, expected, known, lengths)
        if not message:
            some = partial_relation(actual, expected)
            said = (some, wrong_places(actual, expected, known.given))
            found = [sentence for sentence in said if sentence]
            message = join(then, found) if found else None
        return message


def _step(
    actual: np.ndarray, expected: np.ndarray, known: Known, lengths: Collection[int]
) -> Message | None:
    """Name the relation of the steps that led to two values."""
    before = known.before
    if before is None or not actual.shape == expected.shape == before.shape:
        return None
    found = relation(actual - before, expected - before, lengths)
    return then(say("Look at what was added to it in this step."), found) if found else None
