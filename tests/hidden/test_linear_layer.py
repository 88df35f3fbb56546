"""Hidden checks of Linear_Layer: 25 points.

Every check but those of the initial weights assigns its own weights first. One that is not about
the shape of w takes the layer as it keeps w (`tests.hidden.own`).
"""

import math

import numpy as np
import pytest

from autograder.checks import (
    Known,
    and_also,
    assert_array,
    assert_array_form,
    assert_gradient,
    assert_number,
    assert_raises,
    assert_unchanged,
    errors_ignored,
    fail,
    say,
    together,
)
from tests.hidden.helpers import draw
from tests.hidden.own import (
    as_read,
    assert_computed,
    assigns,
    own_layer,
    own_layers,
    reads,
    widened,
)
from tests.public.gradient_check import numeric_gradient

# Inputs, outputs and samples all differ, so that no matrix fits the wrong way round.
INPUTS, OUTPUTS, N = 5, 3, 7
SHAPE = (OUTPUTS, INPUTS)
ARRAYS = ("w", "delta_w", "momentum_w")


def build(student, w, *beta):
    """Build a layer and give it these weights."""
    layer = own_layer(student, w.shape[1], w.shape[0], *beta)
    layer.w = w.copy()
    return layer


@pytest.mark.check(points=2)
def test_attributes(student):
    """a new layer has its sizes, beta, and w, delta_w and momentum_w of the right shape"""
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


@pytest.mark.check(points=2)
def test_initial_weights_are_uniform(student):
    """initial weights are uniform between -1/sqrt(input_dim) and 1/sqrt(input_dim)"""
    sizes = ((16, 250), (100, 40))
    new = own_layers(student)
    layers = [widened(new(*both).w) for both in sizes]
    for w, (inputs, outputs) in zip(layers, sizes, strict=True):
        assert_array_form(w, (outputs, inputs), "w of a new layer")
    relative = [w.ravel() * math.sqrt(inputs) for w, (inputs, _) in zip(layers, sizes, strict=True)]
    for scaled in relative:
        problem = None
        if np.abs(scaled).max() > 1.0 + 1e-12:
            problem = say(
                "Some initial weights are outside the range from -1/sqrt(input_dim) to "
                "1/sqrt(input_dim)"
            )
        # The Kolmogorov-Smirnov distance to the uniform distribution: of right draws fewer than
        # one in 10^8 is as far off as this.
        steps = np.linspace(0.0, 1.0, scaled.size)
        if not problem and np.abs((np.sort(scaled) + 1.0) / 2.0 - steps).max() > 0.05:
            problem = say(
                "The initial weights are not spread evenly over the range from "
                "-1/sqrt(input_dim) to 1/sqrt(input_dim)"
            )
        if problem:
            fail(and_also(problem, say("{trouble}.", trouble=trouble_with_weights(*relative))))
        if np.unique(scaled).size < 0.99 * scaled.size:
            fail("Many initial weights are the same number; each should have its own draw.")


def trouble_with_weights(few, many):
    """Describe the error in the weights of 16 and of 100 inputs, each times sqrt(input_dim)."""
    if (few > 0.0).all() or (few < 0.0).all():
        return say("all have the same sign")
    spreads = np.std(few), np.std(many)
    if not all(spreads):
        return say("all are the same number")
    if np.abs(few).max() > 2.0 * spreads[0]:
        return say("most of them are near 0, so they are not uniform")
    ratio = spreads[1] / spreads[0]
    if 0.93 < ratio < 1.07:
        if spreads[0] > 1.0 / math.sqrt(3.0):
            return say("their range follows input_dim as it should, but is too wide by some factor")
        return say("their range follows input_dim as it should, but is too narrow by some factor")
    if 2.32 < ratio < 2.68:
        return say("their range is the same for every input_dim")
    if ratio < 0.93:
        return say("their range shrinks too fast as input_dim grows")
    return say("their range does not follow input_dim as it should")


@pytest.mark.check(points=2)
def test_initial_weights_differ(student, rng):
    """every new layer draws its own initial weights, and has its own gradient and momentum"""
    new = own_layers(student)
    layers = [new(INPUTS, OUTPUTS) for _ in range(3)] + [new(OUTPUTS, INPUTS)]
    weights = as_read(layers, together(*reads(layers, "w")))
    for layer, w, shape in zip(layers, weights, [SHAPE] * 3 + [SHAPE[::-1]], strict=True):
        assert_array_form(w, shape, "w of a new layer")
        momentum_w = layer.momentum_w
        if type(momentum_w) is np.ndarray and momentum_w.shape == SHAPE[::-1] != shape:
            fail("momentum_w of a layer has the shape of another layer's, which was built later.")
    draws = np.concatenate([w.ravel() * math.sqrt(w.shape[1]) for w in weights])
    # The same number drawn twice means that a layer started the same sequence anew.
    if (np.diff(np.sort(draws)) < 1e-12).any():
        fail("Two new layers have initial weights in common; each should draw its own.")
    assert_layers_share_nothing(student, rng)


