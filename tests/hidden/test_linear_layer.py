"""Hidden checks of Linear_Layer: 25 points.

Every check but those of the initial weights assigns its own weights first. One that is not about
the shape of w takes the layer as it keeps w (`tests.hidden.own`).
"""

import itertools
import math

import numpy as np
import pytest

from autograder.checks import (
    Answer,
    Keywords,
    Known,
    and_also,
    assert_array,
    assert_array_form,
    assert_gradient,
    assert_number,
    assert_raises,
    assert_unchanged,
    each,
    fail,
    say,
    together,
)
from tests.hidden.helpers import draw
from tests.hidden.own import (
    OwnLayer,
    as_read,
    assert_computed,
    assigns,
    keeps_w_transposed,
    own_layer,
    pass_over,
    reads,
    widened,
)
from tests.public.gradient_check import numeric_gradient

# Inputs, outputs and samples all differ, so that no matrix fits the wrong way round.
INPUTS, OUTPUTS, N = 5, 3, 7
SHAPE = (OUTPUTS, INPUTS)
ARRAYS = ("w", "delta_w", "momentum_w")


@pytest.mark.check(points=2)
def test_attributes(student):
    """a new layer has its sizes, beta, and w, delta_w and momentum_w of the right shape"""
    names = "input_dim", "output_dim", "beta", *ARRAYS
    answers = each(
        (student.Linear_Layer, INPUTS, OUTPUTS),
        (student.Linear_Layer, Keywords(input_dim=INPUTS, output_dim=OUTPUTS, beta=0.5)),
        *((getattr, Answer(layer), name) for layer in (0, 1) for name in names),
    )
    pass_over(answers, 2)
    for beta in (0.9, 0.5):
        assert_number(next(answers), INPUTS, "input_dim")
        assert_number(next(answers), OUTPUTS, "output_dim")
        assert_number(next(answers), beta, "beta")
        w = next(answers)
        assert_array_form(w, SHAPE, "w of a new layer")
        if not w.all():
            fail("w of a new layer holds zeros; it should be drawn at random.")
        assert_array(next(answers), np.zeros(SHAPE), "delta_w before the first backward")
        assert_array(next(answers), np.zeros(SHAPE), "momentum_w before the first update")


@pytest.mark.check(points=2)
def test_initial_weights_are_uniform(student):
    """initial weights are uniform between -1/sqrt(input_dim) and 1/sqrt(input_dim)"""
    sizes = ((16, 250), (100, 40))
    transposed = keeps_w_transposed(student)
    weights, made = [], []
    layers = [OwnLayer(Answer(2 * number), transposed) for number in range(len(sizes))]
    for layer, both in zip(layers, sizes, strict=True):
        made += [(student.Linear_Layer, *both), *reads([layer], "w")]
    answers = each(*made)
    for layer in layers:
        pass_over(answers, 1)
        weights += as_read([layer], [next(answers)])
    for w, (inputs, outputs) in zip(weights, sizes, strict=True):
        assert_array_form(w, (outputs, inputs), "w of a new layer")
    relative = [
        w.ravel() * math.sqrt(inputs) for w, (inputs, _) in zip(weights, sizes, strict=True)
    ]
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
    shapes = [SHAPE] * 3 + [SHAPE[::-1]]
    transposed = keeps_w_transposed(student)
    layers = [OwnLayer(Answer(number), transposed) for number in range(len(shapes))]
    answers = each(
        *((student.Linear_Layer, inputs, outputs) for outputs, inputs in shapes),
        *reads(layers, "w"),
        *reads(layers, "momentum_w"),
    )
    pass_over(answers, len(layers))
    weights = as_read(layers, itertools.islice(answers, len(layers)))
    for layer, w, shape in zip(layers, weights, shapes, strict=True):
        assert_array_form(w, shape, "w of a new layer")
        momentum_w = layer.turned(next(answers))
        if type(momentum_w) is np.ndarray and momentum_w.shape == SHAPE[::-1] != shape:
            fail("momentum_w of a layer has the shape of another layer's, which was built later.")
    draws = np.concatenate([w.ravel() * math.sqrt(w.shape[1]) for w in weights])
    # The same number drawn twice means that a layer started the same sequence anew.
    if (np.diff(np.sort(draws)) < 1e-12).any():
        fail("Two new layers have initial weights in common; each should draw its own.")
    assert_layers_share_nothing(student, rng, transposed)


