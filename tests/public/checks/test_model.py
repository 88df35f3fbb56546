"""Public checks of Model, with tiny layers of the checks' own (see layers.py).

The example trained here has two inputs and one weight, `y_hat = factor * (x1 + x2)`. The sums
x1 + x2 are 1, 2, 3, 4, with the labels 1, 0, 1, 1. From factor 0 the first loss is
(1 + 0 + 1 + 1) / 8 = 0.375 and its slope -(1 + 3 + 4) / 4 = -2, so a learning rate of 0.125 leads
to factor 0.25.
"""

import contextlib
import io
import re
from functools import partial
from itertools import chain

import numpy as np
from gradient_check import Gradient, layer_gradients, numeric_gradient

from checks import expect, hints, known
from checks.about import about
from checks.layers import Mix, Scale, Shift, Square, Sum
from checks.messages import inside, listed, say
from checks.student import build, load

X = np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 2.0], [2.0, 2.0]])
SUMS = X.sum(axis=1, keepdims=True)
Y = np.array([[1.0], [0.0], [1.0], [1.0]])
RATE = 0.125
KEYS = ["test_accuracy", "test_loss", "train_accuracy", "train_loss"]


def model_of(*layers):
    """Return the student's model, built of these layers."""
    model = build("Model")
    model.Build(list(layers))
    return model


def model_of_weight(factor, calls=None):
    """Return the model of the example, and the layer that holds its weight."""
    layer = Scale(factor, calls)
    return model_of(Sum(), layer), layer


def fit(model, **options):
    """Train a model on the example; require that it leaves samples and labels as they are."""
    x, y = X.copy(), Y.copy()
    with expect.hinted(hints.VERBOSE, ZeroDivisionError):
        history = model.fit(x, y, **options)
    expect.unchanged(x, X, "x", "fit(x, y)")
    expect.unchanged(y, Y, "y", "fit(x, y)")
    return history


@about("Build", points=2)
def test_build():
    """Build takes over the layers and empties the history"""
    layers = [Scale(2.0), Shift()]
    model = model_of(*layers)
    expect.same(len(model.layers), 2, "len(layers)", hints.BUILD)
    ours = [a is b for a, b in zip(model.layers, layers, strict=True)]
    expect.same(ours, [True, True], "[layers[0] is a, layers[1] is b]", hints.BUILD)
    expect.same(sorted(model.history), KEYS, "sorted(history)", hints.BUILD_EMPTIES)
    for values in model.history.values():
        values.append(0.5)
    model.Build(layers)
    expect.same(sorted(model.history), KEYS, "sorted(history)", hints.BUILD_EMPTIES)
    lengths = [len(model.history[key]) for key in KEYS]
    expect.same(
        lengths, [0, 0, 0, 0], "[len(history[key]) for key in sorted(history)]", hints.BUILD_EMPTIES
    )


@about("forward", points=2, needs=("Build",))
def test_forward():
    """forward goes through the layers in order"""
    x = np.array([[1.0], [4.0]])
    found, given = expect.call(model_of(Shift(), Scale(2.0)), "forward", x=x), expect.given(x=x)
    given = listed([given, say("the layers add 1 and double")])
    instead = [([[3.0], [9.0]], hints.ORDER_REVERSED), ([[2.0], [5.0]], hints.HANDS_ON)]
    expect.array(found, [[4.0], [10.0]], "forward(x)", hints.ORDER, instead, given)


@about("backward", points=2, needs=("Build", "forward"))
def test_backward():
    """backward goes through the layers in reverse"""
    calls = []
    layers = [Scale(2.0, calls, "a"), Shift(calls, "b"), Scale(5.0, calls, "c")]
    model = model_of(*layers)
    model.forward(np.array([[1.0], [3.0]]))
    calls.clear()
    found = model.backward(np.array([[1.0], [-1.0]]))
    what = say("the layers a, b, c: calls by `backward`")
    expect.same(calls, ["backward c", "backward b", "backward a"], what, hints.REVERSE)
    expect.returned(found, "backward(grad)")
    expect.array(found, [[10.0], [-10.0]], "backward([[1], [-1]])", hints.HANDS_ON)
    kept = list(map(id, model.layers)) == list(map(id, layers))
    expect.same(kept, True, say("`layers` after `backward`: as before"), hints.IN_PLACE)


