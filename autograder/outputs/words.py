"""The fixed words of the outputs that students read, in English and in Traditional Chinese."""

from __future__ import annotations

from collections.abc import Sequence

LANGUAGES = ("en", "zh-TW")

WORDS = {
    "score": {
        "en": "Score: {score} of {max_score}",
        "zh-TW": "得分：{score}，滿分 {max_score}",
    },
    "part": {"en": "Part", "zh-TW": "部分"},
    "points": {"en": "Points", "zh-TW": "得分"},
    "lost": {"en": "points lost: {points}", "zh-TW": "失分：{points}"},
    "to-fix": {"en": "What to fix", "zh-TW": "需要修正的地方"},
    "passed": {"en": "Passed: {count}", "zh-TW": "已通過：{count} 項"},
    "all-passed": {"en": "Every check passed.", "zh-TW": "所有檢查都通過了。"},
    "more": {
        "en": "{count} more findings are not shown here.",
        "zh-TW": "另有 {count} 項沒有列在這裡。",
    },
    "hint": {"en": "Hint: {text}", "zh-TW": "提示：{text}"},
    "files": {"en": "The files handed in", "zh-TW": "繳交的檔案"},
    "reason": {"en": "Please note: {reason}.", "zh-TW": "請注意：{reason}。"},
    "rejected": {
        "en": "This submission could not be graded: {reason}. Correct that and hand in again.",
        "zh-TW": "這份作業無法評分：{reason}。請修正後重新繳交。",
    },
    "failure-title": {"en": "Not graded yet", "zh-TW": "尚未評分"},
    "failure": {
        "en": "The grader itself failed, so no score was given. This says nothing about your code. "
        "Please tell your instructor, who can see the reason and grade it again.",
        "zh-TW": "評分程式本身出了問題，因此沒有給分；這與你的程式碼無關。"
        "請告訴老師，老師看得到原因，也能重新評分。",
    },
    "late": {
        "en": "Handed in {time} after the due date.",
        "zh-TW": "在截止時間之後 {time}才繳交。",
    },
    "days": {"en": "{count} d", "zh-TW": "{count} 天"},
    "hours": {"en": "{count} h", "zh-TW": "{count} 小時"},
    "minutes": {"en": "{count} min", "zh-TW": "{count} 分鐘"},
}


def word(
    key: str, languages: Sequence[str] = LANGUAGES, between: str = " / ", **values: str | int
) -> str:
    """Give fixed words in these languages, one after another.

    Parameters
    ----------
    key
        Of `WORDS`.
    languages
        Of `LANGUAGES`.
    between
        What stands between two languages.
    values
        What is filled in.

    Returns
    -------
    str
        The words; those that are the same in two languages once.
    """
    texts = dict.fromkeys(WORDS[key][language].format(**values) for language in languages)
    return between.join(texts)