def assert_layers_share_nothing(student, rng, transposed):
    """Fail if what one layer does shows in another."""
    weights, deltas = [draw(rng, *SHAPE) for _ in range(2)], [draw(rng, *SHAPE) for _ in range(2)]
    trained, first = own_layer(student, weights[0], transposed=transposed)
    other, second = own_layer(student, weights[1], transposed=transposed, number=len(first))
    pre_input = getattr, other.layer, "pre_input"
    answers = each(
        *first,
        *second,
        *(assigns(layer, "delta_w", d) for layer, d in zip((trained, other), deltas, strict=True)),
        *reads([other], "momentum_w"),
        (trained.update, 0.1),
        *reads([trained], "w"),
        *(read for name in ARRAYS for read in reads([other], name)),
        (other.forward, draw(rng, N, INPUTS)),
        pre_input,
        (trained.forward, draw(rng, N, INPUTS)),
        pre_input,
    )
    pass_over(answers, len(first) + len(second) + len(deltas))
    momentum_w = next(answers)
    pass_over(answers, 1)
    if np.array_equal(trained.turned(next(answers)), weights[0]):
        fail("update should change w.")
    w, delta_w = other.turned(next(answers)), other.turned(next(answers))
    assert_unchanged(w, weights[1], "w, after another layer's update,")
    assert_unchanged(delta_w, deltas[1], "delta_w, after another layer's update,")
    assert_unchanged(next(answers), momentum_w, "momentum_w, after another layer's update,")
    pass_over(answers, 1)
    recorded = next(answers)
    pass_over(answers, 1)
    assert_unchanged(next(answers), recorded, "pre_input, after another layer's forward,")


@pytest.mark.check(points=2)
def test_forward(student, rng):
    """forward returns x @ w.T and nothing more, for the w of now and any number of samples"""
    # More outputs than inputs and more samples than both: what each factor of the product was
    # can be found from it.
    w, other_w = draw(rng, INPUTS, OUTPUTS), draw(rng, INPUTS, OUTPUTS)
    batches, last = [draw(rng, n, OUTPUTS) for n in (N, 4, 1)], draw(rng, N, OUTPUTS)
    twice = [x for x in batches for _ in range(2)]
    layer, steps = own_layer(student, w)
    answers = each(
        *steps,
        *((layer.forward, x.copy()) for x in twice),
        (layer.backward, draw(rng, 1, INPUTS)),
        (layer.update, 0.3),
        assigns(layer, "w", other_w),
        (layer.forward, last.copy()),
    )
    pass_over(answers, len(steps))
    for x in twice:
        known = Known(given={"x": x, "w": w, "w.T": w.T}, product=("x", "w.T"))
        assert_array(next(answers), x @ w.T, "what forward returns", known=known)
    for _ in ("backward", "update"):  # which may leave nothing behind but w, assigned anew
        answers.skip()
    pass_over(answers, 1)
    given = {"x": last, "w": other_w, "w.T": other_w.T}
    known = Known(given=given, product=("x", "w.T"))
    what = say("what forward returns after an update, once w was assigned,")
    assert_array(next(answers), last @ other_w.T, what, known=known)


@pytest.mark.check(points=1)
def test_forward_records(student, rng):
    """forward records pre_input"""
    w, batches = draw(rng, *SHAPE), [draw(rng, n, INPUTS) for n in (4, N)]
    layer, steps = own_layer(student, w)
    for x in batches:
        steps += [(layer.forward, x.copy()), (getattr, layer.layer, "pre_input")]
    answers = each(*steps)
    pass_over(answers, 2)
    for x in batches:
        pass_over(answers, 1)
        known = Known(given={"x @ w.T": x @ w.T})
        assert_array(next(answers), x, "pre_input after forward", known=known)


