"""Checks of Classifier: 15 points. It is given layers and a loss of the suite's."""

import numpy as np
import pytest

from autograder.checks import (
    Array,
    assert_array,
    assert_equal,
    assert_number,
    errors_ignored,
    export,
    fail,
    say,
    type_text,
)
from hidden.helpers import (
    Linear,
    cross_entropy,
    draw,
    draw_labels,
    is_close,
    logits_gradient,
    train,
)

INPUTS, CLASSES, RATE = 3, 5, 0.2


class Loss:
    """The cross-entropy, which writes down the batches.

    Attributes
    ----------
    batches
        Inputs of the layer, labels and loss of every batch whose gradient was asked for.
    """

    def __init__(self, layer):
        self.layer, self.batches, self.z = layer, [], None

    @export(z=Array(axes=2), labels=Array(axes=1))
    def forward(self, z, labels):
        if z.shape[1] != CLASSES or len(z) != len(labels) or labels.dtype.kind not in "iu":
            raise ValueError(say("the loss was not given logits, and one label for each"))
        if not ((labels >= 0) & (labels < CLASSES)).all():
            raise ValueError(say("the loss was not given logits, and one label for each"))
        self.z, self.labels = np.asarray(z, dtype=np.float64), labels.copy()
        return cross_entropy(self.z, self.labels)

    @export()
    def backward(self):
        if self.z is None or self.layer.x is None:
            raise ValueError(say("the loss's backward was called before any forward"))
        loss = cross_entropy(self.z, self.labels)
        self.batches.append((self.layer.x.copy(), self.labels, loss))
        return logits_gradient(self.z, self.labels)


def build(student, rng):
    """Make a classifier of one layer; give it with the layer and the loss."""
    layer = Linear(draw(rng, CLASSES, INPUTS), draw(rng, CLASSES))
    loss = Loss(layer)
    return student.Classifier([layer], loss), layer, loss


@pytest.mark.check(points=2, where="public")
def test_predict_example(student):
    """predict finds the largest logit of each sample"""

    class Same:
        """A layer that returns what it is given."""

        def forward(self, x):
            return x

    logits = np.array([[0.1, 2.0, -3.0], [5.0, 4.0, 3.0]])
    actual = student.Classifier([Same()], None).predict(logits)
    assert_array(actual, np.array([1, 0]), "predict for [0.1, 2, -3] and [5, 4, 3]", kinds="iu")


@pytest.mark.check(points=1, where="public", requires="test_predict_example")
def test_accuracy_example(student):
    """Compute_Accuracy is 0.5 if one of two samples is predicted right"""

    class Same:
        """A layer that returns what it is given."""

        def forward(self, x):
            return x

    logits = np.array([[0.1, 2.0, -3.0], [5.0, 4.0, 3.0]])
    actual = student.Classifier([Same()], None).Compute_Accuracy(logits, np.array([1, 2]))
    assert_number(actual, 0.5, "what Compute_Accuracy returns")


@pytest.mark.check(points=4, where="public")
def test_fit_example(student):
    """fit goes through five samples in batches of 2, 2 and 1, and keeps their mean loss"""
    steps = []

    class Recorder:
        """Writes down each step, and with which batch it is taken."""

        def forward(self, x):
            self.batch = x[:, 0].tolist()
            return x

        def backward(self, grad):
            return grad

        def update(self, learning_rate, optimizer):
            steps.append((self.batch, learning_rate))

    class FirstLabel:
        """Says that the loss of a batch is its first label."""

        def forward(self, z, labels):
            return float(labels[0])

        def backward(self):
            return 1.0

    x, labels = np.arange(5.0).reshape(5, 1), np.array([5, 0, 10, 0, 20])
    classifier = student.Classifier([Recorder()], FirstLabel())
    history = classifier.fit(x, labels, epochs=1, learning_rate=0.5, batch_size=2)
    right = [([0.0, 1.0], 0.5), ([2.0, 3.0], 0.5), ([4.0], 0.5)]
    assert_equal(steps, right, "each batch that a step is taken with, and the learning rate,")
    assert_equal(history, [10.0], "what fit returns for batches with the losses 5, 10 and 20")


