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
    Keywords,
    assert_array,
    assert_array_form,
    assert_gradient,
    each,
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
from tests.hidden.own import as_read, keeps_w_transposed, own_network, pass_over, reads, widened
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
# How far off a gradient or a step may be here: how precise they are, other checks tell. Outputs
# rounded to 4 decimals are 1e-4 off, and a gradient that is 1 % too large 1e-2.
TOLERANCE = 5e-3
# The same of a gradient by itself: a ReLU with a slope of 0.01 where it should be flat is found.
GRADIENT_TOLERANCE = 1e-3
# The square that is drawn around the samples, and how finely.
BOX, CELLS = (-0.1, 1.1), 24


def assert_network_gradient(student, weights, x, y, functions, tol=GRADIENT_TOLERANCE):
    """Compare every gradient of a network with finite differences of the grader's own loss."""
    model, linear, made = own_network(student, weights, functions, keeps_w_transposed(student))
    y_hat = network(x, weights, functions)
    answers = each(*made, *backward_steps(model, linear, x, (y_hat - y) / len(y)))
    pass_over(answers, len(made))
    assert_array(widened(next(answers)), y_hat, "the network's output", tol=tol)
    actual, deltas = widened(next(answers)), as_read(linear, answers)
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


def backward_steps(model, linear, x, grad):
    """Return the steps of a forward, a backward, and of reading the gradients."""
    return (model.forward, x.copy()), (model.backward, grad), *reads(linear, "delta_w")


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

    transposed = keeps_w_transposed(student)

    def trained(*lengths):
        steps, layers, places = [], [], []
        for calls in lengths:
            model, linear, made = own_network(student, [start], [], transposed, len(steps))
            steps += made
            for epochs in calls:
                options = Keywords(epochs=epochs, learning_rate=0.0002)
                steps.append((model.fit, x.copy(), y.copy(), options))
            steps += reads(linear, "w")
            places.append(len(steps) - 1)
            layers += linear
        answers = together(*steps)
        return as_read(layers, [answers[place] for place in places])

    actual, right = trained((50, 50), (100,))
    assert_array_form(right, start.shape, "w after 100 epochs of fit")
    if np.array_equal(right, start):
        fail("fit should change the weights.")
    # An epoch too few in each call has its own check.
    if type(actual) is np.ndarray and not np.allclose(actual, right, rtol=0.0, atol=1e-6):
        near = trained((99,), (101,))
        right = next((w for w in near if np.allclose(actual, w, rtol=0.0, atol=1e-6)), right)
    what = say("w after 50 and 50 epochs of fit, compared with 100 at once,")
    assert_array(actual, right, what, tol=1e-6)


@pytest.mark.check(points=4)
def test_training_step_by_step(student, rng):
    """a few dozen epochs of fit change the weights, step by step, as the handout trains"""
    x, y = load("xor")
    (start, _), lengths = draw_start(rng, "xor"), draw_lengths(rng)
    way = [w for _, w in itertools.islice(train_reference(x, y, start), lengths[-1] + 2)]
    each_trained = fits(student, start, (x, y), keeps_w_transposed(student), *lengths)
    for epochs, trained in zip(lengths, each_trained, strict=True):
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

    transposed = keeps_w_transposed(student)
    assert_starts_rightly(student, start, (x, y), transposed)
    # Short calls first, so that training that never ends is found within the ordinary limit.
    way = own_way(student, start, (x, y), transposed, dozens + 1)
    each_trained = fits(student, start, (x, y), transposed, few, dozens)
    for epochs, trained in zip((few, dozens), each_trained, strict=True):
        # One epoch more or less has a check of its own.
        after = say("a few dozen epochs of fit")
        assert_same_way(trained, start, way[epochs - 1 : epochs + 2], after)
    assert_goes_on(student, start, (x, y), transposed, hundreds, few)
    clock.call_seconds = LONG_CALL_SECONDS
    model, linear, made = own_network(student, start, FUNCTIONS, transposed)
    answers = each(*made, fit(model, (x, y), long), *reads(linear, "w"), (model.forward, x.copy()))
    pass_over(answers, len(linear) + len(FUNCTIONS))
    model = next(answers)
    pass_over(answers, len(linear) + 2)
    weights_of(linear, start, answers)
    show(lambda: pictures(model, right.losses, (x, y), name))
    y_hat = next(answers)
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


def assert_starts_rightly(student, start, data, transposed):
    """Fail unless output and gradients are right at the initial weights."""
    x, y = data
    y_hat = network(x, start, FUNCTIONS)
    model, linear, made = own_network(student, start, FUNCTIONS, transposed)
    answers = each(*made, *backward_steps(model, linear, x, (y_hat - y) / len(y)))
    pass_over(answers, len(made))
    what = say("the untrained network's output")
    assert_array(widened(next(answers)), y_hat, what, tol=TOLERANCE)
    pass_over(answers, 1)
    deltas = as_read(linear, answers)
    (_, before), (_, after) = itertools.islice(train_reference(x, y, start), 2)
    for number, (delta_w, old, new) in enumerate(zip(deltas, before, after, strict=True), 1):
        right = (old - new) / LEARNING_RATE
        what = say("delta_w of Linear_Layer number {number}, before training,", number=number)
        assert_gradient(delta_w, right, what, tol=TOLERANCE)