@pytest.mark.check(points=3)
def test_backward_returns_input_gradient(student, rng):
    """backward returns dL/dx, which matches finite differences"""
    w, x, grad = draw(rng, *SHAPE), draw(rng, N, INPUTS), draw(rng, N, OUTPUTS)
    layer, steps = own_layer(student, w)
    answers = each(
        *steps,
        (layer.forward, x.copy()),
        (layer.backward, grad.copy()),
        (layer.backward, np.zeros_like(grad)),
    )
    pass_over(answers, len(steps) + 1)
    numeric = numeric_gradient(lambda x: (grad * (x @ w.T)).sum(), x)
    delta_w = grad.T @ x
    others = {"grad @ delta_w": grad @ delta_w, "delta_w": delta_w, "delta_w.T": delta_w.T}
    given = {"grad": grad, "w": w, "x": x, "w.T": w.T, **others}
    known = Known(given=given, product=("grad", "w"))
    assert_gradient(next(answers), numeric, "dL/dx, which backward returns,", known=known)
    assert_array(next(answers), np.zeros_like(x), "dL/dx for an upstream gradient of 0")


@pytest.mark.check(points=3)
def test_backward_sets_weight_gradient(student, rng):
    """backward sets delta_w to dL/dw, which matches finite differences"""
    # Fewer samples than inputs and outputs: what each factor of the product was can be found.
    n, (outputs, inputs) = 3, (5, 4)
    w, x = draw(rng, outputs, inputs), draw(rng, n, inputs)
    grad = 3.0 * draw(rng, n, outputs)  # large enough for clipping it to show
    layer, steps = own_layer(student, w)
    steps += [(layer.forward, x.copy()), (layer.backward, grad.copy())]
    answers = each(*steps, *reads([layer], "delta_w"))
    pass_over(answers, len(steps))
    numeric = numeric_gradient(lambda w: (grad * (x @ w.T)).sum(), w)
    output = x @ w.T
    given = {"x": x, "grad": grad, "grad.T": grad.T, "w": w, "z": output}
    known = Known(given=given, product=("grad.T", "x"))
    delta_w = layer.turned(next(answers))
    assert_gradient(delta_w, numeric, "delta_w after backward", known=known)


@pytest.mark.check(points=1)
def test_backward_does_not_add(student, rng):
    """delta_w is that of the last forward and backward alone, for any number of samples"""
    w, batches = draw(rng, *SHAPE), []
    transposed = keeps_w_transposed(student)
    layer, steps = own_layer(student, w, transposed=transposed)
    for n in (4, N, 1):
        x, first, second = (draw(rng, n, width) for width in (INPUTS, OUTPUTS, OUTPUTS))
        # Two different ones: the sum of two equal ones would look like a forgotten factor.
        batches.append([first, second, second])
        steps.append((layer.forward, x.copy()))
        for grad in batches[-1]:
            steps.append((layer.backward, grad.copy()))
            # And that of a new layer that sees nothing but this batch. Whether it is right has a
            # check of its own.
            alone, made = own_layer(student, w, transposed=transposed, number=len(steps))
            steps += [*made, (alone.forward, x.copy()), (alone.backward, grad.copy())]
            steps += reads([alone, layer], "delta_w")
    zeros = (layer.backward, np.zeros((1, OUTPUTS)))
    answers = each(*steps, zeros, *reads([layer], "delta_w"))
    pass_over(answers, 2)
    last = np.zeros(SHAPE)
    for grads in batches:
        pass_over(answers, 1)
        for _ in grads:
            pass_over(answers, 5)
            right = widened(layer.turned(next(answers)))
            assert_array_form(right, w.shape, "delta_w after backward")
            assert_computed(right, w, "delta_w after backward")
            given = {"w": w, "old_delta_w": last, "delta_w": right}
            what, actual = say("delta_w after another backward"), layer.turned(next(answers))
            assert_array(widened(actual), right, what, known=Known(given=given))
            last = right
    pass_over(answers, 1)
    what, actual = say("delta_w after an upstream gradient of 0"), layer.turned(next(answers))
    assert_array(widened(actual), np.zeros(SHAPE), what)


