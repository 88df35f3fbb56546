"""Public checks of Activation. Every number here can be worked out by hand.

For x = ln 3 the exponential of x is 3, which makes the sigmoid 3/4 and the softplus ln 4.
"""

import warnings

import numpy as np
from gradient_check import layer_gradients

from checks import expect, hints
from checks.about import about
from checks.messages import say
from checks.student import build

NAMES = ("sigmoid", "relu", "softplus")
LN3 = np.log(3.0)


@about("__init__", points=1)
def test_construction():
    """Construction: the name, the two tables, and ValueError for other names"""
    for name in NAMES:
        activation = build("Activation", name)
        expect.same(activation.func_name, name, "func_name", hints.NAMES)
        for table in ("forward_func", "backward_func"):
            keys = sorted(getattr(activation, table))
            expect.same(keys, sorted(NAMES), f"sorted({table})", hints.NAMES)
    text = expect.value_error(lambda: build("Activation", "tanh"), "Activation('tanh')")
    for name in NAMES:
        expect.same(name in text, True, f"{name!r} in {text!r}", hints.VALUE_ERROR_NAMES)


def plain_sigmoid(x):
    """Compute what is right for the small numbers of these checks."""
    return 1 / (1 + np.exp(-x))


def plain_softplus(x):
    """Compute what is right for the small numbers of these checks."""
    return np.log(1 + np.exp(x))


def check_function(name, text, x, wanted, large, hint, instead=()):
    """Require what a function gives at a few numbers, and at -1000 and 1000."""
    activation = build("Activation", "sigmoid")
    what = f"{name}({text})"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = expect.call(activation, name, x=np.array(x))
    expect.array(found, wanted, what, hint, instead)
    what = f"{name}([-1000, 1000])"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = getattr(activation, name)(np.array([-1000.0, 1000.0]))
    if caught:
        expect.fail(
            say(
                "{what} gave a floating-point warning: {warning}.",
                what=what,
                warning=caught[0].message,
            ),
            hints.LARGE,
        )
    expect.array(found, large, what, hints.LARGE)


@about("sigmoid", points=2)
def test_sigmoid():
    """sigmoid, at numbers you can check by hand, and at -1000 and 1000"""
    x, wanted = [[-LN3, 0.0, LN3]], [[1 / 4, 1 / 2, 3 / 4]]
    check_function("sigmoid", "[[-ln 3, 0, ln 3]]", x, wanted, [0.0, 1.0], hints.FUNCTION)


@about("relu", points=2)
def test_relu():
    """relu, at numbers you can check by hand, and at -1000 and 1000"""
    x, wanted = [[-LN3, 0.0, LN3]], [[0.0, 0.0, LN3]]
    check_function("relu", "[[-ln 3, 0, ln 3]]", x, wanted, [0.0, 1000.0], hints.FUNCTION)


@about("softplus", points=2)
def test_softplus():
    """softplus, at numbers you can check by hand, and at -1000 and 1000"""
    x, wanted = [[-LN3, 0.0, LN3]], [[np.log(4 / 3), np.log(2), np.log(4)]]
    check_function("softplus", "[[-ln 3, 0, ln 3]]", x, wanted, [0.0, 1000.0], hints.FUNCTION)


def check_derivative(name, text, x, wanted, large, instead=()):
    """Require what a derivative gives at a few numbers, and at -1000 and 1000."""
    known = [(value, hint) for values, hint in instead for value in values]
    check_function(name, text, x, wanted, large, hints.SLOPE, known)


@about("derivative_sigmoid", points=2)
def test_derivative_sigmoid():
    """derivative_sigmoid at the pre-activation, by hand, and at -1000 and 1000"""
    x, wanted = np.array([0.0, LN3]), [1 / 4, 3 / 16]
    output = plain_sigmoid(x)
    of_output = [x * (1 - x), plain_sigmoid(output) * (1 - plain_sigmoid(output))]
    instead = [(of_output, hints.SLOPE_OF_OUTPUT), ([output], hints.FUNCTION_ITSELF)]
    check_derivative("derivative_sigmoid", "[0, ln 3]", x, wanted, [0.0, 0.0], instead)


@about("derivative_relu", points=2)
def test_derivative_relu():
    """derivative_relu at the pre-activation, by hand, and at -1000 and 1000"""
    x, wanted = np.array([-2.0, 3.0]), [0.0, 1.0]
    instead = [([np.maximum(x, 0.0)], hints.FUNCTION_ITSELF)]
    check_derivative("derivative_relu", "[-2, 3]", x, wanted, [0.0, 1.0], instead)


