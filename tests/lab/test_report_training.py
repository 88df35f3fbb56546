"""Stacked training is ``Model.fit``, many at a time, and the standard network learns both sets."""

from dataclasses import replace

import numpy as np
import pytest

from datasets import generate_linear
from solution.experiments import TABLES
from solution.experiments.training import train
from solution.report.runs import groups
from solution.report.stacked import CLASSES, same_run, train_stacked

EXPERIMENTS = [experiment for table in TABLES.values() for experiment in table.rows]
RUNS = list({same_run(experiment): experiment for experiment in EXPERIMENTS}.values())


def weights(training):
    layers = [layer for model in training.models for layer in model.layers]
    return np.concatenate([layer.w.ravel() for layer in layers if hasattr(layer, "w")])


def assert_equal(one, other):
    assert one.experiment == other.experiment
    for name in ("epochs", "loss", "accuracy", "final_accuracy", "swing", "largest_rise"):
        first, second = getattr(one, name), getattr(other, name)
        assert first.shape == second.shape, name
        assert np.abs(first - second).max() <= 1e-9, name
    assert np.abs(weights(one) - weights(other)).max() <= 1e-9


@pytest.mark.parametrize("experiment", RUNS, ids=lambda e: e.label)
def test_stacked_runs_equal_single_runs_of_fit(experiment):
    experiment = replace(experiment, epochs=1500)
    (stacked,) = train_stacked([experiment], range(3), seed=4)
    assert_equal(stacked, train(experiment, CLASSES, starts=3, seed=4))


@pytest.mark.slow
def test_to_the_last_epoch():
    standard = TABLES["standard"].rows[0]
    (stacked,) = train_stacked([standard], range(2), seed=1)
    assert_equal(stacked, train(standard, CLASSES, starts=2, seed=1))


def test_a_shorter_training_is_the_beginning_of_a_longer():
    long = replace(TABLES["learning rate"].rows[2], epochs=900)
    short = replace(TABLES["layers"].rows[0], epochs=400)
    both = train_stacked([long, short], range(5, 8))
    for training, experiment in zip(both, (long, short), strict=True):
        (alone,) = train_stacked([experiment], range(5, 8))
        assert np.array_equal(weights(training), weights(alone))
        for name in ("epochs", "loss", "accuracy", "final_accuracy", "swing", "largest_rise"):
            assert np.array_equal(getattr(training, name), getattr(alone, name))


def test_each_start_can_have_points_of_its_own():
    experiment = replace(TABLES["hidden units"].rows[0], epochs=300)
    drawn = [generate_linear(100, seed) for seed in range(3)]
    own = tuple(np.stack(arrays) for arrays in zip(*drawn, strict=True))
    (together,) = train_stacked([experiment], range(3), data=own)
    for start, data in enumerate(drawn):
        (alone,) = train_stacked([experiment], [start], data=data)
        assert np.abs(together.loss[start] - alone.loss[0]).max() < 1e-12


def test_one_epoch():
    experiment = replace(RUNS[0], epochs=1)
    (stacked,) = train_stacked([experiment], range(2))
    assert_equal(stacked, train(experiment, CLASSES, starts=2))


@pytest.mark.slow
@pytest.mark.parametrize("experiment", TABLES["standard"].rows, ids=lambda e: e.label)
def test_the_standard_network_reaches_100_percent_from_95_of_100_starts(experiment):
    accuracies = [
        training.final_accuracy
        for starts in groups(experiment, 100)
        for training in train_stacked([experiment], starts)
    ]
    assert np.mean(np.concatenate(accuracies) == 1) >= 0.95
