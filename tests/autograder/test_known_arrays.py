"""What a wrong answer is made of, and where it is wrong, is named where it holds exactly."""

import numpy as np
import pytest

from autograder.checks import CheckFailed, Known
from autograder.diagnosis.numbers import reason
from autograder.diagnosis.symptoms import symptom_of
from tests.autograder.conftest import CHINESE, in_chinese

RNG = np.random.default_rng(5)
A, B, C = RNG.normal(size=(3, 4, 5))
GIVEN = {"a": A, "b": B, "c": C}
SUM = 2 * A - 0.5 * B


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (A, "equals `a`"),
        (2 * A, "`b` is missing"),
        (2 * A + 0.5 * B, "`b` has the wrong sign"),
        (2 * A - 0.75 * B, "`b` has a wrong factor"),
        (SUM + 0.01 * C, "`c` takes part and should not"),
    ],
)
def test_terms_of_a_sum_are_named(actual, words):
    message = reason(actual, SUM, Known(given=GIVEN))
    assert words in message
    assert CHINESE.search(in_chinese(message))


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (-B, "equals `b`, with the opposite sign"),
        (7.5 * B, "equals `b`, up to one factor"),
        (A * B * C, "the right answer times `c`"),
        (B / 1.0 * 3, "`b`"),
        (A * B / C, "the right answer divided by `c`"),
        (A * C, "`a` times `c`"),
        (C**2, "the square of `c`"),
        (np.abs(C), "the size of `c`"),
        (1 - C**2, "1 minus the square of `c`"),
        (A * B * (1 - C), "the right answer times 1 minus `c`"),
        (0.25 + 3 * C, "is `c` times one number, plus"),
        (A * B + C, "right but for `c`, which was added to it"),
        (A * B - 0.1 * C, "taken off it, times some number"),
        (A - 2 * C, "a sum of multiples of `a` and `c`"),
        (A - 2 * C + 3 * A * B, "`c` and the right answer"),
    ],
)
def test_products_and_sums_are_named(actual, words):
    message = reason(actual, A * B, Known(given=GIVEN))
    assert words in message
    assert CHINESE.search(in_chinese(message))


def test_numbers_that_hardly_vary_are_no_multiple_of_each_other():
    flat, other = 0.4 + 1e-4 * A[0], 0.6 + 1e-4 * B[0]
    assert reason(flat, 0.5 + 0.1 * C[0], Known(given={"other": other})) is None


def test_nothing_is_said_of_other_numbers():
    actual = RNG.normal(size=A.shape)
    assert reason(actual, A * B, Known(given=GIVEN, before=A)) is None
    assert reason(np.sinh(A) + np.cos(B), A @ C.T, Known(given=GIVEN)) is None


LEFT, RIGHT = RNG.normal(size=(7, 3)), RNG.normal(size=(3, 5))
PRODUCT = Known(given={"left": LEFT, "right": RIGHT}, product=("left", "right"))


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (
            LEFT @ np.exp(RIGHT),
            "`left` is used as it should be, .* the exponential",
        ),
        ((LEFT / LEFT.sum(axis=1, keepdims=True)) @ RIGHT, "Each row is right up to a factor"),
        (np.clip(LEFT, -0.5, 0.5) @ RIGHT, "`right` is used .* cut off at a bound"),
        (LEFT @ np.sin(RIGHT), "not `right`.$"),
        (LEFT @ np.diag([1.0, 2.0, -7.0]) @ RIGHT, "Either it is `right`: .* Or it is `left`"),
    ],
)
def test_a_wrong_factor_of_a_matrix_product_is_named(actual, words):
    message = reason(actual, LEFT @ RIGHT, PRODUCT)
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(message)
    assert CHINESE.search(in_chinese(message))


def test_no_factor_is_named_where_any_would_do():
    left, right = RNG.normal(size=(3, 7)), RNG.normal(size=(7, 2))
    known = Known(given={"left": left, "right": right}, product=("left", "right"))
    assert reason(RNG.normal(size=(3, 2)), left @ right, known) is None
    known = Known(given={"left": np.ones((7, 2)), "right": right[:2]}, product=("left", "right"))
    assert reason(RNG.normal(size=(7, 2)), np.ones((7, 2)) @ right[:2], known) is None


def changed(mask):
    return np.where(mask, np.cos(7 * A) + 9, A)


PLACES = RNG.permutation(np.linspace(-10.0, 9.0, 20)).reshape(4, 5)
ROW, COLUMN = np.indices(A.shape)


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (PLACES < 0, "exactly where `b` is negative"),
        (PLACES > 0, "exactly where `b` is positive"),
        (np.abs(PLACES) > 5, "`b` is large in size"),
        (np.abs(PLACES) < 5, "`b` is small in size"),
        (PLACES > 4, "`b` is large,"),
        (PLACES < -4, "`b` is small,"),
        ((PLACES < 0) & (PLACES % 2 == 0), "Where `b` is positive, everything is right"),
        (ROW == 0, "Only the first row is wrong"),
        (COLUMN != 4, "Only the last column is right"),
    ],
)
def test_places_are_named(mask, words):
    message = reason(changed(mask), A, Known(given={"b": PLACES}))
    assert words in message
    assert CHINESE.search(in_chinese(message))


@pytest.mark.parametrize("mask", [PLACES > -6, PLACES >= 0, PLACES < 4, PLACES <= 0])
def test_what_is_only_not_negative_is_not_large(mask):
    message = reason(changed(mask), A, Known(given={"b": PLACES})) or {"en": ""}
    assert "large" not in message and "small" not in message


def test_scattered_places_are_not_named():
    assert reason(changed(PLACES % 3 == 0), A, Known(given={"b": PLACES})) is None


def test_what_differs_in_dtype_only_says_nothing():
    assert reason(A.astype(np.float32), A.astype(np.float32).astype(float), Known()) is None


def test_a_symptom_gives_its_reason_when_asked():
    symptom = symptom_of(CheckFailed("text", "it", -A, A, Known(given=GIVEN)))
    assert "negative" in symptom.reason
    assert symptom_of(CheckFailed("text")).reason is None
