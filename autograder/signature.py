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


def step_relation(
    actual: Any, expected: np.ndarray | None, before: np.ndarray | None
) -> Texts | None:
    """Name the relation of two values, or else that of the steps that led to them.

    Parameters
    ----------
    actual, expected
        As for `relation`.
    before
        The value from which the step went; None if there was none.

    Returns
    -------
    dict or None
        As `relation` does.
    """
    texts = relation(actual, expected)
    if texts or before is None or expected is None or np.shape(actual) != expected.shape:
        return texts
    with np.errstate(all="ignore"):
        texts = relation(actual - before, expected - before)
    return texts and {
        "en": "Look at what was added to it in this step. " + texts["en"],
        "zh-TW": "只看這一步加上去的量：" + texts["zh-TW"],
    }


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
    return None


def _same_shape(actual: np.ndarray, expected: np.ndarray) -> Texts | None:
    if not actual.any():
        return {
            "en": "Every entry is 0: it was never computed, or multiplied by 0 on the way.",
            "zh-TW": "每個元素都是 0：可能從未計算，或在途中被乘上了 0。",
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
    if close(np.abs(actual), np.abs(expected)):
        return {
            "en": "The sizes are right, but some entries have the wrong sign.",
            "zh-TW": "大小都對，但有些元素的正負號錯了。",
        }
    if expected.size > 2 and close(actual, expected**2):
        return {
            "en": "Every entry is the square of the right one.",
            "zh-TW": "每個元素都是正確值的平方。",
        }
    if texts := _cut_off(actual, expected):
        return texts
    difference = actual - expected
    if expected.size > 2 and close(difference, np.full_like(difference, difference.mean())):
        return {
            "en": "Every entry is off by the same amount: a constant was added or left out.",
            "zh-TW": "每個元素都差了同一個數：多加或漏加了某個常數。",
        }
    for axis, (one, many, zh) in enumerate([("row", "rows", "列"), ("column", "columns", "行")]):
        if (
            expected.ndim == 2
            and expected.shape[axis] > 1
            and close(np.flip(actual, axis), expected)
        ):
            return {
                "en": f"The {many} are right but in reverse order; look at where a {one} goes.",
                "zh-TW": f"各{zh}的數字都對，但順序顛倒了。",
            }
    if close(actual, expected, SINGLE):
        return {
            "en": "It is nearly right: precision was lost, as with float32 or a rounded constant.",
            "zh-TW": "幾乎正確：途中損失了精度，例如用了 float32 或四捨五入過的常數。",
        }
    return None


def _cut_off(actual: np.ndarray, expected: np.ndarray) -> Texts | None:
    """Name a bound that cut some of the entries off, where all others are right."""
    wrong = np.abs(actual - expected) > TOLERANCE * np.abs(expected).max()
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
            return {
                "en": f"Every entry is exactly {sign['en']}{factor} times what it should be. Which "
                f"number around here is {number}: a factor 2, the samples in the batch, a width?",
                "zh-TW": f"每個元素都恰好是正確值的{sign['zh-TW']} {factor} 倍。這裡哪個數是 "
                f"{number}：係數 2、批次的樣本數，還是某一層的寬度？",
            }
    return {
        "en": "Every entry is off by the same factor: the form is right, a constant is not.",
        "zh-TW": "每個元素都差了同一個倍數：形式是對的，某個常數不對。",
    }
