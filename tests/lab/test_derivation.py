"""Every line of the hand derivation, checked by SymPy; and the code computes its gradients."""

import re
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from solution.activation import Activation
from solution.linear_layer import Linear_Layer
from solution.model import Model

FOLDER = Path(__file__).parents[2] / "solution" / "handout"
PAGES = [FOLDER / "derivation.md", FOLDER / "derivation.zh-TW.md"]
LINE = re.compile(r"^\*\*\((\d+)\)\*\* [^\n]+\n\n\$\$\n(.+) \.\n\$\$$", re.M)

# The functions of the lab, as formulas.
FUNCTIONS = {
    "sigmoid": lambda z: 1 / (1 + sp.exp(-z)),
    "relu": lambda z: sp.Max(0, z),
    "softplus": lambda z: sp.log(1 + sp.exp(z)),
}


def array(name, rows, columns):
    return sp.Matrix(rows, columns, lambda i, j: sp.Symbol(f"{name}{i}{j}", real=True))


def by(quantity, matrix):
    """Differentiate by every element of a matrix of symbols."""
    return matrix.applyfunc(lambda element: sp.diff(quantity, element))


def same(one, other):
    return (one - other).applyfunc(sp.expand).is_zero_matrix


F = sp.Function("f", real=True)
Z = sp.Symbol("z", real=True)
SLOPE = sp.Function("g", real=True)  # stands for f'


def named(expression):
    """Write g(z) for the derivative of f at z, so that two ways of writing it compare equal."""

    def name(found):
        return SLOPE(found.point[0])

    expression = expression.doit()
    expression = expression.replace(lambda e: isinstance(e, sp.Subs), name)
    return expression.replace(
        lambda e: isinstance(e, sp.Derivative), lambda e: SLOPE(e.args[0].args[0])
    )


def apply(function, matrix):
    return matrix.applyfunc(function)


class Network:
    """The standard network, every array a symbol, f a function that nothing is known of.

    What each quantity feeds is written with symbols of its own, so that the derivative by it is
    one that SymPy takes; `full` puts in what the symbols stand for.
    """

    def __init__(self):
        self.W1, self.W2, self.W3 = array("p", 3, 2), array("q", 3, 3), array("r", 1, 3)
        self.x, self.y = array("x", 2, 1), sp.Symbol("y", real=True)
        self.z1, self.a1 = array("s", 3, 1), array("a", 3, 1)
        self.z2, self.a2 = array("t", 3, 1), array("b", 3, 1)
        self.u = self.error(self.output())

    def output(self, **given):
        """Compute y_hat from whatever is given as symbols: x, z1, a1, z2 or a2."""
        a2 = given.get("a2")
        if a2 is None:
            z2 = given.get("z2")
            if z2 is None:
                a1 = given.get("a1")
                if a1 is None:
                    z1 = given.get("z1", self.W1 * self.x)
                    a1 = apply(F, z1)
                z2 = self.W2 * a1
            a2 = apply(F, z2)
        return (self.W3 * a2)[0]

    def error(self, output):
        return output - self.y

    def loss(self, **given):
        return self.error(self.output(**given)) ** 2 / 2

    def full(self, matrix):
        """Put in what z1, a1, z2 and a2 stand for."""
        z1 = self.W1 * self.x
        a1 = apply(F, z1)
        z2 = self.W2 * a1
        a2 = apply(F, z2)
        for symbols, values in ((self.a2, a2), (self.z2, z2), (self.a1, a1), (self.z1, z1)):
            matrix = matrix.subs(dict(zip(symbols, values, strict=True)), simultaneous=True)
        return apply(named, matrix)

    def grad(self, name):
        """The gradient of the loss by one of the five columns, as SymPy differentiates it."""
        symbols = getattr(self, name)
        return self.full(by(self.loss(**{name: symbols}), symbols))

    def grad_w(self, w):
        return self.full(by(self.loss(), w))

    def slopes(self, z):
        return apply(SLOPE, self.full(z))


NET = Network()


