"""Public checks of Model, with tiny layers of the checks' own (see layers.py).

The example trained here has two inputs and one weight, `y_hat = factor * (x1 + x2)`. The sums
x1 + x2 are 1, 2, 3, 4, with the labels 1, 0, 1, 1. From factor 0 the first loss is
(1 + 0 + 1 + 1) / 8 = 0.375 and its slope -(1 + 3 + 4) / 4 = -2, so a learning rate of 0.125 leads
to factor 0.25.
"""

import contextlib
import io
import re

import numpy as np
from gradient_check import Gradient, layer_gradients, numeric_gradient

from checks import expect, hints
from checks.about import about
from checks.layers import Mix, Scale, Shift, Square, Sum
from checks.messages import say
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


@about("Build", points=2, needs=("Record_History",))
def test_build():
    """Build takes over the layers and empties the history"""
    layers = [Scale(2.0), Shift()]
    model = model_of(*layers)
    expect.same(len(model.layers), 2, "len(layers)", hints.BUILD)
    ours = [a is b for a, b in zip(model.layers, layers, strict=True)]
    expect.same(ours, [True, True], "layers[i] is given[i]", hints.BUILD)
    model.Record_History(0.5, 1.0)
    model.Build(layers)
    expect.same(sorted(model.history), KEYS, "sorted(history)", hints.BUILD)
    expect.same(sum(map(len, model.history.values())), 0, "len(history[...])", hints.BUILD)


@about("forward", points=2, needs=("Build",))
def test_forward():
    """forward goes through the layers in order"""
    found = model_of(Shift(), Scale(2.0)).forward(np.array([[1.0], [4.0]]))
    expect.array(found, [[4.0], [10.0]], "x + 1, * 2: forward([[1], [4]])", hints.ORDER)


@about("backward", points=2, needs=("Build", "forward"))
def test_backward():
    """backward goes through the layers in reverse"""
    calls = []
    layers = [Scale(2.0, calls, "a"), Shift(calls, "b"), Scale(5.0, calls, "c")]
    model = model_of(*layers)
    model.forward(np.array([[1.0], [3.0]]))
    calls.clear()
    found = model.backward(np.array([[1.0], [-1.0]]))
    expect.same(calls, ["backward c", "backward b", "backward a"], "backward", hints.REVERSE)
    expect.array(found, [[10.0], [-10.0]], "backward([[1], [-1]])", hints.REVERSE)


@about("update", points=2, needs=("Build",))
def test_update():
    """update calls that of each layer once"""
    calls = []
    layers = [Scale(2.0, calls, "a"), Shift(calls, "b"), Scale(5.0, calls, "c")]
    model_of(*layers).update(0.25, "sgd")
    expect.same(sorted(calls), ["update a", "update b", "update c"], "update", hints.UPDATE)
    settings = [layer.settings for layer in layers]
    expect.same(settings, [(0.25, "sgd")] * 3, "update(0.25, 'sgd')", hints.UPDATE)


@about("backward", points=1, needs=("Build", "forward"))
def test_backward_by_finite_differences():
    """backward agrees with finite differences through three layers"""
    model = model_of(Scale(2.0), Mix(), Square())
    gradients = layer_gradients(model, np.array([[0.5, 1.0], [-1.0, 0.25], [2.0, -1.5]]))
    expect.gradients(gradients, "Model", hints.REVERSE)


Y_HAT = np.array([[0.2], [0.5], [0.51], [7.0]])


@about("predict_2_binary", points=2)
def test_prediction():
    """predict_2_binary, by hand"""
    model, y_hat = build("Model"), Y_HAT
    given = y_hat.copy()
    found = model.predict_2_binary(given)
    wanted = [[0], [0], [1], [1]]
    what = f"predict_2_binary({expect.show(y_hat)})"
    expect.shape(found, (4, 1), what, hints.THRESHOLD)
    expect.array(found.astype(np.float64), wanted, what, hints.THRESHOLD)
    expect.unchanged(given, y_hat, "predict_2_binary(y_hat): y_hat")