@pytest.mark.check(points=1)
def test_backward_leaves_alone(student, rng):
    """forward and backward change neither their arguments nor w nor momentum_w"""
    w, momentum_w = draw(rng, *SHAPE), draw(rng, *SHAPE)
    x, grad = draw(rng, N, INPUTS), draw(rng, N, OUTPUTS)
    transposed = keeps_w_transposed(student)
    layer, steps = own_layer(student, w, transposed=transposed)
    steps.append(assigns(layer, "momentum_w", momentum_w))
    given, given_grad = x.copy(), grad.copy()
    answers = each(*steps, (layer.forward, given))
    layer.layer = next(answers)
    pass_over(answers, len(steps))
    assert_unchanged(given, x, "the array given to forward")
    # A message of its own, so that what it changes is told apart.
    new, steps = own_layer(student, w, transposed=transposed, number=3)
    answers = each(
        (layer.backward, given_grad),
        *reads([layer], "w"),
        *reads([layer], "momentum_w"),
        *steps,
        (new.forward, x.copy()),
        (new.backward, grad.copy()),
        *reads([new], "momentum_w"),
    )
    actual = next(answers)
    assert_unchanged(given, x, "the array given to forward, by backward,")
    assert_unchanged(given_grad, grad, "the array given to backward")
    assert_unchanged(layer.turned(next(answers)), w, "w, by forward or backward,")
    what = say("momentum_w, by forward or backward,")
    assert_unchanged(layer.turned(next(answers)), momentum_w, what)
    assert_computed(actual, grad, "what backward returns")
    # A new layer's gradient and momentum may be one and the same array.
    pass_over(answers, len(steps) + 2)
    if not np.array_equal(new.turned(next(answers)), np.zeros(SHAPE)):
        fail(
            "In a new layer, backward changed momentum_w, which it should leave alone. If your "
            "backward does not mention it, print whether delta_w and momentum_w are one array."
        )


def updating(layer, delta_w, *arguments):
    """Return the steps of an update, with this gradient, and of reading the arrays after it."""
    return [
        assigns(layer, "delta_w", delta_w),
        (layer.update, *arguments),
        *(read for name in ARRAYS for read in reads([layer], name)),
    ]


def updated(layer, answers):
    """Return the three arrays that such steps read."""
    pass_over(answers, 2)
    return [layer.turned(next(answers)) for _ in ARRAYS]


@pytest.mark.check(points=1)
def test_sgd(student, rng):
    """'sgd' steps against delta_w and leaves delta_w and momentum_w alone"""
    w, momentum_w = draw(rng, *SHAPE), draw(rng, *SHAPE)
    updates = [(learning_rate, draw(rng, *SHAPE)) for learning_rate in (0.3, 0.05)]
    layer, steps = own_layer(student, w)
    steps.append(assigns(layer, "momentum_w", momentum_w))
    for learning_rate, delta_w in updates:
        steps += updating(layer, delta_w, learning_rate, "sgd")
    answers = each(*steps)
    pass_over(answers, 3)
    for learning_rate, delta_w in updates:
        new_w, new_delta_w, new_momentum_w = updated(layer, answers)
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
    updates = [(learning_rate, draw(rng, *SHAPE)) for learning_rate in (0.3, 0.05, 0.2)]
    layer, steps = own_layer(student, w)
    for learning_rate, delta_w in updates:
        options = Keywords(learning_rate=learning_rate, optimizer="sgdm")
        steps += updating(layer, delta_w, options)
    answers = each(*steps)
    pass_over(answers, 2)
    momentum_w = np.zeros(SHAPE)
    for learning_rate, delta_w in updates:
        new_w, new_delta_w, new_momentum_w = updated(layer, answers)
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
    transposed, steps, places = keeps_w_transposed(student), [], []
    for arguments in ((), ("sgdm",)):
        layer, made = own_layer(student, w, transposed=transposed, number=len(steps))
        steps += [
            *made,
            assigns(layer, "delta_w", delta_w),
            assigns(layer, "momentum_w", momentum_w),
            (layer.update, 0.2, *arguments),
        ]
        places.append(len(steps))
        steps += [*reads([layer], "w"), *reads([layer], "momentum_w")]
    answers = together(*steps)
    (actual, momentum), (right, right_momentum) = (
        as_read([layer] * 2, answers[place : place + 2]) for place in places
    )
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
    unknown = (
        (say("an unknown optimizer"), "adam"),
        (say("an unknown optimizer"), "zeta"),
        (say("an optimizer in upper case"), "SGD"),
        (say("an empty name for an optimizer"), ""),
    )
    transposed = keeps_w_transposed(student)
    layer, steps = own_layer(student, w, transposed=transposed)
    steps.append(assigns(layer, "delta_w", delta_w))
    steps += [(layer.update, 0.1, name) for _, name in unknown]
    # So that raising is not all that update can do.
    other, made = own_layer(student, w, transposed=transposed, number=len(steps))
    steps += [*made, assigns(other, "delta_w", delta_w), (other.update, 0.1, "sgd")]
    answers = each(*steps, *reads([other], "w"))
    pass_over(answers, 3)
    for kind, _ in unknown:
        with assert_raises(ValueError, say("update with {kind}", kind=kind)):
            next(answers)
    pass_over(answers, len(made) + 2)
    if np.array_equal(other.turned(next(answers)), w):
        fail("update with 'sgd' should change w.")


