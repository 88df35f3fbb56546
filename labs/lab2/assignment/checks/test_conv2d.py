"""Public checks, which are graded, too."""

import numpy as np
from checks.asserts import assert_array
from checks.about import about


@about("forward", points=1)
def test_forward_example(student):
    """forward lays a kernel of 2 by 2 on a 3 by 3 image, and adds the bias"""
    layer = student.Conv2d(1, 1, 2)
    layer.w, layer.b = np.array([[[[1.0, 2.0], [0.0, -1.0]]]]), np.array([10.0])
    actual = layer.forward(np.arange(9.0).reshape(1, 1, 3, 3))
    right = np.array([[[[8.0, 10.0], [14.0, 16.0]]]])
    assert_array(actual, right, "what forward returns for 0 to 8, row by row,")
