"""Plain values are compared in type and in every part, and no message holds what is in them."""

import math
from collections import OrderedDict, defaultdict, namedtuple
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import CheckFailed, Known, assert_equal, assert_raises, fail
from autograder.diagnosis.symptoms import symptom_of
from tests.autograder.conftest import messages, outcomes, write_lab

Pair = namedtuple("Pair", "x y")


def failure(*arguments, **options):
    with pytest.raises(CheckFailed) as caught:
        assert_equal(*arguments, "it", **options)
    return caught.value


def says(*arguments, **options):
    return str(failure(*arguments, **options))


def in_order(value):
    """Name a value in a parametrized test: the elements of a set come in any order."""
    return f"set of {len(value)}" if isinstance(value, set | frozenset) else str(value)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (None, None),
        (True, True),
        (np.False_, False),
        (3, 3),
        (np.int64(3), 3),
        (2**70, 2**70),
        (0.5, 0.5),
        (np.float32(0.5), 0.5),
        (-0.0, 0.0),
        (math.nan, math.nan),
        (-math.inf, -math.inf),
        (1 + 2j, 1 + 2j),
        ("a", "a"),
        (b"a", b"a"),
        ([], []),
        ([1, 2.0, "a", None], [1, 2.0, "a", None]),
        ([[1], (2, [3])], [[1], (2, [3])]),
        ({"a": [1, 2], 3: {}}, {3: {}, "a": [1, 2]}),
        ({1, "a", (1, 2)}, {(1, 2), 1, "a"}),
        (frozenset({1}), frozenset({1})),
        ({math.nan}, {math.nan}),
        ({(1, frozenset({2})): "a"}, {(1, frozenset({2})): "a"}),
        (np.array([1.0, 2.0]), np.array([1.0, 2.0])),
        ([np.array([1, 2]), np.array([True])], [np.array([1, 2]), np.array([True])]),
        # What crosses from the student's process as their base does.
        (Pair(1, 2), (1, 2)),
        ((1, 2), Pair(1, 2)),
        (defaultdict(int, a=1), {"a": 1}),
        (OrderedDict(a=1), {"a": 1}),
    ],
    ids=in_order,
)
def test_an_equal_value_passes(actual, expected):
    assert_equal(actual, expected, "it")


@pytest.mark.parametrize(
    ("actual", "expected", "text"),
    [
        (None, 1, "it should be an integer, not None (is a return missing?)."),
        (0, None, "it should be None, not int."),
        (True, 1, "it should be an integer, not bool."),
        (1, True, "it should be True or False, not int."),
        (1.0, 1, "it should be an integer, not float."),
        (1, 1.0, "it should be a float, not int."),
        ("1", 1, "it should be an integer, not str."),
        (b"a", "a", "it should be a string, not bytes."),
        ((1, 2), [1, 2], "it should be a list, not tuple."),
        ([1, 2], (1, 2), "it should be a tuple, not list."),
        ([], {}, "it should be a dict, not list."),
        (frozenset(), set(), "it should be a set, not frozenset."),
        ([1.0], np.array([1.0]), "it should be a NumPy array, not list."),
        (np.array([1.0]), [1.0], "it should be a list, not ndarray."),
        (np.array([1.0]), np.array([1]), "should hold integers"),
        (np.array([1.0]), np.array([[1.0]]), "wrong shape"),
        (False, True, "it is the wrong one of True and False."),
        (2, 3, "it is not the right number."),
        (0.1 + 0.2, 0.3, "it is not the right number."),
        (math.nan, 0.3, "it is infinite or not a number."),
        (0.3, math.nan, "it is not the right number."),
        (1 + 2j, 1 - 2j, "it is not the right number."),
        ("b", "a", "it is not the right string."),
        (b"b", b"a", "it does not hold the right bytes."),
        ([1, 2, 3], [1, 2], "it has too many elements."),
        ((1,), (1, 2), "it has too few elements."),
        ([1, 5, 7], [1, 2, 3], "wrong values in most of its entries."),
        ([1, 2.0], [1, 2], "the element at index 1 of it should be an integer, not float."),
        ([1.0, math.inf], [1.0, 2.0], "the element at index 1 of it is infinite or not a number."),
        (["a", "b"], ["a", "c"], "the element at index 1 of it is not the right string."),
        ([[0], [1]], [[0], [2]], "the element at index 0 of the element at index 1 of it is not"),
        ({"a": 1}, {"a": 2}, "a value in it is not the right number."),
        ({"a": 1}, {"b": 1}, "it is missing a key."),
        ({"a": 1, "b": 2}, {"a": 1}, "it has a key that it should not have."),
        ({True: "a"}, {1: "a"}, "it is missing a key."),
        ({1.0: "a"}, {1: "a"}, "it is missing a key."),
        ({1, 2}, {1, 2, 3}, "it is missing an element."),
        ({1, 2, 3}, {1, 2}, "it has an element that it should not have."),
        ({True}, {1}, "it is missing an element."),
        ({(1, True)}, {(1, 1)}, "it is missing an element."),
    ],
    ids=in_order,
)
def test_a_wrong_value_fails_for_its_own_reason(actual, expected, text):
    assert text in says(actual, expected)


