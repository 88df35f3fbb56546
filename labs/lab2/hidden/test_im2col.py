"""Checks of im2col and col2im: 25 points."""

import numpy as np
import pytest

from autograder.checks import assert_array, assert_unchanged, errors_ignored
from hidden.helpers import assert_either, draw, own, padded, patches, places, put_back

# All sizes differ, so that nothing fits the wrong way round.
N, CHANNELS, HEIGHT, WIDTH = 2, 3, 7, 6


@pytest.mark.check(points=2, where="both")
def test_patches_example(student):
    """im2col writes the patches of a 3 by 3 image into rows"""
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    right = np.array([[0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8.0]])
    assert_array(student.im2col(x.copy(), 2), right, "the patches of 0 to 8, row by row,")


@pytest.mark.check(points=3)
def test_patches(student, rng):
    """im2col takes the patches of any images of one channel, and leaves the images alone"""
    for n, k in ((N, 3), (1, 2), (N, 1)):
        x = draw(rng, n, 1, HEIGHT, WIDTH)
        given = x.copy()
        actual = student.im2col(given, k)
        assert_array(actual, patches(x, k), "what im2col returns for one channel")
        assert_unchanged(given, x, "the array given to im2col")


# The order of places and of the numbers within a patch has been paid for: from here on, they may
# also be in the order in which the student's im2col has them in a simpler case.


@pytest.mark.check(points=4)
def test_channels(student, rng):
    """im2col puts the channels of a patch one after the other"""
    x = draw(rng, N, CHANNELS, HEIGHT, WIDTH)
    right, channels = patches(x, 2), np.split(x, CHANNELS, axis=1)
    alone = [own(patches(one, 2), student.im2col, one.copy(), 2) for one in channels]
    others = [np.hstack([found for (found,) in alone])] if all(alone) else []
    actual = student.im2col(x.copy(), 2)
    assert_either(actual, right, others, "what im2col returns for several channels")


@pytest.mark.check(points=2)
def test_padding(student, rng):
    """im2col puts zeros around the images first"""
    for padding in (1, 2):
        x = draw(rng, N, 1, HEIGHT, WIDTH)
        right = patches(x, 3, 1, padding)
        others = own(right, student.im2col, padded(x, padding), 3)
        actual = student.im2col(x.copy(), 3, 1, padding)
        assert_either(actual, right, others, "what im2col returns with padding")


@pytest.mark.check(points=3)
def test_stride(student, rng):
    """im2col goes on by the stride, and leaves out what does not fit"""
    for k, stride in ((2, 2), (3, 2), (2, 3)):
        x = draw(rng, N, 1, HEIGHT, WIDTH)
        right, others = patches(x, k, stride), []
        _, *grid = places(x.shape, k)
        for found in own(patches(x, k), student.im2col, x.copy(), k):
            for rows, columns in (grid, grid[::-1]):  # whichever the student goes along first
                some = found.reshape(N, rows, columns, -1)[:, ::stride, ::stride]
                others.append(some.reshape(right.shape))
        actual = student.im2col(x.copy(), k, stride)
        assert_either(actual, right, others, "what im2col returns with a stride")


@pytest.mark.check(points=2, where="both")
def test_back_example(student):
    """col2im adds up in how many patches of 2 by 2 each pixel of a 3 by 3 image lies"""
    right = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1.0]]).reshape(1, 1, 3, 3)
    actual = student.col2im(np.ones((4, 4)), (1, 1, 3, 3), 2)
    assert_array(actual, right, "what col2im returns for rows of ones")


@pytest.mark.check(points=6)
def test_back(student, rng):
    """col2im adds every patch back to where im2col took it from"""
    assert_put_back(student, rng, (N, CHANNELS, HEIGHT, WIDTH), 3)
    assert_put_back(student, rng, (1, 1, WIDTH, HEIGHT), 2)


@pytest.mark.check(points=3)
def test_back_with_stride_and_padding(student, rng):
    """col2im knows the stride, and cuts the padding off again"""
    for settings in ((3, 0), (3, 1), (4, 2)):  # no pixel in two patches: that is paid for
        assert_put_back(student, rng, (N, 1, HEIGHT, WIDTH), 3, *settings)


def assert_put_back(student, rng, shape, k, *settings):
    """Check col2im on random patches, in the order of the student's own im2col if need be."""
    cols = draw(rng, *patches(np.zeros(shape), k, *settings).shape)
    given = cols.copy()
    actual = student.col2im(given, shape, k, *settings)
    if not undoes_own(student, rng, actual, cols, shape, k, *settings):
        right = put_back(cols, shape, k, *settings)
        assert_array(actual, right, "what col2im returns")
    assert_unchanged(given, cols, "the array given to col2im")


def undoes_own(student, rng, actual, cols, shape, k, *settings):
    """Return whether col2im is to the student's own im2col what it should be to a right one.

    For any images x, the sum of im2col(x) * cols is that of x * col2im(cols).
    """
    if type(actual) is not np.ndarray or actual.shape != shape or actual.dtype != np.float64:
        return False
    for _ in range(3):
        x, found = draw(rng, *shape), None
        with errors_ignored():
            found = student.im2col(x.copy(), k, *settings)
        if type(found) is not np.ndarray or found.shape != cols.shape or not found.any():
            return False
        if not abs((found * cols).sum() - (x * actual).sum()) < 1e-9 * cols.size:
            return False
    return True
