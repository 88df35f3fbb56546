"""Hidden checks of the whole network, made of the student's own three classes: 25 points.

Accuracy alone can't tell a right backward pass from a wrong one: most wrong ones still learn XOR.
So the gradient of the whole network is checked as well, and of a training the way that the
weights go. Where a part is not as the contract has it and yet works, as one that rounds or has a
bias, it has lost points in its class: what is asked of a training here is that its gradients are
right, and that `fit` goes where the student's own forward, backward and update lead.
"""

import itertools

import numpy as np
import pytest

from autograder.checks import (
    Answer,
    assert_array,
    assert_array_form,
    assert_gradient,
    fail,
    figures,
    say,
    together,
)
from datasets import load
from tests.hidden.helpers import (
    RELU,
    SIGMOID,
    SOFTPLUS,
    accuracy,
    draw,
    draw_inseparable,
    draw_labels,
    draw_weights,
    loss,
    network,
    reorder,
    start_weights,
)
from tests.hidden.own import as_read, own_network, reads, widened
from tests.hidden.reference_training import (
    EPOCHS,
    LEARNING_RATE,
    reference_training,
    train_linear,
    train_reference,
)
from tests.public.gradient_check import numeric_gradient

# Seeds of initial weights from which the standard network learns a dataset soon (linear within 1100
# epochs, XOR within 6000), with and without a bias, and then stays right until epoch 30000: the
# best of 600 seeds. `python -m tests.hidden.choose_starts` says more, and finds them again.
STARTS = {
    "linear": (5, 21, 83, 121, 223, 229, 444, 515),
    "xor": (79, 106, 196, 235, 336, 379, 508, 523),
}

FUNCTIONS = [SIGMOID, SIGMOID]
DEFAULT_EPOCHS = 30000
LONG_CALL_SECONDS = 60
# So many epochs by the model's own methods are one message, which has the time of one call.
EPOCHS_TOGETHER = 10
# How far off a gradient or a step may be here: how precise they are, other checks tell. Outputs
# rounded to 4 decimals are 1e-4 off, and a gradient that is 1 % too large 1e-2.
TOLERANCE = 5e-3
# The same of a gradient by itself: a ReLU with a slope of 0.01 where it should be flat is found.
GRADIENT_TOLERANCE = 1e-3
# The square that is drawn around the samples, and how finely.
BOX, CELLS = (-0.1, 1.1), 24


def assert_network_gradient(student, weights, x, y, functions, tol=GRADIENT_TOLERANCE):
    """Compare every gradient of a network with finite differences of the grader's own loss."""
    model, linear = own_network(student, weights, functions)
    y_hat = network(x, weights, functions)
    actual = widened(model.forward(x.copy()))
    assert_array(actual, y_hat, "the network's output", tol=tol)
    actual, *deltas = together((model.backward, (y_hat - y) / len(y)), *reads(linear, "delta_w"))
    actual, deltas = widened(actual), as_read(linear, deltas)
    numeric = numeric_gradient(lambda x: loss(network(x, weights, functions), y), x)
    what = say("dL/dx, which the model's backward returns,")
    assert_gradient(actual, numeric, what, tol=tol)
    for i, delta_w in enumerate(deltas):

        def loss_of(w, i=i):
            changed = [*weights[:i], w, *weights[i + 1 :]]
            return loss(network(x, changed, functions), y)

        numeric = numeric_gradient(loss_of, weights[i])
        what = say("delta_w of Linear_Layer number {number}", number=i + 1)
        assert_gradient(delta_w, numeric, what, tol=tol)


@pytest.mark.check(points=4)
def test_gradient(student, rng):
    """the gradient of a network with sigmoids matches finite differences in every weight"""
    weights, x, y = draw_weights(rng, (2, 5, 3, 1)), draw(rng, 7, 2), draw_labels(rng, 7)
    assert_network_gradient(student, weights, x, y, [SIGMOID, SIGMOID], tol=2e-3)


@pytest.mark.check(points=3)
def test_gradient_with_other_functions(student, rng):
    """the gradient of a network with ReLU and softplus matches finite differences"""
    while True:
        # So small that no gradient on the way is above 1: clipping has a price elsewhere.
        weights = draw_weights(rng, (2, 5, 3, 1), scale=0.5)
        x, y = draw(rng, 7, 2), draw_labels(rng, 7)
        # ReLU can't be differentiated near its kink.
        if np.abs(x @ weights[0].T).min() >= 0.1:
            break
    assert_network_gradient(student, weights, x, y, [RELU, SOFTPLUS])


