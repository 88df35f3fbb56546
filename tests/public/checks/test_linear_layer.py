"""Public checks of Linear_Layer. Every number here can be worked out by hand."""

import numpy as np
from gradient_check import layer_gradients

from checks import expect, hints
from checks.about import about
from checks.messages import inside, say
from checks.student import build

W = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])  # 3 outputs, 2 inputs
X = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 1.0], [1.0, -1.0]])  # 4 samples: no two sizes agree
Z = np.array([[3.0, 7.0, 11.0], [2.0, 6.0, 10.0], [2.0, 4.0, 6.0], [-1.0, -1.0, -1.0]])
GRAD = np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 1.0]])


def layer_with_weights():
    """Return a layer of 2 inputs and 3 outputs that holds `W`."""
    layer = build("Linear_Layer", 2, 3)
    layer.w = W.copy()
    return layer


@about("__init__", points=3)
def test_construction():
    """Construction: sizes, random weights in their range, zeros elsewhere"""
    layer = build("Linear_Layer", 4, 3)
    expect.same((layer.input_dim, layer.output_dim), (4, 3), "(input_dim, output_dim)")
    expect.number(layer.beta, 0.9, "beta")
    what = "Linear_Layer(4, 3).w"
    expect.shape(layer.w, (3, 4), what, hints.SHAPE_OF_W)
    for name in ("delta_w", "momentum_w"):
        found, told = getattr(layer, name), f"Linear_Layer(4, 3).{name}"
        expect.array(found, np.zeros((3, 4)), told, hints.ZEROS, shapes=hints.SHAPE_OF_W)
    expect.array(layer.w, layer.w, what)
    largest = np.abs(layer.w).max()
    if largest > 0.5:
        expect.fail(
            say(
                "{what}: the largest absolute weight is {found:.4g}, more than {limit:.4g} allows.",
                what=what,
                found=largest,
                limit=0.5,
            ),
            hints.RANGE,
        )
    if np.ptp(layer.w) == 0:
        expect.fail(say("{what}: all weights are the same number.", what=what), hints.RANDOM)
    # So many that it is no matter of luck.
    large, what = build("Linear_Layer", 16, 40).w, "Linear_Layer(16, 40).w"
    expect.shape(large, (40, 16), what, hints.SHAPE_OF_W)
    if large.min() >= 0 or large.max() <= 0:
        expect.fail(say("{what}: all weights have the same sign.", what=what), hints.SIGNS)
    largest, limit = np.abs(large).max(), 0.25
    if not 0.9 * limit < largest <= limit:
        expect.fail(
            say(
                "{what}: the largest absolute weight is {found:.4g}. Of so many, drawn evenly from "
                "-{limit:.4g} to {limit:.4g}, it lies just below {limit:.4g}.",
                what=what,
                found=largest,
                limit=limit,
            ),
            hints.RANGE,
        )


@about("forward", points=3)
def test_forward():
    """forward: z = x @ w.T, worked by hand, and pre_input is recorded"""
    layer = layer_with_weights()
    found = expect.call(layer, "forward", x=X)
    expect.array(found, Z, "forward(x)", hints.LINEAR_FORWARD, given=expect.given(x=X, w=W))
    expect.array(layer.pre_input, X, "pre_input", hints.RECORD_INPUT)


def near(wanted, mean):
    """Return what is right but for a factor, each with the hint that fits it."""
    wanted = np.array(wanted, dtype=np.float64)
    return [(-wanted, hints.BACKWARD_SIGN), (wanted / len(X), mean), (-wanted / len(X), mean)]


@about("backward", points=3, needs=("forward",))
def test_backward_returns_input_gradient():
    """backward returns dL/dx, worked by hand"""
    layer = layer_with_weights()
    layer.forward(X.copy())
    found, given = expect.call(layer, "backward", grad=GRAD), expect.given(grad=GRAD, w=W)
    wanted, hint = [[-4, -4], [11, 14], [1, 2], [2, 2]], hints.LINEAR_INPUT_GRADIENT
    instead = near(wanted, hints.LINEAR_MEAN)
    expect.array(found, wanted, "backward(grad)", hint, instead, given)


@about("backward", points=4, needs=("forward",))
def test_backward_sets_delta_w():
    """backward sets delta_w to dL/dw, worked by hand"""
    layer = layer_with_weights()
    layer.forward(X.copy())
    expect.call(layer, "backward", grad=GRAD)
    wanted, hint = [[1, 2], [3, 1], [2, -2]], hints.LINEAR_WEIGHT_GRADIENT
    instead = [*near(wanted, hints.LINEAR_MEAN), (np.zeros((3, 2)), hints.NOT_STORED)]
    given = expect.given(x=X, grad=GRAD)
    expect.array(layer.delta_w, wanted, "delta_w", hint, instead, given)


