"""What the suites know for themselves: draws, formulas, layers, and how to train.

Everything right is computed here, from numbers that the grader drew.
"""

import itertools
import math
import warnings
from contextlib import contextmanager

import numpy as np

from autograder.checks import (
    Array,
    Number,
    Text,
    assert_array,
    errors_ignored,
    export,
    fail,
    say,
)

# Draws


def draw(rng, *shape):
    """Draw from N(0, 1), yet never closer to 0 than 0.1 and always with both signs."""
    size = math.prod(shape)
    signs = rng.permutation(np.resize([1.0, -1.0], size))
    return (signs * np.maximum(np.abs(rng.normal(size=size)), 0.1)).reshape(shape)


def draw_labels(rng, n, classes):
    """Draw n labels: each class as often as the others, as far as n allows."""
    return rng.permutation(np.resize(np.arange(classes), n))


# Formulas


def places(shape, k, stride=1, padding=0):
    """List the top left corners of the patches, in the padded image; and how many rows and columns.

    Returns
    -------
    tuple
        The corners in order, and two numbers.
    """
    rows = range(0, shape[2] + 2 * padding - k + 1, stride)
    columns = range(0, shape[3] + 2 * padding - k + 1, stride)
    return list(itertools.product(rows, columns)), len(rows), len(columns)


def padded(x, padding):
    """Put zeros around images."""
    wide = np.zeros((*x.shape[:2], x.shape[2] + 2 * padding, x.shape[3] + 2 * padding))
    wide[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]] = x
    return wide


def patches(x, k, stride=1, padding=0):
    """Take one patch after the other: what im2col returns."""
    wide, (corners, *_) = padded(x, padding), places(x.shape, k, stride, padding)
    return np.array([image[:, i : i + k, j : j + k].ravel() for image in wide for i, j in corners])


def put_back(cols, shape, k, stride=1, padding=0):
    """Add one patch after the other to images: what col2im returns."""
    wide, (corners, *_) = padded(np.zeros(shape), padding), places(shape, k, stride, padding)
    for row, (image, (i, j)) in zip(cols, itertools.product(wide, corners), strict=True):
        image[:, i : i + k, j : j + k] += row.reshape(-1, k, k)
    return wide[:, :, padding : padding + shape[2], padding : padding + shape[3]]


def slow_convolution(x, w, b, stride=1, padding=0):
    """Lay every kernel on every patch, one after the other."""
    k, wide = w.shape[2], padded(x, padding)
    corners, height, width = places(x.shape, k, stride, padding)
    z = np.empty((len(x), len(w), len(corners)))
    for n, o in np.ndindex(len(x), len(w)):
        for place, (i, j) in enumerate(corners):
            z[n, o, place] = (wide[n, :, i : i + k, j : j + k] * w[o]).sum() + b[o]
    return z.reshape(len(x), len(w), height, width)


def of_patches(cols, w, b, shape):
    """Compute what a convolution gives from its patches, for an output of this shape."""
    n, _, height, width = shape
    return (cols @ w.reshape(len(w), -1).T + b).reshape(n, height, width, -1).transpose(0, 3, 1, 2)


def in_rows(grad):
    """Write images with one place in each row."""
    return grad.transpose(0, 2, 3, 1).reshape(-1, grad.shape[1])


def probabilities(z):
    """Compute softmax, row by row."""
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def cross_entropy(z, labels):
    """Compute the mean of -ln(p) of the right classes."""
    right = z[np.arange(len(z)), labels]
    return float(np.mean(np.logaddexp.reduce(z - right[:, np.newaxis], axis=1)))


def logits_gradient(z, labels):
    """Compute the gradient of the cross-entropy with respect to the logits."""
    return (probabilities(z) - np.eye(z.shape[1])[labels]) / len(z)


def numeric_gradient(function, array, step=1e-5):
    """Differentiate a number by central differences."""
    gradient = np.empty(array.shape)
    for index in np.ndindex(array.shape):
        up, down = array.copy(), array.copy()
        up[index] += step
        down[index] -= step
        gradient[index] = (function(up) - function(down)) / (up[index] - down[index])
    return gradient


# Layers to give to the student's Classifier


class Trained:
    """What a layer with weights and a bias has."""

    def __init__(self, w, b):
        self.w, self.b = w.copy(), b.copy()
        self.momenta = [np.zeros_like(w), np.zeros_like(b)]
        self.deltas = [np.zeros_like(w), np.zeros_like(b)]

    @export(learning_rate=Number(), optimizer=Text(optional=True))
    def update(self, learning_rate, optimizer="sgdm"):
        """Take a step with momentum."""
        steps = [0.9 * m + delta for m, delta in zip(self.momenta, self.deltas, strict=True)]
        self.momenta = steps
        self.w, self.b = self.w - learning_rate * steps[0], self.b - learning_rate * steps[1]


class Linear(Trained):
    """A linear layer with a bias."""

    x = None

    @export(x=Array(axes=2))
    def forward(self, x):
        if x.shape[1] != self.w.shape[1]:
            raise ValueError(say("a layer's forward was not given an array as wide as that layer"))
        self.x = np.asarray(x, dtype=np.float64)
        return self.x @ self.w.T + self.b

    @export(grad=Array(axes=2))
    def backward(self, grad):
        assert_fits(grad, None if self.x is None else (len(self.x), len(self.w)))
        self.deltas = [grad.T @ self.x, grad.sum(axis=0)]
        return grad @ self.w


