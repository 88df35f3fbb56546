"""Checks of everything together: 10 points."""

from functools import cache

import numpy as np
import pytest

from autograder.checks import assert_array, assert_equal, assert_number, fail
from given.shapes import load
from hidden.helpers import (
    Convolution,
    Flatten,
    Linear,
    ReLU,
    cross_entropy,
    draw,
    draw_labels,
    numeric_gradient,
    train,
)

CLASSES, SAMPLES, EPOCHS, RATE, BATCH = 4, 200, 10, 0.05, 25
KERNELS, SIZE = 6, 3


def start(shape, seed):
    """Draw initial weights, the same for everybody, and biases of 0."""
    bound = 1.0 / np.sqrt(np.prod(shape[1:]))
    return np.random.default_rng(seed).uniform(-bound, bound, shape), np.zeros(shape[0])


def kernels():
    """Return the initial weights of the convolution."""
    return start((KERNELS, 1, SIZE, SIZE), 3)


def last(inputs):
    """Return the initial weights of the last layer."""
    return start((CLASSES, inputs), 4)


@cache
def images():
    """Read the images to train with."""
    x, labels = load("train")
    return x[:SAMPLES], labels[:SAMPLES]


@cache
def reference(name):
    """Train as it should be; return the loss of each epoch."""
    layers = [Flatten(), Linear(*last(64))]
    if name == "cnn":
        layers = [Convolution(*kernels(), 1), ReLU(), Flatten(), Linear(*last(KERNELS * 64))]
    return train(layers, *images(), EPOCHS, RATE, BATCH)


@pytest.mark.check(points=3)
def test_gradient(student, rng):
    """the gradients of a whole network match finite differences"""
    n, channels, height, width = 3, 2, 5, 4
    labels, gap = draw_labels(rng, n, CLASSES), 0.0
    while gap < 1e-3:  # no kink of a ReLU nearby
        w, b = draw(rng, KERNELS, channels, 2, 2), draw(rng, KERNELS)
        x = draw(rng, n, channels, height, width)
        gap = np.abs(Convolution(w, b, 0).forward(x)).min()
    wide = KERNELS * (height - 1) * (width - 1)
    # Logits so small that how precise the loss is does not matter: that has a check of its own.
    v, c = 0.05 * draw(rng, CLASSES, wide), draw(rng, CLASSES)

    def loss_of(w, x):
        rest = np.maximum(Convolution(w, b, 0).forward(x), 0.0).reshape(n, -1)
        return cross_entropy(rest @ v.T + c, labels)

    layer, loss = student.Conv2d(channels, KERNELS, 2), student.Softmax_Cross_Entropy()
    layer.w, layer.b = w.copy(), b.copy()
    network = student.Classifier([layer, ReLU(), Flatten(), Linear(v, c)], loss)
    actual = loss.forward(network.forward(x.copy()), labels)
    assert_number(actual, loss_of(w, x), "the loss", tol=1e-6)
    dx = network.backward(loss.backward())
    right = numeric_gradient(lambda w: loss_of(w, x), w)
    assert_array(layer.delta_w, right, "delta_w of the convolution", tol=1e-7)
    right = numeric_gradient(lambda x: loss_of(w, x), x)
    assert_array(dx, right, "dL/dx of the whole network", tol=1e-7)


@pytest.mark.check(points=2)
def test_softmax_regression(student):
    """softmax regression learns the images as far as it can"""
    classifier = student.Classifier([Flatten(), Linear(*last(64))], student.Softmax_Cross_Entropy())
    history = fit(classifier)
    assert_equal(history, reference("regression"), "the loss of each epoch", tol=1e-6)


@pytest.mark.check(points=5)
def test_cnn(student):
    """a small convolutional network learns to tell bars and crosses apart"""
    layer = student.Conv2d(1, KERNELS, SIZE, padding=1)
    layer.w, layer.b = (array.copy() for array in kernels())
    layers = [layer, ReLU(), Flatten(), Linear(*last(KERNELS * 64))]
    classifier = student.Classifier(layers, student.Softmax_Cross_Entropy())
    history = fit(classifier)
    assert_equal(history, reference("cnn"), "the loss of each epoch", tol=1e-6)
    x, labels = images()
    predicted = classifier.predict(x.copy())
    right = type(predicted) is np.ndarray and predicted.shape == labels.shape
    if not right or np.mean(predicted == labels) < 0.9:
        fail("The network should tell more than 90 % of the images apart that it was trained with.")


def fit(classifier):
    """Train on the images; return the losses."""
    x, labels = images()
    return classifier.fit(
        x.copy(), labels.copy(), epochs=EPOCHS, learning_rate=RATE, batch_size=BATCH
    )