@pytest.mark.check(points=3)
def test_predict(student, rng):
    """predict returns the class with the largest logit, for any number of samples"""
    classifier, layer, _ = build(student, rng)
    for n in (7, 1, CLASSES):
        x = draw(rng, n, INPUTS)
        right = (x @ layer.w.T + layer.b).argmax(axis=1)
        assert_array(classifier.predict(x.copy()), right, "what predict returns", kinds="iu")


@pytest.mark.check(points=2)
def test_accuracy(student, rng):
    """Compute_Accuracy returns the share of samples that are predicted right"""
    classifier, layer, _ = build(student, rng)
    x = draw(rng, 7, INPUTS)
    right = (x @ layer.w.T + layer.b).argmax(axis=1)
    for wrong in (2, 0, 5):
        labels = right.copy()
        labels[:wrong] = (labels[:wrong] + 1) % CLASSES
        actual, predicted = classifier.Compute_Accuracy(x.copy(), labels.copy()), None
        with errors_ignored():  # what the student predicts has a check of its own
            predicted = classifier.predict(x.copy())
        if type(predicted) is not np.ndarray or predicted.shape != labels.shape:
            predicted = right
        if not is_close(actual, float(np.mean(predicted == labels))) or not predicted.any():
            assert_number(actual, 1.0 - wrong / len(x), "what Compute_Accuracy returns")


@pytest.mark.check(points=4)
def test_fit_batches(student, rng):
    """an epoch goes through all samples in order, and the last batch may be smaller"""
    classifier, _, loss = build(student, rng)
    x, labels = draw(rng, 10, INPUTS), draw_labels(rng, 10, CLASSES)
    classifier.fit(x.copy(), labels.copy(), epochs=2, learning_rate=RATE, batch_size=4)
    sizes = [len(given) for given, _, _ in loss.batches]
    if sizes != [4, 4, 2] * 2:
        if sizes == [4, 4] * 2:
            fail("fit leaves out the last batch, which is smaller than the others.")
        fail("fit does not go through all samples in batches of batch_size, once in each epoch.")
    inputs = np.concatenate([given for given, _, _ in loss.batches])
    assert_array(inputs, np.tile(x, (2, 1)), "the batches, one after the other,")
    seen = np.concatenate([right for _, right, _ in loss.batches])
    assert_array(seen, np.tile(labels, 2), "the labels, one batch after the other,", kinds="iu")


@pytest.mark.check(points=3)
def test_fit_steps(student, rng):
    """fit takes one step with every batch, against the gradient of the loss"""
    classifier, layer, _ = build(student, rng)
    x, labels = draw(rng, 8, INPUTS), draw_labels(rng, 8, CLASSES)
    right = Linear(layer.w, layer.b)
    train([right], x, labels, 3, RATE, 4)
    classifier.fit(x.copy(), labels.copy(), epochs=3, learning_rate=RATE, batch_size=4)
    assert_array(layer.w, right.w, "w of a layer after fit")
    assert_array(layer.b, right.b, "b of a layer after fit")


@pytest.mark.check(points=3)
def test_history(student, rng):
    """history holds, for each epoch, the mean over all samples of the losses on the way"""
    classifier, _, loss = build(student, rng)
    x, labels = draw(rng, 10, INPUTS), draw_labels(rng, 10, CLASSES)
    epochs = 3
    classifier.fit(x.copy(), labels.copy(), epochs=2, learning_rate=RATE, batch_size=4)
    history = classifier.fit(x.copy(), labels.copy(), epochs=1, learning_rate=RATE, batch_size=4)
    if type(history) is not list:
        fail(say("what fit returns should be a list, not {type}.", type=type_text(history)))
    if not loss.batches:
        fail("fit does not ask for the gradient of the loss.")
    # Of the batches that there were: which these should be has a check of its own.
    a_time = max(1, len(loss.batches) // epochs)
    times = [loss.batches[i : i + a_time] for i in range(0, len(loss.batches), a_time)]
    sums = [sum(value * len(given) for given, _, value in batches) for batches in times]
    seen = sum(len(given) for given, _, _ in times[0]) if times else 0
    if not 0 < seen < len(x) or not is_close(history, [total / seen for total in sums]):
        assert_equal(history, [total / len(x) for total in sums], "history", tol=1e-9)