@about("derivative_softplus", points=2)
def test_derivative_softplus():
    """derivative_softplus at the pre-activation, by hand, and at -1000 and 1000"""
    x, wanted = np.array([0.0, LN3]), [1 / 2, 3 / 4]
    of_output = [1 - np.exp(-x), plain_sigmoid(plain_softplus(x))]
    instead = [(of_output, hints.SLOPE_OF_OUTPUT), ([plain_softplus(x)], hints.FUNCTION_ITSELF)]
    check_derivative("derivative_softplus", "[0, ln 3]", x, wanted, [0.0, 1.0], instead)


@about("forward", points=2, needs=("relu",))
def test_forward():
    """forward returns the function and records pre_input and pre_output"""
    activation = build("Activation", "relu")
    x = np.array([[-1.0, 2.0], [3.0, -4.0]])
    wanted = [[0.0, 2.0], [3.0, 0.0]]
    found, given = expect.call(activation, "forward", x=x), expect.given(x=x)
    instead = [(own(activation.relu, x), hints.OWN_FUNCTION)]
    expect.array(found, wanted, "forward(x)", hints.FORWARD, instead, given)
    expect.array(activation.pre_input, x, "pre_input", hints.RECORD)
    expect.array(activation.pre_output, wanted, "pre_output", hints.RECORD)


def own(function, x):
    """Return what the student's own function gives, or nothing if it fails."""
    try:
        return np.asarray(function(x.copy()), dtype=np.float64)
    except Exception:
        return None


def times(slope, grad):
    """Return the product, or nothing if there is no slope."""
    return None if slope is None or slope.shape != grad.shape else slope * grad


@about("backward", points=2, needs=("forward", "derivative_sigmoid"))
def test_backward():
    """backward joins the slope and the gradient that arrives"""
    activation = build("Activation", "sigmoid")
    x, grad = np.array([[0.0, LN3]]), np.array([[4.0, 16.0]])
    activation.forward(x.copy())
    found = expect.call(activation, "backward", grad=grad)
    what = "forward([[0, ln 3]]); backward([[4, 16]])"
    slope, output = np.array([[1 / 4, 3 / 16]]), plain_sigmoid(x)
    instead = [
        (slope, hints.SLOPE_ALONE),
        (times(own(activation.derivative_sigmoid, x), grad), hints.OWN_SLOPE),
        (grad * plain_sigmoid(output) * (1 - plain_sigmoid(output)), hints.ACTIVATION_BACKWARD),
        ([[-1.0, -3.0]], hints.BACKWARD_SIGN),
    ]
    expect.array(found, [[1.0, 3.0]], what, hints.CHAIN_RULE, instead)


@about("backward", points=1, needs=("forward",))
def test_backward_by_finite_differences():
    """backward agrees with finite differences, for all three functions"""
    x = np.array([[-1.5, -0.5], [0.25, 0.75], [1.0, 2.0]])
    for name in NAMES:
        gradients = layer_gradients(build("Activation", name), x)
        expect.gradients(gradients, f"Activation({name!r})", hints.CHAIN_RULE)


@about("backward", points=1, needs=("forward",))
def test_repeatable():
    """forward and backward change no argument, and go on working with another N"""
    activation = build("Activation", "relu")
    x, grad = np.array([[-1.0, 2.0]]), np.array([[5.0, 7.0]])
    activation.forward(x)
    expect.unchanged(x, [[-1.0, 2.0]], "x", "forward(x)")
    activation.backward(grad)
    expect.unchanged(x, [[-1.0, 2.0]], "x", "backward(grad)")
    expect.unchanged(grad, [[5.0, 7.0]], "grad", "backward(grad)")
    activation.forward(np.array([[1.0], [-1.0], [2.0]]))
    activation.forward(x)
    expect.array(activation.backward(grad), [[0.0, 7.0]], "backward([[5, 7]])", hints.REPEAT)


@about("update", points=1, needs=("forward", "backward"))
def test_update():
    """update changes nothing, since there is nothing to train"""
    activation = build("Activation", "relu")
    activation.forward(np.array([[-1.0, 2.0]]))
    activation.update(0.1, "sgd")
    activation.update(0.1)
    found = activation.backward(np.array([[5.0, 7.0]]))
    expect.array(found, [[0.0, 7.0]], "backward([[5, 7]])", hints.REPEAT)