@pytest.mark.check(points=1)
def test_fit_keeps_momentum(student, rng):
    """two calls of fit with 50 epochs equal one with 100, the momentum of the layers included"""
    x, y = draw_inseparable(rng, 6, 3)
    x[:, 0] *= 0.1  # so that no rate, however large, is at its end before the second call
    (start,) = draw_weights(rng, (3, 1), scale=0.5)

    def trained(*calls):
        model, (layer,) = own_network(student, [start], [])
        for epochs in calls:
            model.fit(x.copy(), y.copy(), epochs=epochs, learning_rate=0.0002)
        return widened(layer.w)

    actual, right = trained(50, 50), trained(100)
    assert_array_form(right, start.shape, "w after 100 epochs of fit")
    if np.array_equal(right, start):
        fail("fit should change the weights.")
    # An epoch too few in each call has its own check.
    if type(actual) is np.ndarray and not np.allclose(actual, right, rtol=0.0, atol=1e-6):
        near = [trained(99), trained(101)]
        right = next((w for w in near if np.allclose(actual, w, rtol=0.0, atol=1e-6)), right)
    what = say("w after 50 and 50 epochs of fit, compared with 100 at once,")
    assert_array(actual, right, what, tol=1e-6)


@pytest.mark.check(points=4)
def test_training_step_by_step(student, rng):
    """a few dozen epochs of fit change the weights, step by step, as the handout trains"""
    x, y = load("xor")
    (start, _), lengths = draw_start(rng, "xor"), draw_lengths(rng)
    way = [w for _, w in itertools.islice(train_reference(x, y, start), lengths[-1] + 2)]
    for epochs in lengths:
        _, trained = fit(student, start, (x, y), epochs)
        # One epoch more or less has a check of its own.
        nearby = way[epochs - 1 : epochs + 2]
        after = say("a few dozen epochs of fit")
        assert_changed_rightly(trained, start, nearby, after, tolerance=2e-3)


def draw_start(rng, name):
    """Draw good initial weights, with the hidden units in an order that only the grader knows.

    Returns
    -------
    tuple
        The weights, and the seed of `STARTS` that they come from.
    """
    seed = int(rng.choice(STARTS[name]))
    orders = [np.arange(2), rng.permutation(3), rng.permutation(3), np.arange(1)]
    return reorder(start_weights(seed), orders), seed


def draw_lengths(rng):
    """Draw two lengths of a training, fewer epochs than any start needs to be all right."""
    return int(rng.integers(2, 5)), int(rng.integers(20, 51))


def assert_learns(student, rng, clock, show, name):
    """Train as the report does, show how it went, and see which way the weights went."""
    x, y = load(name)
    start, seed = draw_start(rng, name)
    right = reference_training(name, seed)
    few, dozens = draw_lengths(rng)
    # Fewer than any start needs to get every sample right, with a momentum that long ago began.
    hundreds = int(rng.integers(150, 401))
    long = int(rng.integers(1.1 * right.right_from, 1.3 * right.right_from))

    model, linear = own_network(student, start, FUNCTIONS)
    assert_starts_rightly(model, linear, start, (x, y))
    # Short calls first, so that training that never ends is found within the ordinary limit.
    way = own_way(student, start, (x, y), dozens + 1)
    for epochs in (few, dozens):
        model, trained = fit(student, start, (x, y), epochs)
        # One epoch more or less has a check of its own.
        after = say("a few dozen epochs of fit")
        assert_same_way(trained, start, way[epochs - 1 : epochs + 2], after)
    assert_goes_on(student, start, (x, y), hundreds, few)
    clock.call_seconds = LONG_CALL_SECONDS
    model, _ = fit(student, start, (x, y), long)
    show(lambda: pictures(model, right.losses, (x, y), name))
    y_hat = model.forward(x.copy())
    assert_array_form(widened(y_hat), y.shape, "the trained network's output")
    if accuracy(y_hat, y) < 1.0:
        fail(
            say(
                "After training, the network does not predict every sample of {name} right, though "
                "its gradients before training are right and fit does what its forward, backward "
                "and update do. If other checks failed, start with those.",
                name=name,
            )
        )