@about("update", points=2, needs=("Build",))
def test_update():
    """update calls that of each layer once"""
    calls = []
    layers = [Scale(2.0, calls, "a"), Shift(calls, "b"), Scale(5.0, calls, "c")]
    model_of(*layers).update(0.25, "sgd")
    what = say("the layers a, b, c: calls by `update`")
    expect.same(sorted(calls), ["update a", "update b", "update c"], what, hints.UPDATE)
    settings = [layer.settings for layer in layers]
    expect.same(settings, [(0.25, "sgd")] * 3, "update(0.25, 'sgd')", hints.UPDATE)


@about("backward", points=1, needs=("Build", "forward"))
def test_backward_by_finite_differences():
    """backward agrees with finite differences through three layers"""
    model = model_of(Scale(2.0), Mix(), Square())
    gradients = layer_gradients(model, np.array([[0.5, 1.0], [-1.0, 0.25], [2.0, -1.5]]))
    expect.gradients(gradients, "Model", hints.REVERSE)


Y_HAT = np.array([[0.2], [0.5], [0.51], [7.0]])


def numbers_in(line):
    """Return the numbers, without their signs, in a printed line."""
    return {float(text) for text in re.findall(r"\d*\.?\d+(?:[eE][-+]?\d+)?", line)}


@about("Record_History", points=1, needs=("Build",))
def test_record_history():
    """Record_History adds to each list, and leaves out None"""
    model, _ = model_of_weight(1.0)
    model.Record_History(0.5, 1.0)
    lengths = [len(model.history[key]) for key in KEYS]
    what = say("Record_History(0.5, 1.0): the length of {names}", names=listed(KEYS))
    expect.same(lengths, [0, 0, 1, 1], what, hints.HISTORY)
    model.Record_History(0.25, 0.75, 0.125, 0.5)
    wanted = {
        "train_loss": [0.5, 0.25],
        "train_accuracy": [1.0, 0.75],
        "test_loss": [0.125],
        "test_accuracy": [0.5],
    }
    for key in KEYS:
        found, what = list(model.history[key]), f"history[{key!r}]"
        latest = len(wanted[key]) > 1 and found == wanted[key][-1:]
        hint = hints.LATEST_ALONE if latest else hints.HISTORY
        expect.same(found, wanted[key], what, hint)
    model.Record_History(0.0, 0.0, 0.0, 0.0)
    lengths = [len(model.history[key]) for key in KEYS]
    what = say("Record_History(0.0, 0.0, 0.0, 0.0): the length of {names}", names=listed(KEYS))
    expect.same(lengths, [2, 2, 3, 3], what, hints.ZERO)


@about("Show_Training_Stage_Info", points=2, needs=("Build", "Record_History"))
def test_show():
    """Show_Training_Stage_Info prints one line, also before anything was recorded"""
    model, _ = model_of_weight(1.0)
    for before in (True, False):
        hint = expect.hinted(hints.SHOW_EMPTY) if before else contextlib.nullcontext()
        with hint, contextlib.redirect_stdout(io.StringIO()) as out:
            model.Show_Training_Stage_Info(7)
        lines = out.getvalue().splitlines()
        # Counted from 0 or from 1. Other lines are the program's own business.
        shown = [numbers for line in lines if {7, 8} & (numbers := numbers_in(line))]
        if not shown:
            what = say("printed by Show_Training_Stage_Info(7)")
            expect.differ(what, repr(lines), say("a line with 7 (or 8)"), hints.SHOW)
        if before:
            model.Record_History(0.5, 1.0)
    whole = any(0.5 in numbers and {1, 100} & numbers for numbers in shown)
    if not whole:
        what = say("printed by Record_History(0.5, 1.0), Show_Training_Stage_Info(7)")
        wanted = say("a line with 7 (or 8), 0.5 and 1 (or 100%)")
        expect.differ(what, repr(lines), wanted, hints.SHOW)


