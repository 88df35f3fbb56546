"""Says how two arrays are related, when one should be the other.

A sign, a factor, a transpose or a missing term is a mistake that many programs share, whatever
they compute. Only relations that hold to rounding are named; where none does, nothing is said.
"""

from __future__ import annotations

from typing import Any

import numpy as np

#: How closely a relation must hold. Gradients by finite differences are good to about 1e-8.
TOLERANCE = 1e-5
#: Single precision keeps about 7 digits.
SINGLE = 1e-4
LARGEST_FACTOR = 200
LEAST = 1e-6

Texts = dict[str, str]


def relation(actual: Any, expected: np.ndarray | None) -> Texts | None:
    """Name the relation of an answer to the right one.

    Parameters
    ----------
    actual
        The answer, of any type.
    expected
        The right array.

    Returns
    -------
    dict or None
        A sentence in each language; None if there is no simple relation, or too few numbers to
        tell it from chance.
    """
    if type(actual) is not np.ndarray or expected is None or expected.size < 2:
        return None
    if actual.dtype.kind not in "fiu" or not np.isfinite(actual).all() or not expected.any():
        return None
    with np.errstate(all="ignore"):  # the numbers may be as large as they like
        if actual.shape != expected.shape:
            return _other_shape(actual, expected)
        return _same_shape(actual, expected)


def close(a: np.ndarray, b: np.ndarray, tolerance: float = TOLERANCE) -> bool:
    """Tell whether two arrays of one shape differ by rounding only, as a whole."""
    return float(np.linalg.norm(a - b)) <= tolerance * float(np.linalg.norm(b))


def _other_shape(actual: np.ndarray, expected: np.ndarray) -> Texts | None:
    if expected.ndim == 2 and actual.shape == expected.shape[::-1] and close(actual.T, expected):
        return {
            "en": "The numbers are right, but rows and columns are exchanged.",
            "zh-TW": "數字是對的，但列與行對調了。",
        }
    if actual.size == expected.size and close(actual.reshape(expected.shape), expected):
        return {
            "en": "The numbers are right, but the array has lost its shape on the way.",
            "zh-TW": "數字是對的，但陣列的形狀在途中改變了。",
        }
    square = actual.ndim == 2 and actual.shape == (expected.size,) * 2
    if square and close(np.diagonal(actual), expected.ravel()):
        return {
            "en": "Only the diagonal is what it should be: every number met every other, as when a "
            "column and a flat array are put together.",
            "zh-TW": "只有對角線是對的：每個數都和其他所有的數算了一遍，"
            "例如把一個直行陣列和一個一維陣列湊在一起時。",
        }
    for axis, (en, zh) in enumerate([("rows", "列"), ("columns", "行")][: expected.ndim]):
        for function, how, wie in ((np.sum, "summed", "加總"), (np.mean, "averaged", "平均")):
            lesser = function(expected, axis=axis)
            if lesser.size == actual.size and close(actual.ravel(), lesser.ravel()):
                return {
                    "en": f"It is the right answer, {how} over its {en}.",
                    "zh-TW": f"它是正確答案沿著各{zh}{wie}的結果。",
                }
    return None


def _same_shape(actual: np.ndarray, expected: np.ndarray) -> Texts | None:
    if not actual.any():
        return {
            "en": "Every entry is 0: it was never computed, or became 0 on the way.",
            "zh-TW": "每個元素都是 0：可能從未計算，或在途中變成了 0。",
        }
    slope = float(np.vdot(actual, expected) / np.vdot(expected, expected))
    # Where nearly all is 0, one or two numbers would make any mistake a factor.
    dense = expected.all() or np.count_nonzero(expected) > 2
    if dense and LEAST < abs(slope) < 1 / LEAST and close(actual, slope * expected):
        return _factor(slope)
    if expected.ndim == 2 and actual.shape[0] == actual.shape[1] and close(actual.T, expected):
        return {
            "en": "It is the transpose of the right answer.",
            "zh-TW": "它是正確答案的轉置。",
        }
    if np.ptp(actual) <= TOLERANCE * np.abs(actual).max() and len(np.unique(expected)) > 2:
        return {
            "en": "All entries are one and the same number, though they should differ.",
            "zh-TW": "所有元素都是同一個數，但它們應該各不相同。",
        }
    for found in (_elementwise, _rounded, _moved, _by_rows_or_columns, _of_one_row, _not_binary):
        if texts := found(actual, expected):
            return texts
    return None


def nearly(actual: np.ndarray, expected: np.ndarray) -> Texts | None:
    """Name a loss of precision, in arrays of one shape."""
    with np.errstate(all="ignore"):
        if not close(actual, expected, SINGLE):
            return None
    return {
        "en": "It is nearly right: precision was lost, as with float32 or a rounded constant.",
        "zh-TW": "幾乎正確：途中損失了精度，例如用了 float32 或四捨五入過的常數。",
    }


