"""Hidden checks of Linear_Layer: 25 points.

Every check but those of the initial weights assigns its own weights first.
"""

import math

import numpy as np
import pytest

from autograder.compare import (
    assert_array,
    assert_array_form,
    assert_gradient,
    assert_number,
    assert_unchanged,
    fail,
)
from autograder.messages import say
from tests.hidden.helpers import draw, value_error
from tests.public.gradient_check import numeric_gradient

# Inputs, outputs and samples all differ, so that no matrix fits the wrong way round.
INPUTS, OUTPUTS, N = 5, 3, 7
SHAPE = (OUTPUTS, INPUTS)


def build(student, w, *beta):
    """Build a layer and give it these weights."""
    layer = student.Linear_Layer(w.shape[1], w.shape[0], *beta)
    layer.w = w.copy()
    return layer


@pytest.mark.check(points=1)
def test_attributes(student):
    """a new layer has its sizes, beta, weights, and a gradient and a momentum of zeros"""
    for layer, beta in (
        (student.Linear_Layer(INPUTS, OUTPUTS), 0.9),
        (student.Linear_Layer(input_dim=INPUTS, output_dim=OUTPUTS, beta=0.5), 0.5),
    ):
        assert_number(layer.input_dim, INPUTS, "input_dim")
        assert_number(layer.output_dim, OUTPUTS, "output_dim")
        assert_number(layer.beta, beta, "beta")
        w = layer.w
        assert_array_form(w, SHAPE, "w of a new layer")
        if not w.all():
            fail("w of a new layer holds zeros; it should be drawn at random.")
        assert_array(layer.delta_w, np.zeros(SHAPE), "delta_w before the first backward")
        assert_array(layer.momentum_w, np.zeros(SHAPE), "momentum_w before the first update")


@pytest.mark.check(points=1)
def test_initial_weights_are_uniform(student):
    """initial weights are uniform between -1/sqrt(input_dim) and 1/sqrt(input_dim)"""
    for inputs, outputs in ((16, 250), (100, 40)):
        w = student.Linear_Layer(inputs, outputs).w
        assert_array_form(w, (outputs, inputs), "w of a new layer")
        bound = 1.0 / math.sqrt(inputs)
        if np.abs(w).max() > bound * (1.0 + 1e-12):
            fail("Some initial weights are outside -1/sqrt(input_dim) to 1/sqrt(input_dim).")
        # The Kolmogorov-Smirnov distance to the uniform distribution: of right draws fewer than
        # one in 10^8 is as far off as this.
        steps = np.linspace(0.0, 1.0, w.size)
        if np.abs((np.sort(w.ravel()) / bound + 1.0) / 2.0 - steps).max() > 0.05:
            fail(
                "The initial weights are not spread evenly between -1/sqrt(input_dim) and "
                "1/sqrt(input_dim)."
            )
        if np.unique(w).size < 0.99 * w.size:
            fail("Many initial weights are the same number; each should have its own draw.")


@pytest.mark.check(points=1)
def test_initial_weights_differ(student):
    """every new layer draws its own initial weights"""
    layers = [student.Linear_Layer(INPUTS, OUTPUTS).w for _ in range(3)]
    layers.append(student.Linear_Layer(OUTPUTS, INPUTS).w)
    for w, shape in zip(layers, [SHAPE] * 3 + [SHAPE[::-1]], strict=True):
        assert_array_form(w, shape, "w of a new layer")
    draws = np.concatenate([w.ravel() * math.sqrt(w.shape[1]) for w in layers])
    # The same number drawn twice means that a layer started the same sequence anew.
    if (np.diff(np.sort(draws)) < 1e-12).any():
        fail("Two new layers have initial weights in common; each should draw its own.")


@pytest.mark.check(points=3)
def test_forward(student, rng):
    """forward returns x @ w.T, for any number of samples"""
    w = draw(rng, *SHAPE)
    layer = build(student, w)
    for n in (4, N, 1):
        x = draw(rng, n, INPUTS)
        for _ in range(2):
            assert_array(layer.forward(x.copy()), x @ w.T, "what forward returns")


@pytest.mark.check(points=1)
def test_forward_records(student, rng):
    """forward records pre_input"""
    layer = build(student, draw(rng, *SHAPE))
    for n in (4, N):
        x = draw(rng, n, INPUTS)
        layer.forward(x.copy())
        assert_array(layer.pre_input, x, "pre_input after forward")


