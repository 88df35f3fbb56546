"""What the hidden suites know for themselves: formulas, layers and draws.

Everything that a student's answer is compared with is computed here or in a check, from numbers
that the grader drew. Nothing is ever computed with the student's code.
"""

import itertools
import math
import warnings
from collections import namedtuple
from contextlib import contextmanager

import numpy as np

from autograder.checks import (
    Array,
    Number,
    Text,
    export,
    fail,
    say,
)

SIGMOID, RELU, SOFTPLUS = "sigmoid", "relu", "softplus"

FUNCTIONS = {
    SIGMOID: lambda x: 0.5 * (1.0 + np.tanh(0.5 * x)),
    RELU: lambda x: np.maximum(x, 0.0),
    SOFTPLUS: lambda x: np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x))),
}

HISTORY_KEYS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")


# Draws


def draw(rng, *shape):
    """Draw from N(0, 1), yet never closer to 0 than 0.1 and always with both signs.

    So no seed gives an expectation that zeros would meet, or a ReLU a kink to differentiate at.
    """
    size = math.prod(shape)
    signs = rng.permutation(np.resize([1.0, -1.0], size))
    return (signs * np.maximum(np.abs(rng.normal(size=size)), 0.1)).reshape(shape)


def draw_labels(rng, n):
    """Draw n labels, (n, 1), half of them 0 and half 1."""
    return rng.permutation(np.resize([0.0, 1.0], n)).reshape(n, 1)


def draw_inseparable(rng, n, width):
    """Draw n samples and their labels, two of which differ though their samples hardly do.

    So no network gets all of them right, and no training that ends then ends by luck.
    """
    x, y = draw(rng, n, width), draw_labels(rng, n)
    x[y[:, 0].argmax()] = x[y[:, 0].argmin()] * (1.0 + 1e-9)
    return x, y


def draw_weights(rng, widths, scale=1.0):
    """Draw the weights of a network of these widths, (output_dim, input_dim) for each layer."""
    return [scale * draw(rng, outputs, inputs) for inputs, outputs in itertools.pairwise(widths)]


def start_weights(seed, widths=(2, 3, 3, 1)):
    """Draw a network's initial weights as the contract has them, U(-1, 1) / sqrt(input_dim)."""
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1, 1, (j, i)) / math.sqrt(i) for i, j in itertools.pairwise(widths)]


def reorder(weights, orders):
    """Put a network's units into another order: each layer of units has its own.

    If inputs and outputs keep theirs, the network computes the same, and trains in the same way.
    """
    return [w[np.ix_(j, i)] for w, (i, j) in zip(weights, itertools.pairwise(orders), strict=True)]


# Formulas


def network(x, weights, functions=()):
    """Compute a network's output; `functions` come between its linear layers, in order."""
    for w, function in itertools.zip_longest(weights, functions):
        x = x @ w.T
        if function:
            x = FUNCTIONS[function](x)
    return x


def loss(y_hat, y):
    """Compute the mean over the samples of half the squared error."""
    return float(np.mean(0.5 * (y_hat - y) ** 2))


def other_losses(y_hats, y):
    """Return what is easily taken for the loss, by name, each for several outputs."""
    errors = [y_hat - labels for y_hat, labels in zip(y_hats, y, strict=True)]
    right = {
        "mean(abs(y_hat - y)) / 2": [0.5 * np.abs(e).mean() for e in errors],
        "abs(mean(y_hat - y))": [np.abs(e.mean()) for e in errors],
        "mean(y_hat - y)": [e.mean() for e in errors],
        "mean(y_hat - y) ** 2": [e.mean() ** 2 for e in errors],
        "sum((y_hat - y) ** 2)": [(e**2).sum() for e in errors],
        "sum((y_hat - y) ** 2) / (N - 1)": [(e**2).sum() / (len(e) - 1) for e in errors],
        "norm(y_hat - y)": [np.sqrt((e**2).sum()) for e in errors],
        "var(y_hat - y)": [e.var() for e in errors],
        "max(abs(y_hat - y))": [np.abs(e).max() for e in errors],
        "median((y_hat - y) ** 2)": [np.median(e**2) for e in errors],
    }
    labels = [((y_hat > 0.5) != (one == 1.0)).mean() for y_hat, one in zip(y_hats, y, strict=True)]
    right["mean((y_hat > 0.5) != y)"] = labels
    right["mean((y_hat > 0.5) == y)"] = [1.0 - share for share in labels]
    return {name: np.array(values) for name, values in right.items()}


def accuracy(y_hat, y):
    """Compute the share of samples on the right side of 0.5."""
    return float(np.mean((y_hat > 0.5) == (y == 1.0)))


# A layer to give to the student's Model

Call = namedtuple("Call", "layer method arguments w")


class RecordingLayer:
    """A right linear layer that writes down every call.

    Parameters
    ----------
    index
        Its place in the network.
    w
        Its weights.
    calls
        The list to write to, shared by all layers of a network. What it holds are copies: the
        arguments and the weights at the time of the call.
    """

    def __init__(self, index, w, calls):
        self.index, self.w, self.calls = index, w.copy(), calls
        self.momentum_w = np.zeros_like(w)
        self.pre_input = self.delta_w = None

    @export(x=Array())
    def forward(self, x):
        self._write_down("forward", self._checked(x, self.w.shape[1], "forward"))
        self.pre_input = np.array(x)
        return x @ self.w.T

    @export(grad=Array())
    def backward(self, grad):
        self._write_down("backward", self._checked(grad, self.w.shape[0], "backward"))
        if self.pre_input is None or len(grad) != len(self.pre_input):
            raise ValueError(say("a layer's backward was not given the batch of its last forward"))
        self.delta_w = grad.T @ self.pre_input
        return grad @ self.w

    @export(learning_rate=Number(), optimizer=Text(optional=True))
    def update(self, learning_rate, optimizer=None):
        self._write_down("update", (learning_rate, optimizer))
        if self.delta_w is None:
            return
        step = self.delta_w
        if optimizer != "sgd":
            step = self.momentum_w = 0.9 * self.momentum_w + self.delta_w
        self.w = self.w - learning_rate * step

    def _write_down(self, method, arguments):
        self.calls.append(Call(self.index, method, arguments, self.w.copy()))

    def _checked(self, array, width, method):
        if type(array) is not np.ndarray or array.ndim != 2 or array.shape[1] != width:
            raise TypeError(
                say(
                    "a layer's {method} was not given an array as wide as that layer", method=method
                )
            )
        return array.copy()


def recording_layers(weights):
    """Make a network of recording layers; give them and their common list of calls."""
    calls = []
    return [RecordingLayer(i, w, calls) for i, w in enumerate(weights)], calls


# Comparisons


@contextmanager
def no_warnings(what):
    """Fail if NumPy warns of an overflow, an invalid value or the like inside."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    if any(issubclass(warning.category, RuntimeWarning) for warning in caught):
        fail(say("{what} caused a floating-point warning.", what=what))
