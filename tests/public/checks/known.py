"""What known mistakes make of a loss or an accuracy, each with the hint that fits it."""

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
    ]


def accuracies(model, y_hat, y):
    """Return wrong accuracies of an output, ``(value, hint)`` each.

    A wrong prediction of the student's explains an accuracy before anything else does.
    """
    right = (y_hat > 0.5) == (y == 1)
    try:
        own = np.asarray(model.predict_2_binary(y_hat.copy()))
        wrong = not np.array_equal(own, y_hat > 0.5)
        of_own = [(np.mean(own == y), hints.OWN_PREDICTION)] if wrong else []
    except Exception:  # which is told where that method is checked
        of_own = []
    return [
        *of_own,
        (right.sum(), hints.SHARE),
        (100 * right.mean(), hints.SHARE),
        (np.mean((y_hat >= 0.5) == (y == 1)), hints.THRESHOLD),
        (np.mean((y_hat > 0.5) == (y.T == 1)), hints.BROADCAST),
        (np.mean(y_hat == y), hints.PREDICT_FIRST),
        (1 - right.mean(), hints.SHARE),
    ]
