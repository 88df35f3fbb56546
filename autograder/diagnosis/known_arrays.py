"""Says what a wrong answer is made of, out of arrays that the check knows.

An exact sum, product or matrix product of known arrays is no accident: it has far fewer free
numbers than the answer has entries.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from autograder.checks import Known
from autograder.diagnosis.relations import TOLERANCE, Texts, close, partial_relation, relation

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
AND = {"en": " and ", "zh-TW": " 與 "}

Named = tuple[dict[str, str], np.ndarray]


def ingredients(
    actual: np.ndarray, expected: np.ndarray, given: Mapping[str, np.ndarray]
) -> Texts | None:
    """Name the known arrays that an answer is made of, if it is.

    Parameters
    ----------
    actual, expected
        The answer and the right one.
    given
        Arrays that the check knows, by name, of any shape.

    Returns
    -------
    dict or None
        A sentence in each language.
    """
    for name, array in given.items():
        if _telling(array) and actual.shape == array.shape and _agree(actual, array):
            return {
                "en": f"It is `{name}` instead, number by number.",
                "zh-TW": f"它其實就是 `{name}`，每個數都一樣。",
            }
    if actual.shape != expected.shape or not _telling(actual):
        return None
    alike = {name: array for name, array in given.items() if array.shape == actual.shape}
    return (
        _other_coefficients(actual, expected, alike)
        or _multiple(actual, expected, alike)
        or _sum(actual, expected, alike)
    )


def _agree(a: np.ndarray, b: np.ndarray) -> bool:
    """Tell whether two arrays differ by rounding only, seen against how much `b` varies.

    Numbers that hardly vary would be multiples of any others that hardly do.
    """
    return float(np.linalg.norm(a - b)) <= TOLERANCE * float(np.linalg.norm(b - b.mean()))


def _telling(array: np.ndarray) -> bool:
    distinct = len(np.unique(np.round(array, 9)))
    return distinct >= DISTINCT or (distinct == 2 and array.size >= PATTERN)


def _coefficients(target: np.ndarray, arrays: Sequence[np.ndarray]) -> np.ndarray | None:
    """Give the numbers that make `target` the sum of multiples of arrays; None if none do."""
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
    return solution if _agree(columns @ solution, target.ravel()) else None


def _other_coefficients(
    actual: np.ndarray, expected: np.ndarray, given: Mapping[str, np.ndarray]
) -> Texts | None:
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
            said.append((f"`{name}` takes part and should not", f"`{name}` 不該參與卻參與了"))
        elif abs(has) <= least:
            said.append((f"`{name}` is missing", f"少了 `{name}`"))
        elif abs(has + wants) <= least:
            said.append((f"`{name}` has the wrong sign", f"`{name}` 的正負號錯了"))
        else:
            said.append((f"`{name}` has a wrong factor", f"`{name}` 的係數不對"))
    if not said or len(said) == len(given) > 2:
        return None
    names = [f"`{name}`" for name in given]
    return {
        "en": f"Seen as a sum of multiples of {', '.join(names)}: "
        + "; ".join(en for en, _ in said)
        + ".",
        "zh-TW": f"把它看成 {'、'.join(names)} 各乘上係數後的和："
        + "；".join(zh for _, zh in said)
        + "。",
    }


def _products(expected: np.ndarray, given: Mapping[str, np.ndarray]) -> Iterator[Named]:
    """Give what a wrong answer may be a multiple of, the simplest first."""
    for name, array in given.items():
        yield {"en": f"`{name}`", "zh-TW": f"`{name}`"}, array
    for name, array in given.items():
        yield (
            {"en": f"the right answer times `{name}`", "zh-TW": f"正確答案乘上 `{name}`"},
            (expected * array),
        )
        yield (
            {"en": f"the right answer divided by `{name}`", "zh-TW": f"正確答案除以 `{name}`"},
            (expected / array),
        )
        yield {"en": f"the square of `{name}`", "zh-TW": f"`{name}` 的平方"}, array**2
        yield {"en": f"1 minus `{name}`", "zh-TW": f"1 減去 `{name}`"}, 1.0 - array
        yield (
            {"en": f"1 minus the square of `{name}`", "zh-TW": f"1 減去 `{name}` 的平方"},
            1.0 - array**2,
        )
        yield (
            {
                "en": f"the right answer times 1 minus `{name}`",
                "zh-TW": f"正確答案乘上（1 減去 `{name}`）",
            },
            expected * (1.0 - array),
        )
        if array.min() < 0 < array.max():
            yield {"en": f"the size of `{name}`", "zh-TW": f"`{name}` 的絕對值"}, np.abs(array)
            yield {"en": f"the sign of `{name}`", "zh-TW": f"`{name}` 的正負號"}, np.sign(array)
    for (one, a), (two, b) in itertools.combinations(given.items(), 2):
        yield {"en": f"`{one}` times `{two}`", "zh-TW": f"`{one}` 乘上 `{two}`"}, a * b


def _multiple(
    actual: np.ndarray, expected: np.ndarray, given: Mapping[str, np.ndarray]
) -> Texts | None:
    """Name what an answer is a multiple of."""
    for names, array in _products(expected, given):
        size = float(np.vdot(array, array))
        if not np.isfinite(size) or not size or np.count_nonzero(array) < DISTINCT:
            continue
        slope = float(np.vdot(actual, array)) / size
        if abs(slope) <= NOTHING or not _agree(actual, slope * array):
            continue
        if abs(slope - 1) < NOTHING:
            return {
                "en": f"It is {names['en']}, number by number.",
                "zh-TW": f"它其實就是{names['zh-TW']}，每個數都一樣。",
            }
        if abs(slope + 1) < NOTHING:
            return {
                "en": f"It is {names['en']}, with the opposite sign.",
                "zh-TW": f"它其實就是{names['zh-TW']}，只是正負號相反。",
            }
        return {
            "en": f"It is {names['en']}, up to a constant factor.",
            "zh-TW": f"它其實就是{names['zh-TW']}，只差一個固定的倍數。",
        }
    for name, array in given.items():
        if array.size > 2 * DISTINCT and _telling(array):
            found = _coefficients(actual, [array, np.ones_like(array)])
            if found is not None:
                return {
                    "en": f"It is `{name}`, stretched and moved: times one constant, plus another.",
                    "zh-TW": f"它其實是 `{name}` 縮放再平移的結果：乘上一個常數，"
                    "再加上另一個常數。",
                }
    return None


def _sum(actual: np.ndarray, expected: np.ndarray, given: Mapping[str, np.ndarray]) -> Texts | None:
    """Name what was added to, or taken off, the right answer; or a sum of other arrays."""
    difference = actual - expected
    for name, array in given.items():
        found = _coefficients(difference, [array])
        if found is not None:
            done = ("added to", "加上") if found[0] > 0 else ("taken off", "減去")
            one = abs(abs(found[0]) - 1) < NOTHING
            return {
                "en": f"It is right but for `{name}`, which was {done[0]} it"
                f"{'' if one else ', times some constant'}.",
                "zh-TW": f"答案本身是對的，只是多{done[1]}了 `{name}`"
                f"{'' if one else ' 的某個倍數'}。",
            }
    for two in itertools.combinations(given, 2):
        for with_right in (False, True):
            arrays = [given[name] for name in two] + [expected] * with_right
            found = _coefficients(actual, arrays)
            if found is None or np.abs(found).min() <= NOTHING * np.abs(found).max():
                continue
            names = [f"`{name}`" for name in two]
            right = [["the right answer", "正確答案"]] if with_right else []
            return {
                "en": "It is a sum of multiples of "
                + AND["en"].join(names + [en for en, _ in right])
                + "; nothing else went into it.",
                "zh-TW": "它是 "
                + AND["zh-TW"].join(names + [zh for _, zh in right])
                + " 各乘上係數後的和，沒有別的成分。",
            }
    return None


def wrong_factor(actual: np.ndarray, expected: np.ndarray, known: Known) -> Texts | None:
    """Name the factor of a matrix product that another array took the place of.

    Parameters
    ----------
    actual, expected
        Of one shape.
    known
        Holds the two right factors, if the answer should be a product.

    Returns
    -------
    dict or None
        Which factor is right, and how what stands for the other is related to it.
    """
    if not known.product:
        return None
    names = known.product
    left, right = (known.given[name] for name in names)
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
            texts = relation(where, known.given[lost])
            texts = texts or ingredients(where, known.given[lost], known.given)
            texts = texts or partial_relation(where, known.given[lost])
            found.append((kept, lost, texts))
    told = [one for one in found if one[2]]
    if len(told) == 2:  # the same change of either factor gives the same product
        (_, second, of_second), (_, first, of_first) = told
        assert of_first and of_second
        return {
            "en": f"One factor of `{first} @ {second}` is not what it should be. Either it is "
            f"`{second}`: {of_second['en']} Or it is `{first}`: {of_first['en']}",
            "zh-TW": f"`{first} @ {second}` 的其中一個因子不對。可能是 `{second}`："
            f"{of_second['zh-TW']}也可能是 `{first}`：{of_first['zh-TW']}",
        }
    for kept, lost, texts in told or (found if len(found) == 1 else []):
        return {
            "en": f"`{kept}` is used as it should be, but it is multiplied by something that is "
            f"not `{lost}`." + (f" Of that something: {texts['en']}" if texts else ""),
            "zh-TW": f"`{kept}` 用對了，但和它相乘的東西不是 `{lost}`。"
            + (f"那個東西的情形：{texts['zh-TW']}" if texts else ""),
        }
    return None
