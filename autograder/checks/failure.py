"""A check that failed: what it says to the student, and what it keeps for the diagnosis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from autograder.messages import Message, say

#: The types that are named, whoever made the object: a submission's own type may be called as it
#: likes.
TYPES = frozenset(
    "bool int float complex str bytes list tuple dict set frozenset range function method type "
    "module generator map filter zip builtin_function_or_method Decimal Fraction "
    "ndarray MaskedArray matrix recarray bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 "
    "float16 float32 float64 complex64 complex128".split()
)
#: The arrays that can't come from the student's process, by the start of their dtype's name.
_ARRAYS = {
    "an array of object": say("an array of objects"),
    "an array of <U": say("an array of strings"),
    "an array of |S": say("an array of bytes"),
    "an array of datetime64": say("an array of dates"),
    "an array of timedelta64": say("an array of times"),
}
OWN = say("an object of your own")
_KINDS_NAMED = "biufc"
#: A larger answer is not kept: whoever looks for the reason would look at it for long.
KEPT_LIMIT = 1 << 17


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

    Examples
    --------
    >>> x, w = np.ones((4, 3)), np.full((2, 3), 0.5)
    >>> known = Known(given={"x": x, "w": w, "w.T": w.T}, product=("x", "w.T"))
    >>> sorted(known.given)
    ['w', 'w.T', 'x']
    """

    before: np.ndarray | None = None
    given: Mapping[str, np.ndarray] = field(default_factory=dict)
    product: tuple[str, str] | None = None

    def shapes(self, *first: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Return `first` and the shapes of the arrays in here."""
        arrays = [*self.given.values()] + ([] if self.before is None else [self.before])
        return [*first, *(np.shape(array) for array in arrays)]


class CheckFailed(AssertionError):
    """A check that did not pass; its text is written for the student.

    Attributes
    ----------
    what
        What was compared, as the check names it; empty if nothing was.
    actual, expected
        Both sides of the comparison, for whoever looks for the reason; never shown. Of the answer
        only a number or an array is kept, and that only up to `KEPT_LIMIT` entries.
    known
        What the check knows around it.
    cases
        Whether they are no array of the student's, but the answers of several cases.
    exact
        Whether the text is all there is to say, as of a wrong type; False if it says no more than
        that numbers are wrong.

    Examples
    --------
    >>> try:
    ...     fail("update should change w.")
    ... except CheckFailed as error:
    ...     print(error)
    update should change w.
    """

    __module__ = "autograder.checks"  # the name by which authors know it

    def __init__(
        self,
        message: str,
        what: str = "",
        actual: Any = None,
        expected: np.ndarray | None = None,
        known: Known | None = None,
        cases: bool = False,
        exact: bool = True,
    ):
        super().__init__(message)
        self.cases, self.exact = cases, exact
        self.what, self.expected = what, expected
        self.actual = actual if _can_be_kept(actual) else None
        self.known = known or Known()


def _can_be_kept(answer: Any) -> bool:
    return (
        isinstance(answer, int | float | np.number | np.ndarray) and np.size(answer) <= KEPT_LIMIT
    )


def fail(message: str) -> NoReturn:
    """End the check with a message for the student.

    Parameters
    ----------
    message
        A whole sentence, as a literal or from `say`, so that it can be translated.

    Raises
    ------
    CheckFailed
        Always.

    Examples
    --------
    >>> fail("update should change w.")
    Traceback (most recent call last):
        ...
    autograder.checks.CheckFailed: update should change w.
    """
    raise CheckFailed(message)


def amount(wrong: int, size: int) -> Message:
    """Say how many entries are wrong, in words: a number could be any that a submission likes.

    Examples
    --------
    >>> amount(1, 12), amount(5, 12), amount(6, 12), amount(12, 12)
    ('one of its entries', 'some of its entries', 'most of its entries', 'all of its entries')
    """
    if wrong == size:
        return say("all of its entries")
    if wrong == 1:
        return say("one of its entries")
    return say("some of its entries") if 2 * wrong < size else say("most of its entries")


def dtype_text(dtype: np.dtype) -> str:
    """Name a dtype of numbers; any other could have names of its own in it."""
    return dtype.name if dtype.kind in _KINDS_NAMED else say("values that are no numbers")


def type_text(value: Any) -> str:
    """Name the type of an answer as the student knows it.

    A type of the submission's own is not named: its name could hold a hidden input.

    Parameters
    ----------
    value
        Any answer.

    Returns
    -------
    str
        For a message.

    Examples
    --------
    >>> type_text([1.0])
    'list'
    >>> type_text(None)
    'None (is a return missing?)'
    """
    if value is None:
        return say("None (is a return missing?)")
    name = type(value).__name__
    if hasattr(type(value), "__student_type__"):
        name = value.__student_type__
    arrays = (text for start, text in _ARRAYS.items() if name.startswith(start))
    return name if name in TYPES else next(arrays, OWN)
