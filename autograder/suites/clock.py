"""How long a call, a check and a submission may take.

What counts is the time that the worker computes and the time that it sleeps while a call of ours
is open. Waiting for a processor is nobody's fault: however busy the machine is, the same
submission runs into the same limits. A limit of wall-clock time stands far behind, against what
nobody thought of.
"""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass, field
from functools import cache

from autograder.messages import Message, say

CHECK_TOO_LONG = say("the check as a whole took too long")
SUBMISSION_TOO_LONG = say("the submission as a whole took too long")
SLEPT_TOO_LONG = say("your code slept or waited for too long in all")
#: So many times the limit may pass by the clock on the wall, and a minute more.
WALL_FACTOR, WALL_SECONDS = 10, 60.0
#: A reading that is no older than so many seconds is taken for that of now.
FRESH_SECONDS = 0.001


@dataclass(frozen=True)
class Usage:
    """What a worker used while a call was open, in seconds.

    Attributes
    ----------
    wall
        By the clock on the wall.
    computed
        On a processor.
    counted
        What counts: without the time that a process waited for a processor.
    """

    wall: float = 0.0
    computed: float = 0.0
    counted: float = 0.0


class Stopwatch:
    """Measures one worker.

    Parameters
    ----------
    worker, own
        Descriptors of ``/proc/<pid>/schedstat`` of the worker and of this thread, which are closed
        by `close`; -1 where there is none, and then all time counts.

    Attributes
    ----------
    waited
        The seconds that this process waited for the worker since `start`, as its user adds them up.

    Notes
    -----
    The file holds the nanoseconds that a process ran and that it waited in a run queue
    (Documentation/scheduler/sched-stats.rst of Linux).
    """

    def __init__(self, worker: int = -1, own: int = -1):
        self._worker, self._own = worker, own
        self._look()
        self.start()

    def close(self) -> None:
        """Let go of the files; afterwards all time counts."""
        for descriptor in {self._worker, self._own} - {-1}:
            os.close(descriptor)
        self._worker = self._own = -1

    def start(self) -> None:
        """Begin to measure a call."""
        self.waited, self._began = 0.0, time.monotonic()
        if self._began - self._looked > FRESH_SECONDS:
            self._look()
        self._before = self._now

    def usage(self) -> Usage:
        """Return what the call has used up to now."""
        self._look()
        (ran, *waits), (ran_before, *waits_before) = self._now, self._before
        ran -= ran_before
        counted = max(min(ran, self.waited), self.waited - sum(waits) + sum(waits_before))
        return Usage(self._looked - self._began, ran, counted)

    def _look(self) -> None:
        """Note the seconds that the worker ran, that it waited, and that this thread waited."""
        ran, waited = process_times(self._worker)
        self._now = ran, waited, process_times(self._own)[1]
        self._looked = time.monotonic()


def process_times(descriptor: int) -> tuple[float, float]:
    """Return the seconds that a process ran and waited; 0 where they are not known."""
    if descriptor >= 0:
        try:
            ran, waited, _ = os.pread(descriptor, 100, 0).split()
            return int(ran) / 1e9, int(waited) / 1e9
        except (OSError, ValueError):
            pass
    return 0.0, 0.0


@dataclass
class Clock:
    """The limits of time, in seconds, and what of them is used up.

    Attributes
    ----------
    call_seconds
        For one call.
    check_seconds, submission_seconds
        For all calls of a check, and of a submission.
    sleep_seconds
        For what a submission may sleep in all.
    by_wall
        Whether the clock on the wall has decided anything.
    """

    call_seconds: float = math.inf
    check_seconds: float = math.inf
    submission_seconds: float = math.inf
    sleep_seconds: float = math.inf
    by_wall: bool = field(default=False, init=False)
    _check: float = field(default=0.0, init=False)
    _submission: float = field(default=0.0, init=False)
    _slept: float = field(default=0.0, init=False)

    def begin_check(self, seconds: float) -> None:
        """Begin a check, which has so many seconds."""
        self.check_seconds, self._check = seconds, 0.0

    def charge(self, usage: Usage) -> None:
        """Note what a call has used."""
        self._check += usage.counted
        self._submission += usage.counted
        self._slept += max(0.0, usage.counted - usage.computed)

    @property
    def used_up(self) -> str | None:
        """What to say if nothing more of the submission may be run."""
        if self._submission >= self.submission_seconds:
            return SUBMISSION_TOO_LONG
        return SLEPT_TOO_LONG if self._slept >= self.sleep_seconds else None

    @property
    def shortest(self) -> float:
        """The seconds after which a call that starts now may be over a limit."""
        return min(
            self.call_seconds,
            max(0.0, self.check_seconds - self._check),
            max(0.0, self.submission_seconds - self._submission),
            self.sleep_seconds - self._slept,
        )

    def over(self, usage: Usage) -> str | None:
        """Return what to say of a call that has used so much; None if it may go on."""
        for limit, text in self._limits():
            if usage.counted >= limit:
                return text
            if usage.wall >= WALL_FACTOR * limit + WALL_SECONDS:
                self.by_wall = True
                return text
        slept = self._slept + max(0.0, usage.counted - usage.computed)
        return SLEPT_TOO_LONG if slept >= self.sleep_seconds else None

    def _limits(self) -> list[tuple[float, str]]:
        return [
            (self.call_seconds, _call_too_long(self.call_seconds)),
            (max(0.0, self.check_seconds - self._check), CHECK_TOO_LONG),
            (max(0.0, self.submission_seconds - self._submission), SUBMISSION_TOO_LONG),
        ]


@cache
def _call_too_long(seconds: float) -> Message:
    return say("a call took over {seconds} s", seconds=f"{seconds:g}")
