"""Several things that are done with a student's objects, in one message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from autograder.jail.inside.steps import Raised, apart, in_turn


def together(*steps: tuple[Any, ...]) -> list[Any]:
    """Do several things with a student's objects, one after the other, until one raises something.

    As if each stood in a line of its own, but with one message to the student's process instead of
    one for each. They share the time limit of a call.

    Parameters
    ----------
    steps
        At least one, each a tuple: a method or a class of the student's and its arguments, those
        by keyword as `Keywords`; ``getattr`` or ``setattr`` and theirs; or, but not first, a
        universal function of NumPy's. In the steps after it, what a step gives is an `Answer`.

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
    if ask := _asked(steps, "__together__"):
        answers: list[Any] = ask(steps)
        return answers
    return list(Outcomes(_done_here(steps)))


def each(*steps: tuple[Any, ...]) -> Outcomes:
    """Do several things with a student's objects, all of them, and then look at one by one.

    As if each were done in a line of its own when it is looked at, so a check can compare what one
    gave before it meets what the next one raised. All are done before the first is looked at,
    though: an array that is handed over and that a later step could change is better left to a
    message of its own.

    Parameters
    ----------
    steps
        As for `together`.

    Returns
    -------
    iterator
        It gives what each of them gives, or raises what that one raised and goes on after it; its
        ``skip()`` passes over one, whatever it is. A step that uses the `Answer` of one that raised
        something raises the same.

    Examples
    --------
    >>> numbers = each((int, "3"), (int, "three"), (int, "4"))
    >>> next(numbers)
    3
    >>> numbers.skip()
    >>> next(numbers)
    4
    """
    ask = _asked(steps, "__each__")
    return Outcomes(ask(steps) if ask else list(_done_here(steps)))


class Outcomes(Iterator[Any]):
    """Gives what steps gave and raises what they raised, one after the other."""

    def __init__(self, outcomes: Iterable[Any]):
        self._left = iter(outcomes)

    def __next__(self) -> Any:
        outcome = next(self._left)
        if type(outcome) is Raised:
            raise outcome.error
        return outcome

    def skip(self) -> None:
        """Pass over what one step gave or raised."""
        next(self._left)


def _asked(steps: Sequence[tuple[Any, ...]], hook: str) -> Any:
    """Return what has steps done in the student's process; None if they are done in this one."""
    function, *arguments = steps[0]
    target = arguments[0] if function in (getattr, setattr) else function
    return getattr(type(target), hook, None)


def _done_here(steps: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
    return in_turn(map(apart, steps), lambda step: step[0](*step[1], **step[2]))
