"""Public checks, which are graded, too."""

import numpy as np
from checks.asserts import assert_array
from checks.about import about


@about("forward", "backward", points=2)
def test_softmax_example(student):
    """softmax turns a row of logits into probabilities"""
    actual = student.softmax(np.log(np.array([[1.0, 3.0], [2.0, 2.0], [6.0, 2.0]])))
    right = np.array([[0.25, 0.75], [0.5, 0.5], [0.75, 0.25]])
    assert_array(actual, right, "softmax of ln 1 and ln 3, ln 2 and ln 2, ln 6 and ln 2,")