class Convolution(Trained):
    """A convolution with stride 1; for the suites' own training."""

    def __init__(self, w, b, padding):
        super().__init__(w, b)
        self.padding, self.k = padding, w.shape[2]

    def forward(self, x):
        wide = np.pad(x, [(0, 0)] * 2 + [(self.padding, self.padding)] * 2)
        self.windows = np.lib.stride_tricks.sliding_window_view(wide, (self.k,) * 2, (2, 3))
        self.shape = wide.shape
        z = np.tensordot(self.windows, self.w, ((1, 4, 5), (1, 2, 3))) + self.b
        return z.transpose(0, 3, 1, 2)

    def backward(self, grad):
        delta_w = np.tensordot(grad, self.windows, ((0, 2, 3), (0, 2, 3)))
        self.deltas = [delta_w, grad.sum(axis=(0, 2, 3))]
        dx = np.zeros(self.shape)
        height, width = grad.shape[2:]
        for i, j in np.ndindex(self.k, self.k):
            part = np.tensordot(grad, self.w[:, :, i, j], (1, 0))
            dx[:, :, i : i + height, j : j + width] += part.transpose(0, 3, 1, 2)
        inside = slice(self.padding, -self.padding or None)
        return dx[:, :, inside, inside]


class ReLU:
    """The rectified linear unit, for images."""

    x = None

    @export(x=Array(axes=4))
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0.0)

    @export(grad=Array(axes=4))
    def backward(self, grad):
        assert_fits(grad, None if self.x is None else self.x.shape)
        return grad * (self.x > 0.0)

    @export(learning_rate=Number(), optimizer=Text(optional=True))
    def update(self, learning_rate, optimizer="sgdm"):
        pass


class Flatten:
    """Puts images into rows."""

    shape = None

    @export(x=Array(axes=4))
    def forward(self, x):
        self.shape = x.shape
        return x.reshape(len(x), math.prod(x.shape[1:]))

    @export(grad=Array(axes=2))
    def backward(self, grad):
        assert_fits(grad, self.shape and (self.shape[0], math.prod(self.shape[1:])))
        return grad.reshape(self.shape)

    @export(learning_rate=Number(), optimizer=Text(optional=True))
    def update(self, learning_rate, optimizer="sgdm"):
        pass


def assert_fits(grad, shape):
    """Refuse a gradient of another shape than the last output, or of none."""
    if grad.shape != shape:
        raise ValueError(
            say("a layer's backward was not given an array of the shape of its last output")
        )


def train(layers, x, labels, epochs, learning_rate, batch_size):
    """Train as Classifier.fit should; return the loss of each epoch."""
    history = []
    for _ in range(epochs):
        total = 0.0
        for start in range(0, len(x), batch_size):
            z, right = x[start : start + batch_size], labels[start : start + batch_size]
            for layer in layers:
                z = layer.forward(z)
            total += cross_entropy(z, right) * len(z)
            grad = logits_gradient(z, right)
            for layer in reversed(layers):
                grad = layer.backward(grad)
            for layer in layers:
                layer.update(learning_rate)
        history.append(total / len(x))
    return history


# The student's own functions, where a check is not about them: one cause is paid once.


def own(right, function, *arguments):
    """Return what the student's own function gives, if that may be what it should be but is wrong.

    Parameters
    ----------
    right
        What it should give.
    function, arguments
        The student's function, and what it is given.

    Returns
    -------
    list
        The array; or nothing if it is right, or has another shape, or is nothing but zeros.
    """
    with errors_ignored():
        found = function(*arguments)
        if (
            type(found) is np.ndarray
            and found.dtype.kind in "iuf"
            and found.shape == right.shape
            and np.isfinite(found).all()
            and found.any()
            and not np.allclose(found, right, rtol=1e-9, atol=1e-9)
        ):
            return [found.astype(np.float64)]
    return []


def is_close(actual, right):
    """Return whether an answer is the number, the list of numbers, or the array that is right."""
    if type(right) is np.ndarray:
        form = type(actual) is np.ndarray and actual.dtype == np.float64
        return form and actual.shape == right.shape and np.allclose(actual, right, 1e-9, 1e-9)
    if type(right) is list:
        form = type(actual) is list and len(actual) == len(right)
        return form and all(map(is_close, actual, right))
    return isinstance(actual, float) and abs(actual - right) <= 1e-9 * max(1.0, abs(right))


def assert_either(actual, right, others, what, *, tol=1e-9, known=None):
    """Fail unless an array equals what is right, or what is right with the student's functions."""
    if not any(is_close(actual, other) for other in others):
        assert_array(actual, right, what, tol=tol, known=known)


@contextmanager
def no_warnings(what):
    """Fail if NumPy warns of an overflow, an invalid value or the like inside."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    if any(issubclass(warning.category, RuntimeWarning) for warning in caught):
        fail(say("{what} caused a floating-point warning.", what=what))
