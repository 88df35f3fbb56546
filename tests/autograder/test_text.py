"""Text from students is shown as one line that does nothing."""

import csv
import io
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.text import clean, clean_lines, csv_cell, problem_of

any_text = st.text(st.characters(exclude_categories=()), max_size=50)


@given(any_text, st.integers(1, 60))
@example("\x1b[31mred\x1b[0m", 60)
@example("\u202eright to left", 60)
@example("\ud800", 60)
@example("a\nb\rc\u2028d", 60)
def test_clean_text_is_one_short_line_without_control_characters(text, limit):
    result = clean(text, limit)
    assert len(result) <= limit
    assert not any(unicodedata.category(c)[0] == "C" for c in result)
    assert len(result.splitlines()) <= 1
    result.encode()


@given(any_text)
def test_clean_text_stays_as_it_is(text):
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize("text", ["plain", "日本語 ü", "a=1, (b) [c]", "'quoted'"])
def test_ordinary_text_is_not_changed(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "result"),
    [("\x1b[2J", "\\x1b[2J"), ("\u202e", "\\u202e"), ("\udcff", "\\udcff"), (" a \t b ", "a b")],
)
def test_what_is_not_shown_is_escaped(text, result):
    assert clean(text) == result


def test_long_text_ends_in_dots():
    assert clean("x" * 1000, 10) == "x" * 9 + "…"


@given(any_text)
@example("=1+1")
@example("\t=1")
@example("@SUM(A1)")
@example("-2+3")
@example("")
def test_no_cell_is_a_formula(text):
    cell = csv_cell(clean(text))
    assert cell.lstrip()[:1] not in {"=", "+", "-", "@"}
    file = io.StringIO()
    csv.writer(file).writerow([cell, "x"])
    assert next(csv.reader(io.StringIO(file.getvalue()))) == [cell, "x"]


@pytest.mark.parametrize("separator", [";", "\t", "; ", ';"'])
@pytest.mark.parametrize("start", "=+-@")
def test_a_cell_is_none_after_another_separator_either(separator, start):
    """Where a semicolon separates cells, a program takes one of ours for two."""
    cell = csv_cell(f"a{separator}{start}cmd|'/C calc'!A0")
    assert f"{separator}'{start}" in cell
    assert csv_cell(f"a {start} b, {start}c") == f"a {start} b, {start}c"


@given(any_text)
def test_any_exception_can_be_told(text):
    class Odd(Exception):
        def __str__(self):
            if not text:
                raise RecursionError
            return text

    told = problem_of(Odd())
    assert told.startswith("Odd") and clean(told, 1000) == told


def test_lines_keep_their_indentation_and_nothing_that_acts():
    assert clean_lines("def f():\r\n\treturn 1\r", 100) == "def f():\n\treturn 1\n"
    assert clean_lines("a\x1b[2J\n\u202eb\ud800\x00", 100) == "a\\x1b[2J\n\\u202eb\\ud800\\x00"
    assert clean_lines("x" * 200, 100) == "x" * 99 + "…"