def assert_layers_share_nothing(student, rng):
    """Fail if what one layer does shows in another."""
    weights, deltas = [draw(rng, *SHAPE) for _ in range(2)], [draw(rng, *SHAPE) for _ in range(2)]
    trained, other = (build(student, w) for w in weights)
    trained.delta_w, other.delta_w = (delta_w.copy() for delta_w in deltas)
    momentum_w = other.momentum_w
    trained.update(0.1)
    if np.array_equal(trained.w, weights[0]):
        fail("update should change w.")
    assert_unchanged(other.w, weights[1], "w, after another layer's update,")
    assert_unchanged(other.delta_w, deltas[1], "delta_w, after another layer's update,")
    assert_unchanged(other.momentum_w, momentum_w, "momentum_w, after another layer's update,")
    samples = draw(rng, N, INPUTS)
    other.forward(samples.copy())
    recorded = other.pre_input
    trained.forward(draw(rng, N, INPUTS))
    assert_unchanged(other.pre_input, recorded, "pre_input, after another layer's forward,")


@pytest.mark.check(points=2)
def test_forward(student, rng):
    """forward returns x @ w.T and nothing more, for the w of now and any number of samples"""
    # More outputs than inputs and more samples than both: what each factor of the product was
    # can be found from it.
    w = draw(rng, INPUTS, OUTPUTS)
    layer = build(student, w)
    for n in (N, 4, 1):
        x = draw(rng, n, OUTPUTS)
        known = Known(given={"x": x, "w": w, "w.T": w.T}, product=("x", "w.T"))
        for _ in range(2):
            actual = layer.forward(x.copy())
            assert_array(actual, x @ w.T, "what forward returns", known=known)
    with errors_ignored():  # training may leave nothing behind but w, which is assigned anew
        layer.backward(draw(rng, 1, INPUTS))
        layer.update(0.3)
    w, x = draw(rng, INPUTS, OUTPUTS), draw(rng, N, OUTPUTS)
    layer.w = w.copy()
    known = Known(given={"x": x, "w": w, "w.T": w.T}, product=("x", "w.T"))
    what = say("what forward returns after an update, once w was assigned,")
    assert_array(layer.forward(x.copy()), x @ w.T, what, known=known)


@pytest.mark.check(points=1)
def test_forward_records(student, rng):
    """forward records pre_input"""
    w = draw(rng, *SHAPE)
    layer = build(student, w)
    for n in (4, N):
        x = draw(rng, n, INPUTS)
        layer.forward(x.copy())
        known = Known(given={"x @ w.T": x @ w.T})
        assert_array(layer.pre_input, x, "pre_input after forward", known=known)


@pytest.mark.check(points=3)
def test_backward_returns_input_gradient(student, rng):
    """backward returns dL/dx, which matches finite differences"""
    w, x, grad = draw(rng, *SHAPE), draw(rng, N, INPUTS), draw(rng, N, OUTPUTS)
    layer = build(student, w)
    layer.forward(x.copy())
    numeric = numeric_gradient(lambda x: (grad * (x @ w.T)).sum(), x)
    delta_w = grad.T @ x
    others = {"grad @ delta_w": grad @ delta_w, "delta_w": delta_w, "delta_w.T": delta_w.T}
    given = {"grad": grad, "w": w, "x": x, "w.T": w.T, **others}
    known = Known(given=given, product=("grad", "w"))
    actual = layer.backward(grad.copy())
    assert_gradient(actual, numeric, "dL/dx, which backward returns,", known=known)
    actual = layer.backward(np.zeros_like(grad))
    assert_array(actual, np.zeros_like(x), "dL/dx for an upstream gradient of 0")