@about("backward", points=2, needs=("forward",))
def test_backward_by_finite_differences():
    """backward agrees with finite differences: dL/dx and dL/dw"""
    x = np.array([[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5], [1.0, 3.0]])
    expect.gradients(layer_gradients(layer_with_weights(), x), "Linear_Layer(2, 3)")
    square = build("Linear_Layer", 2, 2)
    square.w = W[:2].copy()
    expect.gradients(layer_gradients(square, x), "Linear_Layer(2, 2)", hints.SQUARE)


@about("backward", points=2, needs=("forward",))
def test_backward_leaves_the_rest_alone():
    """backward twice gives the same delta_w, and changes neither w nor momentum_w"""
    layer = layer_with_weights()
    layer.momentum_w = np.full((3, 2), 7.0)
    layer.forward(X.copy())
    layer.backward(GRAD.copy())
    once = np.array(layer.delta_w)
    layer.backward(GRAD.copy())
    expect.array(layer.delta_w, once, "delta_w", hints.ACCUMULATED)
    expect.array(layer.w, W, "w", hints.ONLY_DELTA)
    expect.array(layer.momentum_w, np.full((3, 2), 7.0), "momentum_w", hints.ONLY_DELTA)


@about("update", points=2)
def test_update_sgd():
    """update with 'sgd', and ValueError for an optimizer that does not exist"""
    layer = build("Linear_Layer", 2, 1)
    layer.w, layer.delta_w = np.array([[1.0, 2.0]]), np.array([[10.0, -20.0]])
    given, what = expect.given(w=[[1, 2]], delta_w=[[10, -20]]), inside("update(0.1, 'sgd')", "w")
    layer.update(0.1, "sgd")
    instead = [([[2.0, 0.0]], hints.UPHILL), ([[1.0, 2.0]], hints.NO_STEP)]
    expect.array(layer.w, [[0.0, 4.0]], what, hints.SGD, instead, given)
    expect.value_error(lambda: layer.update(0.1, "adam"), "update(0.1, 'adam')")


@about("update", points=3)
def test_update_sgdm():
    """update with 'sgdm', two steps by hand"""
    layer = build("Linear_Layer", 1, 1, 0.5)
    layer.w, layer.delta_w = np.array([[10.0]]), np.array([[4.0]])
    given = expect.given(beta=0.5, w=[[10]], delta_w=[[4]])
    for step, (momentum, w) in enumerate(((4.0, 9.6), (6.0, 9.0)), 1):
        layer.update(0.1)
        what = say("update(0.1), call {number}: {name}", number=step, name="momentum_w")
        instead = [([[4.0 * step]], hints.NO_DECAY)]
        expect.array(layer.momentum_w, [[momentum]], what, hints.SGDM, instead, given)
        what = say("update(0.1), call {number}: {name}", number=step, name="w")
        instead = [([[20 - w]], hints.UPHILL), ([[10.0]], hints.OLD_MOMENTUM)]
        expect.array(layer.w, [[w]], what, hints.SGDM, instead, given)


@about("L2_Norm", points=2)
def test_l2_norm():
    """L2_Norm makes the norm of w 1, and leaves zeros alone"""
    layer = build("Linear_Layer", 2, 2)
    # Neither the norm of each row nor the largest singular value is 5 here.
    layer.w = np.array([[3.0, 0.0], [0.0, -4.0]])
    layer.L2_Norm()
    wanted, given = [[0.6, 0.0], [0.0, -0.8]], expect.given(w=[[3, 0], [0, -4]])
    expect.array(layer.w, wanted, inside("L2_Norm()", "w"), hints.NORM, given=given)
    layer.w = np.zeros((2, 2))
    layer.L2_Norm()
    given = expect.given(w=np.zeros((2, 2)))
    expect.array(layer.w, np.zeros((2, 2)), inside("L2_Norm()", "w"), hints.NORM_ZERO, given=given)


@about("backward", points=1, needs=("forward",))
def test_repeatable():
    """forward and backward change no argument, and go on working with another N"""
    layer = layer_with_weights()
    x, grad = X.copy(), GRAD.copy()
    layer.forward(x)
    expect.unchanged(x, X, "x", "forward(x)")
    layer.backward(grad)
    expect.unchanged(x, X, "x", "backward(grad)")
    expect.unchanged(grad, GRAD, "grad", "backward(grad)")
    single = layer.forward(np.array([[1.0, 1.0]]))
    expect.array(single, [[3, 7, 11]], "forward([[1, 1]])", hints.REPEAT)
    expect.array(layer.forward(x), Z, "forward(x)", hints.REPEAT)