@pytest.mark.check(points=3)
def test_backward_returns_input_gradient(student, rng):
    """backward returns dL/dx, which matches finite differences"""
    w, x, grad = draw(rng, *SHAPE), draw(rng, N, INPUTS), draw(rng, N, OUTPUTS)
    layer = build(student, w)
    layer.forward(x.copy())
    numeric = numeric_gradient(lambda x: (grad * (x @ w.T)).sum(), x)
    assert_gradient(layer.backward(grad.copy()), numeric, "dL/dx, which backward returns,")
    actual = layer.backward(np.zeros_like(grad))
    assert_array(actual, np.zeros_like(x), "dL/dx for an upstream gradient of 0")


@pytest.mark.check(points=4)
def test_backward_sets_weight_gradient(student, rng):
    """backward sets delta_w to dL/dw, which matches finite differences"""
    w, x, grad = draw(rng, *SHAPE), draw(rng, N, INPUTS), draw(rng, N, OUTPUTS)
    layer = build(student, w)
    layer.forward(x.copy())
    layer.backward(grad.copy())
    numeric = numeric_gradient(lambda w: (grad * (x @ w.T)).sum(), w)
    assert_gradient(layer.delta_w, numeric, "delta_w after backward")


@pytest.mark.check(points=1)
def test_backward_does_not_add(student, rng):
    """delta_w is that of the last forward and backward alone, for any number of samples"""
    w = draw(rng, *SHAPE)
    layer = build(student, w)
    for n in (4, N, 1):
        x, first, second = (draw(rng, n, width) for width in (INPUTS, OUTPUTS, OUTPUTS))
        layer.forward(x.copy())
        # Two different ones: the sum of two equal ones would look like a forgotten factor.
        for grad in (first, second, second):
            layer.backward(grad.copy())
            assert_array(layer.delta_w, grad.T @ x, "delta_w after another backward")
    layer.backward(np.zeros((1, OUTPUTS)))
    assert_array(layer.delta_w, np.zeros(SHAPE), "delta_w after an upstream gradient of 0")


@pytest.mark.check(points=1)
def test_backward_leaves_alone(student, rng):
    """forward and backward change neither their arguments nor w nor momentum_w"""
    w, momentum_w = draw(rng, *SHAPE), draw(rng, *SHAPE)
    x, grad = draw(rng, N, INPUTS), draw(rng, N, OUTPUTS)
    layer = build(student, w)
    layer.momentum_w = momentum_w.copy()
    given, given_grad = x.copy(), grad.copy()
    layer.forward(given)
    assert_unchanged(given, x, "the array given to forward")
    actual = layer.backward(given_grad)
    assert_unchanged(given, x, "the array given to forward, by backward,")
    assert_unchanged(given_grad, grad, "the array given to backward")
    assert_unchanged(layer.w, w, "w, by forward or backward,")
    assert_unchanged(layer.momentum_w, momentum_w, "momentum_w, by forward or backward,")
    assert_array(actual, grad @ w, "what backward returns")


@pytest.mark.check(points=2)
def test_sgd(student, rng):
    """'sgd' steps against delta_w and leaves delta_w and momentum_w alone"""
    w, momentum_w = draw(rng, *SHAPE), draw(rng, *SHAPE)
    layer = build(student, w)
    layer.momentum_w = momentum_w.copy()
    for learning_rate in (0.3, 0.05):
        delta_w = draw(rng, *SHAPE)
        layer.delta_w = delta_w.copy()
        layer.update(learning_rate, "sgd")
        before, w = w, w - learning_rate * delta_w
        assert_array(layer.w, w, "w after an update with 'sgd'", before=before)
        assert_array(layer.delta_w, delta_w, "delta_w after an update with 'sgd'")
        assert_array(layer.momentum_w, momentum_w, "momentum_w after an update with 'sgd'")


@pytest.mark.check(points=2)
def test_sgdm(student, rng):
    """'sgdm' adds delta_w to the decayed momentum and steps against the momentum"""
    w = draw(rng, *SHAPE)
    layer = build(student, w)
    momentum_w = np.zeros(SHAPE)
    for learning_rate in (0.3, 0.05, 0.2):
        delta_w = draw(rng, *SHAPE)
        layer.delta_w = delta_w.copy()
        layer.update(learning_rate=learning_rate, optimizer="sgdm")
        momentum_w = 0.9 * momentum_w + delta_w
        before, w = w, w - learning_rate * momentum_w
        assert_array(layer.momentum_w, momentum_w, "momentum_w after an update with 'sgdm'")
        assert_array(layer.w, w, "w after an update with 'sgdm'", before=before)
        assert_array(layer.delta_w, delta_w, "delta_w after an update with 'sgdm'")