@about("Compute_Accuracy", points=2)
def test_accuracy():
    """Compute_Accuracy, by hand, and ValueError for shapes that differ"""
    model, y_hat, y = build("Model"), Y_HAT, np.array([[0.0], [1.0], [1.0], [1.0]])
    given = y_hat.copy()
    what = f"Compute_Accuracy({expect.show(y_hat)}, {expect.show(y)})"
    given_y = y.copy()
    expect.number(model.Compute_Accuracy(given, given_y), 0.75, what, hints.ACCURACY)
    expect.unchanged(given, y_hat, "Compute_Accuracy(y_hat, y): y_hat")
    expect.unchanged(given_y, y, "Compute_Accuracy(y_hat, y): y")
    what = "Compute_Accuracy: (4, 1), (4,)"
    expect.value_error(lambda: model.Compute_Accuracy(y_hat, y[:, 0]), what, hints.ACCURACY)


@about("evaluate", points=2, needs=("Build",))
def test_evaluate():
    """evaluate gives loss and accuracy, and changes nothing"""
    model, layer = model_of_weight(0.25)
    loss, accuracy = model.evaluate(X, Y)
    what = "y_hat = [[0.25], [0.5], [0.75], [1]], y = [[1], [0], [1], [1]]: "
    expect.number(loss, 0.109375, what + "loss", hints.EVALUATE)
    expect.number(accuracy, 0.75, what + "accuracy", hints.EVALUATE)
    expect.number(layer.factor, 0.25, "w", hints.EVALUATE)
    expect.same(sum(map(len, model.history.values())), 0, "len(history[...])", hints.EVALUATE)


@about("fit", points=4, needs=("Build",))
def test_loss_gradient():
    """fit starts backward from the derivative of the loss"""
    model, layer = model_of_weight(0.25)
    model.fit(X, Y, epochs=1, learning_rate=RATE)
    if layer.received is None:
        expect.fail(say("`fit` did not call `backward` of the last layer."), hints.STEP)
    numeric = numeric_gradient(lambda y_hat: np.mean((y_hat - Y) ** 2) / 2, 0.25 * SUMS)
    received = layer.received
    if received.shape == layer.x.shape == SUMS.shape:
        received = received[np.argsort(layer.x[:, 0])]  # the samples may come in any order
    gradient = Gradient("dL/dy_hat", received, numeric)
    expect.gradients([gradient], "fit", hints.LOSS_GRADIENT)


@about("fit", points=3, needs=("Build",))
def test_fit():
    """fit: two epochs of one weight, worked by hand"""
    model, layer = model_of_weight(0.0)
    history = model.fit(X, Y, epochs=1, learning_rate=RATE)
    what = f"fit(epochs=1, learning_rate={RATE}): "
    if history is None:
        expect.fail(say("`fit` returned None."), hints.RETURNS_HISTORY)
    expect.same(history == model.history, True, "fit(...) == history", hints.RETURNS_HISTORY)
    losses = np.array(history["train_loss"])
    instead = [([0.109375], hints.RECORD_FIRST)]
    expect.array(losses, [0.375], what + "train_loss", hints.LOSS, instead)
    expect.number(layer.factor, 0.25, what + "w", hints.STEP)
    model.fit(X, Y, epochs=1, learning_rate=RATE)
    what = "fit(epochs=1), fit(epochs=1): "
    expect.same(len(model.history["train_loss"]), 2, what + "len(train_loss)", hints.GOES_ON)
    losses, accuracy = (np.array(model.history[k]) for k in ("train_loss", "train_accuracy"))
    expect.array(losses, [0.375, 0.109375], what + "train_loss", hints.RECORD_FIRST)
    expect.array(accuracy, [0.25, 0.75], what + "train_accuracy", hints.RECORD_FIRST)
    expect.same(len(model.history["test_loss"]), 0, "len(test_loss)", hints.HISTORY)


