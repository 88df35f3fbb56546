"""Reads a date and a time that a program wrote for people, if only one can be meant."""

from __future__ import annotations

import contextlib
import datetime
import functools
import re
import unicodedata
from collections.abc import Sequence

_TIME = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?::(\d{2}))?(?![\d:])")
#: Year, month, day, as in Chinese and Japanese.
_CHARACTERS = re.compile(r"(\d{4})\s*\u5e74\s*(\d{1,2})\s*\u6708\s*(\d{1,2})\s*\u65e5")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_MORNING = re.compile(r"\ba\.?m\b\.?|\u4e0a\u5348")
_AFTERNOON = re.compile(r"\bp\.?m\b\.?|\u4e0b\u5348")
#: Words so short are "at", "of" and the like.
_SHORT = 3


def read_date(
    text: str, zone: datetime.tzinfo | None, languages: Sequence[str] = ("en",)
) -> datetime.datetime | None:
    """Read a moment.

    Parameters
    ----------
    text
        ``2026-12-20 23:59``, ``Sunday, 20 December 2026, 11:59 PM``, and the same in other
        languages. A day and a month that can be exchanged, as in ``3/4/2026``, are not read, and
        neither is a day of the week that the date is not.
    zone
        Of the moment, if the text does not say it.
    languages
        Whose names of months and days are known.

    Returns
    -------
    datetime.datetime or None
        With its zone; None if another could be meant.
    """
    low = unicodedata.normalize("NFKC", text).casefold().strip()
    times = list(_TIME.finditer(low))
    with contextlib.suppress(ValueError):
        moment = datetime.datetime.fromisoformat(low.upper())
        return None if not times else moment if moment.tzinfo else moment.replace(tzinfo=zone)
    if len(times) != 1:
        return None
    rest = _TIME.sub(" ", low)
    hour, minute, second = (int(group or 0) for group in times[0].groups())
    morning, afternoon = _MORNING.search(rest), _AFTERNOON.search(rest)
    if morning or afternoon:
        if not 1 <= hour <= 12 or morning and afternoon:
            return None
        hour = hour % 12 + (12 if afternoon else 0)
    rest = _AFTERNOON.sub(" ", _MORNING.sub(" ", rest))
    months, days = _names(tuple(languages))
    date, words = _date(rest, months)
    if date is None:
        return None
    try:
        moment = datetime.datetime(*date, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
    for word in words:
        if word in days:
            if days[word] != moment.weekday():
                return None
        elif len(word) > _SHORT:
            return None
    return moment


def _date(text: str, months: dict[str, int]) -> tuple[tuple[int, int, int] | None, list[str]]:
    """Return year, month and day, and the other words."""
    for pattern in (_CHARACTERS, _YEAR_FIRST, _YEAR_LAST):
        if found := pattern.search(text):
            left = (text[: found.start()] + " " + text[found.end() :]).strip()
            return _numbers(pattern, found), _words(left) if not re.search(r"\d", left) else [text]
    words = _words(text)
    named = [word for word in words if word in months]
    numbers = re.findall(r"\d+", text)
    years = [int(n) for n in numbers if len(n) == 4]
    of_month = [int(n) for n in numbers if len(n) <= 2]
    if len(named) != 1 or len(years) != 1 or len(of_month) != 1 or len(numbers) != 2:
        return None, words
    return (years[0], months[named[0]], of_month[0]), [w for w in words if w != named[0]]


def _numbers(pattern: re.Pattern[str], found: re.Match[str]) -> tuple[int, int, int] | None:
    """Return year, month and day of what was found, if only one day can be meant."""
    if pattern is _CHARACTERS:
        year, month, day = map(int, found.groups())
        return year, month, day
    if pattern is _YEAR_FIRST:
        return int(found[1]), int(found[3]), int(found[4])
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if found[2] == "." or first == second or first > 12:  # with dots, the day is first everywhere
        return year, second, first
    return (year, first, second) if second > 12 else None


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text)


@functools.cache
def _names(languages: tuple[str, ...]) -> tuple[dict[str, int], dict[str, int]]:
    """Return the names of months and of days in English and in these languages.

    A name of two different months or days is none.
    """
    # Imported here: few rosters have dates.
    from babel import Locale, UnknownLocaleError

    months: dict[str, set[int]] = {}
    days: dict[str, set[int]] = {}
    for tag in {"en", *languages}:
        try:
            locale = Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
        for names, found in ((locale.months, months), (locale.days, days)):
            for number, name in (
                each
                for form in ("format", "stand-alone")
                for width in ("wide", "abbreviated")
                for each in names[form][width].items()
            ):
                words = _words(unicodedata.normalize("NFKC", name).casefold())
                if len(words) == 1:
                    found.setdefault(words[0], set()).add(number)
    # What stands in brackets in Moodle's Chinese dates: the last character of a day's name.
    for name in [n for n in days if n[0] in "\u9031\u661f"]:
        days.setdefault(name[-1], set()).update(days[name])
    return _unique(months), _unique(days)


def _unique(names: dict[str, set[int]]) -> dict[str, int]:
    return {name: min(numbers) for name, numbers in names.items() if len(numbers) == 1}
