"""Public checks, which are graded, too."""

import numpy as np
from checks.asserts import assert_array, assert_number
from checks.asserts import assert_array
from checks.about import about


@about("softmax", points=2)
def test_softmax_example(student):
    """softmax turns a row of logits into probabilities"""
    actual = student.softmax(np.log(np.array([[1.0, 3.0], [2.0, 2.0], [6.0, 2.0]])))
    right = np.array([[0.25, 0.75], [0.5, 0.5], [0.75, 0.25]])
    assert_array(actual, right, "softmax of ln 1 and ln 3, ln 2 and ln 2, ln 6 and ln 2,")


@about("softmax", "Softmax_Cross_Entropy.forward", points=1, requires=("test_softmax_example",))
def test_large_logits_example(student):
    """softmax and the loss are right for the logits 1000, 0 and -1000"""
    z = np.array([[1000.0, 0.0, -1000.0]])
    right = np.array([[1.0, 0.0, 0.0]])
    assert_array(student.softmax(z.copy()), right, "softmax of 1000, 0 and -1000")
    loss = student.Softmax_Cross_Entropy().forward(z.copy(), np.array([2]))
    assert_number(loss, 2000.0, "the loss of 1000, 0 and -1000, where class 2 is right,")


@about("Softmax_Cross_Entropy.forward", "Softmax_Cross_Entropy.backward", points=3, requires=("test_softmax_example",))
def test_loss_example(student):
    """the loss and its gradient of two samples with two classes"""
    loss = student.Softmax_Cross_Entropy()
    z = np.log(np.array([[1.0, 3.0], [2.0, 2.0]]))
    right = np.log(8.0) / 2.0  # the mean of ln 4 and ln 2
    assert_number(loss.forward(z.copy(), np.array([0, 1])), right, "the loss")
    right = np.array([[-0.375, 0.375], [0.25, -0.25]])
    for _ in range(2):
        assert_array(loss.backward(), right, "dL/dz, which backward returns,")