@about("predict_2_binary", points=2)
def test_prediction():
    """predict_2_binary, by hand"""
    found = expect.call(build("Model"), "predict_2_binary", y_hat=Y_HAT)
    given, what = expect.given(y_hat=Y_HAT), "predict_2_binary(y_hat)"
    expect.shape(found, (4, 1), what, given=given)
    wanted = [[0], [0], [1], [1]]
    expect.array(found.astype(np.float64), wanted, what, hints.THRESHOLD, given=given)


@about("Compute_Accuracy", points=2)
def test_accuracy():
    """Compute_Accuracy, by hand, and ValueError for shapes that differ"""
    model, y = build("Model"), np.array([[0.0], [1.0], [1.0], [1.0]])
    found = expect.call(model, "Compute_Accuracy", y_hat=Y_HAT, y=y)
    given, what = expect.given(y_hat=Y_HAT, y=y), "Compute_Accuracy(y_hat, y)"
    expect.number(found, 0.75, what, hints.ACCURACY, known.accuracies(model, Y_HAT, y), given)
    what = say("Compute_Accuracy of the shapes {one} and {other}", one=(4, 1), other=(4,))
    expect.value_error(lambda: model.Compute_Accuracy(Y_HAT, y[:, 0]), what, hints.SHAPES_DIFFER)


@about("evaluate", points=2, needs=("Build",))
def test_evaluate():
    """evaluate gives loss and accuracy, and changes nothing"""
    model, layer = model_of_weight(0.25)
    found = expect.call(model, "evaluate", x=X, y=Y)
    if not isinstance(found, tuple | list) or len(found) != 2:
        kind = type(found).__name__
        expect.fail(
            say("`evaluate(x, y)` should return two numbers, but returned a {kind}.", kind=kind),
            hints.PAIR,
        )
    y_hat, what = 0.25 * SUMS, "evaluate(x, y)"
    given = expect.given(y_hat=y_hat, y=Y)
    wrong = [(0.75, hints.PAIR), *known.losses(y_hat, Y)]
    shares = known.accuracies(model, y_hat, Y)
    expect.number(found[0], 0.109375, inside(what, "loss"), hints.LOSS, wrong, given)
    expect.number(found[1], 0.75, inside(what, "accuracy"), hints.ACCURACY, shares, given)
    expect.number(layer.factor, 0.25, say("the weight after `evaluate`"), hints.LEAVES_ALONE)
    recorded = sum(map(len, model.history.values()))
    expect.same(recorded, 0, "len(history[...])", hints.LEAVES_ALONE)


def gradient_of_loss(layer, y, who):
    """Return what `fit` handed to the last layer, of weight 0.25, for the first samples."""
    y_hat = 0.25 * SUMS[: len(y)]
    numeric = numeric_gradient(lambda y_hat: loss_of(y_hat, y), y_hat)
    received = layer.received
    if received.shape == layer.x_of_received.shape == y_hat.shape:
        # The samples may come in any order.
        received = received[np.argsort(layer.x_of_received[:, 0])]
    return Gradient("dL/dy_hat", received, numeric, who)


