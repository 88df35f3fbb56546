"""A relation between arrays is named where it holds, and numbers of any size do no harm."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from autograder.checks import CheckFailed, Known, assert_array
from autograder.diagnosis.numbers import reason
from autograder.diagnosis.relations import relation
from tests.autograder.conftest import CHINESE, in_chinese

RIGHT = np.array([[1.5, -2.25, 0.5], [0.125, 4.0, -1.0]])


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (RIGHT.T.copy(), "rows and columns are exchanged"),
        (RIGHT.ravel(), "lost its shape"),
        (RIGHT * 0, "Every entry is 0"),
        (-RIGHT, "negative of the right one"),
        (RIGHT * 2, "exactly 2 times"),
        (RIGHT * -3, "exactly minus 3 times"),
        (RIGHT / 7, "exactly 1/7 times"),
        (RIGHT * 0.3141, "times one and the same number"),
        (RIGHT + 1.25, "off by the same amount"),
        (RIGHT**2, "the square"),
        (1 / RIGHT, "the reciprocal"),
        (np.exp(RIGHT), "the exponential"),
        (2.5 - 3.25 * RIGHT, "one negative number, plus another"),
        (0.25 * np.sign(RIGHT), "only the signs are left"),
        (np.trunc(RIGHT), "Decimals were lost"),
        (RIGHT[[1, 0]] + 0, "reverse order"),
        (RIGHT[:, [1, 0, 2]], "not in their order"),
        (RIGHT - RIGHT.mean(axis=0), "Within each column"),
        (RIGHT - RIGHT.mean(axis=1, keepdims=True), "Within each row"),
        (RIGHT / np.linalg.norm(RIGHT, axis=1, keepdims=True), "Each row is right up to a factor"),
        (RIGHT / RIGHT.sum(axis=0), "Each column is right up to a factor"),
        (np.outer([1.0, -2.0], RIGHT[0]), "one column times one row"),
        (np.full_like(RIGHT, 1.75), "one and the same number"),
        (np.where(np.eye(6), RIGHT.ravel(), 7.0), "Only the diagonal"),
        (RIGHT.sum(axis=0), "summed over its rows"),
        (RIGHT.mean(axis=1), "averaged over its columns"),
        (RIGHT[::-1].copy(), "reverse order"),
        (RIGHT[:, ::-1].copy(), "reverse order"),
    ],
)
def test_a_relation_is_named(actual, words):
    message = relation(actual, RIGHT)
    assert words in message
    assert CHINESE.search(in_chinese(message))


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (np.abs(RIGHT), "wrong sign"),
        (np.clip(RIGHT, -1.25, 1.25), "cut off at a bound"),
        (np.where(RIGHT > 0, RIGHT, 0), "Some entries are 0"),
        (RIGHT + [[1e-4, -5e-5, 3e-5], [1e-4, 2e-5, 0]], "few digits"),
    ],
)
def test_what_is_wrong_with_some_entries_is_named(actual, words):
    message = reason(actual, RIGHT, Known())
    assert words in message
    assert CHINESE.search(in_chinese(message))


def test_numbers_of_a_list_in_the_wrong_place_are_named():
    right = np.array([0.5, 0.375, 0.25, 0.3125])
    assert "too early" in relation(np.append(right[1:], 0.125), right)
    assert "too late" in relation(np.append(0.75, right[:-1]), right)
    assert "reverse order" in relation(right[::-1].copy(), right)
    assert "Only the first" in reason(right + [0, 1, 2, 4.5], right, Known())


def test_numbers_other_than_0_and_1_are_named():
    right = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
    assert "0 or 1" in relation(np.array([-1.0, 1.0, 3.0, 0.0, 2.0]), right)
    assert relation(1.0 - right, right) is None or "0 or 1" not in relation(1 - right, right)


def test_a_wrong_step_is_named():
    before = np.array([[4.0, -3.0, 2.0], [0.5, 1.0, -7.0]])
    known = Known(before=before)
    message = reason(before + 10 * RIGHT, before + RIGHT, known)
    assert "in this step. Every entry is exactly 10 times" in message
    assert "10" in in_chinese(message)
    assert reason(before + RIGHT**3, before + RIGHT, known) is None
    assert reason(before + RIGHT**3, before + RIGHT, Known()) is None
    assert reason(None, before + RIGHT, known) is None


def test_two_numbers_are_no_factor():
    right = np.array([0.0, 0.25, 0.25, 0.0])
    assert relation(4 * right, right) is None


def test_a_transpose_is_named():
    square = np.array([[1.0, 2.0], [7.0, -3.0]])
    assert "transpose" in relation(square.T.copy(), square)


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
def test_any_answer_gives_a_message_or_nothing(actual):
    with np.errstate(all="ignore"):
        message = reason(actual, RIGHT, Known(before=RIGHT[::-1], given={"x": RIGHT**2 - 3}))
    assert message is None or CHINESE.search(in_chinese(message))


def test_a_few_numbers_are_no_function_of_each_other():
    """A slope of 1/4 at 0 and of 0 elsewhere is doubled, and 1/2 is its square root too."""
    slope = np.array([[0.0], [0.25], [0.25], [0.0], [1.0]])
    assert relation(np.sqrt(slope), slope) is None or "root" not in relation(np.sqrt(slope), slope)


# More than two axes

IMAGES = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
SQUARE = np.random.default_rng(1).normal(size=(3, 3, 3, 3))


def with_wrong(index, wrong=IMAGES):
    """Give an array that is wrong at some places."""
    array = wrong.copy()
    array[index] += np.random.default_rng(2).normal(size=array[index].shape)
    return array


@pytest.mark.parametrize(
    ("actual", "right", "words"),
    [
        (IMAGES.swapaxes(1, 2), IMAGES, "axes 1 and 2 are exchanged"),
        (SQUARE.swapaxes(0, 3), SQUARE, "axes 0 and 3 are exchanged"),
        (IMAGES.transpose(0, 2, 3, 1), IMAGES, "np.transpose(right, (0, 2, 3, 1))"),
        (SQUARE.transpose(1, 2, 0, 3), SQUARE, "np.transpose(right, (1, 2, 0, 3))"),
        (IMAGES.sum(axis=2), IMAGES, "summed over axis 2"),
        (IMAGES.mean(axis=0), IMAGES, "averaged over axis 0"),
        (IMAGES.reshape(6, 20), IMAGES, "lost its shape"),
        (-IMAGES, IMAGES, "negative of the right one"),
        (IMAGES[..., ::-1], IMAGES, "Along axis 3 the numbers are right but in reverse order"),
        (IMAGES + np.arange(3.0)[:, None, None], IMAGES, "index along axis 1 are off by the same"),
        (
            IMAGES * np.arange(1.0, 4)[:, None, None],
            IMAGES,
            "along axis 1 are right up to the same",
        ),
        (with_wrong(np.s_[:, 2]), IMAGES, "Only the entries with index 2 along axis 1 are wrong"),
        (with_wrong(np.s_[:, :, 1:]), IMAGES, "with index 0 along axis 2 are right; all others"),
        (with_wrong(np.s_[..., [0, 2], :, 0]), IMAGES, "lies at the edge of the last two axes"),
        (with_wrong(np.s_[0, 1, 1:3, 2]), IMAGES, None),
        (with_wrong(np.s_[:, 0, 1, 2]), IMAGES, None),
    ],
)
def test_arrays_of_more_axes_are_compared_by_axis(actual, right, words):
    message = reason(np.ascontiguousarray(actual), right, Known())
    if words is None:
        assert message is None
    else:
        assert words in message
        assert CHINESE.search(in_chinese(message))


def test_a_product_of_more_axes_does_no_harm():
    known = Known(given={"a": IMAGES, "b": IMAGES}, product=("a", "b"))
    assert reason(with_wrong(np.s_[0, 1, 1:3, 2]), IMAGES, known) is None


def test_a_shape_of_more_axes_is_shown_if_its_lengths_are_known():
    with pytest.raises(CheckFailed, match=r"\(2, 4, 5, 3\) instead of \(2, 3, 4, 5\)"):
        assert_array(np.zeros((2, 4, 5, 3)), IMAGES, "it")
    with pytest.raises(CheckFailed, match=r"\(2, 5, 5, 3\) instead of"):
        assert_array(np.zeros((2, 5, 5, 3)), IMAGES, "it")
    with pytest.raises(CheckFailed, match="an array with 4 axes of other lengths instead of"):
        assert_array(np.zeros((2, 3, 7, 6)), IMAGES, "it")
    with pytest.raises(CheckFailed, match="an array with 7 axes of other lengths instead of"):
        assert_array(np.zeros((2, 3, 1, 1, 1, 1, 1)), IMAGES, "it")