def layer():
    """Give a linear layer in front of any loss at all, as far as first derivatives can tell."""
    w, x = array("w", 3, 2), array("X", 2, 1)
    z = array("Z", 3, 1)
    bends = array("h", 3, 3)
    slopes = array("c", 3, 1)
    loss = (slopes.T * z + z.T * bends * z)[0]
    g = by(loss, z).subs(dict(zip(z, w * x, strict=True)), simultaneous=True)
    return w, x, loss.subs(dict(zip(z, w * x, strict=True)), simultaneous=True), g


def line_1():
    a1 = apply(F, NET.W1 * NET.x)
    a2 = apply(F, NET.W2 * a1)
    shapes = [NET.W1.shape, NET.W2.shape, NET.W3.shape]
    return shapes == [(3, 2), (3, 3), (1, 3)] and NET.output() == (NET.W3 * a2)[0]


def line_2():
    return sp.simplify(NET.loss() - NET.u**2 / 2) == 0


def line_3():
    y_hat = sp.Symbol("y_hat")
    loss = (y_hat - NET.y) ** 2 / 2
    return sp.simplify(sp.diff(loss, y_hat) - (y_hat - NET.y)) == 0


def line_4():
    w, x, _, _ = layer()
    sums = [sum(w[i, k] * x[k] for k in range(2)) for i in range(3)]
    return same(w * x, sp.Matrix(sums))


def line_5():
    w, x, _, _ = layer()
    z = w * x
    cells = [(i, j, k) for i in range(3) for j in range(3) for k in range(2)]
    return all(sp.diff(z[i], w[j, k]) == (x[k] if i == j else 0) for i, j, k in cells)


def line_6():
    w, x, _, _ = layer()
    return all(sp.diff((w * x)[j], x[k]) == w[j, k] for j in range(3) for k in range(2))


def line_7():
    w, x, loss, g = layer()
    z = w * x
    chain = sp.Matrix(3, 2, lambda j, k: sum(g[i] * sp.diff(z[i], w[j, k]) for i in range(3)))
    short = sp.Matrix(3, 2, lambda j, k: g[j] * x[k])
    return same(by(loss, w), chain) and same(chain, short)


def line_8():
    w, x, loss, g = layer()
    z = w * x
    chain = sp.Matrix([sum(g[j] * sp.diff(z[j], x[k]) for j in range(3)) for k in range(2)])
    short = sp.Matrix([sum(w[j, k] * g[j] for j in range(3)) for k in range(2)])
    return same(by(loss, x), chain) and same(chain, short)


def line_9():
    w, x, loss, g = layer()
    return same(by(loss, w), g * x.T) and same(by(loss, x), w.T * g)


def line_10():
    z = NET.z1
    a = apply(F, z)
    expected = sp.Matrix(3, 3, lambda i, j: SLOPE(z[j]) if i == j else 0)
    return same(apply(named, a.jacobian(z)), expected)


def line_11():
    grad = NET.grad("a1")
    return same(NET.grad("z1"), grad.multiply_elementwise(NET.slopes(NET.z1)))


def line_12():
    return same(NET.grad_w(NET.W3), NET.u * NET.full(NET.a2).T)


def line_13():
    return same(NET.grad("a2"), NET.W3.T * NET.u)


def line_14():
    return same(NET.grad("z2"), NET.grad("a2").multiply_elementwise(NET.slopes(NET.z2)))


def line_15():
    return same(NET.grad_w(NET.W2), NET.grad("z2") * NET.full(NET.a1).T)


def line_16():
    return same(NET.grad("a1"), NET.W2.T * NET.grad("z2"))


def line_17():
    return same(NET.grad("z1"), NET.grad("a1").multiply_elementwise(NET.slopes(NET.z1)))


def line_18():
    return same(NET.grad_w(NET.W1), NET.grad("z1") * NET.x.T)


def line_19():
    return same(NET.full(by(NET.loss(), NET.x)), NET.W1.T * NET.grad("z1"))