@about("fit", points=2, needs=("Build",))
def test_fit_epochs():
    """fit trains for as many epochs as it is told, and goes on where it stopped"""
    calls = []
    model, layer = model_of_weight(0.5, calls)
    x, y = np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[0.0], [1.0]])
    model.fit(x, y, epochs=7, learning_rate=0.1, optimizer="sgd")  # right from the first epoch on
    what = "fit(epochs=7): len(train_loss)"
    expect.same(len(model.history["train_loss"]), 7, what, hints.EPOCHS)
    for method in ("backward", "update"):
        count = calls.count(f"{method} {layer.name}")
        expect.same(count, 7, f"fit(epochs=7): {method}", hints.EPOCHS)
    expect.same(layer.settings, (0.1, "sgd"), "fit(0.1, 'sgd'): update", hints.UPDATE)
    (one, once), (two, twice) = model_of_weight(0.0), model_of_weight(0.0)
    one.fit(X, Y, epochs=5, learning_rate=0.01)
    two.fit(X, Y, epochs=2, learning_rate=0.01)
    two.fit(X, Y, epochs=3, learning_rate=0.01)
    expect.number(twice.factor, once.factor, "fit(2), fit(3) == fit(5)", hints.GOES_ON)
    expect.same(len(two.history["train_loss"]), 5, "len(train_loss)", hints.GOES_ON)


@about("fit", points=2, needs=("Build",))
def test_fit_test_data():
    """fit evaluates test data on the way"""
    test = (np.array([[2.0, 0.0], [1.0, 3.0]]), np.array([[0.0], [1.0]]))
    model, _ = model_of_weight(0.0)
    history = model.fit(X, Y, epochs=2, learning_rate=RATE, test_data=test)
    expect.array(np.array(history["train_loss"]), [0.375, 0.109375], "train_loss", hints.TEST_DATA)
    expect.array(np.array(history["test_loss"]), [0.25, 0.0625], "test_loss", hints.TEST_DATA)
    expect.array(np.array(history["test_accuracy"]), [0.5, 1.0], "test_accuracy", hints.TEST_DATA)


def numbers_in(line):
    """Return the numbers, without their signs, in a printed line."""
    return {float(text) for text in re.findall(r"\d*\.?\d+(?:[eE][-+]?\d+)?", line)}


@about("Record_History", points=1, needs=("Build",))
def test_record_history():
    """Record_History adds to each list, and leaves out None"""
    model, _ = model_of_weight(1.0)
    model.Record_History(0.5, 1.0)
    lengths = [len(model.history[key]) for key in KEYS]
    expect.same(lengths, [0, 0, 1, 1], f"{KEYS}: len", hints.HISTORY)
    model.Record_History(0.25, 0.75, 0.125, 0.5)
    wanted = {
        "train_loss": [0.5, 0.25],
        "train_accuracy": [1.0, 0.75],
        "test_loss": [0.125],
        "test_accuracy": [0.5],
    }
    for key in KEYS:
        expect.array(np.array(model.history[key]), wanted[key], f"history[{key!r}]", hints.HISTORY)


@about("Show_Training_Stage_Info", points=2, needs=("Build", "Record_History"))
def test_show():
    """Show_Training_Stage_Info prints one line, also before anything was recorded"""
    model, _ = model_of_weight(1.0)
    for before in (True, False):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            model.Show_Training_Stage_Info(7)
        lines = out.getvalue().splitlines()
        # Counted from 0 or from 1. Other lines are the program's own business.
        shown = [numbers for line in lines if {7, 8} & (numbers := numbers_in(line))]
        expect.same(bool(shown), True, f"7 (or 8) in {lines!r}", hints.SHOW)
        if before:
            model.Record_History(0.5, 1.0)
    whole = any(0.5 in numbers and {1, 100} & numbers for numbers in shown)
    expect.same(whole, True, f"7 (or 8), 0.5, 1 (or 100 %) in one of {lines!r}", hints.SHOW)


@about("fit", points=1, needs=("Build",))
def test_fit_shows():
    """fit calls Show_Training_Stage_Info as often as verbose says"""
    shown = []
    # In a subclass, since not every object lets a method be replaced.
    methods = {"Show_Training_Stage_Info": lambda _, epoch: shown.append(epoch)}
    model = type("Model", (load("Model"),), methods)()
    model.Build([Sum(), Scale(1.0)])
    for verbose, times in ((0, 0), (2, 2)):
        model.fit(X, Y, epochs=4, learning_rate=0.01, verbose=verbose)
        expect.same(len(shown), times, f"fit(epochs=4, verbose={verbose}): len(shown)", hints.SHOW)
