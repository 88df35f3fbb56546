"""How long a call, a check and a submission may take."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import cache

from autograder.messages import Message, say

CHECK_TOO_LONG = say("the check as a whole took too long")
SUBMISSION_TOO_LONG = say("the submission as a whole took too long")


@dataclass
class Clock:
    """The deadlines that a call must keep, as values of ``time.monotonic``.

    Attributes
    ----------
    call_seconds
        For one call.
    check, submission
        The ends of the check and of the submission.
    """

    call_seconds: float = math.inf
    check: float = math.inf
    submission: float = math.inf

    def deadline(self) -> tuple[float, str]:
        """Give the earliest deadline of a call that starts now, and what to say when it passes."""
        return min(
            (time.monotonic() + self.call_seconds, _call_too_long(self.call_seconds)),
            (self.check, CHECK_TOO_LONG),
            (self.submission, SUBMISSION_TOO_LONG),
        )


@cache
def _call_too_long(seconds: float) -> Message:
    return say("a call took over {seconds} s", seconds=f"{seconds:g}")