@pytest.mark.check(points=3)
def test_backward_sets_weight_gradient(student, rng):
    """backward sets delta_w to dL/dw, which matches finite differences"""
    # Fewer samples than inputs and outputs: what each factor of the product was can be found.
    n, (outputs, inputs) = 3, (5, 4)
    w, x = draw(rng, outputs, inputs), draw(rng, n, inputs)
    grad = 3.0 * draw(rng, n, outputs)  # large enough for clipping it to show
    layer = build(student, w)
    layer.forward(x.copy())
    layer.backward(grad.copy())
    numeric = numeric_gradient(lambda w: (grad * (x @ w.T)).sum(), w)
    output = x @ w.T
    given = {"x": x, "grad": grad, "grad.T": grad.T, "w": w, "z": output}
    known = Known(given=given, product=("grad.T", "x"))
    assert_gradient(layer.delta_w, numeric, "delta_w after backward", known=known)


@pytest.mark.check(points=1)
def test_backward_does_not_add(student, rng):
    """delta_w is that of the last forward and backward alone, for any number of samples"""
    w = draw(rng, *SHAPE)
    layer = build(student, w)
    last = np.zeros(SHAPE)
    for n in (4, N, 1):
        x, first, second = (draw(rng, n, width) for width in (INPUTS, OUTPUTS, OUTPUTS))
        layer.forward(x.copy())
        # Two different ones: the sum of two equal ones would look like a forgotten factor.
        for grad in (first, second, second):
            layer.backward(grad.copy())
            right = own_gradient(student, w, x, grad)
            given = {"w": w, "old_delta_w": last, "delta_w": right}
            what = say("delta_w after another backward")
            assert_array(widened(layer.delta_w), right, what, known=Known(given=given))
            last = right
    layer.backward(np.zeros((1, OUTPUTS)))
    what = say("delta_w after an upstream gradient of 0")
    assert_array(widened(layer.delta_w), np.zeros(SHAPE), what)


def own_gradient(student, w, x, grad):
    """Return delta_w of a new layer that saw nothing but this batch.

    Whether that is right has a check of its own.
    """
    layer = own_layer(student, w.shape[1], w.shape[0])
    *_, delta_w = together(
        assigns(layer, "w", w),
        (layer.forward, x.copy()),
        (layer.backward, grad.copy()),
        *reads([layer], "delta_w"),
    )
    (delta_w,) = as_read([layer], [delta_w])
    assert_array_form(delta_w, w.shape, "delta_w after backward")
    assert_computed(delta_w, w, "delta_w after backward")
    return delta_w


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
    assert_computed(actual, grad, "what backward returns")
    # A new layer's gradient and momentum may be one and the same array.
    layer = build(student, w)
    layer.forward(x.copy())
    layer.backward(grad.copy())
    if not np.array_equal(layer.momentum_w, np.zeros(SHAPE)):
        fail(
            "In a new layer, backward changed momentum_w, which it should leave alone. If your "
            "backward does not mention it, print whether delta_w and momentum_w are one array."
        )


@pytest.mark.check(points=1)
def test_sgd(student, rng):
    """'sgd' steps against delta_w and leaves delta_w and momentum_w alone"""
    w, momentum_w = draw(rng, *SHAPE), draw(rng, *SHAPE)
    layer = build(student, w)
    layer.momentum_w = momentum_w.copy()
    for learning_rate in (0.3, 0.05):
        delta_w = draw(rng, *SHAPE)
        _, _, *answers = together(
            assigns(layer, "delta_w", delta_w),
            (layer.update, learning_rate, "sgd"),
            *(read for name in ARRAYS for read in reads([layer], name)),
        )
        new_w, new_delta_w, new_momentum_w = map(layer.turned, answers)
        given = {"w": w, "delta_w": delta_w, "momentum_w": momentum_w}
        known = Known(before=w, given=given)
        w = w - learning_rate * delta_w
        assert_array(new_w, w, "w after an update with 'sgd'", known=known)
        known = Known(given=given)
        assert_unchanged(new_delta_w, delta_w, "delta_w, by an update with 'sgd',", known=known)
        what = say("momentum_w, by an update with 'sgd',")
        assert_unchanged(new_momentum_w, momentum_w, what, known=known)


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
        answers = together(*(read for name in ARRAYS for read in reads([layer], name)))
        new_w, new_delta_w, new_momentum_w = map(layer.turned, answers)
        given = {"w": w, "delta_w": delta_w, "old_momentum_w": momentum_w}
        momentum_w, old = 0.9 * momentum_w + delta_w, momentum_w
        known = Known(given=given)
        assert_array(
            new_momentum_w, momentum_w, "momentum_w after an update with 'sgdm'", known=known
        )
        given = {"w": w, "delta_w": delta_w, "old_momentum_w": old}
        known = Known(before=w, given=given)
        w = w - learning_rate * momentum_w
        assert_array(new_w, w, "w after an update with 'sgdm'", known=known)
        known = Known(given=given | {"momentum_w": momentum_w})
        assert_unchanged(new_delta_w, delta_w, "delta_w, by an update with 'sgdm',", known=known)


