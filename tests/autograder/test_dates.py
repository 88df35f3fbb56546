"""Dates that a platform wrote for people are read where only one moment can be meant."""

import datetime

import pytest

from autograder.intake.dates import read_date

ZONE = datetime.timezone(datetime.timedelta(hours=8))
MOMENT = datetime.datetime(2026, 12, 20, 23, 59, tzinfo=ZONE)
LANGUAGES = ("en", "zh-TW", "de")


@pytest.mark.parametrize(
    "text",
    [
        "Sunday, 20 December 2026, 11:59 PM",
        "Sunday, December 20, 2026, 11:59 PM",
        "sun 20 dec 2026 11:59 p.m.",
        "2026年 12月 20日(日) 23:59",
        "2026年 12月 20日(週日) 23:59",
        "2026年12月20日 下午 11:59",
        "Sonntag, 20. Dezember 2026, 23:59",
        "2026-12-20 23:59",
        "2026-12-20T15:59:00Z",
        "2026/12/20 23:59",
        "20/12/2026 23:59",
        "12/20/2026, 11:59 PM",
        "20.12.2026 23:59",
    ],
)
def test_what_is_certain_is_read(text):
    assert read_date(text, ZONE, LANGUAGES) == MOMENT


def test_noon_and_midnight():
    assert read_date("20 December 2026, 12:05 AM", ZONE).hour == 0
    assert read_date("20 December 2026, 12:05 PM", ZONE).hour == 12


@pytest.mark.parametrize(
    "text",
    [
        "3/4/2026 10:00",
        "Monday, 20 December 2026, 11:59 PM",
        "2026年 12月 20日(一) 23:59",
        "31 February 2026, 10:00",
        "20 December 2026, 13:00 PM",
        "20 December 2026",
        "2026-12-20",
        "20 Thermidor 2026, 10:00",
        "20 December 26, 10:00",
        "20 December 2026, 10:00 or 11:00",
        "20 December January 2026, 10:00",
        "yesterday, 20 December 2026, 10:00",
        "-",
        "",
        "9" * 10**5,
    ],
)
def test_what_is_not_is_not(text):
    assert read_date(text, ZONE, LANGUAGES) is None


def test_names_of_other_languages_are_not_guessed():
    assert read_date("dimanche 20 décembre 2026, 23:59", ZONE, LANGUAGES) is None
    assert read_date("dimanche 20 décembre 2026, 23:59", ZONE, ("fr",)) == MOMENT