def own_way(student, start, data, transposed, epochs):
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
    model, linear, made = own_network(student, start, FUNCTIONS, transposed)
    answers = each(*made, *own_epochs(model, linear, data, epochs, len(made)))
    pass_over(answers, len(made))
    way, momenta = [start], [0.0] * len(start)
    for delta, weights in own_results(answers, linear, start, data, epochs):
        momenta = [0.9 * m + d for m, d in zip(momenta, delta, strict=True)]
        right = [w - LEARNING_RATE * m for w, m in zip(way[-1], momenta, strict=True)]
        way.append(weights)
        after = say("a call of the model's forward, backward and update each")
        assert_changed_rightly(way[-1], way[-2], [right], after)
    return way


def own_epochs(model, linear, data, epochs, number):
    """Return the steps of a training by the student's forward, backward and update.

    The first of them has this number. Without a message for each epoch it takes no longer than fit.
    """
    (x, y), steps = data, []
    for _ in range(epochs):
        forward = number + len(steps)
        steps += [
            (model.forward, x.copy()),
            (np.subtract, Answer(forward), y),
            (np.divide, Answer(forward + 1), len(y)),
            (model.backward, Answer(forward + 2)),
            *reads(linear, "delta_w"),
            (model.update, LEARNING_RATE, "sgdm"),
            *reads(linear, "w"),
        ]
    return steps


def own_results(answers, linear, start, data, epochs):
    """Yield what these steps gave: the gradients of an epoch, and the weights after it."""
    _, y = data
    for _ in range(epochs):
        assert_array_form(widened(next(answers)), y.shape, "the network's output")
        pass_over(answers, 3)
        gradients = as_read(linear, itertools.islice(answers, len(linear)))
        pass_over(answers, 1)
        weights = as_read(linear, itertools.islice(answers, len(linear)))
        assert_forms(gradients, start, say("delta_w after backward"))
        assert_forms(weights, start, say("w after training"))
        yield gradients, weights


def assert_goes_on(student, start, data, transposed, epochs, few):
    """Fail unless a few epochs more of fit are a few times the student's own three methods."""
    model, linear, steps = own_network(student, start, FUNCTIONS, transposed)
    steps.append(fit(model, data, epochs))
    weights = reads(linear, "w")
    own = own_epochs(model, linear, data, few, len(steps) + len(weights))
    answers = each(*steps, *weights, *own)
    pass_over(answers, len(steps))
    before = weights_of(linear, start, answers)
    *_, (_, after_few) = own_results(answers, linear, start, data, few)
    (trained,) = fits(student, start, data, transposed, epochs + few)
    after = say("some hundreds of epochs of fit")
    assert_same_way(trained, before, [after_few], after)


def fit(model, data, epochs):
    """Return the step that trains a network of the student's with the report's settings."""
    x, y = (array.copy() for array in data)
    options = Keywords(epochs=epochs, learning_rate=LEARNING_RATE, optimizer="sgdm")
    return model.fit, x, y, options


def fits(student, start, data, transposed, *lengths):
    """Train a network of the student's from these weights, each for so many epochs.

    Yields
    ------
    list
        Its weights, of the right form.
    """
    steps = []
    for epochs in lengths:
        model, linear, made = own_network(student, start, FUNCTIONS, transposed, len(steps))
        steps += [*made, fit(model, data, epochs), *reads(linear, "w")]
    answers = each(*steps)
    for _ in lengths:
        pass_over(answers, len(made) + 1)
        yield weights_of(linear, start, answers)


def weights_of(linear, start, answers):
    """Return the weights of layers, which were read now, of the right form."""
    weights = as_read(linear, itertools.islice(answers, len(linear)))
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
    side = np.linspace(*BOX, CELLS)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    history, y_hat = together((getattr, model, "history"), (model.forward, grid))
    losses = history["train_loss"]
    recorded = [losses[epoch - 1] for epoch in EPOCHS if epoch <= len(losses)]
    lines = [
        (say("your network"), recorded),
        (say("the reference, from the same weights"), right_losses),
    ]
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
    model, linear, made = own_network(student, [start], [], keeps_w_transposed(student))
    answers = each(*made, (model.fit, x.copy(), y.copy()), *reads(linear, "w"))
    pass_over(answers, len(made) + 1)
    trained = weights_of(linear, [start], answers)
    near = range(DEFAULT_EPOCHS - 1, DEFAULT_EPOCHS + 2)
    right = [[train_linear(x, y, start, epochs)] for epochs in near]
    if first_off(trained, [start], right):
        fail(
            "fit with its default settings does not change the weights as 30000 epochs with a "
            "learning rate of 0.1 and 'sgdm' do. If other checks failed, start with those."
        )
