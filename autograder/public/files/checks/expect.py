"""Compare what the student's code gave with what the contract asks for."""

import contextlib

import numpy as np

from checks import advice
from checks.messages import listed, say
from checks.student import CheckError


def call(owner, method, /, **arguments):
    """Call a method with copies of these arrays, in their order, and return what it returns.

    Require that it returns something, and that it leaves its arguments as they were. What comes
    after is compared with numbers worked out from these, so this comes first.
    """
    given = {name: array.copy() for name, array in arguments.items()}
    answer = getattr(owner, method)(*given.values())
    what = f"{method}({', '.join(arguments)})"
    for name, array in given.items():
        unchanged(array, arguments[name], name, what)
    returned(answer, what)
    return answer


def returned(answer, what, hint=advice.NO_RETURN):
    """Require that a method returned something."""
    if answer is None:
        fail(say("`{what}` returned None.", what=what), hint)


def given(**values):
    """Write down numbers that a check hands over, for what is said of a result."""
    return listed(f"{name} = {show(value)}" for name, value in values.items())


def array(found, wanted, what, hint=None, instead=(), given="", shapes=None):
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
        Where to look if the numbers differ, one of `hints`.
    instead : iterable of (array_like, str)
        Wrong numbers that a known mistake makes, each with the hint that fits it better.
    given : str
        What it was computed from.
    shapes : str, optional
        Where to look if the shape is another one.
    """
    wanted = np.asarray(wanted, dtype=np.float64)
    shape(found, wanted.shape, what, shapes, given=given)
    if found.dtype != np.float64:
        fail(
            say(
                "{what} should hold float64 numbers, but holds {dtype}.",
                what=what,
                dtype=found.dtype,
            ),
            advice.DTYPE,
        )
    if not np.allclose(found, wanted, rtol=1e-9, atol=1e-12):
        differ(what, show(found), show(wanted), _better(found, hint, instead), given)


def _better(found, hint, instead):
    """Return the hint of the first known mistake that makes these numbers, or else `hint`."""
    known = [
        better
        for wrong, better in instead
        if np.shape(wrong) == np.shape(found) and np.allclose(found, wrong, rtol=1e-9, atol=1e-12)
    ]
    return (known or [hint])[0]


def differ(what, found, wanted, hint=None, given=""):
    """Fail with what was found and what was expected."""
    fail(
        what
        + _given(given)
        + say("\n  found:    {found}\n  expected: {wanted}", found=found, wanted=wanted),
        hint,
    )


def _given(text):
    return say("\n  given:    {text}", text=text) if text else ""


def shape(found, wanted, what, hint=None, none=None, given=""):
    """Require an array of this shape; `none` says where to look if it is None."""
    if found is None:
        none = none or (advice.NO_RETURN if what.endswith(")") else advice.NOT_STORED)
        fail(say("{what} is None.", what=what), none)
    if not isinstance(found, np.ndarray):
        fail(
            say(
                "{what} should be a NumPy array, but is of type {kind}.",
                what=what,
                kind=type(found).__name__,
            )
        )
    if found.shape != wanted:
        fail(
            say(
                "{what} should have shape {wanted}, but has shape {found}.",
                what=what,
                found=found.shape,
                wanted=wanted,
            )
            + _given(given),
            hint or advice.of_shapes(found.shape, wanted),
        )


def samples(found, what):
    """Require an array with one sample in each row."""
    if isinstance(found, np.ndarray) and found.ndim != 2:
        fail(
            say(
                "{what} should have one sample in each row, so two axes, but has shape {found}.",
                what=what,
                found=found.shape,
            ),
        )
    shape(found, np.shape(found), what, none=advice.NOT_RETURNED)


def number(found, wanted, what, hint=None, instead=(), given=""):
    """Require a number equal to `wanted`; the rest as for `array`."""
    if not isinstance(found, int | float | np.number) or isinstance(found, bool):
        kind = type(found).__name__
        fail(
            say("{what} should be a number, but is of type {kind}.", what=what, kind=kind),
            advice.NUMBER if isinstance(found, np.ndarray) else None,
        )
    if not np.isclose(found, wanted, rtol=1e-9, atol=1e-12):
        differ(what, f"{found:.8g}", f"{wanted:.8g}", _better(found, hint, instead), given)


def same(found, wanted, what, hint=None):
    """Require something equal to `wanted`: a name, a list of keys, the order of calls."""
    if found != wanted:
        differ(what, repr(found), repr(wanted), hint)


@contextlib.contextmanager
def hinted(hint, kind=Exception):
    """Add a hint to what the student's code raises inside, of this kind."""
    try:
        yield
    except kind as error:
        error.hint = hint
        raise


def unchanged(after, before, name, method):
    """Require that a method leaves an array that was handed over as it was."""
    if not np.array_equal(after, before):
        fail(
            say(
                "`{method}` changed `{name}`, and no method may change an array that it is handed."
                "\n  before: {wanted}\n  after:  {found}\nLook for an assignment into it, such as "
                "`x[...] =` or `x *=`.",
                method=method,
                name=name,
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
            # What the numbers themselves give away leads further.
            pattern = gradient.hint or not gradient.comparable
            text = say("{what}, {text}", what=what, text=gradient.message)
            fail(text, None if pattern else hint)


def fail(message, hint=None):
    """End the check with a message and, if there is one, a hint."""
    raise CheckError(f"{message}\n{say(hint)}" if hint else message)


def show(values):
    """Write an array as the student would, on one line."""
    values = np.asarray(values).tolist()
    if isinstance(values, list):
        return f"[{', '.join(map(show, values))}]"
    return f"{values:.10g}"