def _elementwise(actual: np.ndarray, expected: np.ndarray) -> Texts | None:
    """Name a function that was applied to every entry of the right answer."""
    # 0 and 1 are their own squares and roots, and one number may be many functions of another.
    if len(np.unique(expected[~np.isin(expected, (0.0, 1.0))].round(9))) <= 2:
        return None
    for function, en, zh in (
        (np.square, "the square", "平方"),
        (lambda right: np.sqrt(np.abs(right)), "the square root", "平方根"),
        (np.reciprocal, "the reciprocal", "倒數"),
        (np.exp, "the exponential", "指數函數值"),
        (lambda right: np.log(np.abs(right)), "the logarithm", "對數"),
    ):
        other = function(expected)
        if np.isfinite(other).all() and close(actual, other):
            return {
                "en": f"Every entry is {en} of the right one.",
                "zh-TW": f"每個元素都是正確值的{zh}。",
            }
    sizes = np.abs(actual)
    same_size = np.ptp(sizes) <= TOLERANCE * sizes.max() and len(np.unique(np.abs(expected))) > 2
    if same_size and np.array_equal(np.sign(actual), np.sign(expected)):
        return {
            "en": "Every entry has the right sign, but all have the same size: only the signs are "
            "left of the right answer.",
            "zh-TW": "每個元素的正負號都對，但大小全都一樣：正確答案只剩下正負號。",
        }
    difference = actual - expected
    if close(difference, np.full_like(difference, difference.mean())):
        return {
            "en": "Every entry is off by the same amount: a constant was added or left out.",
            "zh-TW": "每個元素都差了同一個數：多加或漏加了某個常數。",
        }
    # Any two values are stretched and moved to any two others.
    if len(np.unique(np.round(expected, 9))) > 3:
        slope, offset = np.polyfit(expected.ravel(), actual.ravel(), 1)
        if LEAST < abs(slope) < 1 / LEAST and close(actual, slope * expected + offset):
            turned = {"en": "turned upside down, ", "zh-TW": "上下顛倒、"} if slope < 0 else {}
            return {
                "en": f"It is the right answer {turned.get('en', '')}stretched and moved: every "
                "entry is the right one times one constant, plus another.",
                "zh-TW": f"它是正確答案{turned.get('zh-TW', '')}縮放再平移的結果："
                "每個元素都是正確值乘上一個常數，再加上另一個常數。",
            }
    return None


def _rounded(actual: np.ndarray, expected: np.ndarray) -> Texts | None:
    """Name decimals that were lost."""
    wrong = differs(actual, expected)
    if 2 * wrong.sum() < wrong.size or len(np.unique(actual)) < 3:
        return None  # a step function, for one, is no rounding
    whole = any(np.array_equal(actual, cut(expected)) for cut in (np.floor, np.ceil, np.trunc))
    if whole or any(np.allclose(actual, np.round(expected, n), 0, 1e-12) for n in range(7)):
        return {
            "en": "Decimals were lost: it is the right answer rounded or cut off.",
            "zh-TW": "小數部分不見了：它是正確答案四捨五入或截斷後的結果。",
        }
    return None


def _moved(actual: np.ndarray, expected: np.ndarray) -> Texts | None:
    """Name rows, columns or numbers of a list that stand in the wrong place."""
    if expected.ndim == 1 and expected.size > 2:
        if close(actual[::-1], expected):
            return {
                "en": "The numbers are right, but in reverse order.",
                "zh-TW": "數字是對的，但順序顛倒了。",
            }
        for mine, right, en, zh in (
            (actual[:-1], expected[1:], "early", "提早"),
            (actual[1:], expected[:-1], "late", "延後"),
        ):
            if right.all() and close(mine, right):
                return {
                    "en": f"The numbers are right, but each comes one place too {en}.",
                    "zh-TW": f"數字是對的，但每個都{zh}了一個位置。",
                }
    for axis, (one, many, zh) in enumerate([("row", "rows", "列"), ("column", "columns", "行")]):
        if expected.ndim != 2 or min(expected.shape) < 2:
            continue  # single numbers come in another order by many a mistake
        if close(np.flip(actual, axis), expected):
            return {
                "en": f"The {many} are right but in reverse order; look at where a {one} goes.",
                "zh-TW": f"各{zh}的數字都對，但順序顛倒了。",
            }
        mine, right = (np.moveaxis(array, axis, 0) for array in (actual, expected))
        mine, right = (array[np.argsort(array[:, 0])] for array in (mine, right))
        if close(mine, right):
            return {
                "en": f"The {many} are right but not in their order; look at where a {one} goes.",
                "zh-TW": f"各{zh}的數字都對，但順序亂了。",
            }
    return None


