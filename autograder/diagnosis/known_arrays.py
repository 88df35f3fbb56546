"""Says what a wrong answer is made of, out of arrays that the check knows.

An exact sum, product or matrix product of known arrays is no accident: it has far fewer free
numbers than the answer has entries.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from autograder.checks import Known
from autograder.diagnosis.closeness import agrees, close
from autograder.diagnosis.relations import partial_relation, relation
from autograder.messages import Message, and_also, join, listed, say, then

#: A coefficient smaller than this is rounding.
NOTHING = 1e-6
#: So many entries more than free numbers must fit.
SPARE = 3
#: Fewer different numbers than this equal others by chance.
DISTINCT = 3
#: Two numbers are enough where they form a pattern of so many.
PATTERN = 8
#: A sum of more arrays than this is no explanation.
MOST_TERMS = 4
#: Systems of equations that are worse conditioned tell nothing.
CONDITION = 1e4
RIGHT = say("the right answer")

Named = tuple[Message, np.ndarray]


def ingredients(
    actual: np.ndarray, expected: np.ndarray, given: Mapping[str, np.ndarray]
) -> Message | None:
    """Name the known arrays that an answer is made of, if it is.

    Parameters
    ----------
    actual, expected
        The answer and the right one.
    given
        Arrays that the check knows, by name, of any shape.

    Returns
    -------
    Message or None
        A sentence.
    """
    for name, array in given.items():
        if _telling(array) and actual.shape == array.shape and agrees(actual, array):
            return say("Number by number, what came out equals `{name}`.", name=name)
    if actual.shape != expected.shape or not _telling(actual):
        return None
    alike = {name: array for name, array in given.items() if array.shape == actual.shape}
    return (
        _other_coefficients(actual, expected, alike)
        or _multiple(actual, expected, alike)
        or _sum(actual, expected, alike)
    )


def _telling(array: np.ndarray) -> bool:
    distinct = len(np.unique(np.round(array, 9)))
    return distinct >= DISTINCT or (distinct == 2 and array.size >= PATTERN)


def _coefficients(target: np.ndarray, arrays: Sequence[np.ndarray]) -> np.ndarray | None:
    """Return the numbers that make `target` the sum of multiples of arrays; None if none do."""
    if not arrays or target.size < len(arrays) + SPARE:
        return None
    columns = np.stack([array.ravel() for array in arrays], axis=1)
    sizes = np.linalg.norm(columns, axis=0)
    if not np.isfinite(sizes).all() or not sizes.all():
        return None
    solution, _, rank, singular = np.linalg.lstsq(columns / sizes, target.ravel(), rcond=None)
    if rank < len(arrays) or singular[0] > CONDITION * singular[-1]:
        return None
    solution = solution / sizes
    return solution if agrees(columns @ solution, target.ravel()) else None


def _other_coefficients(
    actual: np.ndarray, expected: np.ndarray, given: Mapping[str, np.ndarray]
) -> Message | None:
    """Compare the coefficients of an answer that is a sum of the same arrays as the right one."""
    if len(given) > MOST_TERMS:
        return None
    mine = _coefficients(actual, list(given.values()))
    right = _coefficients(expected, list(given.values()))
    if mine is None or right is None:
        return None
    least = NOTHING * max(np.abs(mine).max(), np.abs(right).max())
    said = []
    for name, has, wants in zip(given, mine, right, strict=True):
        if abs(has - wants) <= least:
            continue
        if abs(wants) <= least:
            said.append(say("`{name}` takes part and should not", name=name))
        elif abs(has) <= least:
            said.append(say("`{name}` is missing", name=name))
        elif abs(has + wants) <= least:
            said.append(say("`{name}` has the wrong sign", name=name))
        else:
            said.append(say("`{name}` has a wrong factor", name=name))
    if not said or len(said) == len(given) > 2:
        return None
    return say(
        "Seen as a sum of multiples of {names}: {findings}.",
        names=join(listed, map(_quoted, given)),
        findings=join(and_also, said),
    )


def _quoted(name: str) -> Message:
    return say("`{name}`", name=name)


def _both(first: str, second: str) -> Message:
    return say("{first} and {second}", first=first, second=second)


def _products(expected: np.ndarray, given: Mapping[str, np.ndarray]) -> Iterator[Named]:
    """Yield what a wrong answer may be a multiple of, the simplest first."""
    for name, array in given.items():
        yield _quoted(name), array
    for name, array in given.items():
        yield say("the right answer times `{name}`", name=name), expected * array
        yield say("the right answer divided by `{name}`", name=name), expected / array
        yield say("the square of `{name}`", name=name), array**2
        yield say("1 minus `{name}`", name=name), 1.0 - array
        yield say("1 minus the square of `{name}`", name=name), 1.0 - array**2
        yield say("the right answer times 1 minus `{name}`", name=name), expected * (1.0 - array)
        if array.min() < 0 < array.max():
            yield say("the size of `{name}`", name=name), np.abs(array)
            yield say("the sign of `{name}`", name=name), np.sign(array)
    for (one, a), (two, b) in itertools.combinations(given.items(), 2):
        yield say("`{one}` times `{two}`", one=one, two=two), a * b


def _multiple(
    actual: np.ndarray, expected: np.ndarray, given: Mapping[str, np.ndarray]
) -> Message | None:
    """Name what an answer is a multiple of."""
    for what, array in _products(expected, given):
        size = float(np.vdot(array, array))
        if not np.isfinite(size) or not size or np.count_nonzero(array) < DISTINCT:
            continue
        slope = float(np.vdot(actual, array)) / size
        if abs(slope) <= NOTHING or not agrees(actual, slope * array):
            continue
        if abs(slope - 1) < NOTHING:
            return say("Number by number, what came out equals {what}.", what=what)
        if abs(slope + 1) < NOTHING:
            return say(
                "Number by number, what came out equals {what}, with the opposite sign.", what=what
            )
        return say("What came out equals {what}, up to one factor for all numbers.", what=what)
    for name, array in given.items():
        if array.size > 2 * DISTINCT and _telling(array):
            found = _coefficients(actual, [array, np.ones_like(array)])
            if found is not None:
                return say(
                    "What came out is `{name}` times one number, plus another, the same for all "
                    "entries.",
                    name=name,
                )
    return None


def _sum(
    actual: np.ndarray, expected: np.ndarray, given: Mapping[str, np.ndarray]
) -> Message | None:
    """Name what was added to, or taken off, the right answer; or a sum of other arrays."""
    difference = actual - expected
    for name, array in given.items():
        found = _coefficients(difference, [array])
        if found is not None:
            return _added(name, float(found[0]))
    for two in itertools.combinations(given, 2):
        for with_right in (False, True):
            arrays = [given[name] for name in two] + [expected] * with_right
            found = _coefficients(actual, arrays)
            if found is None or np.abs(found).min() <= NOTHING * np.abs(found).max():
                continue
            terms = [*map(_quoted, two), *([RIGHT] if with_right else [])]
            return say(
                "What came out is a sum of multiples of {names}, and of nothing else.",
                names=join(_both, terms),
            )
    return None


def _added(name: str, coefficient: float) -> Message:
    if abs(abs(coefficient) - 1) < NOTHING:
        if coefficient > 0:
            return say("What came out is right but for `{name}`, which was added to it.", name=name)
        return say("What came out is right but for `{name}`, which was taken off it.", name=name)
    if coefficient > 0:
        return say(
            "What came out is right but for `{name}`, which was added to it, times some number.",
            name=name,
        )
    return say(
        "What came out is right but for `{name}`, which was taken off it, times some number.",
        name=name,
    )


def wrong_factor(
    actual: np.ndarray, expected: np.ndarray, known: Known, lengths: Collection[int] = ()
) -> Message | None:
    """Name the factor of a matrix product that another array took the place of.

    Parameters
    ----------
    actual, expected
        Of one shape.
    known
        Holds the two right factors, if the answer should be a product.
    lengths
        As for `relation`.

    Returns
    -------
    Message or None
        Which factor is right, and how what stands for the other is related to it.
    """
    if not known.product:
        return None
    names = known.product
    left, right = (known.given[name] for name in names)
    if not left.ndim == right.ndim == actual.ndim == 2:
        return None
    found = []
    # `left` is right if the answer's columns are sums of its columns, and so for `right` and rows.
    for mine, answer, (kept, lost) in (
        (left, actual, names),
        (right.T, actual.T, names[::-1]),
    ):
        if len(mine) <= mine.shape[1]:
            continue  # anything is such a sum
        solution, _, rank, singular = np.linalg.lstsq(mine, answer, rcond=None)
        if rank < mine.shape[1] or singular[0] > CONDITION * singular[-1]:
            continue
        if close(mine @ solution, answer):
            where = solution if mine is left else solution.T
            message = relation(where, known.given[lost], lengths)
            message = message or ingredients(where, known.given[lost], known.given)
            message = message or partial_relation(where, known.given[lost])
            found.append((kept, lost, message))
    told = [one for one in found if one[2]]
    if len(told) == 2:  # the same change of either factor gives the same product
        (_, second, of_second), (_, first, of_first) = told
        return say(
            "One factor of `{first} @ {second}` is not what it should be. Either it is "
            "`{second}`: {of_second} Or it is `{first}`: {of_first}",
            first=first,
            second=second,
            of_first=of_first,
            of_second=of_second,
        )
    for kept, lost, message in told or (found if len(found) == 1 else []):
        text = say(
            "`{kept}` is used as it should be, but it is multiplied by something that is not "
            "`{lost}`.",
            kept=kept,
            lost=lost,
        )
        return then(text, say("Of that something: {finding}", finding=message)) if message else text
    return None
