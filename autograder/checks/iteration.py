"""Comparison of what comes one after the other: of generators and other iterators, and of lists."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from typing import Any

from autograder.checks.failure import CheckFailed, Known, type_text
from autograder.checks.values import Comparison
from autograder.jail.inside.steps import as_now
from autograder.messages import say

_END = object()
#: What can be iterated over, though nobody would call it a sequence of items.
_NO_ITEMS = (str, bytes, dict, set, frozenset)


def assert_items(
    actual: Any,
    expected: Sequence[Any],
    what: str,
    *,
    ends: bool = True,
    tol: float = 0.0,
    any_number: bool = False,
    keys: Collection[Hashable] = (),
    known: Known | None = None,
) -> None:
    """Fail unless what is iterated over gives these items, in this order.

    No more are asked for than are compared, and one to see whether that was all, so it does not
    matter whether a generator ever ends.

    Parameters
    ----------
    actual
        A generator, another iterator, or what can be iterated over, such as a list.
    expected
        The right items.
    what
        Names it in the message, for instance ``"what batches gives"``.
    ends
        Whether there may be no more of them.
    tol, any_number, keys, known
        As for `assert_equal`, with which each item is compared.

    Raises
    ------
    CheckFailed
        If it can't be iterated over, or at the first item that is wrong, missing or too much.

    Examples
    --------
    >>> assert_items((n * n for n in range(3)), [0, 1, 4], "what squares gives")
    >>> from itertools import count
    >>> assert_items(count(), [0, 1, 2], "what squares gives", ends=False)
    >>> assert_items(count(), [0, 1, 2], "what squares gives")
    Traceback (most recent call last):
        ...
    autograder.checks.CheckFailed: what squares gives has too many elements.
    """
    items = _iterator(actual, what)
    # As each was then: a generator may give the same array again and again, with other numbers.
    given = [as_now(item) for _, item in zip(expected, items, strict=False)]
    Comparison(tol, any_number, keys, known).items(given, expected, what)
    if ends and next(items, _END) is not _END:
        raise CheckFailed(say("{what} has too many elements.", what=what), what)


def _iterator(value: Any, what: str) -> Iterator[Any]:
    kind = type(value)
    if issubclass(kind, _NO_ITEMS) or not issubclass(kind, Iterable):
        message = say(
            "{what} should be an iterator or a list, not {type}.",
            what=what,
            type=type_text(value),
        )
        raise CheckFailed(message, what, value)
    return iter(value)
