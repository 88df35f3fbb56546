"""Which shapes and sizes a message may show: those that the check itself could have written down.

A submission chooses the shape of what it returns, and with it as many digits as it likes. So the
length of an axis is shown only if it is one that arrays of the check's own have.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from autograder.messages import say

Shape = tuple[int, ...]
#: So many different lengths are known at most; with many more, one of them could be any number.
LENGTHS_LIMIT = 8
#: A shape that is not known is named by its number of axes, up to this one.
AXES_NAMED = 8
#: A shape of known lengths is known up to so many axes; with more, it must have all those of
#: another one, up to so many.
AXES_FREE, AXES_ORDERED = 4, 5


def known_lengths(shapes: Iterable[Shape]) -> frozenset[int]:
    """Return the lengths of axes that a check knows.

    Parameters
    ----------
    shapes
        Of arrays of the check's own, the most important first: of more than `LENGTHS_LIMIT`
        lengths the first are taken. What the first array has as entries counts as a length, as it
        would have when it is flat.
    """
    shapes = list(shapes)
    flat = [math.prod(shapes[0])] if shapes else []
    lengths = dict.fromkeys([*(length for shape in shapes for length in shape), *flat])
    return frozenset(list(lengths)[:LENGTHS_LIMIT])


def is_known(shape: Shape, shapes: Iterable[Shape]) -> bool:
    """Return whether a shape is one that a check could have expected of wrong code.

    Parameters
    ----------
    shape
        Of an answer.
    shapes
        Of arrays of the check's own, the most important first.

    Examples
    --------
    >>> is_known((5, 7), [(7, 5)]), is_known((7,), [(7, 5)]), is_known((35, 1), [(7, 5)])
    (True, True, True)
    >>> is_known((7, 6), [(7, 5)]), is_known((7, 1, 5), [(7, 5)])
    (False, True)
    >>> is_known((5, 7, 7, 1), [(7, 5)]), is_known((2,) * 5, [(2,) * 5]), is_known((2,) * 5, [(2,)])
    (True, True, False)
    """
    shapes = list(shapes)
    if len(shape) <= AXES_FREE:
        return set(shape) <= known_lengths(shapes) | {1}
    if len(shape) > AXES_ORDERED:
        return False
    return any(_long_axes(shape) == _long_axes(other) for other in shapes[:LENGTHS_LIMIT])


def _long_axes(shape: Shape) -> list[int]:
    return sorted(length for length in shape if length != 1)


def shape_text(shape: Shape, *known: Shape) -> str:
    """Write the shape of an answer, if a check that knows these shapes could have written it.

    Parameters
    ----------
    shape
        Of the answer.
    known
        The shapes of arrays of the check's own, first of the right one.

    Returns
    -------
    str
        For a message: the shape as NumPy writes it, or how many axes it has.

    Examples
    --------
    >>> shape_text((3, 2), (2, 3))
    '(3, 2)'
    >>> shape_text((2, 31415), (2, 3))
    'an array with 2 axes of other lengths'
    """
    if is_known(shape, known):
        return str(shape)
    match len(shape):
        case 1:
            return say("an array with one axis of another length")
        case axes if axes <= AXES_NAMED:
            return say("an array with {number} axes of other lengths", number=axes)
        case _:
            return say("an array with more than {number} axes", number=AXES_NAMED)
