"""Several things that are done with a student's objects, in one message."""

from __future__ import annotations

from typing import Any


def together(*steps: tuple[Any, ...]) -> list[Any]:
    """Do several things with a student's objects, one after the other.

    As if each stood in a line of its own, but with one message to the student's process instead of
    one for each. They share the time limit of a call.

    Parameters
    ----------
    steps
        At least one, each a tuple: a method or a class of the student's and its arguments, or
        ``getattr`` or ``setattr`` and theirs.

    Returns
    -------
    list
        What each of them gives.

    Examples
    --------
    >>> from fractions import Fraction
    >>> half = Fraction(1, 2)
    >>> together((half.limit_denominator, 10), (getattr, half, "denominator"))
    [Fraction(1, 2), 2]
    """
    function, *arguments = steps[0]
    target = arguments[0] if function in (getattr, setattr) else function
    ask = getattr(type(target), "__together__", None)
    if ask is not None:
        answers: list[Any] = ask(steps)
        return answers
    return [function(*arguments) for function, *arguments in steps]
