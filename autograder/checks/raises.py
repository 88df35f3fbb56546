"""What student code raises: the exception that the assignment asks for, or any at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from autograder.checks.failure import CheckFailed, fail
from autograder.errors import UserError, WorkerLost
from autograder.messages import say


class Raised:
    """What `assert_raises` caught.

    Attributes
    ----------
    value
        The exception, once the block is left. Its text is the student's: look at it, but say
        nothing of it, since it can hold a hidden input.
    """

    value: Exception


@contextmanager
def assert_raises(error_type: type[Exception], what: str) -> Iterator[Raised]:
    """Fail unless the block raises this exception.

    Any other exception is told to the student as everywhere. So is ``NotImplementedError``, unless
    it is asked for: it says that the code is not written yet, though it is a ``RuntimeError``.

    Parameters
    ----------
    error_type
        A built-in exception, as the assignment names it.
    what
        Names what is done in the message, for instance ``"update with an unknown optimizer"``.

    Yields
    ------
    Raised
        Has the exception as ``value`` afterwards, as in ``pytest.raises``.

    Raises
    ------
    CheckFailed
        If nothing was raised.
    TypeError
        If `error_type` is ``Exception``, which a typing error in student code would satisfy too.

    Examples
    --------
    >>> with assert_raises(ValueError, "int of a word") as caught:
    ...     int("three")
    >>> "three" in str(caught.value)
    True
    >>> with assert_raises(ValueError, "int of digits"):
    ...     number = int("3")
    Traceback (most recent call last):
        ...
    autograder.checks.CheckFailed: int of digits should raise ValueError, but it went through.
    """
    if not issubclass(error_type, Exception) or error_type is Exception:
        raise TypeError("assert_raises needs one of the built-in exceptions below Exception")
    raised = Raised()
    try:
        yield raised
    except error_type as error:
        unwritten = isinstance(error, NotImplementedError)
        wanted = issubclass(error_type, NotImplementedError)
        if isinstance(error, CheckFailed) or (unwritten and not wanted):
            raise
        raised.value = error
    else:
        name = error_type.__name__
        fail(say("{what} should raise {error}, but it went through.", what=what, error=name))


@contextmanager
def errors_ignored() -> Iterator[None]:
    """Leave the block at an exception of student code, and go on after it.

    For a call that only makes a later one possible, and whose outcome has a check of its own.

    Examples
    --------
    >>> with errors_ignored():
    ...     int("three")
    """
    try:
        yield
    except (CheckFailed, UserError, WorkerLost):
        raise
    except Exception:
        return