@pytest.mark.check(points=1)
def test_default_optimizer(student, rng):
    """update uses 'sgdm' unless told otherwise"""
    w, delta_w, momentum_w = (draw(rng, *SHAPE) for _ in range(3))
    results = []
    for arguments in ((), ("sgdm",)):
        layer = build(student, w)
        _, _, _, *answers = together(
            assigns(layer, "delta_w", delta_w),
            assigns(layer, "momentum_w", momentum_w),
            (layer.update, 0.2, *arguments),
            *reads([layer], "w"),
            *reads([layer], "momentum_w"),
        )
        results.append(as_read([layer] * 2, answers))
    (actual, momentum), (right, right_momentum) = results
    for array in (right, right_momentum):
        assert_array_form(array, SHAPE, "an array after an update with 'sgdm'")
    if np.array_equal(right, w):
        fail("update with 'sgdm' should change w.")
    known = Known(before=w, given={"w": w, "delta_w": delta_w, "old_momentum_w": momentum_w})
    # Whether 'sgdm' is right has a check of its own.
    what = say("w after an update without an optimizer, compared with one with 'sgdm',")
    assert_array(actual, right, what, known=known)
    what = say("momentum_w after an update without an optimizer, compared with one with 'sgdm',")
    assert_array(momentum, right_momentum, what)


@pytest.mark.check(points=1)
def test_unknown_optimizer(student, rng):
    """an unknown optimizer raises ValueError"""
    w, delta_w = draw(rng, *SHAPE), draw(rng, *SHAPE)
    layer = build(student, w)
    layer.delta_w = delta_w.copy()
    for kind, name in (
        (say("an unknown optimizer"), "adam"),
        (say("an unknown optimizer"), "zeta"),
        (say("an optimizer in upper case"), "SGD"),
        (say("an empty name for an optimizer"), ""),
    ):
        with assert_raises(ValueError, say("update with {kind}", kind=kind)):
            layer.update(0.1, name)
    # So that raising is not all that update can do.
    layer = build(student, w)
    layer.delta_w = delta_w.copy()
    layer.update(0.1, "sgd")
    if np.array_equal(layer.w, w):
        fail("update with 'sgd' should change w.")


@pytest.mark.check(points=2)
def test_beta(student, rng):
    """the momentum decays by the beta of the layer, the one it was built with or assigned last"""
    layer = build(student, draw(rng, *SHAPE), 0.4)
    # Without a gradient nothing but the decay is left: what else the momentum is made of has a
    # check of its own.
    layer.delta_w = np.zeros(SHAPE)
    for beta, what in (
        (0.4, say("momentum_w, updated with a delta_w of 0,")),
        (0.7, say("momentum_w, updated with a delta_w of 0 once beta was assigned,")),
    ):
        if beta != 0.4:
            layer.beta = beta
        momentum_w = draw(rng, *SHAPE)
        _, _, found = together(
            assigns(layer, "momentum_w", momentum_w),
            (layer.update, 0.3, "sgdm"),
            *reads([layer], "momentum_w"),
        )
        (found,) = as_read([layer], [found])
        known = Known(given={"old_momentum_w": momentum_w})
        assert_array(found, beta * momentum_w, what, tol=1e-6, known=known)


@pytest.mark.check(points=1)
def test_l2_norm(student, rng):
    """L2_Norm divides w by its L2 norm; a w of zeros stays"""
    w = draw(rng, *SHAPE)
    layer = build(student, w)
    layer.L2_Norm()
    known = Known(given={"w": w, "w - w.mean()": w - w.mean()})
    right = w / math.sqrt((w**2).sum())
    assert_array(layer.w, right, "w after L2_Norm", known=known)
    small = 0.1 * right
    layer.w = small.copy()
    layer.L2_Norm()
    # A tiny number added to the norm against a division by 0 does no harm.
    known = Known(given={"w": small})
    what = say("w after L2_Norm, where its norm was below 1,")
    assert_array(layer.w, right, what, tol=1e-6, known=known)
    layer.w = np.zeros(SHAPE)
    layer.L2_Norm()
    assert_array(layer.w, np.zeros(SHAPE), "w of zeros, after L2_Norm,")