def line_20():
    g1, g2 = NET.slopes(NET.z1), NET.slopes(NET.z2)
    written_out = sp.Matrix(
        3,
        2,
        lambda j, k: (
            NET.u * sum(NET.W3[0, i] * g2[i] * NET.W2[i, j] * g1[j] for i in range(3)) * NET.x[k]
        ),
    )
    return same(NET.grad_w(NET.W1), written_out)


def batch():
    """Give a batch of three samples of the network: their losses and their inputs."""
    inputs = [array(f"x{n}", 2, 1) for n in range(3)]
    losses = [
        NET.loss()
        .subs(dict(zip(NET.x, x, strict=True)), simultaneous=True)
        .subs(NET.y, sp.Symbol(f"y{n}"))
        for n, x in enumerate(inputs)
    ]
    return losses, inputs


def line_21():
    """Here is nothing to derive: every loss is half the square of its own sample's error."""
    losses, inputs = batch()
    errors = [(NET.W3 * apply(F, NET.W2 * apply(F, NET.W1 * x)))[0] for x in inputs]
    errors = [error - sp.Symbol(f"y{n}") for n, error in enumerate(errors)]
    mean = sum(error**2 for error in errors) / 6
    return sp.simplify(mean - sum(losses) / 3) == 0


def line_22():
    outputs, labels = sp.symbols("o0:3"), sp.symbols("l0:3")
    loss = sum((o - y) ** 2 / 2 for o, y in zip(outputs, labels, strict=True)) / 3
    return all(
        sp.simplify(sp.diff(loss, outputs[n]) - (outputs[n] - labels[n]) / 3) == 0 for n in range(3)
    )


def line_23():
    losses, inputs = batch()
    mean = sum(losses) / 3
    by_weight = all(
        same(
            apply(named, by(mean, w)),
            sum((apply(named, by(loss, w)) for loss in losses), sp.zeros(*w.shape)) / 3,
        )
        for w in (NET.W1, NET.W2, NET.W3)
    )
    by_input = all(
        same(apply(named, by(mean, x)), apply(named, by(loss, x)) / 3)
        for loss, x in zip(losses, inputs, strict=True)
    )
    return by_weight and by_input


