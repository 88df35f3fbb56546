"""A check that failed: what it says to the student, and what it keeps for the diagnosis."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from autograder.messages import say

_KNOWN_TYPE = re.compile(
    r"MaskedArray|matrix|recarray|an array of (?:object|[<>|=]?[USMm]\d{0,2})|function|method|type|"
    r"builtin_function_or_method|generator|map|filter|zip|range|set|frozenset|module|Decimal|Fraction"
)
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
    ):
        super().__init__(message)
        self.cases = cases
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


def shape_text(shape: tuple[int, ...]) -> str:
    """Write a shape as NumPy does; one of more than 8 axes is cut short.

    Parameters
    ----------
    shape
        The lengths of the axes.

    Returns
    -------
    str
        For a message.

    Examples
    --------
    >>> shape_text((3, 2))
    '(3, 2)'
    >>> shape_text((1,) * 30)
    '(30 axes)'
    """
    return str(shape) if len(shape) <= 8 else say("({number} axes)", number=len(shape))


def type_text(value: Any) -> str:
    """Name the type of an answer as the student knows it.

    A class of the submission's own is not named: its name could hold a hidden input.

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
        # A class can be named after a hidden input: only names that others gave are shown.
        return name if _KNOWN_TYPE.fullmatch(name) else say("an object of your own")
    return name
