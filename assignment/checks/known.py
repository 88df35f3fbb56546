"""What known mistakes make of a loss or an accuracy, each with the hint that fits it."""

import contextlib

import numpy as np

from checks import hints


def losses(y_hat, y):
    """Return wrong losses of an output, ``(value, hint)`` each."""
    squares = (y_hat - y) ** 2
    return [
        (squares.mean(), hints.LOSS_HALF),
        (squares.mean() / 4, hints.LOSS_HALF),
        (squares.sum() / 2, hints.LOSS_MEAN),
        (squares.sum(), hints.LOSS_MEAN),
        (np.mean((y_hat - y.T) ** 2) / 2, hints.BROADCAST),
        (np.mean((y_hat - y.T) ** 2), hints.BROADCAST),
        (np.sum((y_hat - y.T) ** 2) / 2 / len(y), hints.BROADCAST),
        (np.abs(y_hat - y).mean() / 2, hints.LOSS_SQUARE),
        (np.abs(y_hat - y).mean(), hints.LOSS_SQUARE),
        (np.mean(y_hat - y) ** 2 / 2, hints.LOSS_SQUARE),
        (-squares.mean() / 2, hints.LOSS_SIGN),
        *((round(squares.mean() / 2, digits), hints.ROUNDED) for digits in (2, 3, 4)),
    ]


def epochs(found, wanted):
    """Return the hint that fits a wrong number of epochs."""
    return hints.OFF_BY_ONE if abs(found - wanted) == 1 else hints.EPOCHS


def accuracies(model, y_hat, y):
    """Yield wrong accuracies of an output, ``(value, hint)`` each.

    What the student's own prediction makes comes first; it is asked for only where something fails.
    """
    right = (y_hat > 0.5) == (y == 1)
    with contextlib.suppress(Exception):  # which is told where that method is checked
        own = np.asarray(model.predict_2_binary(y_hat.copy()))
        if not np.array_equal(own, y_hat > 0.5):
            yield np.mean(own == y), hints.OWN_PREDICTION
    yield right.sum(), hints.SHARE
    yield 100 * right.mean(), hints.SHARE
    yield np.mean((y_hat >= 0.5) == (y == 1)), hints.THRESHOLD
    yield np.mean((y_hat > 0.5) == (y.T == 1)), hints.BROADCAST
    yield np.mean(y_hat == y), hints.PREDICT_FIRST
    yield 1 - right.mean(), hints.SHARE
