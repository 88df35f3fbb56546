"""Compare what the student's code gave with what the contract asks for."""

import numpy as np

from checks import hints
from checks.messages import say
from checks.student import CheckError


def array(found, wanted, what, hint=None, instead=()):
    """Require a float64 array of the same shape and numbers as `wanted`.

    Parameters
    ----------
    found : object
        What the student's code gave.
    wanted : array_like
        What it should be.
    what : str
        The expression that gave it, as the student would write it.
    hint : str, optional
        Where to look, one of `hints`.
    instead : sequence of (array_like, str)
        Wrong numbers that a known mistake makes, each with the hint that fits it better.
    """
    wanted = np.asarray(wanted, dtype=np.float64)
    shape(found, wanted.shape, what, hint)
    if found.dtype != np.float64:
        fail(
            say(
                "{what} should hold float64 numbers, but holds {dtype}.",
                what=what,
                dtype=found.dtype,
            ),
            hints.DTYPE,
        )
    if not np.allclose(found, wanted, rtol=1e-9, atol=1e-12):
        known = [better for wrong, better in instead if np.allclose(found, wrong)]
        hint = (known or [hint])[0]
        fail(
            say(
                "{what}\n  found:    {found}\n  expected: {wanted}",
                what=what,
                found=show(found),
                wanted=show(wanted),
            ),
            hint,
        )


def shape(found, wanted, what, hint=None):
    """Require an array of this shape."""
    if not isinstance(found, np.ndarray):
        fail(
            say(
                "{what} should be a NumPy array, but is of type {kind}.",
                what=what,
                kind=type(found).__name__,
            ),
            hint,
        )
    if found.shape != wanted:
        fail(
            say(
                "{what} should have shape {wanted}, but has shape {found}.",
                what=what,
                found=found.shape,
                wanted=wanted,
            ),
            hint,
        )


def samples(found, what, hint=None):
    """Require an array with one sample in each row."""
    if isinstance(found, np.ndarray) and found.ndim != 2:
        fail(
            say(
                "{what} should have one sample in each row, so two axes, but has shape {found}.",
                what=what,
                found=found.shape,
            ),
            hint,
        )
    shape(found, np.shape(found), what, hint)


def number(found, wanted, what, hint=None):
    """Require a number equal to `wanted`."""
    if not isinstance(found, int | float | np.number) or isinstance(found, bool):
        fail(
            say(
                "{what} should be a number, but is of type {kind}.",
                what=what,
                kind=type(found).__name__,
            ),
            hint,
        )
    if not np.isclose(found, wanted, rtol=1e-9, atol=1e-12):
        fail(
            say(
                "{what}\n  found:    {found}\n  expected: {wanted}",
                what=what,
                found=f"{found:.8g}",
                wanted=f"{wanted:.8g}",
            ),
            hint,
        )


def same(found, wanted, what, hint=None):
    """Require something equal to `wanted`: a name, a list of keys, the order of calls."""
    if found != wanted:
        fail(
            say(
                "{what}\n  found:    {found}\n  expected: {wanted}",
                what=what,
                found=repr(found),
                wanted=repr(wanted),
            ),
            hint,
        )


def unchanged(after, before, what):
    """Require that an array handed over as an argument is as it was."""
    if not np.array_equal(after, before):
        fail(
            say(
                "{what} was handed over as an argument, and a method may not change such an "
                "array.\n  before: {wanted}\n  after:  {found}\nLook for an assignment into it, "
                "such as `x[...] =` or `x *=`.",
                what=what,
                found=show(after),
                wanted=show(before),
            )
        )


def value_error(function, what, hint=None):
    """Require that the call raises ValueError; return its text."""
    try:
        function()
    except ValueError as error:
        return str(error)
    return fail(say("{what} should raise ValueError.", what=what), hint)


def gradients(found, what, hint=None):
    """Require that every gradient of `what` agrees with its finite differences."""
    for gradient in found:
        if not gradient.ok:
            fail(f"{what}, {gradient.message}", hint)


def fail(message, hint=None):
    """End the check with a message and, if there is one, a hint."""
    raise CheckError(f"{message}\n{say(hint)}" if hint else message)


def show(values):
    """Write an array as the student would, on one line."""
    values = np.asarray(values).tolist()
    if isinstance(values, list):
        return f"[{', '.join(map(show, values))}]"
    return f"{values:.10g}"