def test_floats_may_differ_by_a_tolerance_and_integers_may_not():
    assert_equal([0.1 + 0.2, 1e6 + 1e-4], [0.3, 1e6], "it", tol=1e-9)
    assert_equal({"a": np.array([0.1 + 0.2])}, {"a": np.array([0.3])}, "it", tol=1e-9)
    assert "number" in says(0.3001, 0.3, tol=1e-9)
    assert "number" in says(10**9, 10**9 + 1, tol=1e-6)
    assert "number" in says(2**53 + 1, 2.0**53, any_number=True)
    assert "number" in says(10**400, 1.0, any_number=True, tol=1.0)
    assert "number" in says(1.0, 10**400, any_number=True, tol=1.0)


def test_numbers_may_be_of_any_kind_but_bool():
    for actual in (3, 3.0, np.int8(3), np.float32(3)):
        assert_equal(actual, 3, "it", any_number=True)
        assert_equal({actual: [actual]}, {3.0: [3]}, "it", any_number=True)
    assert_equal(np.array([1, 2]), np.array([1.0, 2.0]), "it", any_number=True)
    assert "it should be a number, not bool." in says(True, 1, any_number=True)
    assert "should hold" in says(np.array([True]), np.array([1.0]), any_number=True)
    assert "missing" in says({True}, {1}, any_number=True)


def test_only_keys_of_the_assignment_are_named():
    keys = ["loss", 3]
    assert says({}, {"loss": 1}, keys=keys) == "it is missing the key 'loss'."
    assert says({"loss": 1, 3: 1}, {"loss": 1}, keys=keys) == "it should not have the key 3."
    assert says({3: 1}, {3: 2}, keys=keys).startswith("the value under 3 in it")
    assert says({}, {"secret": 1}, keys=keys) == "it is missing a key."
    assert "secret" not in says({"secret": 1}, {}, keys=keys)
    assert "secret" not in says({"secret": 1}, {"secret": 2}, keys=keys)
    # The name is the assignment's, not that of an equal key of the submission's.
    assert says({3.0: 1}, {}, keys=[3], any_number=True) == "it should not have the key 3."


def test_what_cannot_be_compared_is_a_mistake_of_the_check():
    for expected in (object(), Fraction(1, 2), np.array([1j]), np.array(["a"]), len):
        with pytest.raises(TypeError, match="cannot compare"):
            assert_equal(1, expected, "it")