@about("fit", points=4, needs=("Build",))
def test_loss_gradient():
    """fit starts backward from the derivative of the loss"""
    calls = []
    model, layer = model_of_weight(0.25, calls)
    fit(model, epochs=1, learning_rate=RATE)
    if not calls:
        expect.fail(say("fit(epochs=1) called no layer."), hints.NO_EPOCH)
    if layer.received is None:
        expect.fail(say("`fit` did not call `backward` of the last layer."), hints.NO_BACKWARD)
    expect_calls(calls, "backward", layer, 1)
    gradient = gradient_of_loss(layer, Y, say("`fit`"))
    if gradient.comparable and np.allclose(gradient.analytic, len(Y) * gradient.numeric):
        expect.fail(say("{what}, {text}", what="fit", text=gradient.finding), hints.LOSS_GRADIENT_N)
    expect.gradients([gradient], "fit", hints.LOSS_GRADIENT)
    model, layer = model_of_weight(0.25)
    model.fit(X[:2].copy(), Y[:2].copy(), epochs=1, learning_rate=RATE)
    gradient = gradient_of_loss(layer, Y[:2], say("`fit` of 2 samples"))
    if gradient.comparable and not gradient.ok:
        expect.fail(say("{what}, {text}", what="fit", text=gradient.finding), hints.ANY_N)
    expect.gradients([gradient], "fit")


def expect_history(model, prefix, factors, data, late, what):
    """Require the losses and accuracies that these factors give, but the last, which is of after.

    Parameters
    ----------
    model : Model
        What `fit` recorded is in its history.
    prefix : str
        ``"train"`` or ``"test"``.
    factors : sequence of float
        The weight before each epoch, and after the last.
    data : tuple of two arrays
        Samples and labels.
    late : str
        The hint for numbers of after the update.
    what : str
        How `fit` was called.
    """
    x, y = data
    y_hats = [factor * x.sum(axis=1, keepdims=True) for factor in factors]
    for kind, right, wrong, hint in (
        ("loss", loss_of, known.losses, hints.LOSS),
        ("accuracy", accuracy_of, partial(known.accuracies, model), hints.ACCURACY),
    ):
        key, values = f"{prefix}_{kind}", [right(y_hat, y) for y_hat in y_hats]
        found = model.history[key]
        expect_length(found, len(values) - 1, inside(what, f"len({key})"))
        for epoch, y_hat in enumerate(y_hats[:-1]):
            instead = chain(wrong(y_hat, y), [(values[epoch + 1], late)])
            entry = inside(what, f"{key}[{epoch}]")
            expect.number(found[epoch], values[epoch], entry, hint, instead)


def expect_calls(calls, method, layer, epochs):
    """Require that `fit` called a method of a layer once in each epoch."""
    count = calls.count(f"{method} {layer.name}")
    what = say("fit(epochs={epochs}): calls of `{method}` of a layer", epochs=epochs, method=method)
    expect.same(count, epochs, what, known.epochs(count, epochs))


def expect_length(found, wanted, what):
    """Require that so many epochs were recorded."""
    latest = len(found) == 1 < wanted
    hint = hints.LATEST_ALONE if latest else known.epochs(len(found), wanted)
    expect.same(len(found), wanted, what, hint)


def loss_of(y_hat, y):
    """Compute the loss."""
    return np.mean((y_hat - y) ** 2) / 2


def accuracy_of(y_hat, y):
    """Compute the accuracy."""
    return np.mean((y_hat > 0.5) == (y == 1))


@about("fit", points=3, needs=("Build",))
def test_fit():
    """fit: two epochs of one weight, worked by hand"""
    model, layer = model_of_weight(0.0)
    history = fit(model, epochs=1, learning_rate=RATE)
    expect.returned(history, "fit(x, y)", hints.RETURNS_HISTORY)
    expect.same(history == model.history, True, "fit(...) == history", hints.RETURNS_HISTORY)
    what, late = f"fit(epochs=1, learning_rate={RATE})", hints.RECORD_FIRST
    expect_history(model, "train", [0.0, 0.25], (X, Y), late, what)
    expect.number(
        layer.factor,
        0.25,
        inside(what, "w"),
        hints.STEP,
        [(-0.25, hints.UPHILL), (0.0, hints.UPDATE_LATE)],
    )
    fit(model, epochs=1, learning_rate=RATE)
    what = listed(["fit(epochs=1)"] * 2)
    expect_length(model.history["train_loss"], 2, inside(what, "len(train_loss)"))
    expect_history(model, "train", [0.0, 0.25, layer.factor], (X, Y), late, what)
    length = inside(what, "len(test_loss)")
    expect.same(len(model.history["test_loss"]), 0, length, hints.NO_TEST_DATA)