EQUATIONS = {
    1: r"z_1 = W_1 x, \qquad a_1 = f(z_1), \qquad z_2 = W_2 a_1, \qquad a_2 = f(z_2), \qquad \hat y = W_3 a_2",  # noqa: E501
    2: r"L = \frac{1}{2} u^2, \qquad u = \hat y - y",
    3: r"\frac{\partial L}{\partial \hat y} = u",
    4: r"Z_i = \sum_k W_{ik} X_k",
    5: r"\frac{\partial Z_j}{\partial W_{jk}} = X_k, \qquad \frac{\partial Z_i}{\partial W_{jk}} = 0 \quad (i \ne j)",  # noqa: E501
    6: r"\frac{\partial Z_j}{\partial X_k} = W_{jk}",
    7: r"\frac{\partial L}{\partial W_{jk}} = \sum_i \frac{\partial L}{\partial Z_i} \frac{\partial Z_i}{\partial W_{jk}} = G_j X_k",  # noqa: E501
    8: r"\frac{\partial L}{\partial X_k} = \sum_j \frac{\partial L}{\partial Z_j} \frac{\partial Z_j}{\partial X_k} = \sum_j W_{jk} G_j",  # noqa: E501
    9: r"\frac{\partial L}{\partial W} = G X^{T}, \qquad \frac{\partial L}{\partial X} = W^{T} G",
    10: r"\frac{\partial a_j}{\partial z_j} = f'(z_j), \qquad \frac{\partial a_i}{\partial z_j} = 0 \quad (i \ne j)",  # noqa: E501
    11: r"\frac{\partial L}{\partial z_j} = \frac{\partial L}{\partial a_j} f'(z_j)",
    12: r"\frac{\partial L}{\partial W_3} = u \, a_2^{T}",
    13: r"\frac{\partial L}{\partial a_2} = W_3^{T} u",
    14: r"\frac{\partial L}{\partial z_2} = \frac{\partial L}{\partial a_2} \odot f'(z_2)",
    15: r"\frac{\partial L}{\partial W_2} = \frac{\partial L}{\partial z_2} a_1^{T}",
    16: r"\frac{\partial L}{\partial a_1} = W_2^{T} \frac{\partial L}{\partial z_2}",
    17: r"\frac{\partial L}{\partial z_1} = \frac{\partial L}{\partial a_1} \odot f'(z_1)",
    18: r"\frac{\partial L}{\partial W_1} = \frac{\partial L}{\partial z_1} x^{T}",
    19: r"\frac{\partial L}{\partial x} = W_1^{T} \frac{\partial L}{\partial z_1}",
    20: r"\frac{\partial L}{\partial (W_1)_{jk}} = u \sum_i (W_3)_{1i} \, f'\left( (z_2)_i \right) (W_2)_{ij} \, f'\left( (z_1)_j \right) x_k",  # noqa: E501
    21: r"L = \frac{1}{N} \sum_{n=1}^{N} L_n, \qquad L_n = \frac{1}{2} u_n^2",
    22: r"\frac{\partial L}{\partial \hat y_n} = \frac{u_n}{N}",
    23: r"\frac{\partial L}{\partial W_l} = \frac{1}{N} \sum_{n=1}^{N} \frac{\partial L_n}{\partial W_l} \quad (l = 1, 2, 3), \qquad \frac{\partial L}{\partial x_n} = \frac{1}{N} \frac{\partial L_n}{\partial x_n}",  # noqa: E501
}
"""What stands in each line of the pages; whoever changes one has its check above to change."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pages_hold_the_lines_that_are_checked(page):
    text = page.read_text(encoding="utf-8")
    lines = {int(number): equation for number, equation in LINE.findall(text)}
    assert list(lines) == list(range(1, len(lines) + 1))
    assert lines == EQUATIONS
    assert text.count("$$") == 2 * len(lines)  # no displayed formula without a number


@pytest.mark.parametrize("number", EQUATIONS)
def test_each_line_is_right(number):
    assert globals()[f"line_{number}"]()


def test_a_wrong_line_would_be_noticed():
    w, x, loss, g = layer()
    assert not same(by(loss, w), -g * x.T)
    assert not same(NET.grad("z1"), NET.grad("a1"))
    assert not same(NET.grad("a1"), NET.W2 * NET.grad("z2"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_code_computes_these_gradients(function):
    """Weights that differ in every width, and more than one sample."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((4, 2)), rng.standard_normal((4, 1))
    values = [rng.standard_normal(w.shape) for w in (NET.W1, NET.W2, NET.W3)]
    model = Model()
    layers = [Linear_Layer(2, 3), Activation(function), Linear_Layer(3, 3), Activation(function)]
    layers += [Linear_Layer(3, 1)]
    for layer, w in zip(layers[::2], values, strict=True):
        layer.w = w
    model.Build(layers)
    backward = model.backward((model.forward(x) - y) / len(x))

    formula = FUNCTIONS[function](Z)
    names = {"f": sp.lambdify(Z, formula), "g": sp.lambdify(Z, sp.diff(formula, Z))}
    symbols = [*NET.W1, *NET.W2, *NET.W3, *NET.x, NET.y]
    gradients = [apply(named, by(NET.loss(), w)) for w in (NET.W1, NET.W2, NET.W3, NET.x)]
    compute = sp.lambdify(symbols, gradients, [names, "numpy"])
    weights = np.concatenate([w.ravel() for w in values])
    samples = [compute(*weights, *xn, *yn) for xn, yn in zip(x, y, strict=True)]
    for number, layer in enumerate(layers[::2]):
        expected = np.mean([sample[number] for sample in samples], axis=0)
        assert np.abs(layer.delta_w - expected).max() < 1e-12
    expected = np.stack([sample[3][:, 0] for sample in samples]) / len(x)
    assert np.abs(backward - expected).max() < 1e-12
