"""Comparisons pass what is right and nothing else, and say no number."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from autograder.checks import (
    CheckFailed,
    assert_array,
    assert_array_form,
    assert_gradient,
    assert_number,
    assert_unchanged,
    fail,
    shape_text,
    type_text,
)

RIGHT = np.array([[1.5, -2.25], [0.125, 4.0]])


def says(function, *arguments, **options):
    with pytest.raises(CheckFailed) as caught:
        function(*arguments, **options)
    return str(caught.value)


class Lying(np.ndarray):
    """Equal to everything."""

    def __eq__(self, other):
        return True

    __hash__ = None


@pytest.mark.parametrize(
    ("actual", "text"),
    [
        (None, "None (is a return missing?)"),
        ([[1.5, -2.25], [0.125, 4.0]], "NumPy array, not list"),
        (np.float64(1.5), "float64"),
        (RIGHT.view(Lying), "array"),
        (np.ma.array(RIGHT, mask=True), "MaskedArray"),
        (np.asmatrix(RIGHT), "matrix"),
        (RIGHT.astype(object), "values that are no numbers"),
        (RIGHT.astype(np.float32), "float64"),
        (RIGHT.astype(np.float16), "float64"),
        (RIGHT.astype(complex), "complex128"),
        (RIGHT.astype(int), "int64"),
        (RIGHT > 0, "bool"),
        (RIGHT.ravel(), "(4,) instead of (2, 2)"),
        (RIGHT[None], "(1, 2, 2) instead of (2, 2)"),
        (RIGHT[:1], "(1, 2) instead of (2, 2)"),
        (np.zeros((1,) * 30), "more than 8 axes"),
        (np.array(1.5), "() instead of (2, 2)"),
        (np.full((2, 2), math.nan), "not a number"),
        (np.array([[1.5, math.inf], [0.125, 4.0]]), "not a number in one of its entries"),
        (RIGHT + 1e-6, "wrong values in all of its entries"),
        (RIGHT * [[1, 1], [1, 2]], "wrong values in one of its entries"),
    ],
    ids=str,
)
def test_a_wrong_array_fails_for_its_own_reason(actual, text):
    assert text in says(assert_array, actual, RIGHT, "what forward returns")


def test_a_right_array_passes():
    assert_array(RIGHT + 1e-10, RIGHT, "it")
    assert_array(np.array([1, 2]), np.array([1, 2]), "it", kinds="iu")
    assert_array(np.zeros((0, 3)), np.zeros((0, 3)), "it")
    assert_array_form(-RIGHT, (2, 2), "it")


def test_kinds_are_named():
    assert "booleans or integers" in says(assert_array, RIGHT, RIGHT, "it", kinds="bi")


numbers = st.floats(-1e6, 1e6)


@given(
    npst.arrays(np.float64, (2, 3), elements=numbers),
    npst.arrays(np.float64, (2, 3), elements=numbers),
)
def test_a_message_holds_neither_side(actual, expected):
    try:
        assert_array(actual, expected, "it")
    except CheckFailed as error:
        text = str(error)
    else:
        return
    for number in [*actual.ravel(), *expected.ravel()]:
        if abs(number) > 100:
            assert repr(float(number)) not in text


@pytest.mark.parametrize("actual", [1.0, np.float64(1.0), 1, np.float32(1.0), 1.0 + 1e-12])
def test_a_right_number_passes(actual):
    assert_number(actual, 1.0, "it")


@pytest.mark.parametrize(
    ("actual", "text"),
    [
        (None, "missing"),
        (True, "bool"),
        (np.True_, "bool"),
        ("1.0", "str"),
        (1 + 0j, "complex"),
        (np.array(1.0), "ndarray"),
        (np.array([1.0]), "ndarray"),
        (math.nan, "not a number"),
        (-math.inf, "infinite"),
        (1.1, "not the right number"),
    ],
    ids=str,
)
def test_a_wrong_number_fails_for_its_own_reason(actual, text):
    assert text in says(assert_number, actual, 1.0, "the loss")


def test_a_gradient_is_compared_as_a_whole():
    assert_gradient(RIGHT * (1 + 1e-8), RIGHT, "it")
    assert_gradient(np.zeros((2, 2)), np.zeros((2, 2)), "it")
    assert "relative error" in says(assert_gradient, -RIGHT, RIGHT, "it")
    assert "relative error" in says(assert_gradient, np.zeros((2, 2)), RIGHT, "it")
    assert "shape" in says(assert_gradient, RIGHT[0], RIGHT, "it")
    assert "relative error" in says(assert_gradient, RIGHT * 1e307, RIGHT, "it")


def test_what_should_not_change_is_compared_to_the_bit():
    assert_unchanged(np.array([math.nan, 1.0]), np.array([math.nan, 1.0]), "x")
    assert "changed" in says(assert_unchanged, np.array([1.0 + 1e-15]), np.array([1.0]), "x")
    assert "changed" in says(assert_unchanged, [1.0], np.array([1.0]), "x")


def test_a_failure_holds_both_sides_for_the_diagnosis():
    with pytest.raises(CheckFailed) as caught:
        assert_array(-RIGHT, RIGHT, "it")
    assert (caught.value.what, caught.value.expected is RIGHT) == ("it", True)
    assert says(fail, "It is wrong.") == "It is wrong."


def test_shapes_and_types_are_named():
    assert shape_text((3, 2), (2, 3)) == "(3, 2)"
    assert "2 axes" in shape_text((3, 2)) and "more than 8" in shape_text((1,) * 9)
    assert type_text([]) == "list"


class Proxy:
    """Looks like an object of a submission."""

    def __init__(self, name):
        self.__student_type__ = name

    __student_type__ = ""


@pytest.mark.parametrize("name", ["x_0_12345", "0.12345", "[1.5, 2.5]", "", "an array of U9999"])
def test_a_class_that_is_named_after_a_number_is_not_named(name):
    text = type_text(Proxy(name))
    assert text == "an object of your own"


@pytest.mark.parametrize("name", ["MaskedArray", "matrix", "generator", "Decimal"])
def test_a_class_that_everybody_knows_is_named(name):
    assert type_text(Proxy(name)) == name