def assert_starts_rightly(model, linear, start, data):
    """Fail unless output and gradients are right at the initial weights."""
    x, y = data
    y_hat = network(x, start, FUNCTIONS)
    what = say("the untrained network's output")
    assert_array(widened(model.forward(x.copy())), y_hat, what, tol=TOLERANCE)
    _, *deltas = together((model.backward, (y_hat - y) / len(y)), *reads(linear, "delta_w"))
    (_, before), (_, after) = itertools.islice(train_reference(x, y, start), 2)
    deltas = as_read(linear, deltas)
    for number, (delta_w, old, new) in enumerate(zip(deltas, before, after, strict=True), 1):
        right = (old - new) / LEARNING_RATE
        what = say("delta_w of Linear_Layer number {number}, before training,", number=number)
        assert_gradient(delta_w, right, what, tol=TOLERANCE)


def own_way(student, start, data, epochs):
    """Train by the student's forward, backward and update, called from here.

    Returns
    -------
    list
        The weights after 0, 1, 2, ... epochs.

    Raises
    ------
    CheckFailed
        If a step is not what the optimizer makes of the gradients, whatever these are.
    """
    model, linear = own_network(student, start, FUNCTIONS)
    way, momenta = [start], [0.0] * len(start)
    for delta, weights in own_epochs(model, linear, start, data, epochs):
        momenta = [0.9 * m + d for m, d in zip(momenta, delta, strict=True)]
        right = [w - LEARNING_RATE * m for w, m in zip(way[-1], momenta, strict=True)]
        way.append(weights)
        after = say("a call of the model's forward, backward and update each")
        assert_changed_rightly(way[-1], way[-2], [right], after)
    return way


def own_epochs(model, linear, start, data, epochs):
    """Train by the student's forward, backward and update.

    Yields
    ------
    tuple
        The gradients of an epoch, and the weights after it.
    """
    (x, y), size = data, len(linear)
    y_hat = model.forward(x.copy())
    for done in range(0, epochs, EPOCHS_TOGETHER):
        grad, steps, starts = output_gradient(y_hat, y), [], []
        for _ in range(min(EPOCHS_TOGETHER, epochs - done)):
            if starts:
                end = len(steps)
                steps += [(np.subtract, Answer(end - 1), y), (np.divide, Answer(end), len(y))]
                grad = Answer(end + 1)
            starts.append(len(steps) + 1)
            steps += [
                (model.backward, grad),
                *reads(linear, "delta_w"),
                (model.update, LEARNING_RATE, "sgdm"),
                *reads(linear, "w"),
                (model.forward, x.copy()),  # with which the next one begins
            ]
        answers = together(*steps)
        for at in starts:
            gradients = as_read(linear, answers[at : at + size])
            weights = as_read(linear, answers[at + size + 1 : at + 2 * size + 1])
            y_hat = answers[at + 2 * size + 1]
            assert_forms(gradients, start, say("delta_w after backward"))
            assert_forms(weights, start, say("w after training"))
            yield gradients, weights


def output_gradient(y_hat, y):
    """Return (y_hat - y) / N, or fail if the output does not have the form of the labels."""
    y_hat = widened(y_hat)
    assert_array_form(y_hat, y.shape, "the network's output")
    return (y_hat - y) / len(y)


def assert_goes_on(student, start, data, epochs, few):
    """Fail unless a few epochs more of fit are a few times the student's own three methods."""
    model, linear = own_network(student, start, FUNCTIONS)
    x, y = data
    run_fit(model, data, epochs)
    before = weights_of(linear, start)
    *_, (_, after_few) = own_epochs(model, linear, start, data, few)
    _, trained = fit(student, start, (x, y), epochs + few)
    after = say("some hundreds of epochs of fit")
    assert_same_way(trained, before, [after_few], after)


def run_fit(model, data, epochs):
    """Train a network of the student's with the report's settings; return what fit does."""
    x, y = (array.copy() for array in data)
    return model.fit(x, y, epochs=epochs, learning_rate=LEARNING_RATE, optimizer="sgdm")


def fit(student, start, data, epochs):
    """Train a network of the student's from these weights; give the model and its weights."""
    model, linear = own_network(student, start, FUNCTIONS)
    run_fit(model, data, epochs)
    return model, weights_of(linear, start)