@pytest.mark.check(points=1)
def test_default_optimizer(student, rng):
    """update uses 'sgdm' unless told otherwise"""
    w, delta_w, momentum_w = (draw(rng, *SHAPE) for _ in range(3))
    layer = build(student, w)
    layer.delta_w, layer.momentum_w = delta_w.copy(), momentum_w.copy()
    layer.update(0.2)
    expected = w - 0.2 * (0.9 * momentum_w + delta_w)
    assert_array(layer.w, expected, "w after an update without an optimizer", before=w)


@pytest.mark.check(points=1)
def test_unknown_optimizer(student, rng):
    """an unknown optimizer raises ValueError"""
    w, delta_w = draw(rng, *SHAPE), draw(rng, *SHAPE)
    layer = build(student, w)
    layer.delta_w = delta_w.copy()
    for name in ("adam", "SGD", ""):
        value_error("update with an unknown optimizer", layer.update, 0.1, name)
    # So that raising is not all that update can do.
    layer = build(student, w)
    layer.delta_w = delta_w.copy()
    layer.update(0.1, "sgd")
    if np.array_equal(layer.w, w):
        fail("update with 'sgd' should change w.")


@pytest.mark.check(points=1)
def test_assigned_attributes_are_used(student, rng):
    """w, delta_w, momentum_w and beta are used as they were assigned last"""
    layer = build(student, draw(rng, *SHAPE), 0.4)
    x, grad = draw(rng, N, INPUTS), draw(rng, N, OUTPUTS)
    layer.forward(x.copy())
    layer.backward(grad.copy())
    layer.update(0.3)
    for beta in (None, 0.7):
        w, delta_w, momentum_w = (draw(rng, *SHAPE) for _ in range(3))
        layer.w, layer.delta_w = w.copy(), delta_w.copy()
        layer.momentum_w = momentum_w.copy()
        if beta:
            layer.beta = beta
        assert_array(layer.forward(x.copy()), x @ w.T, "what forward returns once w was assigned")
        layer.update(0.3)
        expected = (beta or 0.4) * momentum_w + delta_w
        assert_array(layer.momentum_w, expected, "momentum_w, updated after an assignment,")
        assert_array(layer.w, w - 0.3 * expected, "w, updated after an assignment,")


@pytest.mark.check(points=1)
def test_layers_share_nothing(student, rng):
    """each layer has its own weights, gradient and momentum"""
    first, second = student.Linear_Layer(5, 3), student.Linear_Layer(2, 4)
    for layer, shape in ((first, (3, 5)), (second, (4, 2))):
        for name in ("w", "delta_w", "momentum_w"):
            value = getattr(layer, name)
            what = say("{name}, after another layer was built,", name=name)
            assert_array_form(value, shape, what)
    weights, deltas = [draw(rng, *SHAPE) for _ in range(2)], [draw(rng, *SHAPE) for _ in range(2)]
    trained, other = (build(student, w) for w in weights)
    trained.delta_w, other.delta_w = (delta_w.copy() for delta_w in deltas)
    trained.update(0.1)
    actual = trained.w
    assert_array_form(actual, SHAPE, "w after an update")
    if np.array_equal(actual, weights[0]):
        fail("update should change w.")
    assert_array(other.w, weights[1], "w, after another layer's update,")
    assert_array(other.delta_w, deltas[1], "delta_w, after another layer's update,")
    assert_array(other.momentum_w, np.zeros(SHAPE), "momentum_w, after another layer's update,")


@pytest.mark.check(points=1)
def test_l2_norm(student, rng):
    """L2_Norm divides w by its L2 norm; a w of zeros stays"""
    w = draw(rng, *SHAPE)
    layer = build(student, w)
    layer.L2_Norm()
    assert_array(layer.w, w / math.sqrt((w**2).sum()), "w after L2_Norm")
    layer.w = np.zeros(SHAPE)
    layer.L2_Norm()
    assert_array(layer.w, np.zeros(SHAPE), "w of zeros, after L2_Norm,")
