"""Several things that are done with a student's objects, in one message."""

from __future__ import annotations

from typing import Any

from autograder.jail.inside.steps import in_turn


def together(*steps: tuple[Any, ...]) -> list[Any]:
    """Do several things with a student's objects, one after the other.

    As if each stood in a line of its own, but with one message to the student's process instead of
    one for each. They share the time limit of a call.

    Parameters
    ----------
    steps
        At least one, each a tuple: a method or a class of the student's and its arguments,
        ``getattr`` or ``setattr`` and theirs, or, but not first, a universal function of NumPy's.
        In the steps after it, what a step gives is an `Answer`.

    Returns
    -------
    list
        What each of them gives.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from autograder.checks import Answer
    >>> together((Fraction, 1, 2), (Answer(0).limit_denominator, 10), (getattr, Answer(1), "real"))
    [Fraction(1, 2), Fraction(1, 2), Fraction(1, 2)]
    """
    function, *arguments = steps[0]
    target = arguments[0] if function in (getattr, setattr) else function
    ask = getattr(type(target), "__together__", None)
    answers: list[Any] = []
    if ask is not None:
        answers = ask(steps)
    else:
        in_turn(steps, lambda step: step[0](*step[1:]), answers)
    return answers
