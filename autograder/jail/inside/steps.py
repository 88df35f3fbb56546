"""Steps that are done one after the other, of which one may use what another gave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.jail.inside.frames import Disconnected
from autograder.jail.inside.wire import DEPTH_LIMIT

_LEAVES = frozenset({type(None), bool, int, float, str, np.float64})


@dataclass(frozen=True)
class Answer:
    """What an earlier step of `autograder.checks.together` or `each` gives, for those after it.

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


class Keywords(dict[str, Any]):
    """The keyword arguments of a step of `autograder.checks.together` or `each`, after the others.

    Examples
    --------
    >>> from autograder.checks import together
    >>> together((int, "11", Keywords(base=2)))
    [3]
    """

    def __init__(self, **keywords: Any):
        super().__init__(keywords)


@dataclass(frozen=True)
class Raised:
    """What a step raised, in place of what it would have given."""

    error: BaseException


def apart(step: Sequence[Any]) -> tuple[Any, list[Any], dict[str, Any]]:
    """Return the function of a step, its arguments, and its keyword arguments."""
    function, *arguments = step
    keywords = arguments.pop() if arguments and type(arguments[-1]) is Keywords else {}
    return function, arguments, dict(keywords)


def in_turn(
    steps: Iterable[Iterable[Any]],
    do: Callable[[list[Any]], Any],
    caught: type[BaseException] = Exception,
) -> Iterator[Any]:
    """Do steps in turn, whatever one of them raises.

    Parameters
    ----------
    steps
        Each with what it is made of, in which there can be an `Answer`.
    do
        Does one.
    caught
        The exceptions that are told instead of raised.

    Yields
    ------
    object
        What each gave, as it was then; or, as `Raised`, what it raised. That is also what each
        raises that would use what it gave.
    """
    given: list[Any] = []
    for step in steps:
        try:
            value = do([filled(part, given) for part in step])
            told = as_now(value)
        except Disconnected:
            raise
        except caught as error:
            value = told = Raised(error)
        given.append(value)
        yield told


def filled(value: Any, answers: list[Any]) -> Any:
    """Return a value with what earlier steps gave in place of each `Answer`."""
    kind = type(value)
    if kind is Answer:
        answer = answers[value.step]
        if type(answer) is Raised:
            raise answer.error
        return answer
    if kind is AnswerMethod:
        return getattr(filled(value.owner, answers), value.name)
    if kind is list:
        return [filled(item, answers) for item in value]
    return value


def as_now(value: Any, depth: int = 0) -> Any:
    """Return a copy of plain data, which a later step may change in place.

    An object of a subclass, such as a ``defaultdict``, becomes what it is once it has crossed.
    """
    if type(value) is np.ndarray:
        return value.copy()
    if depth > DEPTH_LIMIT:  # which can't cross anyway
        return value
    if isinstance(value, dict):
        return {key: as_now(item, depth + 1) for key, item in value.items()}
    for kind in (list, tuple, set):
        if isinstance(value, kind):
            # Mostly numbers, and many of them.
            return kind(x if type(x) in _LEAVES else as_now(x, depth + 1) for x in value)
    return value
