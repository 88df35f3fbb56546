"""Late days: how late a submission is, and what that costs.

Nothing here needs nbgrader; `autograder.course.late_plugin` hands the policy to it.
"""

from __future__ import annotations

import datetime
import math
import sys
from dataclasses import dataclass

from autograder.lab import Lab

SECONDS_A_DAY = 24 * 60 * 60


def seconds_late(
    submitted: datetime.datetime | None,
    deadline: datetime.datetime | None,
    extension: datetime.timedelta | None = None,
) -> float:
    """Return the seconds between the deadline and the submission, 0 for one in time.

    Parameters
    ----------
    submitted, deadline
        Both in UTC. Without a time or without a deadline nothing is late.
    extension
        What this student was given on top.
    """
    if submitted is None or deadline is None:
        return 0.0
    return max(0.0, (submitted - deadline - (extension or datetime.timedelta())).total_seconds())


def days_late(seconds: float) -> int:
    """Return the late days: every day begun after the deadline counts as one.

    Parameters
    ----------
    seconds
        After the deadline. What is not above 0, or no number, is no day.
    """
    if not seconds > 0:
        return 0
    return max(1, math.ceil(min(seconds, sys.float_info.max) / SECONDS_A_DAY))


@dataclass(frozen=True)
class LatePolicy:
    """What late days cost.

    Attributes
    ----------
    grace_minutes
        So long after the deadline a submission is in time all the same, and every late day begins.
    grace_days
        So many late days cost nothing.
    percent_a_day
        Every further one costs this much of the score, in percent of it, and all of them together
        never more than the score.

    Raises
    ------
    ValueError
        If the minutes or days are below 0, or the percentage is not from 0 to 100.
    """

    grace_days: int = 0
    percent_a_day: float = 0.0
    grace_minutes: int = 0

    def __post_init__(self) -> None:
        if not self.grace_minutes >= 0:
            raise ValueError(f"the minutes of grace should be 0 or more, not {self.grace_minutes}")
        if not self.grace_days >= 0:
            raise ValueError(f"the days of grace should be 0 or more, not {self.grace_days}")
        if not 0 <= self.percent_a_day <= 100:
            raise ValueError(f"the percent a day should be from 0 to 100, not {self.percent_a_day}")

    def days(self, seconds_late: float) -> int:
        """Return the late days after the minutes of grace; see `days_late`.

        Parameters
        ----------
        seconds_late
            After the deadline, extensions included.
        """
        return days_late(seconds_late - 60 * self.grace_minutes)

    def penalty(self, score: float, seconds_late: float) -> float:
        """Return the points that lateness takes from a score.

        Parameters
        ----------
        score
            Before the penalty. A score that is not above 0, or is not finite, loses nothing.
        seconds_late
            After the deadline, extensions included.

        Returns
        -------
        float
            From 0 to `score`.
        """
        if not (math.isfinite(score) and score > 0):
            return 0.0
        charged = max(0, self.days(seconds_late) - self.grace_days)
        return score * min(1.0, charged * self.percent_a_day / 100)


#: Lateness costs nothing.
NO_PENALTY = LatePolicy()


def policy_of(lab: Lab) -> LatePolicy:
    """Return the policy of a lab."""
    rules = lab.course
    return LatePolicy(rules.grace_days, rules.percent_a_day, rules.grace_minutes)
