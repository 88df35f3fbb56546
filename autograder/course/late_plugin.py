"""The late policy as nbgrader asks for it.

It stands alone because importing nbgrader takes seconds, which grading without a course spares.
Each lab has its own; what ``own_config.py`` sets holds for all labs of the course::

    c.LateDays.grace_days = 1
    c.LateDays.percent_a_day = 10
"""

from __future__ import annotations

from nbgrader.api import Gradebook, SubmittedNotebook
from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float, Integer

from autograder.lab import CourseRules
from autograder.results.late import LatePolicy, seconds_late


class LateDays(LateSubmissionPlugin):
    """A penalty for every day begun after the deadline, after some days of grace."""

    grace_days = Integer(
        None, min=0, allow_none=True, help="late days that cost nothing, if not as the lab says"
    ).tag(config=True)
    percent_a_day = Float(
        None,
        min=0.0,
        max=100.0,
        allow_none=True,
        help="percent of the score that every further late day costs, if not as the lab says",
    ).tag(config=True)
    grace_minutes = Integer(
        None,
        min=0,
        allow_none=True,
        help="minutes after the deadline in which a submission is in time, if not as the lab says",
    ).tag(config=True)
    #: What the lab says.
    rules = CourseRules()

    @property
    def policy(self) -> LatePolicy:
        """The policy as configured."""
        grace, percent, minutes = self.grace_days, self.percent_a_day, self.grace_minutes
        return LatePolicy(
            self.rules.grace_days if grace is None else grace,
            self.rules.percent_a_day if percent is None else percent,
            self.rules.grace_minutes if minutes is None else minutes,
        )

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float:
        """Return the penalty in points; see `LatePolicy.penalty`.

        Parameters
        ----------
        student_id
            Only for the log.
        score
            Of the notebook, before the penalty.
        total_seconds_late
            After the deadline, extensions included.
        """
        penalty = self.policy.penalty(score, total_seconds_late)
        self.log.info(
            "%s: %d late days, penalty %g",
            student_id,
            self.policy.days(total_seconds_late),
            penalty,
        )
        return penalty


def update_penalties(gradebook: Gradebook, assignment: str, plugin: LateSubmissionPlugin) -> None:
    """Compute the penalties of all submissions again, from the scores as they are now.

    nbgrader does it only when it autogrades, so points given by hand afterwards would not count.

    Parameters
    ----------
    gradebook
        Is changed and committed.
    assignment
        Its name.
    plugin
        Tells the penalty.
    """
    for submission in gradebook.assignment_submissions(assignment):
        for notebook in submission.notebooks:
            update_penalty(notebook, plugin)
    gradebook.db.commit()


def update_penalty(notebook: SubmittedNotebook, plugin: LateSubmissionPlugin) -> None:
    """Compute the penalty of one notebook again, which is then not committed.

    Parameters
    ----------
    notebook
        Is changed.
    plugin
        Tells the penalty; what is below 0 or above the score is cut.
    """
    handed_in = notebook.assignment
    late = seconds_late(handed_in.timestamp, handed_in.assignment.duedate, handed_in.extension)
    penalty = None
    if late > 0:
        score = notebook.score
        penalty = plugin.late_submission_penalty(handed_in.student_id, score, late)
        if penalty is not None:
            penalty = max(0.0, min(penalty, score))
    notebook.late_submission_penalty = penalty
