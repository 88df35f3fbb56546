"""What mathematics says about the report's tables, checked against the trained networks.

Every claim is a sentence that the trainings could refute: `check_claims` measures, and
reports for each whether it holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from datasets import generate_linear, load
from solution.experiments import TABLES
from solution.experiments.training import Training
from solution.report.mathematics import (
    arms_found,
    least_squares_on_xor,
    most_right_by_a_line,
    right_on_xor,
    slopes_with,
)
from solution.report.stacked import train_stacked

MODEST_RATE = 0.2
"""Up to this learning rate the outcome of a run hardly depends on it."""
DRAWS = 1000
"""So many draws of the linear dataset show what another one would have given."""
TRAINED_DRAWS = 100
"""On at most so many draws a network is trained."""


@dataclass(frozen=True)
class Claim:
    """A sentence about the report's tables.

    Attributes
    ----------
    sentence : str
        What is claimed.
    holds : bool
        Whether the trainings bear it out.
    because : str
        The mathematics behind it.
    measured : str
        What was found.
    """

    sentence: str
    holds: bool
    because: str
    measured: str


def check_claims(trainings: Sequence[Training]) -> list[Claim]:
    """Check all claims.

    Parameters
    ----------
    trainings : sequence of Training
        One for each row of the report.

    Returns
    -------
    list of Claim
        In the order of the tables.
    """
    of = {training.experiment: training for training in trainings}
    standard = [of[experiment] for experiment in TABLES["standard"].rows]
    rates = [of[experiment] for experiment in TABLES["learning rate"].rows]
    linear, xor = (of[experiment] for experiment in TABLES["no activations"].rows)
    hidden = [of[experiment] for experiment in TABLES["hidden units"].rows]
    two, three = (of[experiment] for experiment in TABLES["layers"].rows)
    sgd, sgdm = (of[experiment] for experiment in TABLES["optimizer"].rows)
    return [
        _standard_network_learns(standard),
        _rates_are_luck(rates),
        _outcomes_are_arms(rates),
        _wide_layers_stay_alive(hidden),
        _96_is_another_draw(hidden[0]),
        _linear_network_is_least_squares(xor),
        _eight_of_21_is_too_early(xor),
        _a_line_gets_16(),
        _80_is_another_draw(linear),
        _a_third_layer_is_no_cure(two, three),
        _sgdm_swings_more_on_average(sgd, sgdm),
        _sgdm_swings_more_at_once(sgd, sgdm),
    ]


def _standard_network_learns(trainings: Sequence[Training]) -> Claim:
    shares = [float(np.mean(training.final_accuracy == 1)) for training in trainings]
    found = (
        f"{100 * share:.1f} % of {len(training.models)} starts on {training.experiment.dataset}"
        for share, training in zip(shares, trainings, strict=True)
    )
    return Claim(
        "The standard network reaches 100 % on both datasets from at least 95 of 100 starts.",
        min(shares) >= 0.95,
        "The report's 100 % is what to expect; a start that fails on xor is bad luck, no mistake.",
        "; ".join(found) + ".",
    )


def _rates_are_luck(rates: Sequence[Training]) -> Claim:
    modest = [t for t in rates if t.experiment.learning_rate <= MODEST_RATE]
    ends = np.stack([training.final_accuracy for training in modest])
    same = float((ends == ends[0]).all(axis=0).mean())
    return Claim(
        f"Up to {MODEST_RATE} the learning rate hardly changes where a start ends.",
        same >= 0.9,
        "Which units are alive on which points is decided near the start, and a smaller rate goes "
        "nearly the same way in smaller steps. The report's table compares single starts.",
        f"{100 * same:.1f} % of the starts end at the same accuracy with all of "
        + ", ".join(f"{t.experiment.learning_rate:g}" for t in modest)
        + ".",
    )


def _outcomes_are_arms(rates: Sequence[Training]) -> Claim:
    modest = [t for t in rates if t.experiment.learning_rate <= MODEST_RATE]
    arms = np.concatenate([arms_found(training) for training in modest])
    right = np.concatenate([np.rint(21 * training.final_accuracy) for training in modest])
    fits = float(np.mean(right == np.where(arms >= 0, 11 + 5 * arms, -1)))
    shares = [100 * float(np.mean(arms == count)) for count in range(3)]
    large = [t for t in rates if t.experiment.learning_rate > MODEST_RATE]
    ragged = (
        f"{100 * np.mean(arms_found(training) < 0):.0f} % at {training.experiment.learning_rate:g}"
        for training in large
    )
    return Claim(
        "52, 76 and 100 % are 0, 1 and 2 arms of the cross found: 11, 16 and 21 of 21.",
        fits >= 0.95,
        "Without bias, a ReLU network grows in proportion along every ray from the origin, so its "
        "prediction depends on the direction of a point alone. All points with label 0 lie in one "
        "direction (or at the origin, where the output is 1/2 and the prediction 0); predicted 0 "
        "they are 11 right ones. On either side lies an arm of five: where no unit that is alive "
        "sees it, its output stays at 1/2 or below; where one does, training lifts the whole arm.",
        f"{100 * fits:.1f} % of the runs with a rate up to {MODEST_RATE} end so: {shares[0]:.1f} % "
        f"with no arm, {shares[1]:.1f} % with one, {shares[2]:.1f} % with both. Larger rates "
        "overshoot, and an arm is often found but in part: " + ", ".join(ragged) + ".",
    )


def _wide_layers_stay_alive(hidden: Sequence[Training]) -> Claim:
    shares = {
        training.experiment.widths[1:-1]: float(np.mean(training.final_accuracy == 1))
        for training in hidden
    }
    narrow, wide = shares[min(shares)], shares[max(shares)]
    return Claim(
        "Wider hidden layers learn from more starts.",
        wide > narrow,
        "A start is lost when every unit that sees one side of the line is dead. Each unit more "
        "makes that rarer.",
        "Starts at 100 %: "
        + ", ".join(f"{100 * share:.1f} % with {units}" for units, share in shares.items())
        + ".",
    )


def _96_is_another_draw(training: Training) -> Claim:
    experiment = training.experiment
    draws = min(TRAINED_DRAWS, len(training.models))
    drawn = [generate_linear(len(load("linear")[0]), seed) for seed in range(draws)]
    data = np.stack([x for x, _ in drawn]), np.stack([y for _, y in drawn])
    elsewhere = train_stacked([experiment], range(draws), data=data)[0].final_accuracy
    here = _nearly_all(training.final_accuracy)
    there = _nearly_all(elsewhere)
    return Claim(
        "Accuracies like the report's 95 and 96 % on linear come with other draws of the points.",
        there > here,
        "The prediction depends on the direction of a point alone, so the network cuts at an angle "
        "near 45 degrees, and misses points that lie within a hair of it. The shipped points keep "
        "a distance from the line; the report drew its own.",
        f"Of the starts with 3, 3 hidden units {100 * here:.1f} % end at 95 to 99 % on the shipped "
        f"points, and {100 * there:.0f} % of {draws} starts that have a draw of their own each.",
    )


def _nearly_all(accuracy: np.ndarray) -> float:
    return float(np.mean((accuracy > 0.945) & (accuracy < 1)))


def _a_third_layer_is_no_cure(two: Training, three: Training) -> Claim:
    shares = [float(np.mean(training.final_accuracy == 1)) for training in (two, three)]
    stuck = [float(np.mean(training.final_accuracy < 0.7)) for training in (two, three)]
    return Claim(
        "On xor a third hidden layer is no cure: that the report's run with it got 100 %, and the "
        "one without 76 %, is luck.",
        shares[1] < shares[0] + 0.1,
        "Another layer of three units is another place where all that see an arm can be dead.",
        f"{100 * shares[0]:.1f} % of the starts reach 100 % with two hidden layers and "
        f"{100 * shares[1]:.1f} % with three; {100 * stuck[0]:.1f} % and {100 * stuck[1]:.1f} % "
        "end below 70 %.",
    )


def _linear_network_is_least_squares(training: Training) -> Claim:
    weights = least_squares_on_xor()
    ideal = load("xor")[0] @ np.array([float(weight) for weight in weights])
    outputs = np.stack([model.forward(load("xor")[0])[:, 0] for model in training.models])
    close = float(np.mean(np.abs(outputs - ideal).max(axis=1) < 1e-6))
    share = float(np.mean(np.rint(21 * training.final_accuracy) == 7))
    return Claim(
        "Without activations the network ends at the least-squares plane through the origin: "
        "7 of 21, 33.3 %, from every start.",
        weights[0] == weights[1] and right_on_xor(weights[0]) == 7 and min(close, share) >= 0.99,
        f"A product of matrices is one matrix, and there is no bias: y = {weights[0]} (x1 + x2). "
        "All that is not the optimum is a saddle (Kawaguchi, 2016, Deep Learning without Poor "
        "Local Minima). At the optimum all of the second diagonal comes out below 1/2, and the "
        "upper end of the first above it.",
        f"{100 * close:.1f} % of the starts end at that plane to 6 digits, {100 * share:.1f} % "
        "with 7 right.",
    )


def _eight_of_21_is_too_early(training: Training) -> Claim:
    low, high = slopes_with(8)
    epochs = 500
    early = train_stacked(
        [replace(training.experiment, epochs=epochs)], range(min(200, len(training.models)))
    )[0]
    passing = (np.rint(21 * early.accuracy) == 8).any(axis=1)
    optimum = least_squares_on_xor()[0]
    return Claim(
        "The report's 38 %, 8 of 21, is a run that stopped short of the optimum.",
        low < high < optimum and bool(passing.any()) and not _ends_at(training, 8),
        f"8 are right where the slope lies between {low} and {high}; the optimum is {optimum}. On "
        "its way up from small weights the slope passes 11, 10, 9, 8 and then 7 right.",
        f"{100 * passing.mean():.0f} % of {len(passing)} starts are seen at 8 of 21 within "
        f"{epochs} epochs; none is there after {training.experiment.epochs}.",
    )


def _ends_at(training: Training, right: int) -> bool:
    return bool(np.any(np.rint(21 * training.final_accuracy) == right))


def _a_line_gets_16() -> Claim:
    best = most_right_by_a_line(*load("xor"))
    return Claim(
        "No straight line gets more than 16 of 21 on xor.",
        best == 16,
        "A line that has one whole diagonal on one side cuts the other at most once, and can leave "
        "one of its arms on the right side: 11 + 5. Every other line does no better.",
        f"Of all lines, tried one by one, the best gets {best}.",
    )


def _80_is_another_draw(training: Training) -> Claim:
    accuracies = []
    for seed in range(DRAWS):
        x, y = generate_linear(len(load("linear")[0]), seed)
        fit = np.linalg.lstsq(x, y, rcond=None)[0]
        accuracies.append(float(np.mean((x @ fit > 0.5) == y)))
    low, high = np.percentile(accuracies, (5, 95))
    reported = training.experiment.reported / 100
    ends = " and ".join(f"{100 * end:.0f} %" for end in np.unique(training.final_accuracy))
    return Claim(
        "The report's 80 % without activations on linear is what another draw of the points gives.",
        low <= reported <= high,
        "Here too the network ends at least squares through the origin, which has one accuracy for "
        "each dataset, whatever the start. The report drew its own 100 points.",
        f"On the shipped points the starts end at {ends}. Over {DRAWS} draws least squares gets "
        f"{100 * low:.0f} to {100 * high:.0f} % (5th to 95th percentile).",
    )


def _sgdm_swings_more_on_average(sgd: Training, sgdm: Training) -> Claim:
    learning = _learning(sgd, sgdm)
    ratio = _median_ratio(sgdm.swing, sgd.swing, learning)
    return Claim(
        "sgdm swings more than sgd, by the mean absolute change of the loss in an epoch.",
        ratio > 1,
        "The momentum makes the steps 1 / (1 - 0.9) = 10 times as long, so sgdm is through with "
        "the stretch in which the loss rises and falls in a tenth of the epochs, and then calm.",
        f"Over all {sgd.experiment.epochs} epochs the mean change with sgdm is {ratio:.2f} times "
        f"that with sgd (median of the {learning.sum()} of {len(learning)} starts that learn with "
        f"both), and larger from {_share_above(sgdm.swing, sgd.swing, learning):.0f} % of them.",
    )


def _sgdm_swings_more_at_once(sgd: Training, sgdm: Training) -> Claim:
    learning = _learning(sgd, sgdm)
    ratio = _median_ratio(sgdm.largest_rise, sgd.largest_rise, learning)
    larger = _share_above(sgdm.largest_rise, sgd.largest_rise, learning)
    return Claim(
        "sgdm swings more than sgd, by the largest rise of the loss in one epoch.",
        ratio > 1,
        "The same ten times longer steps overshoot further: this is what the eye sees in a curve.",
        f"The largest rise with sgdm is {ratio:.1f} times that with sgd (median of the same "
        f"starts), and larger from {larger:.0f} % of them.",
    )


def _learning(*trainings: Training) -> np.ndarray:
    """Return which runs end above the half that a dead network gets right too."""
    return np.all([training.final_accuracy > 0.5 for training in trainings], axis=0)


def _median_ratio(above: np.ndarray, below: np.ndarray, chosen: np.ndarray) -> float:
    chosen = chosen & (below > 0)
    return float(np.median(above[chosen] / below[chosen])) if chosen.any() else 0.0


def _share_above(one: np.ndarray, other: np.ndarray, chosen: np.ndarray) -> float:
    return 100 * float(np.mean(one[chosen] > other[chosen])) if chosen.any() else 0.0
