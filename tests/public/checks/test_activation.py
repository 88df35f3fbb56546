"""Public checks of Activation. Every number here can be worked out by hand.

For x = ln 3 the exponential of x is 3, which makes the sigmoid 3/4 and the softplus ln 4.
"""

import warnings

import numpy as np
from gradient_check import layer_gradients

from checks import expect
from checks.messages import say
from checks.student import build

NAMES = ("sigmoid", "relu", "softplus")
LN3 = np.log(3.0)


def test_construction():
    """Construction: the name, the two tables, and ValueError for other names
    建立物件：名稱、兩個對照表，其他名稱丟出 ValueError
    """
    for name in NAMES:
        activation = build("Activation", name)
        expect.same(activation.func_name, name, "func_name", "look names")
        for table in ("forward_func", "backward_func"):
            keys = sorted(getattr(activation, table))
            expect.same(keys, sorted(NAMES), f"sorted({table})", "look names")
    text = expect.value_error(lambda: build("Activation", "tanh"), "Activation('tanh')")
    for name in NAMES:
        expect.same(name in text, True, f"{name!r} in {text!r}", "look ValueError names")


def test_functions():
    """The three functions, at numbers you can check by hand
    三個函數，數字可以手算驗證
    """
    x = np.array([[-LN3, 0.0, LN3]])
    wanted = {
        "sigmoid": [[1 / 4, 1 / 2, 3 / 4]],
        "relu": [[0.0, 0.0, LN3]],
        "softplus": [[np.log(4 / 3), np.log(2), np.log(4)]],
    }
    for name in NAMES:
        given = x.copy()
        found = getattr(build("Activation", name), name)(given)
        expect.array(found, wanted[name], f"{name}([[-ln 3, 0, ln 3]])", "look function")
        expect.unchanged(given, x, f"{name}(x): x")


def test_derivatives():
    """The three derivatives, taken at the pre-activation
    三個導數，在活化前的值上計算
    """
    cases = {
        "sigmoid": ("0, ln 3", [0.0, LN3], [1 / 4, 3 / 16]),
        "relu": ("-2, 3", [-2.0, 3.0], [0.0, 1.0]),
        "softplus": ("0, ln 3", [0.0, LN3], [1 / 2, 3 / 4]),
    }
    for name, (text, x, wanted) in cases.items():
        given = np.array(x)
        found = getattr(build("Activation", name), f"derivative_{name}")(given)
        expect.array(found, wanted, f"derivative_{name}([{text}])", "look derivative")
        expect.unchanged(given, x, f"derivative_{name}(x): x")


def test_forward():
    """forward returns the function and records pre_input and pre_output
    forward 回傳函數值，並記下 pre_input 與 pre_output
    """
    activation = build("Activation", "relu")
    x = np.array([[-1.0, 2.0], [3.0, -4.0]])
    wanted = [[0.0, 2.0], [3.0, 0.0]]
    given = x.copy()
    expect.array(activation.forward(given), wanted, f"forward({expect.show(x)})", "look function")
    expect.unchanged(given, x, "forward(x): x")
    expect.array(activation.pre_input, x, "pre_input", "look record")
    expect.array(activation.pre_output, wanted, "pre_output", "look record")


def test_backward():
    """backward joins the slope and the gradient that arrives
    backward 結合斜率與傳來的梯度
    """
    activation = build("Activation", "sigmoid")
    activation.forward(np.array([[0.0, LN3]]))
    found = activation.backward(np.array([[4.0, 16.0]]))
    what = "forward([[0, ln 3]]); backward([[4, 16]])"
    expect.array(found, [[1.0, 3.0]], what, "look activation backward")


def test_backward_by_finite_differences():
    """backward agrees with finite differences, for all three functions
    backward 與有限差分相符，三個函數都要
    """
    x = np.array([[-1.5, -0.5], [0.25, 0.75], [1.0, 2.0]])
    for name in NAMES:
        gradients = layer_gradients(build("Activation", name), x)
        expect.gradients(gradients, f"Activation({name!r})", "look activation backward")


def test_large_inputs():
    """All six functions stay finite, without a warning, at x = -1000 and 1000
    六個函數在 x = -1000 與 1000 時都是有限值，且沒有警告
    """
    x = np.array([-1000.0, 1000.0])
    wanted = {
        "sigmoid": [0.0, 1.0],
        "relu": [0.0, 1000.0],
        "softplus": [0.0, 1000.0],
        "derivative_sigmoid": [0.0, 0.0],
        "derivative_relu": [0.0, 1.0],
        "derivative_softplus": [0.0, 1.0],
    }
    activation = build("Activation", "sigmoid")
    for name, values in wanted.items():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = getattr(activation, name)(x.copy())
        what = f"{name}([-1000, 1000])"
        if caught:
            expect.fail(say("found warning", what=what, warning=caught[0].message), "look large")
        expect.array(found, values, what, "look large")


def test_repeatable():
    """Arguments stay as they are, calls can be repeated, N may change
    引數維持原樣、可以重複呼叫、N 可以改變
    """
    activation = build("Activation", "relu")
    x, grad = np.array([[-1.0, 2.0]]), np.array([[5.0, 7.0]])
    activation.forward(x)
    activation.backward(grad)
    expect.unchanged(x, [[-1.0, 2.0]], "x")
    expect.unchanged(grad, [[5.0, 7.0]], "grad")
    activation.forward(np.array([[1.0], [-1.0], [2.0]]))
    activation.forward(x)
    expect.array(activation.backward(grad), [[0.0, 7.0]], "backward([[5, 7]])", "look repeat")
    activation.update(0.1, "sgd")
    activation.update(0.1)
    expect.array(activation.backward(grad), [[0.0, 7.0]], "backward([[5, 7]])", "look repeat")