def weights_of(linear, start):
    """Return the weights of layers, of the right form."""
    weights = as_read(linear, together(*reads(linear, "w")))
    assert_forms(weights, start, say("w after training"))
    return weights


def assert_forms(arrays, start, what):
    """Fail unless each of these arrays has the form of the weights of its layer."""
    for array, w in zip(arrays, start, strict=True):
        assert_array_form(array, w.shape, what)


def first_off(weights, before, results, tolerance=TOLERANCE):
    """Return the number of the first layer that is off each of some results; None if none is.

    Off is what differs from the nearest of them by more than `tolerance` of the change.
    """

    def errors(result):
        sizes = [np.linalg.norm(r - b) for r, b in zip(result, before, strict=True)]
        return [
            np.linalg.norm(w - r) / size if size else np.inf
            for w, r, size in zip(weights, result, sizes, strict=True)
        ]

    nearest = min(map(errors, results), key=max)
    return next((i for i, error in enumerate(nearest, 1) if not error <= tolerance), None)


def assert_changed_rightly(weights, before, right, after, tolerance=TOLERANCE):
    """Fail unless training changed the weights of every layer as in one of the right results."""
    if number := first_off(weights, before, right, tolerance):
        fail(
            say(
                "After {after}, the weights of Linear_Layer number {number} are not where "
                "backpropagation leads from the ones before. If other checks failed, start "
                "with those: training fails with them.",
                after=after,
                number=number,
            )
        )


def assert_same_way(weights, before, own, after):
    """Fail unless fit changed the weights as the student's own methods do."""
    if number := first_off(weights, before, own):
        fail(
            say(
                "After {after}, the weights of Linear_Layer number {number} are not where as many "
                "rounds of forward, backward with (y_hat - y) / N, and update lead, called one "
                "after the other.",
                after=after,
                number=number,
            )
        )


def pictures(model, right_losses, data, name):
    """Draw the loss that fit recorded beside the reference's, and what the network tells apart."""
    x, y = data
    losses = model.history["train_loss"]
    recorded = [losses[epoch - 1] for epoch in EPOCHS if epoch <= len(losses)]
    lines = [
        (say("your network"), recorded),
        (say("the reference, from the same weights"), right_losses),
    ]
    side = np.linspace(*BOX, CELLS)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    y_hat = model.forward(grid)
    assert_array_form(y_hat, (len(grid), 1), "the network's output")
    inside = (y_hat > 0.5).reshape(CELLS, CELLS)
    return [
        figures.curves(
            say(
                "The loss on {name}, by epoch. Training ends once every sample stays right; a low "
                "loss does not prove a right gradient",
                name=name,
            ),
            EPOCHS,
            lines,
        ),
        figures.regions(
            say("What your network predicts around the samples of {name}", name=name),
            inside,
            BOX,
            np.hstack([x, y]),
        ),
    ]


@pytest.mark.check(points=6, seconds=120)
def test_xor(student, rng, clock, show):
    """xor: right gradients, fit goes where they lead, and in the end every sample is right"""
    assert_learns(student, rng, clock, show, "xor")


@pytest.mark.check(points=6, seconds=120)
def test_linear(student, rng, clock, show):
    """linear: right gradients, fit goes where they lead, and in the end every sample is right"""
    assert_learns(student, rng, clock, show, "linear")


@pytest.mark.check(points=1, seconds=60, call_seconds=30)
def test_default_epochs(student, rng):
    """fit trains for 30000 epochs unless told otherwise"""
    # Such small samples are learned so slowly that the weights tell how many epochs it were.
    x, y = draw_inseparable(rng, 3, 2)
    x *= 0.005
    (start,) = draw_weights(rng, (2, 1))
    model, linear = own_network(student, [start], [])
    model.fit(x.copy(), y.copy())
    near = range(DEFAULT_EPOCHS - 1, DEFAULT_EPOCHS + 2)
    right = [[train_linear(x, y, start, epochs)] for epochs in near]
    if first_off(weights_of(linear, [start]), [start], right):
        fail(
            "fit with its default settings does not change the weights as 30000 epochs with a "
            "learning rate of 0.1 and 'sgdm' do. If other checks failed, start with those."
        )
