"""How training goes from each initialization of the training checks, when all is right.

``python -m tests.hidden.reference_training`` trains the standard network from every start in
`test_network.STARTS`, with the settings of the report, and writes ``reference_training.json``.
Kept in a file so that grading does not train twice. Takes a few minutes.
"""

import itertools
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from datasets import load
from tests.hidden.choose_starts import needed_with_and_without_bias
from tests.hidden.helpers import FUNCTIONS, SIGMOID, loss, start_weights

FILE = Path(__file__).with_suffix(".json")
LEARNING_RATE, BETA = 0.1, 0.9
#: Of the curves. About evenly spread on a logarithmic axis.
EPOCHS = tuple(int(epoch) for epoch in np.unique(np.geomspace(1, 30000, 48).round()))

sigmoid = FUNCTIONS[SIGMOID]


class Training(NamedTuple):
    """One training of the standard network.

    Attributes
    ----------
    losses
        At each of `EPOCHS`, before its update.
    right_from
        After so many epochs every sample is right, and stays right until epoch 30000; also in a
        network whose layers have a bias, which starts at 0.
    """

    losses: list[float]
    right_from: int


def train_reference(x, y, weights):
    """Yield the loss and the weights after 0, 1, 2, ... epochs of right training, without end."""
    momenta = [np.zeros_like(w) for w in weights]
    while True:
        inputs = [x, *(None,) * 2]
        for i in range(2):
            inputs[i + 1] = sigmoid(inputs[i] @ weights[i].T)
        y_hat = inputs[2] @ weights[2].T
        yield loss(y_hat, y), weights
        grad = (y_hat - y) / len(y)
        weights = list(weights)
        for i in (2, 1, 0):
            delta = grad.T @ inputs[i]
            grad = grad @ weights[i] * inputs[i] * (1.0 - inputs[i])
            momenta[i] = BETA * momenta[i] + delta
            weights[i] = weights[i] - LEARNING_RATE * momenta[i]


def train_linear(x, y, w, epochs):
    """Compute the weights, (1, input_dim), of a single layer after so many epochs.

    Without an activation an epoch is an affine map of weights and momentum, and many epochs are
    a power of it.
    """
    size = w.shape[1]
    one = np.eye(size)
    gradient = np.hstack([x.T @ x, np.zeros((size, size)), -x.T @ y]) / len(y)
    momentum = gradient + np.hstack([0.0 * one, BETA * one, np.zeros((size, 1))])
    weights = np.eye(size, 2 * size + 1) - LEARNING_RATE * momentum
    epoch = np.vstack([weights, momentum, np.eye(1, 2 * size + 1, 2 * size)])
    state = np.concatenate([w[0], np.zeros(size), [1.0]])
    return (np.linalg.matrix_power(epoch, epochs) @ state)[np.newaxis, :size]


@cache
def _trainings():
    return json.loads(FILE.read_text(encoding="utf-8"))


def reference_training(name, seed):
    """Return how training on a dataset goes from an initialization."""
    return Training(**_trainings()[name][str(seed)])


def make(name, seed):
    """Train from one initialization until epoch 30000; return what the file holds of it."""
    x, y = load(name)
    training = train_reference(x, y, start_weights(seed))
    losses = [one for one, _ in itertools.islice(training, EPOCHS[-1])]
    made = Training(
        losses=[float(f"{losses[epoch - 1]:.3g}") for epoch in EPOCHS],
        right_from=int(needed_with_and_without_bias(x, y, [seed], EPOCHS[-1])[0]),
    )
    return made._asdict()


if __name__ == "__main__":
    from tests.hidden.test_network import STARTS

    made = {name: {str(seed): make(name, seed) for seed in seeds} for name, seeds in STARTS.items()}
    FILE.write_text(json.dumps(made) + "\n", encoding="utf-8")
