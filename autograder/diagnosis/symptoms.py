"""What a failed check looks like from outside: its numbers, what was said, or what was raised."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from autograder.checks import CheckFailed, Known
from autograder.diagnosis.advice import advice
from autograder.diagnosis.numbers import reason
from autograder.messages import Message, message_of
from autograder.suites.errors import ALLOWED_ERRORS, StudentError

#: Two programs that compute the same in another order differ by less.
ROUNDING = 1e-7
#: What has not been written yet needs no diagnosis.
UNWRITTEN = "NotImplementedError"


@dataclass(frozen=True)
class Symptom:
    """What a failed check looked like.

    Attributes
    ----------
    text
        What was compared; or the whole message, or the type of an exception, if nothing was.
    values
        The wrong numbers; None if there were none.
    exact
        Whether the check's message is all there is to say, as of an exception or a wrong type.
    raised
        Whether an exception of the code's own ended the check.
    advice
        What to do about it, where it says by itself what it is.
    compared
        The answer, the right one, and what the check knows around them.
    """

    text: str
    values: np.ndarray | None = None
    exact: bool = True
    raised: bool = False
    advice: Message | None = field(default=None, compare=False, repr=False)
    compared: tuple[Any, np.ndarray | None, Known] | None = field(
        default=None, compare=False, repr=False
    )

    @cached_property
    def reason(self) -> Message | None:
        """What can be said of the mistake without knowing it."""
        if self.advice:
            return self.advice
        try:
            return reason(*self.compared) if self.compared else None
        except np.linalg.LinAlgError:  # no decomposition of these numbers was found
            return None

    @property
    def telling(self) -> bool:
        """Whether it holds enough wrong numbers to tell a mistake by them alone."""
        if self.values is None:
            return False
        right = self.compared[1] if self.compared else None
        if right is None or np.shape(right) != self.values.shape:
            return len(np.unique(self.values)) >= 3
        return len(np.unique(self.values[~np.isclose(self.values, right)])) >= 3

    def same(self, other: Symptom) -> bool:
        """Return whether two symptoms are equal up to rounding."""
        if self.text != other.text or (self.values is None) != (other.values is None):
            return False
        if self.values is None or other.values is None:
            return True
        return self.values.shape == other.values.shape and bool(
            np.allclose(self.values, other.values, ROUNDING, ROUNDING, equal_nan=True)
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what equal symptoms share; it is not to be shown, see `Draws.name_of`."""
        content = f"{self.text}\0".encode()
        if self.values is not None:
            content += f"{self.values.shape}\0".encode()
            with np.errstate(all="ignore"):
                content += (np.round(self.values, 5) + 0.0).tobytes()  # no -0.0
        return hashlib.sha256(content).hexdigest()


def symptom_of(error: BaseException, method: str = "") -> Symptom:
    """Return what is seen of a check's failure.

    Parameters
    ----------
    error
        What the check raised.
    method
        The method that it had called, if that came from there.
    """
    if isinstance(error, CheckFailed):
        values = error.actual
        if isinstance(values, int | float | np.number) and not isinstance(values, bool):
            values = np.array(values)
        if isinstance(values, np.ndarray) and values.dtype.kind in "biuf":
            text = f"{error.what} {values.dtype}"  # float32 is a mistake even when it is near
            values = np.asarray(values, dtype=np.float64)
            compared = (error.actual, error.expected, error.known)
            return Symptom(text, values, error.exact, advice=advice(error), compared=compared)
        return Symptom(str(error), exact=error.exact, advice=advice(error))
    if isinstance(error, StudentError):
        name, method, ours = error.type_name, error.method, error.text if error.ours else ""
    else:
        names = [kind.__name__ for kind in type(error).__mro__]
        name = next((name for name in names if name in ALLOWED_ERRORS), names[0])
        said = message_of(error)
        ours = said if isinstance(said, Message) else ""
    if name == UNWRITTEN:
        return Symptom(UNWRITTEN, raised=True, advice=advice(error))
    return Symptom(f"{name} in {method}: {ours}", raised=True, advice=advice(error))
