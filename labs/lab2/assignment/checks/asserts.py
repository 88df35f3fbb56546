"""What a check that is graded, too, compares with; here it shows the numbers."""

import contextlib
import copy
import dataclasses
import itertools

import numpy as np

from checks import advice, expect
from checks.expect import fail
from checks.messages import say

__all__ = [
    "Array",
    "Known",
    "List",
    "Number",
    "Text",
    "assert_array",
    "assert_array_form",
    "assert_equal",
    "assert_gradient",
    "assert_is_number",
    "assert_items",
    "assert_number",
    "assert_numbers",
    "assert_raises",
    "assert_unchanged",
    "export",
    "fail",
    "say",
]


def export(**declared):
    """Let the student's code call a function; here it could call any."""
    return lambda exported: exported


def _nothing(*_, **__):
    """Take the place of what only the graded checks need: what may be passed, and what is known."""


Array = Known = List = Number = Text = _nothing


def assert_array(actual, expected, what, *, tol=1e-9, kinds="f", known=None):
    """Require an array of the same shape and numbers."""
    assert_array_form(actual, np.shape(expected), what, kinds=kinds)
    if not np.allclose(actual, expected, rtol=tol, atol=tol):
        expect.differ(_say(what), expect.show(actual), expect.show(expected))


def assert_array_form(actual, shape, what, *, kinds="f"):
    """Require an array of a shape, and of numbers of one of these kinds."""
    what = _say(what)
    expect.shape(actual, tuple(shape), what, none=advice.NO_RETURN)
    if actual.dtype.kind not in kinds:
        text = say(
            "{what} should hold float64 numbers, but holds {dtype}.", what=what, dtype=actual.dtype
        )
        expect.fail(text, advice.DTYPE)


def assert_unchanged(actual, before, what, *, known=None):
    """Require that an array is as it was."""
    if not np.array_equal(actual, before):
        expect.differ(_say(what), expect.show(actual), expect.show(before))


def assert_gradient(actual, numeric, what, *, tol=1e-6, known=None):
    """Require that a gradient agrees with its finite differences."""
    assert_array_form(actual, np.shape(numeric), what)
    size = np.linalg.norm(actual) + np.linalg.norm(numeric)
    if not np.linalg.norm(actual - numeric) <= tol * size:
        expect.differ(_say(what), expect.show(actual), expect.show(numeric))


def assert_is_number(actual, what):
    """Require a number, whichever."""
    if not isinstance(actual, int | float | np.number) or isinstance(actual, bool):
        kind, hint = type(actual).__name__, None
        if actual is None:
            hint = advice.NO_RETURN
        elif isinstance(actual, np.ndarray):
            hint = advice.NUMBER
        text = say("{what} should be a number, but is of type {kind}.", what=_say(what), kind=kind)
        expect.fail(text, hint)


def assert_number(actual, expected, what, *, tol=1e-9):
    """Require a number."""
    assert_is_number(actual, what)
    if not abs(actual - expected) <= tol * max(1.0, abs(expected)):
        expect.differ(_say(what), f"{actual:.8g}", f"{expected:.8g}")


def assert_numbers(actual, expected, what, *, known=None):
    """Require the numbers of several cases."""
    for found, right in zip(actual, expected, strict=True):
        assert_number(found, right, what)


def assert_equal(actual, expected, what, *, tol=0.0, any_number=False, keys=(), known=None):
    """Require a plain value, or lists, tuples, sets and dicts of them, or a dataclass's fields."""
    if isinstance(expected, np.ndarray):
        assert_array(actual, expected, what, tol=tol, kinds="iuf" if any_number else "biuf")
    elif isinstance(expected, float) or any_number:
        assert_number(actual, expected, what, tol=tol)
    elif not _equal(actual, expected, tol, any_number):
        hint = advice.NO_RETURN if actual is None else None
        expect.differ(_say(what), repr(actual), repr(expected), hint)


def assert_items(
    actual, expected, what, *, ends=True, tol=0.0, any_number=False, keys=(), known=None
):
    """Require these items of what is iterated over, and no more if it `ends`."""
    if isinstance(actual, str | bytes | dict | set | frozenset) or not hasattr(actual, "__iter__"):
        text = say(
            "{what} should be an iterator or a list, but is of type {kind}.",
            what=_say(what),
            kind=type(actual).__name__,
        )
        expect.fail(text, advice.NO_RETURN if actual is None else None)
    # As each was then: a generator may give the same array again and again, with other numbers.
    items = itertools.islice(iter(actual), len(expected) + ends)
    given = [copy.deepcopy(item) for item in items]
    if not _equal(given, list(expected), tol, any_number):
        expect.differ(_say(what), repr(given), repr(list(expected)))


def _equal(actual, expected, tol, any_number):
    """Return whether two values are the same in type and in all their parts."""
    if dataclasses.is_dataclass(expected):
        names = [field.name for field in dataclasses.fields(expected)]
        return all(
            hasattr(actual, name)
            and _equal(getattr(actual, name), getattr(expected, name), tol, any_number)
            for name in names
        )
    if isinstance(expected, np.ndarray):
        return np.shape(actual) == expected.shape and np.allclose(actual, expected, tol, tol)
    number = isinstance(actual, int | float | np.number) and not isinstance(actual, bool)
    if isinstance(expected, float) or (any_number and isinstance(expected, int)):
        whole = not any_number and isinstance(actual, int | np.integer)
        return number and not whole and abs(actual - expected) <= tol * max(1.0, abs(expected))
    if type(actual) is not type(expected):
        return isinstance(expected, int) and isinstance(actual, np.integer) and actual == expected
    if isinstance(expected, list | tuple):
        pairs = zip(actual, expected, strict=False)
        same = len(actual) == len(expected)
        return same and all(_equal(a, b, tol, any_number) for a, b in pairs)
    return actual == expected


@contextlib.contextmanager
def assert_raises(error_type, what):
    """Require an exception, as a context manager."""
    try:
        yield
    except error_type:
        return
    text = say("{what} should raise {error}.", what=_say(what), error=error_type.__name__)
    expect.fail(text)


def _say(what):
    return say(what) if "{" not in what else what
