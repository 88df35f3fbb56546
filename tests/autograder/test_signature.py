"""A relation between arrays is named where it holds, and numbers of any size do no harm."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from autograder.signature import relation, step_relation

RIGHT = np.array([[1.5, -2.25, 0.5], [0.125, 4.0, -1.0]])


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (RIGHT.T.copy(), "rows and columns are exchanged"),
        (RIGHT.ravel(), "lost its shape"),
        (RIGHT * 0, "Every entry is 0"),
        (-RIGHT, "except for its sign"),
        (RIGHT * 2, "exactly 2 times"),
        (RIGHT * -3, "exactly minus 3 times"),
        (RIGHT / 7, "exactly 1/7 times"),
        (RIGHT * 0.3141, "off by the same factor"),
        (np.abs(RIGHT), "wrong sign"),
        (RIGHT + 1.25, "off by the same amount"),
        (RIGHT**2, "the square"),
        (np.clip(RIGHT, -1.25, 1.25), "cut off at a bound"),
        (np.where(RIGHT > 0, RIGHT, 0), "Some entries are 0"),
        (RIGHT[::-1].copy(), "reverse order"),
        (RIGHT[:, ::-1].copy(), "reverse order"),
        (RIGHT + [[1e-4, -5e-5, 3e-5], [1e-4, 2e-5, 0]], "precision"),
    ],
)
def test_a_relation_is_named(actual, words):
    texts = relation(actual, RIGHT)
    assert words in texts["en"]
    assert texts["zh-TW"]


def test_a_wrong_step_is_named():
    before = np.array([[4.0, -3.0, 2.0], [0.5, 1.0, -7.0]])
    texts = step_relation(before + 10 * RIGHT, before + RIGHT, before)
    assert "in this step. Every entry is exactly 10 times" in texts["en"]
    assert "10" in texts["zh-TW"]
    assert step_relation(before + RIGHT**3, before + RIGHT, before) is None
    assert step_relation(before + RIGHT**3, before + RIGHT, None) is None
    assert step_relation(None, before + RIGHT, before) is None


def test_two_numbers_are_no_factor():
    right = np.array([0.0, 0.25, 0.25, 0.0])
    assert relation(4 * right, right) is None


def test_a_transpose_is_named():
    square = np.array([[1.0, 2.0], [7.0, -3.0]])
    assert "transpose" in relation(square.T.copy(), square)["en"]


@pytest.mark.parametrize(
    "actual",
    [
        None,
        1.0,
        "text",
        RIGHT.astype(complex),
        RIGHT * np.nan,
        np.ma.array(RIGHT),
        RIGHT[:1].copy(),
        np.array([[1.0, 7.0, 2.0], [3.0, 1.0, 0.0]]),
    ],
    ids=str,
)
def test_where_there_is_none_nothing_is_said(actual):
    assert relation(actual, RIGHT) is None


def test_too_few_numbers_say_nothing():
    assert relation(np.array([2.0]), np.array([1.0])) is None
    assert relation(RIGHT, None) is None
    assert relation(RIGHT, RIGHT * 0) is None


@pytest.mark.parametrize("factor", [1e307, -1e307, 1e-320])
def test_answers_of_extreme_size_do_no_harm(factor):
    with np.errstate(all="ignore"):
        relation(RIGHT * factor, RIGHT)


@given(
    npst.arrays(
        np.float64, (2, 3), elements=st.floats(-1e100, 1e100).filter(lambda x: abs(x) > 1e-100)
    )
)
@example(RIGHT)
def test_any_answer_gives_texts_or_nothing(actual):
    with np.errstate(all="ignore"):
        texts = relation(actual, RIGHT)
    assert texts is None or set(texts) == {"en", "zh-TW"}
