"""Says where an answer is wrong, when it is right elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autograder.diagnosis.relations import Texts, differs

#: So many entries must be right, and as many wrong, before their places mean anything.
FEWEST = 3


def wrong_places(
    actual: np.ndarray, expected: np.ndarray, given: Mapping[str, np.ndarray]
) -> Texts | None:
    """Name what the wrong entries have in common and no right one has.

    Parameters
    ----------
    actual, expected
        Of one shape.
    given
        Arrays that the check knows, by name.

    Returns
    -------
    dict or None
        A sentence in each language.
    """
    wrong = differs(actual, expected)
    if min(wrong.sum(), wrong.size - wrong.sum()) >= FEWEST:
        for name, array in given.items():
            if array.shape == wrong.shape and (texts := _by_value(wrong, array, name)):
                return texts
    return _by_place(wrong)


def _by_value(wrong: np.ndarray, array: np.ndarray, name: str) -> Texts | None:
    """Tell the wrong entries by the values that a known array has there."""
    negative, positive = (array < 0, "negative", "負"), (array > 0, "positive", "正")
    for mask, en, zh in (negative, positive):
        if (wrong == mask).all():
            return {
                "en": f"It is wrong exactly where `{name}` is {en}, and right everywhere else.",
                "zh-TW": f"錯的恰好是 `{name}` 為{zh}的地方，其餘都對。",
            }
    size = np.abs(array)
    for values, en, zh in ((size, "in size", "的絕對值"), (array, "", "")):
        bound = np.ptp(values) * 1e-9
        # Numbers that are only not negative are not large, nor are those below a few small.
        if values[wrong].min() > values[~wrong].max() + bound and (values[~wrong] > 0).any():
            return {
                "en": f"It is wrong exactly where `{name}` is large{' ' + en if en else ''}, and "
                "right everywhere else.",
                "zh-TW": f"錯的恰好是 `{name}` {zh}較大的地方，其餘都對。",
            }
        small = values is size or (values[~wrong] < 0).any()
        if values[wrong].max() < values[~wrong].min() - bound and small:
            return {
                "en": f"It is wrong exactly where `{name}` is small{' ' + en if en else ''}, and "
                "right everywhere else.",
                "zh-TW": f"錯的恰好是 `{name}` {zh}較小的地方，其餘都對。",
            }
    for (mask, en, zh), (_, other, other_zh) in ((negative, positive), (positive, negative)):
        if not (wrong & ~mask).any() and not mask.all():
            return {
                "en": f"Where `{name}` is {other}, everything is right; where it is {en}, not all.",
                "zh-TW": f"`{name}` 為{other_zh}的地方全對；為{zh}的地方有錯。",
            }
    return None


def _by_place(wrong: np.ndarray) -> Texts | None:
    """Tell the wrong entries by where they stand: a row or column at an edge, or in a list."""
    if wrong.ndim == 1 and wrong.size >= FEWEST and not wrong[0] and wrong[1:].all():
        return {
            "en": "Only the first number is right; all later ones are wrong.",
            "zh-TW": "只有第一個數是對的；後面的都錯。",
        }
    if wrong.ndim != 2 or min(wrong.shape) < 2:
        return None
    for axis, (en, zh) in enumerate([("row", "列"), ("column", "行")]):
        lines = np.moveaxis(wrong, axis, 0)
        whole = np.array([bool(line.all()) for line in lines])
        none = np.array([not line.any() for line in lines])
        if len(whole) < FEWEST:
            continue
        for end, where, wo in ((0, "first", "第一"), (-1, "last", "最後一")):
            others = np.delete(np.arange(len(whole)), end)
            if whole[end] and none[others].all():
                return {
                    "en": f"Only the {where} {en} is wrong; all others are right.",
                    "zh-TW": f"只有{wo}{zh}是錯的；其餘都對。",
                }
            if none[end] and whole[others].all():
                return {
                    "en": f"Only the {where} {en} is right; all others are wrong.",
                    "zh-TW": f"只有{wo}{zh}是對的；其餘都錯。",
                }
    return None
