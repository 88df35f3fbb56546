"""Public checks, which are graded, too."""

import numpy as np
from checks.asserts import assert_array, say
from checks.about import about


@about("forward", points=1)
def test_forward_example(student):
    """forward lays a kernel of 2 by 2 on a 3 by 3 image, and adds the bias"""
    layer = student.Conv2d(1, 1, 2)
    layer.w, layer.b = np.array([[[[1.0, 2.0], [0.0, -1.0]]]]), np.array([10.0])
    actual = layer.forward(np.arange(9.0).reshape(1, 1, 3, 3))
    right = np.array([[[[8.0, 10.0], [14.0, 16.0]]]])
    assert_array(actual, right, "what forward returns for 0 to 8, row by row,")


@about("forward", "backward", points=3, requires=("test_forward_example",))
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


@about("forward", points=2, requires=("test_forward_example",))
def test_several_channels_example(student):
    """the output has the kernels as its second axis"""
    layer = student.Conv2d(2, 3, 1, stride=2)
    layer.w = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]).reshape(3, 2, 1, 1)
    x = np.arange(18.0).reshape(1, 2, 3, 3)
    first, second = x[:, :1, ::2, ::2], x[:, 1:, ::2, ::2]
    right = np.concatenate([first, second, first + second], axis=1)
    what = say("what forward returns for kernels of 1 by 1 and stride 2")
    assert_array(layer.forward(x.copy()), right, what)
