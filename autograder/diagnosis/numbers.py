"""Says why an answer is wrong, from the numbers alone, where no known mistake fits.

What is said is true whatever the program computes: a relation that holds to rounding between the
answer, the right one, and arrays that the check knows around them. Where none does, nothing is
said: a false hint costs a student more than none.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.checks import Known
from autograder.diagnosis.known_arrays import ingredients, wrong_factor
from autograder.diagnosis.relations import Texts, close, nearly, partial_relation, relation
from autograder.diagnosis.wrong_places import wrong_places

#: Larger numbers overflow on the way and say nothing.
LARGEST = 1e100


def reason(actual: Any, expected: np.ndarray | None, known: Known) -> Texts | None:
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
    dict or None
        A sentence or two in each language; None if no simple relation holds, or there are too few
        numbers to tell it from chance.
    """
    if expected is None or type(actual) is not np.ndarray or actual.dtype.kind not in "fiu":
        return None
    actual = actual.astype(np.float64)
    if not np.isfinite(actual).all() or np.abs(actual).max(initial=0.0) > LARGEST:
        return None
    with np.errstate(all="ignore"):
        if actual.shape == expected.shape and close(actual, expected):
            return None  # of another dtype, or wrong in a few digits only
        texts = relation(actual, expected) or _step(actual, expected, known)
        texts = texts or ingredients(actual, expected, known.given)
        if texts or actual.shape != expected.shape or not expected.any():
            return texts
        texts = wrong_factor(actual, expected, known)
        some = partial_relation(actual, expected)
        if not texts or some:
            texts = join(texts or some, wrong_places(actual, expected, known.given))
        return texts or nearly(actual, expected)


def join(*texts: Texts | None) -> Texts | None:
    """Put sentences one after the other."""
    said = [text for text in texts if text]
    if not said:
        return None
    return {"en": " ".join(t["en"] for t in said), "zh-TW": "".join(t["zh-TW"] for t in said)}


def _step(actual: np.ndarray, expected: np.ndarray, known: Known) -> Texts | None:
    """Name the relation of the steps that led to two values."""
    before = known.before
    if before is None or not actual.shape == expected.shape == before.shape:
        return None
    return (
        join(
            {"en": "Look at what was added to it in this step.", "zh-TW": "只看這一步加上去的量："},
            texts,
        )
        if (texts := relation(actual - before, expected - before))
        else None
    )