@about("fit", points=2, needs=("Build",))
def test_fit_epochs():
    """fit trains for as many epochs as it is told, and goes on where it stopped"""
    calls = []
    model, layer = model_of_weight(0.5, calls)
    x = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]])
    y = np.array([[0.0], [1.0], [1.0]])
    model.fit(x, y, epochs=7, learning_rate=0.1, optimizer="sgd")  # right from the first epoch on
    for method in ("backward", "update"):
        expect_calls(calls, method, layer, 7)
    expect_length(model.history["train_loss"], 7, inside("fit(epochs=7)", "len(train_loss)"))
    what = say("fit(learning_rate=0.1, optimizer='sgd'): handed to `update` of a layer")
    expect.same(layer.settings, (0.1, "sgd"), what, hints.UPDATE)
    (one, once), (two, twice) = model_of_weight(0.0), model_of_weight(0.0)
    fit(one, epochs=5, learning_rate=0.01)
    fit(two, epochs=2, learning_rate=0.01)
    fit(two, epochs=3, learning_rate=0.01)
    what = say("the weight after fit(epochs=2), fit(epochs=3), and after fit(epochs=5)")
    expect.number(twice.factor, once.factor, what, hints.GOES_ON)
    what = inside(listed(["fit(epochs=2)", "fit(epochs=3)"]), "len(train_loss)")
    expect.same(len(two.history["train_loss"]), 5, what, hints.GOES_ON)


@about("fit", points=2, needs=("Build",))
def test_fit_test_data():
    """fit evaluates test data on the way"""
    test = (np.array([[2.0, 0.0], [1.0, 3.0]]), np.array([[0.0], [1.0]]))
    # Whether it trains rightly is another check's.
    (plain, alone), (model, layer) = model_of_weight(0.0), model_of_weight(0.0)
    fit(plain, epochs=2, learning_rate=RATE)
    history = fit(model, epochs=2, learning_rate=RATE, test_data=test)
    expect.returned(history, "fit(x, y)", hints.RETURNS_HISTORY)
    what = "fit(epochs=2, test_data=...)"
    expect.number(layer.factor, alone.factor, inside(what, "w"), hints.TEST_DATA)
    losses = plain.history["train_loss"]
    same = np.array_equal(np.ravel(history["train_loss"]), np.ravel(losses))
    asked = inside(what, inside("train_loss == fit(epochs=2)", "train_loss"))
    expect.same(same, True, asked, hints.TEST_DATA)
    expect.same(
        len(history["test_loss"]), len(losses), inside(what, "len(test_loss)"), hints.EPOCHS
    )
    if len(alone.factors) == len(losses) + 1:
        expect_history(model, "test", alone.factors, test, hints.TEST_WEIGHTS, what)


@about("fit", points=1, needs=("Build",))
def test_fit_shows():
    """fit calls Show_Training_Stage_Info as often as verbose says"""
    shown = []
    # In a subclass, since not every object lets a method be replaced.
    methods = {"Show_Training_Stage_Info": lambda _, epoch: shown.append(epoch)}
    model = type("Model", (load("Model"),), methods)()
    model.Build([Sum(), Scale(1.0)])
    for verbose, times in ((0, 0), (2, 2)):
        fit(model, epochs=4, learning_rate=0.01, verbose=verbose)
        what = say("fit(epochs=4, verbose={verbose}): calls of it", verbose=verbose)
        expect.same(len(shown), times, what, hints.VERBOSE)