marked = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(10**6, 10**9)
    | st.floats(1e6, 1e9)
    | st.text("xyz", min_size=4, max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text("xyz", min_size=4, max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def leaves(value):
    if isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield value


@given(marked, marked)
def test_a_message_holds_neither_side(actual, expected):
    try:
        assert_equal(actual, expected, "it", any_number=True)
    except CheckFailed as error:
        text = str(error)
        for leaf in [*leaves(actual), *leaves(expected)]:
            assert str(leaf) not in text
    else:
        assert actual == expected


@given(marked)
def test_a_value_equals_itself(value):
    assert_equal(value, value, "it")


# Hostile answers ----------------------------------------------------------------------------------


class Liar:
    """Claims to be what it is asked for."""

    __hash__ = object.__hash__

    def __eq__(self, other):
        return True

    @property
    def __class__(self):
        return int


class LyingText(str):
    """Equal to every string."""

    __hash__ = str.__hash__

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False


class LyingList(list):
    """Has other items whenever it is asked."""

    def __iter__(self):
        return iter([1, 2])

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return index + 1


class LyingDict(dict):
    """Has other items whenever it is asked."""

    def items(self):
        return {"a": 1}.items()


class Proxy:
    """Looks like an object of a submission."""

    __student_type__ = "secret_0_12345"


def test_an_answer_that_claims_to_be_equal_is_not():
    assert "should be an integer" in says(Liar(), 1)
    assert "should be an integer" in says([Liar()], [1])
    assert "missing" in says({Liar()}, {1})
    assert "should be a string" in says(LyingText("b"), "a")
    assert "too few" in says(LyingList(), [1, 2])
    assert "missing" in says(LyingDict(), {"a": 1})


def test_an_object_of_the_submission_is_not_named():
    assert says(Proxy(), 1) == "it should be an integer, not an object of your own."
    assert "own" in says({"a": [Proxy()]}, {"a": ["b"]})
    assert "secret" not in says({Proxy(): 1}, {})


def test_an_answer_is_followed_no_further_than_what_is_right():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert "too many" in says(deep, [])
    assert "should be an integer" in says([deep], [1])
    loop = []
    loop.append(loop)
    assert "too few" in says(loop, [[[1], [2]], 1])
    assert "too many" in says([0] * 1_000_000, [0])
    assert "key" in says(dict.fromkeys(range(100_000)), {1: None})
    while deep:  # so that it is not taken apart by recursion
        deep = deep.pop()


# What the diagnosis sees --------------------------------------------------------------------------


def test_the_diagnosis_sees_numbers_and_arrays():
    known = Known(given={"x": np.ones(3)})
    right = [1.5, -2.0, 3.25]
    error = failure({"a": [3.0, -4.0, 6.5]}, {"a": right}, keys=["a"], known=known)
    assert error.what == "the value under 'a' in it" and error.cases and error.known is known
    assert error.actual.tolist() == [3.0, -4.0, 6.5] and error.expected.tolist() == right
    symptom = symptom_of(error)
    assert symptom.telling and "exactly 2 times" in symptom.reason
    array = np.array(right)
    error = failure([2.0 * array], [array], known=known)
    assert not error.cases and "exactly 2 times" in symptom_of(error).reason
    error = failure(0.5, 0.25, known=known)
    assert (error.actual, error.expected.tolist(), error.known) == (0.5, 0.25, known)
    assert symptom_of(error).values.tolist() == 0.5


@pytest.mark.parametrize(
    ("actual", "expected"),
    [(1, 10**400), ([1, 2], [1, 10**400]), ([10**400, 1], [1, 2]), (1j, 2j), ([1j, 2j], [1j, 1j]),
     (0.5, math.nan), ([1.0, 2.0], [math.inf, 2.0]), ("a", "b"), ([True, True], [True, False])],
    ids=in_order,
)  # fmt: skip
def test_what_the_diagnosis_cannot_use_does_no_harm(actual, expected):
    symptom = symptom_of(failure(actual, expected))
    assert symptom.reason is None and symptom.same(symptom) and symptom.digest
    assert not symptom.telling


# Exceptions ---------------------------------------------------------------------------------------


def test_the_exception_that_is_asked_for_passes_and_can_be_looked_at():
    with assert_raises(ValueError, "it") as caught:
        raise UnicodeError("one of sigmoid, relu")
    assert type(caught.value) is UnicodeError and "relu" in str(caught.value)
    with assert_raises(NotImplementedError, "it"):
        raise NotImplementedError


def test_nothing_raised_fails():
    with (
        pytest.raises(CheckFailed, match=r"^it should raise ValueError, but it went through\.$"),
        assert_raises(ValueError, "it"),
    ):
        pass


@pytest.mark.parametrize("error", [TypeError("x"), KeyboardInterrupt(), SystemExit()], ids=repr)
def test_another_exception_goes_on(error):
    with pytest.raises(type(error)) as caught, assert_raises(ValueError, "it"):
        raise error
    assert caught.value is error


def test_what_is_not_written_yet_does_not_count():
    with pytest.raises(NotImplementedError), assert_raises(RuntimeError, "it"):
        raise NotImplementedError


def test_a_check_that_fails_inside_fails():
    with pytest.raises(CheckFailed, match="by itself"), assert_raises(AssertionError, "it"):
        fail("It fails by itself.")


@pytest.mark.parametrize("error_type", [Exception, BaseException, KeyboardInterrupt])
def test_a_check_names_the_exception(error_type):
    with pytest.raises(TypeError, match="built-in"), assert_raises(error_type, "it"):
        pass


# Out of the jail ----------------------------------------------------------------------------------

SUITE = '''
import pytest
from autograder.checks import assert_equal, assert_raises, fail

KEYS = ["tokens", "seen"]


@pytest.mark.check(points=1)
def test_parse(student):
    """parse gives tokens and the set of them"""
    expected = {"tokens": [("a", 1), ("b", 2.5)], "seen": {"a", "b"}, "none": None}
    assert_equal(student.parse("a1 b2.5"), expected, "what parse returns", keys=KEYS)


@pytest.mark.check(points=1)
def test_empty(student):
    """parse of nothing raises ValueError that names the text"""
    with assert_raises(ValueError, "parse of an empty text") as caught:
        student.parse("")
    if "empty" not in str(caught.value):
        fail("The ValueError should say that the text is empty.")
'''
PARSE = """
def parse(text):
    if not text:
        raise ValueError("the text is empty")
    return {answer}
"""
GOOD = '{"tokens": [("a", 1), ("b", 2.5)], "seen": {"b", "a"}, "none": None}'


@pytest.fixture
def parsing(tmp_path):
    return write_lab(tmp_path / "lab", {"test_parse.py": SUITE}, tasks={"parse": "parse.py"})


def parse(answer):
    return {"parse.py": PARSE.replace("{answer}", answer)}


def test_plain_values_come_out_of_the_jail(parsing, grade):
    assert set(outcomes(grade(parsing, parse(GOOD))).values()) == {"passed"}


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (GOOD.replace("2.5", "2"), "index 1 of the element at index 1 of the value under 'tokens'"),
        (GOOD.replace('{"b", "a"}', '["a", "b"]'), "should be a set, not list"),
        (GOOD.replace('{"b", "a"}', "frozenset('ab')"), "should be a set, not frozenset"),
        (GOOD.replace('{"b", "a"}', '{"b", parse}'), "is missing an element"),
        ("{}", "is missing the key 'tokens'"),
        (GOOD.replace("None", "None, text: 1"), "has a key that it should not have"),
        ("type('a1 b2.5', (), {})()", "should be a dict, not an object of your own"),
        ("parse", "should be a dict, not function"),
    ],
)
def test_wrong_plain_values_are_told_and_nothing_of_them(parsing, grade, answer, text):
    result = grade(parsing, parse(answer))
    assert outcomes(result) == {"test_parse": "failed", "test_empty": "passed"}
    said = result.checks[0].message
    assert text in said and "a1" not in said and "2.5" not in said
    assert text in str(messages(result))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("return {}", "parse of an empty text should raise ValueError, but it went through."),
        ("raise TypeError('empty')", "raised TypeError"),
        ("raise NotImplementedError", "not written yet"),
        ("raise ValueError('a1 b2.5')", "should say that the text is empty"),
    ],
)
def test_a_missing_exception_is_told(parsing, grade, body, text):
    result = grade(parsing, {"parse.py": f"def parse(text):\n    {body}\n"})
    assert result.checks[1].outcome == "failed" and text in result.checks[1].message
