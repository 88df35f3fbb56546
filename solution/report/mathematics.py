"""What can be known of the datasets and of trained networks by counting and exact fractions."""

from fractions import Fraction
from itertools import pairwise

import numpy as np

from datasets import load
from solution.experiments.training import Training


def least_squares_on_xor() -> tuple[Fraction, Fraction]:
    """Fit ``y = v1 x1 + v2 x2`` to the XOR points, without rounding.

    Returns
    -------
    tuple of Fraction
        The weights of the least-squares plane through the origin.
    """
    x, y = load("xor")
    points = [[Fraction(round(10 * value), 10) for value in row] for row in x.tolist()]
    labels = [int(label) for (label,) in y.tolist()]
    zero = Fraction(0)
    a, b, d = (sum((p[i] * p[j] for p in points), zero) for i, j in ((0, 0), (0, 1), (1, 1)))
    s, t = (
        sum((p[i] for p, label in zip(points, labels, strict=True) if label), zero) for i in (0, 1)
    )
    determinant = a * d - b * b
    return (s * d - t * b) / determinant, (t * a - s * b) / determinant


def right_on_xor(slope: Fraction) -> int:
    """Count what ``y = slope (x1 + x2)`` predicts right of the 21 XOR points.

    Parameters
    ----------
    slope : Fraction
        The two weights, which are equal.

    Returns
    -------
    int
        The number of right predictions, with the threshold of the lab, ``y > 1/2``.
    """
    half = Fraction(1, 2)
    on_the_first = sum(slope * Fraction(2 * i, 10) <= half for i in range(11))
    return on_the_first + (10 if slope > half else 0)


def slopes_with(right: int) -> tuple[Fraction, Fraction]:
    """Find between which slopes, from 0 up to 1/2, so many XOR points are predicted right.

    Returns
    -------
    tuple of Fraction
        Above the first, and up to the second.
    """
    steps = [Fraction(0), *(Fraction(10, 4 * i) for i in range(10, 4, -1))]
    (found,) = [pair for pair in pairwise(steps) if right_on_xor(pair[1]) == right]
    return found


def most_right_by_a_line(x: np.ndarray, y: np.ndarray) -> int:
    """Find how many points the best straight line puts on the right side, by trying them all.

    A line is a direction and a threshold. The order of the points along a direction changes only
    where two of them lie level, so one direction between each two such is enough.

    Parameters
    ----------
    x : ndarray of shape (N, 2)
        The points.
    y : ndarray of shape (N, 1)
        Their labels, 0 or 1.

    Returns
    -------
    int
        The largest number of points that any line separates as their labels say.
    """
    first, second = np.triu_indices(len(x), 1)
    between = x[second] - x[first]
    level = np.unique(np.round((np.arctan2(between[:, 1], between[:, 0]) + np.pi / 2) % np.pi, 9))
    angles = (level + np.roll(level, -1) + np.pi * (np.arange(len(level)) == len(level) - 1)) / 2
    best = 0
    for angle in angles:
        order = np.argsort(x @ np.array([np.cos(angle), np.sin(angle)]))
        ones = np.concatenate([[0], np.cumsum(y[order, 0])])
        zeros = np.arange(len(x) + 1) - ones
        # Below the threshold zeros are right and above it ones; or the other way round.
        right = zeros + (ones[-1] - ones)
        best = max(best, int(right.max()), int((len(x) - right).max()))
    return best


def predictions(training: Training) -> np.ndarray:
    """Return what the trained networks predict, as booleans of shape (starts, N)."""
    x, _ = load(training.experiment.dataset)
    return np.stack([model.forward(x)[:, 0] > 0.5 for model in training.models])


def arms_found(training: Training) -> np.ndarray:
    """Count for each initialization which arms of the XOR cross are predicted 1 as a whole.

    The points with label 1 lie on a diagonal that the other one cuts into two arms of five.

    Parameters
    ----------
    training : Training
        A training on XOR.

    Returns
    -------
    ndarray of shape (starts,)
        0, 1 or 2; -1 where an arm is found in part, or a point with label 0 is predicted 1.
    """
    x, y = load("xor")
    predicted = predictions(training)
    one = y[:, 0] == 1
    arms = [predicted[:, one & side] for side in (x[:, 0] < 0.5, x[:, 0] > 0.5)]
    whole = sum(arm.all(axis=1).astype(int) for arm in arms)
    broken = sum((arm.any(axis=1) & ~arm.all(axis=1)).astype(int) for arm in arms)
    return np.where((broken > 0) | predicted[:, ~one].any(axis=1), -1, whole)
