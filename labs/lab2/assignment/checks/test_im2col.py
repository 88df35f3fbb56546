"""Public checks, which are graded, too."""

import numpy as np
from checks.asserts import assert_array
from checks.about import about


@about("im2col", points=2)
def test_patches_example(student):
    """im2col writes the patches of a 3 by 3 image into rows"""
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    right = np.array([[0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8.0]])
    assert_array(student.im2col(x.copy(), 2), right, "the patches of 0 to 8, row by row,")


@about("col2im", points=2)
def test_back_example(student):
    """col2im adds up in how many patches of 2 by 2 each pixel of a 3 by 3 image lies"""
    right = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1.0]]).reshape(1, 1, 3, 3)
    actual = student.col2im(np.ones((4, 4)), (1, 1, 3, 3), 2)
    assert_array(actual, right, "what col2im returns for rows of ones")