def _by_rows_or_columns(actual: np.ndarray, expected: np.ndarray) -> Texts | None:
    """Name rows or columns that are each off by an amount, or a factor, of their own."""
    if expected.ndim != 2 or min(expected.shape) < 2 or expected.size < 6:
        return None
    difference = actual - expected
    for axis, (en, zh) in enumerate([("column", "行"), ("row", "列")]):
        mean = difference.mean(axis=axis, keepdims=True)
        if close(difference, np.broadcast_to(mean, difference.shape)):
            return {
                "en": f"Within each {en}, all entries are off by the same amount: something was "
                f"added or taken off {en} by {en}, as a bias or a mean would be.",
                "zh-TW": f"同一{zh}裡的元素都差了同一個數：有東西一{zh}一{zh}地被加上或減掉，"
                "例如偏置或平均。",
            }
        size = (expected**2).sum(axis=axis, keepdims=True)
        slopes = (actual * expected).sum(axis=axis, keepdims=True) / size
        if size.all() and slopes.all() and close(actual, slopes * expected):
            return {
                "en": f"Each {en} is right up to a factor of its own: something was multiplied or "
                f"divided {en} by {en}, as by a norm, a sum or a count.",
                "zh-TW": f"每一{zh}都對，只差了各自的倍數：有東西一{zh}一{zh}地被乘上或除掉，"
                "例如範數、總和或個數。",
            }
    return None


def _of_one_row(actual: np.ndarray, expected: np.ndarray) -> Texts | None:
    """Name a matrix whose rows are all multiples of one row, where the right one's are not."""
    if expected.ndim != 2 or min(expected.shape) < 2 or expected.size < 6:
        return None
    mine, right = (np.linalg.svd(array, compute_uv=False) for array in (actual, expected))
    if mine[1] > TOLERANCE * mine[0] or right[1] <= SINGLE * right[0]:
        return None
    return {
        "en": "All rows are multiples of one single row: it is one column times one row, where a "
        "sum of several such products is due. Was something summed or averaged too early, or is "
        "only one sample left?",
        "zh-TW": "每一列都是同一列的倍數：它只是一行乘上一列，而正確答案應該是好幾個這種乘積的和。"
        "是不是太早加總或平均了，或者只剩下一個樣本？",
    }


def _not_binary(actual: np.ndarray, expected: np.ndarray) -> Texts | None:
    """Name numbers other than 0 and 1, where both are right and nothing else."""
    if set(np.unique(expected)) != {0.0, 1.0} or np.isin(actual, (0.0, 1.0)).all():
        return None
    return {
        "en": "Every entry should be 0 or 1; here there are other numbers too.",
        "zh-TW": "每個元素都應該是 0 或 1；這裡卻出現了別的數。",
    }


def partial_relation(actual: np.ndarray, expected: np.ndarray) -> Texts | None:
    """Name what is wrong with some entries, where all others are right.

    Parameters
    ----------
    actual, expected
        Of one shape.
    """
    if close(np.abs(actual), np.abs(expected)):
        return {
            "en": "The sizes are right, but some entries have the wrong sign.",
            "zh-TW": "大小都對，但有些元素的正負號錯了。",
        }
    wrong = differs(actual, expected)
    bounds = np.abs(actual[wrong])
    if not 2 <= wrong.sum() <= expected.size - 2:
        return None
    if not bounds.any():
        return {
            "en": "Some entries are 0 that should not be; all others are right.",
            "zh-TW": "有些元素不該是 0 卻是 0；其餘都是對的。",
        }
    same = np.ptp(bounds) <= TOLERANCE * bounds.max()
    if same and bounds.max() < np.abs(expected[wrong]).min() * (1 - TOLERANCE):
        return {
            "en": "Large entries were cut off at a bound; all others are right.",
            "zh-TW": "較大的元素被截在某個上限；其餘都是對的。",
        }
    return None


def differs(actual: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Tell which entries differ by more than rounding."""
    return np.asarray(np.abs(actual - expected) > TOLERANCE * np.abs(expected).max())


def _factor(slope: float) -> Texts | None:
    if abs(slope + 1) < TOLERANCE:
        return {
            "en": "It is right except for its sign: every entry is the negative of the right one.",
            "zh-TW": "除了正負號之外都對：每個元素都是正確值的相反數。",
        }
    sign = {"en": "minus ", "zh-TW": "負 "} if slope < 0 else {"en": "", "zh-TW": ""}
    for text, size in (("{}", abs(slope)), ("1/{}", 1 / abs(slope))):
        number = round(size)
        if 1 < number <= LARGEST_FACTOR and abs(number - size) < TOLERANCE * size:
            factor = text.format(number)
            where = {
                "en": f"Which number around here is {number}: the samples in the batch, a width, a "
                "factor that was taken more than once?",
                "zh-TW": f"這裡哪個數是 {number}：批次的樣本數、某一層的寬度，還是重複乘上的係數？",
            }
            if number == 2:
                where = {
                    "en": "Which factor 2 or 1/2 is missing, or one too many?",
                    "zh-TW": "哪個係數 2 或 1/2 漏掉了，或多乘了？",
                }
            return {
                "en": f"Every entry is exactly {sign['en']}{factor} times what it should be. "
                + where["en"],
                "zh-TW": f"每個元素都恰好是正確值的{sign['zh-TW']} {factor} 倍。" + where["zh-TW"],
            }
    return {
        "en": "Every entry is off by the same factor: the form is right, a constant is not.",
        "zh-TW": "每個元素都差了同一個倍數：形式是對的，某個常數不對。",
    }
