"""The mathematics of the report's tables, and that a claim can be refuted."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from datasets import load
from solution.experiments import TABLES
from solution.model import Model
from solution.report import claims
from solution.report.mathematics import (
    arms_found,
    least_squares_on_xor,
    most_right_by_a_line,
    right_on_xor,
    slopes_with,
)
from solution.report.stacked import train_stacked

XOR, Y = load("xor")
ON_LINEAR, ON_XOR = TABLES["no activations"].rows
RELU = TABLES["learning rate"].rows[2]


@pytest.fixture(scope="module")
def relu():
    """The ReLU network of the report on XOR, from 100 starts; the outcome is decided early."""
    (training,) = train_stacked([replace(RELU, epochs=6000)], range(100))
    return training


@pytest.fixture(scope="module")
def linear():
    """The network without activations on XOR."""
    (training,) = train_stacked([replace(ON_XOR, epochs=5000)], range(100))
    return training


def test_least_squares_on_xor_gets_7_of_21():
    weights = least_squares_on_xor()
    assert weights == (Fraction(50, 127), Fraction(50, 127))
    fit = np.linalg.lstsq(XOR, Y, rcond=None)[0][:, 0]
    assert fit == pytest.approx([50 / 127, 50 / 127])
    assert right_on_xor(weights[0]) == 7 == np.sum((XOR @ fit > 0.5) == Y[:, 0])


def test_the_linear_network_ends_there_from_every_start(linear):
    assert np.all(np.rint(21 * linear.final_accuracy) == 7)
    assert claims._linear_network_is_least_squares(linear).holds
    assert claims._eight_of_21_is_too_early(linear).holds


def test_the_way_there_passes_every_count():
    counts = [right_on_xor(Fraction(slope, 1000)) for slope in range(1, 394)]
    assert sorted(set(counts), reverse=True) == [11, 10, 9, 8, 7]
    assert counts == sorted(counts, reverse=True)
    low, high = slopes_with(8)
    assert (low, high) == (Fraction(5, 16), Fraction(5, 14))
    assert right_on_xor(low) == 9 and right_on_xor(high) == 8
    assert right_on_xor(high + Fraction(1, 10**9)) == 7


def test_no_line_gets_more_than_16_of_21():
    assert most_right_by_a_line(XOR, Y) == 16
    # No draw of lines does better, and some of them do as well.
    rng = np.random.default_rng(0)
    sides = XOR @ rng.standard_normal((2, 20000)) > rng.uniform(-2, 2, 20000)
    right = (sides == Y).sum(axis=0)
    assert max(right.max(), 21 - right.min()) == 16


def test_the_best_line_elsewhere():
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
    assert most_right_by_a_line(corners, np.array([[0], [1], [1], [0]])) == 3
    assert most_right_by_a_line(corners, np.array([[0], [1], [1], [1]])) == 4
    assert most_right_by_a_line(*load("linear")) == 100


def test_the_relu_network_finds_0_1_or_2_arms(relu):
    arms = arms_found(relu)
    right = np.rint(21 * relu.final_accuracy)
    assert np.mean(arms >= 0) >= 0.95
    assert set(arms) >= {0, 1, 2}
    assert np.array_equal(right[arms >= 0], 11 + 5 * arms[arms >= 0])


def test_the_relu_network_sees_directions_only(relu):
    """What goes into the sigmoid grows in proportion along a ray; its sign stays."""
    rays = np.random.default_rng(0).uniform(0.1, 1, (50, 2))
    for model in relu.models[:20]:
        before_the_sigmoid = Model()
        before_the_sigmoid.Build(model.layers[:-1])
        near, far = before_the_sigmoid.forward(rays), before_the_sigmoid.forward(3 * rays)
        assert far == pytest.approx(3 * near)
        assert model.forward(np.zeros((1, 2)))[0, 0] == 0.5


def test_an_arm_found_in_part_is_not_found(relu):
    class Half:
        def forward(self, x):
            return (x[:, :1] < 0.15) & (x[:, 1:] > 0.5)

    class Corner:
        def forward(self, x):
            return x[:, :1] > 0.5

    broken = replace(relu, models=(Half(), Corner()))
    assert arms_found(broken).tolist() == [-1, -1]


def test_a_claim_can_be_refuted(relu, linear):
    worse = replace(relu, final_accuracy=np.full(100, 0.9))
    assert not claims._standard_network_learns([relu, worse]).holds
    assert not claims._outcomes_are_arms([worse]).holds
    assert not claims._rates_are_luck([relu, worse]).holds
    eight = replace(linear, final_accuracy=np.full(100, 8 / 21))
    assert not claims._linear_network_is_least_squares(eight).holds
    assert not claims._eight_of_21_is_too_early(eight).holds
    calm = replace(relu, swing=relu.swing / 2, largest_rise=relu.largest_rise / 2)
    learns = replace(relu, final_accuracy=np.ones(100))
    for claim in (claims._sgdm_swings_more_on_average, claims._sgdm_swings_more_at_once):
        assert claim(replace(calm, final_accuracy=np.ones(100)), learns).holds
        assert not claim(learns, replace(calm, final_accuracy=np.ones(100))).holds
        assert not claim(worse, replace(relu, final_accuracy=np.zeros(100))).holds  # none learns
    assert claims._a_third_layer_is_no_cure(learns, worse).holds
    assert not claims._a_third_layer_is_no_cure(worse, learns).holds


def test_80_percent_is_another_draw():
    (training,) = train_stacked([replace(ON_LINEAR, epochs=3000)], range(5))
    assert claims._80_is_another_draw(training).holds
    assert "end at 86 %" in claims._80_is_another_draw(training).measured
