"""The late policy as nbgrader asks for it.

It stands alone because importing nbgrader takes seconds, which grading without a course spares.
In ``nbgrader_config.py``::

    c.AssignLatePenalties.plugin_class = "autograder.course.late_plugin.LateDays"
    c.LateDays.grace_days = 1
    c.LateDays.percent_a_day = 10
"""

from __future__ import annotations

from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float, Integer

from autograder.results.late import LatePolicy, seconds_late


class LateDays(LateSubmissionPlugin):
    """A penalty for every day begun after the deadline, after some days of grace."""

    grace_days = Integer(0, min=0, help="late days that cost nothing").tag(config=True)
    percent_a_day = Float(
        0.0, min=0.0, max=100.0, help="percent of the score that every further late day costs"
    ).tag(config=True)

    grace_minutes = Integer(
        0, min=0, help="minutes after the deadline in which a submission is in time"
    ).tag(config=True)

    @property
    def policy(self) -> LatePolicy:
        """The policy as configured."""
        return LatePolicy(self.grace_days, self.percent_a_day, self.grace_minutes)

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
        late = seconds_late(
            submission.timestamp, submission.assignment.duedate, submission.extension
        )
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = (
                plugin.late_submission_penalty(submission.student_id, notebook.score, late)
                if late > 0
                else None
            )
    gradebook.db.commit()
