"""How the loss falls from each start of the training checks, when all is right.

``python -m tests.hidden.reference_curves`` trains the standard network from every start in
`test_network.STARTS`, with the settings of the report, and writes ``reference_curves.json``:
dataset -> seed -> the loss at each epoch in `EPOCHS`, before its update. Kept in a file so that
grading does not train twice. Takes about half a minute.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np

from datasets import load
from tests.hidden.helpers import FUNCTIONS, SIGMOID, loss, start_weights

FILE = Path(__file__).with_suffix(".json")
LEARNING_RATE, BETA = 0.1, 0.9
#: About evenly spread on a logarithmic axis.
EPOCHS = tuple(int(epoch) for epoch in np.unique(np.geomspace(1, 30000, 48).round()))

sigmoid = FUNCTIONS[SIGMOID]


def train_reference(name, seed, epochs):
    """Train from one initialization; return the loss at those epochs, in order."""
    x, y = load(name)
    weights = start_weights(seed)
    momenta = [np.zeros_like(w) for w in weights]
    losses = []
    for epoch in range(1, epochs[-1] + 1):
        inputs = [x, *(None,) * 2]
        for i in range(2):
            inputs[i + 1] = sigmoid(inputs[i] @ weights[i].T)
        y_hat = inputs[2] @ weights[2].T
        if epoch == epochs[len(losses)]:
            losses.append(loss(y_hat, y))
        grad = (y_hat - y) / len(y)
        for i in (2, 1, 0):
            delta = grad.T @ inputs[i]
            grad = grad @ weights[i] * inputs[i] * (1.0 - inputs[i])
            momenta[i] = BETA * momenta[i] + delta
            weights[i] = weights[i] - LEARNING_RATE * momenta[i]
    return losses


@cache
def _curves():
    return json.loads(FILE.read_text(encoding="utf-8"))


def reference_curve(name, seed):
    """Return the losses from an initialization, at each of `EPOCHS`."""
    return _curves()[name][str(seed)]


if __name__ == "__main__":
    from tests.hidden.test_network import STARTS

    made = {
        name: {
            str(seed): [float(f"{value:.3g}") for value in train_reference(name, seed, EPOCHS)]
            for seed in seeds
        }
        for name, seeds in STARTS.items()
    }
    FILE.write_text(json.dumps(made) + "\n", encoding="utf-8")
