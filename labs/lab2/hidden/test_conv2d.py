"""Checks of Conv2d: 30 points.

What it does with patches is compared with loops and finite differences, and where these differ,
with what the student's own im2col and col2im give: whether these are right, the part before says.
"""

import numpy as np
import pytest

from autograder.checks import (
    Known,
    assert_array,
    assert_array_form,
    assert_unchanged,
    errors_ignored,
    fail,
    say,
)
from hidden.helpers import (
    assert_either,
    draw,
    in_rows,
    is_close,
    numeric_gradient,
    of_patches,
    own,
    patches,
    put_back,
    slow_convolution,
)

# All sizes differ, so that nothing fits the wrong way round.
N, CHANNELS, KERNELS, SIZE, HEIGHT, WIDTH = 2, 3, 5, 2, 6, 4
KERNEL = (KERNELS, CHANNELS, SIZE, SIZE)
NUMERIC = 1e-7  # how far off finite differences may be
OUTPUT = (N, KERNELS, HEIGHT - SIZE + 1, WIDTH - SIZE + 1)


def build(student, w, b, **settings):
    """Make a layer with these weights."""
    layer = student.Conv2d(w.shape[1], w.shape[0], w.shape[2], **settings)
    layer.w, layer.b = w.copy(), b.copy()
    return layer


@pytest.mark.check(points=1, where="both")
def test_forward_example(student):
    """forward lays a kernel of 2 by 2 on a 3 by 3 image, and adds the bias"""
    layer = student.Conv2d(1, 1, 2)
    layer.w, layer.b = np.array([[[[1.0, 2.0], [0.0, -1.0]]]]), np.array([10.0])
    actual = layer.forward(np.arange(9.0).reshape(1, 1, 3, 3))
    right = np.array([[[[8.0, 10.0], [14.0, 16.0]]]])
    assert_array(actual, right, "what forward returns for 0 to 8, row by row,")


@pytest.mark.check(points=3, where="public", requires="test_forward_example")
def test_backward_example(student):
    """backward gives dL/dx, delta_w and delta_b of that kernel for a gradient of ones"""
    layer = student.Conv2d(1, 1, 2)
    layer.w = np.array([[[[1.0, 2.0], [0.0, -1.0]]]])
    layer.forward(np.arange(9.0).reshape(1, 1, 3, 3))
    for _ in range(2):
        dx = layer.backward(np.ones((1, 1, 2, 2)))
        right = np.array([[[[1.0, 3.0, 2.0], [1.0, 2.0, 1.0], [0.0, -1.0, -1.0]]]])
        assert_array(dx, right, "dL/dx, which backward returns,")
        right = np.array([[[[8.0, 12.0], [20.0, 24.0]]]])
        assert_array(layer.delta_w, right, "delta_w after backward")
        assert_array(layer.delta_b, np.array([4.0]), "delta_b after backward")


@pytest.mark.check(points=2, where="public", requires="test_forward_example")
def test_several_channels_example(student):
    """the output has the kernels as its second axis"""
    layer = student.Conv2d(2, 3, 1, stride=2)
    layer.w = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]).reshape(3, 2, 1, 1)
    x = np.arange(18.0).reshape(1, 2, 3, 3)
    first, second = x[:, :1, ::2, ::2], x[:, 1:, ::2, ::2]
    right = np.concatenate([first, second, first + second], axis=1)
    what = say("what forward returns for kernels of 1 by 1 and stride 2")
    assert_array(layer.forward(x.copy()), right, what)


@pytest.mark.check(points=6)
def test_forward(student, rng):
    """forward gives what every kernel gives at every place, for any number of images"""
    w, b = draw(rng, *KERNEL), np.zeros(KERNELS)
    layer = build(student, w, b)
    for n in (N, 1):
        x = draw(rng, n, CHANNELS, HEIGHT, WIDTH)
        given, right = x.copy(), slow_convolution(x, w, b)
        cols = own(patches(x, SIZE), student.im2col, x.copy(), SIZE)
        others = [of_patches(col, w, b, right.shape) for col in cols]
        known = Known(given={"with the kernel flipped": slow_convolution(x, flipped(w), b)})
        actual = layer.forward(given)
        assert_either(actual, right, others, "what forward returns", known=known)
        assert_unchanged(given, x, "the array given to forward")


@pytest.mark.check(points=3)
def test_bias(student, rng):
    """forward adds to what each kernel gives the bias of that kernel"""
    b, x = draw(rng, KERNELS), draw(rng, N, CHANNELS, HEIGHT, WIDTH)
    # Without weights nothing but the biases is left.
    actual = build(student, np.zeros(KERNEL), b).forward(x)
    right = np.broadcast_to(b[:, np.newaxis, np.newaxis], OUTPUT)
    others = [np.resize(b, OUTPUT)]  # the order of the axes is test_forward's
    assert_either(actual, right, others, "what forward returns for a w of zeros")


@pytest.mark.check(points=6)
def test_backward_sets_weight_gradient(student, rng):
    """backward sets delta_w to dL/dw, which matches finite differences"""
    w, x, grad = draw(rng, *KERNEL), draw(rng, N, CHANNELS, HEIGHT, WIDTH), draw(rng, *OUTPUT)
    layer = build(student, w, draw(rng, KERNELS))
    layer.forward(x.copy())
    layer.backward(grad.copy())
    cols, rows = patches(x, SIZE), in_rows(grad)
    right = numeric_gradient(lambda w: (rows * (cols @ w.reshape(KERNELS, -1).T)).sum(), w)
    others = [(rows.T @ col).reshape(KERNEL) for col in own(cols, student.im2col, x.copy(), SIZE)]
    if flips(student, rng):
        others.append(flipped((rows.T @ cols).reshape(KERNEL)))
    assert_either(layer.delta_w, right, others, "delta_w after backward", tol=NUMERIC)


