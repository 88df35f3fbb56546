"""Steps that are done one after the other, of which one may use what another gave."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.jail.inside.wire import DEPTH_LIMIT


@dataclass(frozen=True)
class Answer:
    """What an earlier step of `autograder.checks.together` gives, for the steps after it.

    It can be an argument of theirs, or stand in a list that is one, and its methods can be called.

    Attributes
    ----------
    step
        The number of that step, from 0.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from autograder.checks import together
    >>> together((Fraction, 3, 4), (Answer(0).limit_denominator, 2))
    [Fraction(3, 4), Fraction(1, 1)]
    """

    step: int

    def __getattr__(self, name: str) -> AnswerMethod:
        if name.startswith("__"):  # what Python and NumPy ask of everything
            raise AttributeError(name)
        return AnswerMethod(self, name)


@dataclass(frozen=True)
class AnswerMethod:
    """A method of what an earlier step gives."""

    owner: Answer
    name: str


def in_turn(
    steps: Iterable[Iterable[Any]], do: Callable[[list[Any]], Any], answers: list[Any]
) -> None:
    """Do steps in turn.

    Parameters
    ----------
    steps
        Each with what it is made of, in which there can be an `Answer`.
    do
        Does one.
    answers
        To it is added what each gave, as it was then.
    """
    given: list[Any] = []
    for step in steps:
        given.append(do([filled(part, given) for part in step]))
        answers.append(as_now(given[-1]))


def filled(value: Any, answers: list[Any]) -> Any:
    """Return a value with what earlier steps gave in place of each `Answer`."""
    kind = type(value)
    if kind is Answer:
        return answers[value.step]
    if kind is AnswerMethod:
        return getattr(answers[value.owner.step], value.name)
    if kind is list:
        return [filled(item, answers) for item in value]
    return value


def as_now(value: Any, depth: int = 0) -> Any:
    """Return a copy of the arrays in plain data, which a later step may change in place."""
    kind = type(value)
    if kind is np.ndarray:
        return value.copy()
    if kind not in (list, tuple, dict) or depth > DEPTH_LIMIT:  # which can't cross anyway
        return value
    if kind is dict:
        return {key: as_now(item, depth + 1) for key, item in value.items()}
    return kind(as_now(item, depth + 1) for item in value)