@pytest.mark.check(points=2)
def test_beta(student, rng):
    """the momentum decays by the beta of the layer, the one it was built with or assigned last"""
    cases = (
        (0.4, say("momentum_w, updated with a delta_w of 0,"), draw(rng, *SHAPE)),
        (
            0.7,
            say("momentum_w, updated with a delta_w of 0 once beta was assigned,"),
            draw(rng, *SHAPE),
        ),
    )
    layer, steps = own_layer(student, draw(rng, *SHAPE), 0.4)
    # Without a gradient nothing but the decay is left: what else the momentum is made of has a
    # check of its own.
    steps.append(assigns(layer, "delta_w", np.zeros(SHAPE)))
    for beta, _, momentum_w in cases:
        steps += [(setattr, layer.layer, "beta", beta)] if beta != 0.4 else []
        steps += [assigns(layer, "momentum_w", momentum_w), (layer.update, 0.3, "sgdm")]
        steps += reads([layer], "momentum_w")
    answers = each(*steps)
    pass_over(answers, 3)
    for beta, what, momentum_w in cases:
        pass_over(answers, 2 if beta == 0.4 else 3)
        found = widened(layer.turned(next(answers)))
        known = Known(given={"old_momentum_w": momentum_w})
        assert_array(found, beta * momentum_w, what, tol=1e-6, known=known)


@pytest.mark.check(points=1)
def test_l2_norm(student, rng):
    """L2_Norm divides w by its L2 norm; a w of zeros stays"""
    w = draw(rng, *SHAPE)
    right = w / math.sqrt((w**2).sum())
    small, zeros = 0.1 * right, np.zeros(SHAPE)
    layer, steps = own_layer(student, w)
    normed = [(layer.L2_Norm,), *reads([layer], "w")]
    again = [[assigns(layer, "w", other), *normed] for other in (small, zeros)]
    answers = each(*steps, *normed, *itertools.chain(*again))
    pass_over(answers, len(steps) + 1)
    known = Known(given={"w": w, "w - w.mean()": w - w.mean()})
    assert_array(layer.turned(next(answers)), right, "w after L2_Norm", known=known)
    pass_over(answers, 2)
    # A tiny number added to the norm against a division by 0 does no harm.
    known = Known(given={"w": small})
    what = say("w after L2_Norm, where its norm was below 1,")
    assert_array(layer.turned(next(answers)), right, what, tol=1e-6, known=known)
    pass_over(answers, 2)
    assert_array(layer.turned(next(answers)), zeros, "w of zeros, after L2_Norm,")