@pytest.mark.check(points=4)
def test_backward_sets_bias_gradient(student, rng):
    """backward sets delta_b to dL/db, the sum over all places of all images"""
    w, x, grad = draw(rng, *KERNEL), draw(rng, N, CHANNELS, HEIGHT, WIDTH), draw(rng, *OUTPUT)
    layer = build(student, w, draw(rng, KERNELS))
    layer.forward(x.copy())
    layer.backward(grad.copy())
    known = Known(given={"grad": grad, "sums over the images": grad.sum(axis=0)})
    others = [grad.reshape(-1, KERNELS).sum(axis=0)]  # the order of the axes is delta_w's
    right = grad.sum(axis=(0, 2, 3))
    assert_either(layer.delta_b, right, others, "delta_b after backward", known=known)


@pytest.mark.check(points=5)
def test_backward_returns_input_gradient(student, rng):
    """backward returns dL/dx, which matches finite differences"""
    w, x, grad = draw(rng, *KERNEL), draw(rng, N, CHANNELS, HEIGHT, WIDTH), draw(rng, *OUTPUT)
    layer = build(student, w, draw(rng, KERNELS))
    layer.forward(x.copy())
    given, rows = grad.copy(), in_rows(grad)
    actual = layer.backward(given)

    def loss(x):
        return (rows * (patches(x, SIZE) @ w.reshape(KERNELS, -1).T)).sum()

    others = own_back(student, rows @ w.reshape(KERNELS, -1), x.shape)
    if flips(student, rng):
        others.append(put_back(rows @ flipped(w).reshape(KERNELS, -1), x.shape, SIZE))
    right = numeric_gradient(loss, x)
    assert_either(actual, right, others, "dL/dx, which backward returns,", tol=NUMERIC)
    assert_unchanged(given, grad, "the array given to backward")


@pytest.mark.check(points=2)
def test_backward_does_not_add(student, rng):
    """delta_w and delta_b are those of the last forward and backward alone"""
    w, x, grad = draw(rng, *KERNEL), draw(rng, N, CHANNELS, HEIGHT, WIDTH), draw(rng, *OUTPUT)
    seen, new = (build(student, w, np.zeros(KERNELS)) for _ in range(2))
    seen.forward(draw(rng, N, CHANNELS, HEIGHT, WIDTH))
    seen.backward(draw(rng, *OUTPUT))
    for layer in (seen, new):
        layer.forward(x.copy())
        layer.backward(grad.copy())
    for name, shape in (("delta_w", KERNEL), ("delta_b", (KERNELS,))):
        right = getattr(new, name)  # whether it is right has a check of its own
        assert_array_form(right, shape, "a gradient after backward")
        if not right.any():
            fail("backward does not set both delta_w and delta_b yet.")
        what = say("a gradient after another forward and backward")
        assert_array(getattr(seen, name), right, what)


@pytest.mark.check(points=3)
def test_stride_and_padding(student, rng):
    """stride and padding are used, forward and backward"""
    # One kernel and no bias: the order of the axes does not matter here.
    w, b, x = draw(rng, 1, *KERNEL[1:]), np.zeros(1), draw(rng, N, CHANNELS, HEIGHT + 1, WIDTH)
    used = flipped(w) if flips(student, rng) else w
    usable = [each for each in ((2, 0), (1, 1), (2, 1)) if has_shape(student, x, *each)]
    for settings in usable or [(2, 1)]:
        layer = build(student, w, b, stride=settings[0], padding=settings[1])
        right = slow_convolution(x, used, b, *settings)
        cols = own(patches(x, SIZE, *settings), student.im2col, x.copy(), SIZE, *settings)
        others = [of_patches(col, w, b, right.shape) for col in cols]
        what = say("what forward returns with stride and padding")
        assert_either(layer.forward(x.copy()), right, others, what)
        grad = draw(rng, *right.shape)
        right = put_back(in_rows(grad) @ used.reshape(1, -1), x.shape, SIZE, *settings)
        others = own_back(student, in_rows(grad) @ w.reshape(1, -1), x.shape, *settings)
        what = say("what backward returns with stride and padding")
        assert_either(layer.backward(grad.copy()), right, others, what)


# One cause is paid once: the kernel's direction by forward, patches by the part before.


def flipped(w):
    """Turn kernels upside down and the other way round."""
    return w[:, :, ::-1, ::-1]


def flips(student, rng):
    """Return whether the student's forward flips the kernel."""
    w, b, x = draw(rng, *KERNEL), np.zeros(KERNELS), draw(rng, 1, CHANNELS, HEIGHT, WIDTH)
    with errors_ignored():
        return is_close(build(student, w, b).forward(x), slow_convolution(x, flipped(w), b))
    return False


def own_back(student, cols, shape, *settings):
    """Return what the student's col2im makes of patches, if that is wrong."""
    right = put_back(cols, shape, SIZE, *settings)
    return own(right, student.col2im, cols.copy(), shape, SIZE, *settings)


def has_shape(student, x, *settings):
    """Return whether the student's im2col gives the right number of patches."""
    with errors_ignored():
        cols = student.im2col(x.copy(), SIZE, *settings)
        return type(cols) is np.ndarray and cols.shape == patches(x, SIZE, *settings).shape
    return False
