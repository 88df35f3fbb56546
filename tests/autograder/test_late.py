"""Late days: the policy, and the plugin that hands it to nbgrader."""

import datetime
import math
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from traitlets import TraitError
from traitlets.config import Config

from autograder.lab import CourseRules
from autograder.results.late import LatePolicy, days_late, seconds_late

DAY = 86400.0
DEADLINE = datetime.datetime(2026, 3, 1, 12)

policies = st.builds(LatePolicy, st.integers(0, 30), st.floats(0, 100))
scores = st.floats(0, 1e300)
anything = st.floats(allow_nan=True, allow_infinity=True)
seconds = st.floats(0, allow_nan=False, allow_infinity=True)


@pytest.mark.parametrize(
    ("late", "days"),
    [
        (-5.0, 0),
        (0.0, 0),
        (5e-324, 1),
        (1.0, 1),
        (DAY, 1),
        (DAY + 1, 2),
        (2 * DAY, 2),
        (9.5 * DAY, 10),
        (math.nan, 0),
        (-math.inf, 0),
    ],
)
def test_every_day_begun_counts(late, days):
    assert days_late(late) == days


def test_seconds_after_the_deadline_and_the_extension():
    hour = datetime.timedelta(hours=1)
    assert seconds_late(DEADLINE + hour, DEADLINE) == 3600
    assert seconds_late(DEADLINE - hour, DEADLINE) == 0
    assert seconds_late(DEADLINE + 3 * hour, DEADLINE, 2 * hour) == 3600
    assert seconds_late(None, DEADLINE) == 0
    assert seconds_late(DEADLINE, None, hour) == 0


@pytest.mark.parametrize(
    ("late", "penalty"),
    [(0, 0), (1, 0), (2 * DAY, 0), (2 * DAY + 1, 10), (5 * DAY, 30), (12 * DAY, 100), (1e9, 100)],
)
def test_days_after_the_grace_cost_a_share_of_the_score(late, penalty):
    assert LatePolicy(2, 10).penalty(100, late) == pytest.approx(penalty)
    assert LatePolicy(2, 10).penalty(50, late) == pytest.approx(penalty / 2)


def test_within_the_minutes_of_grace_nothing_is_late():
    policy = LatePolicy(0, 10, grace_minutes=5)
    assert [policy.days(s) for s in (0, 300, 301, DAY, DAY + 300, DAY + 301)] == [0, 0, 1, 1, 1, 2]
    assert policy.penalty(100, 300) == 0
    assert policy.penalty(100, 301) == 10


def test_no_policy_costs_nothing():
    assert LatePolicy().penalty(100, 1e9) == 0


@given(policies, anything, anything)
@example(LatePolicy(0, 100), 5e-324, math.inf)
@example(LatePolicy(0, 0.1), sys.float_info.max, math.inf)
def test_a_penalty_is_from_0_to_the_score(policy, score, late):
    penalty = policy.penalty(score, late)
    assert math.isfinite(penalty)
    assert 0 <= penalty <= (score if math.isfinite(score) and score > 0 else 0)


@given(policies, scores, seconds, seconds)
def test_later_never_costs_less(policy, score, one, other):
    early, late = sorted([one, other])
    assert policy.penalty(score, early) <= policy.penalty(score, late)


@given(st.integers(0, 30), st.integers(0, 30), st.floats(0, 100), scores, seconds)
def test_more_grace_never_costs_more(one, other, percent, score, late):
    few, many = sorted([one, other])
    assert LatePolicy(many, percent).penalty(score, late) <= (
        LatePolicy(few, percent).penalty(score, late)
    )


@given(policies, scores, scores, seconds)
def test_a_better_score_stays_better(policy, one, other, late):
    worse, better = sorted([one, other])
    left = better - policy.penalty(better, late)
    assert left >= worse - policy.penalty(worse, late) or left == pytest.approx(
        worse - policy.penalty(worse, late)
    )


@pytest.mark.parametrize(
    ("days", "percent", "named"),
    [
        (-1, 10, "days of grace"),
        (math.nan, 10, "days of grace"),
        (0, -1, "percent"),
        (0, 101, "percent"),
        (0, math.nan, "percent"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(days, percent, named):
    with pytest.raises(ValueError, match=named):
        LatePolicy(days, percent)


def test_grading_without_a_course_does_not_import_nbgrader():
    code = (
        "import sys, autograder.results.bookkeeping, autograder.grading, autograder.results.late;"
        "print(any(m.split('.')[0] in ('nbgrader', 'sqlalchemy') for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_plugin_is_configured_as_nbgrader_does_it():
    from nbgrader.preprocessors import AssignLatePenalties

    config = Config()
    config.AssignLatePenalties.plugin_class = "autograder.course.late_plugin.LateDays"
    config.LateDays.grace_days = 1
    config.LateDays.percent_a_day = 10
    preprocessor = AssignLatePenalties(config=config)
    preprocessor.init_plugin()
    plugin = preprocessor.plugin_inst
    assert plugin.policy == LatePolicy(1, 10)
    assert plugin.late_submission_penalty("s1", 80.0, 3 * DAY) == pytest.approx(16)
    plugin.rules = CourseRules(grace_minutes=10)
    assert plugin.late_submission_penalty("s1", 80.0, DAY + 600) == 0
    assert plugin.late_submission_penalty("s1", 80.0, DAY + 601) == pytest.approx(8)


@pytest.mark.parametrize(
    ("trait", "value"), [("grace_days", -1), ("percent_a_day", 100.5), ("percent_a_day", "ten")]
)
def test_the_plugin_refuses_a_policy_that_cannot_be(trait, value):
    from autograder.course.late_plugin import LateDays

    with pytest.raises(TraitError):
        LateDays(**{trait: value})
