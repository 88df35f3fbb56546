"""Checks of softmax and Softmax_Cross_Entropy: 20 points.

The loss is also right with the student's own softmax, which has checks of its own.
"""

import numpy as np
import pytest

from autograder.checks import (
    Known,
    assert_array,
    assert_is_number,
    assert_number,
    assert_unchanged,
    say,
)
from hidden.helpers import (
    assert_either,
    cross_entropy,
    draw,
    draw_labels,
    is_close,
    logits_gradient,
    no_warnings,
    numeric_gradient,
    own,
    probabilities,
)

N, CLASSES = 7, 4
FAR = np.array([[1000.0, 0.0, -1000.0, 999.0], [-1000.0] * 4, [-990.0, -1000.0, -995.0, -989.0]])


@pytest.mark.check(points=2, where="both")
def test_softmax_example(student):
    """softmax turns a row of logits into probabilities"""
    actual = student.softmax(np.log(np.array([[1.0, 3.0], [2.0, 2.0], [6.0, 2.0]])))
    right = np.array([[0.25, 0.75], [0.5, 0.5], [0.75, 0.25]])
    assert_array(actual, right, "softmax of ln 1 and ln 3, ln 2 and ln 2, ln 6 and ln 2,")


@pytest.mark.check(points=1, where="public", requires="test_softmax_example")
def test_large_logits_example(student):
    """softmax and the loss are right for the logits 1000, 0 and -1000"""
    z = np.array([[1000.0, 0.0, -1000.0]])
    right = np.array([[1.0, 0.0, 0.0]])
    assert_array(student.softmax(z.copy()), right, "softmax of 1000, 0 and -1000")
    loss = student.Softmax_Cross_Entropy().forward(z.copy(), np.array([2]))
    assert_number(loss, 2000.0, "the loss of 1000, 0 and -1000, where class 2 is right,")


@pytest.mark.check(points=3, where="public", requires="test_softmax_example")
def test_loss_example(student):
    """the loss and its gradient of two samples with two classes"""
    loss = student.Softmax_Cross_Entropy()
    z = np.log(np.array([[1.0, 3.0], [2.0, 2.0]]))
    right = np.log(8.0) / 2.0  # the mean of ln 4 and ln 2
    assert_number(loss.forward(z.copy(), np.array([0, 1])), right, "the loss")
    right = np.array([[-0.375, 0.375], [0.25, -0.25]])
    for _ in range(2):
        assert_array(loss.backward(), right, "dL/dz, which backward returns,")


@pytest.mark.check(points=3)
def test_softmax(student, rng):
    """softmax divides by the sum of each row, and leaves the logits alone"""
    for n in (N, 1):
        z = draw(rng, n, CLASSES)
        given, powers = z.copy(), np.exp(z)
        known = Known(given={"exp(z)": powers, "by column": powers / powers.sum(axis=0)})
        assert_array(student.softmax(given), probabilities(z), "softmax(z)", known=known)
        assert_unchanged(given, z, "the array given to softmax")


@pytest.mark.check(points=2)
def test_softmax_of_large_logits(student):
    """softmax is finite, right and without a warning for logits from -1000 to 1000"""
    for row in FAR:
        assert_far(student, row[np.newaxis], "softmax(z) for logits from -1000 to 1000")


@pytest.mark.check(points=2, requires="test_softmax_of_large_logits")
def test_softmax_of_rows_far_apart(student):
    """softmax is finite and right where the logits of one row are far from those of another"""
    assert_far(student, FAR, "softmax(z) of rows that are far apart")


def assert_far(student, z, what):
    """Compare softmax, or that of each column if the student's takes these."""
    with no_warnings("softmax, for logits from -1000 to 1000,"):
        actual = student.softmax(z.copy())
    small = FAR / 1000.0
    columns = is_close(student.softmax(small.copy()), probabilities(small.T).T)
    right = probabilities(z.T).T if columns else probabilities(z)
    assert_array(actual, right, what)


@pytest.mark.check(points=4)
def test_loss(student, rng):
    """forward returns the mean of -ln(p) of the right classes"""
    for n in (N, 1):
        z, labels = draw(rng, n, CLASSES), draw_labels(rng, n, CLASSES)
        actual = student.Softmax_Cross_Entropy().forward(z.copy(), labels.copy())
        assert_is_number(actual, "the loss")
        for p in own(probabilities(z), student.softmax, z.copy()):
            if p.min() > 0.0 and is_close(actual, -np.log(p[np.arange(n), labels]).mean()):
                break
        else:
            assert_number(actual, cross_entropy(z, labels), "the loss")


@pytest.mark.check(points=2)
def test_loss_of_large_logits(student):
    """the loss is finite and right where the right class has a probability of 0, as rounded"""
    labels = np.array([2, 1, 1])
    actual = student.Softmax_Cross_Entropy().forward(FAR.copy(), labels.copy())
    right = cross_entropy(FAR, labels)
    if not is_close(actual, right * len(labels)):  # a sum for a mean: another check's matter
        assert_number(actual, right, "the loss for logits from -1000 to 1000")


@pytest.mark.check(points=5)
def test_backward(student, rng):
    """backward returns dL/dz, which matches finite differences, as often as it is called"""
    z, labels = draw(rng, N, CLASSES), draw_labels(rng, N, CLASSES)
    loss = student.Softmax_Cross_Entropy()
    loss.forward(z.copy(), labels.copy())
    right = numeric_gradient(lambda z: cross_entropy(z, labels), z)
    classes = np.eye(CLASSES)[labels]
    others = [(p - classes) / N for p in own(probabilities(z), student.softmax, z.copy())]
    known = Known(given={"p": probabilities(z), "N * dL/dz": N * logits_gradient(z, labels)})
    for _ in range(2):
        what = say("dL/dz, which backward returns,")
        assert_either(loss.backward(), right, others, what, tol=1e-7, known=known)
