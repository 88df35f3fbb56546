"""What a check that is graded, too, compares with; here it shows the numbers."""

import contextlib

import numpy as np

from checks import advice, expect
from checks.expect import fail
from checks.messages import say

__all__ = [
    "assert_array",
    "assert_array_form",
    "assert_equal",
    "assert_gradient",
    "assert_is_number",
    "assert_number",
    "assert_numbers",
    "assert_raises",
    "assert_unchanged",
    "fail",
    "say",
]


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
    """Require a plain value, or lists, tuples, sets and dicts of them."""
    if isinstance(expected, float) or any_number:
        assert_number(actual, expected, what, tol=tol)
    elif type(actual) is not type(expected) or actual != expected:
        hint = advice.NO_RETURN if actual is None else None
        expect.same(actual, expected, _say(what), hint)


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
