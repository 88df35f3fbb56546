"""Hidden checks of Model: 30 points.

The model gets the grader's own layers, which are right and write down every call. So nothing
here depends on the student's other classes, and `fit` can be watched from inside. What one check
asks for, the others take as it is (`tests.hidden.own`).
"""

import functools
import itertools
import re

import numpy as np
import pytest

from autograder.checks import (
    Answer,
    Keywords,
    Known,
    and_also,
    assert_array,
    assert_is_number,
    assert_number,
    assert_numbers,
    assert_raises,
    assert_unchanged,
    each,
    errors_ignored,
    fail,
    join,
    say,
    together,
    type_text,
)
from tests.hidden.helpers import (
    HISTORY_KEYS,
    accuracy,
    draw,
    draw_inseparable,
    draw_labels,
    draw_weights,
    loss,
    network,
    other_losses,
    recording_layers,
)
from tests.hidden.own import one_number, own_list, own_numbers, own_outputs, pass_over, widened

WIDTHS, N = (2, 5, 3, 1), 9
#: Of smaller networks, which will do where a check is not about the way through the layers: each
#: layer costs calls from the student's process to this one.
TWO_LAYERS, ONE_LAYER = (2, 5, 1), (3, 1)

#: A learning rate with which wrong training does not run away within a few epochs, by no draw.
SMALL_RATE = 0.005
FULL_BATCH = say("fit should take all samples through the network at once; it took fewer or more.")


def build(student, weights, number=0):
    """Make recording layers, and the two steps that build a model of them.

    Parameters
    ----------
    student, weights
        Of the layers.
    number
        Of the first of the steps.

    Returns
    -------
    model : Answer
    layers, calls, steps : list
    """
    layers, calls = recording_layers(weights)
    model = Answer(number)
    return model, layers, calls, [(student.Model,), (model.Build, list(layers))]


def built(student, weights):
    """Build a model of recording layers; give it, the layers and their list of calls."""
    _, layers, calls, steps = build(student, weights)
    model, _ = together(*steps)
    return model, layers, calls


def draw_case(rng, widths=WIDTHS):
    """Draw weights, samples and labels small enough to train on for a while."""
    return draw_weights(rng, widths, scale=0.5), *draw_inseparable(rng, N, widths[0])


def weights_in_epochs(calls, size):
    """Return the weights with which each epoch began: those at the time of its backward pass.

    Of a network of this size.
    """
    passes = [call for call in calls if call.method == "backward"]
    return [
        [call.w for call in sorted(one, key=lambda call: call.layer)]
        for one in zip(*[iter(passes)] * size, strict=False)
    ]


def own_losses(student, passes, x, y):
    """Return the losses that the model's evaluate gives with each of these sets of weights."""
    cases = [(weights, y) for weights in passes]
    cases.append((passes[0], 1.0 - y))  # of which even the same outputs have another loss
    steps = []
    for weights, labels in cases:
        model, _, _, made = build(student, weights, len(steps))
        steps += [*made, (model.evaluate, x.copy(), labels.copy())]

    def losses(answers):
        for _ in cases:
            pass_over(answers, 2)
            yield pair(next(answers), "evaluate")[0]

    right = [loss(network(x, weights), labels) for weights, labels in cases]
    return own_numbers(losses(each(*steps)), right)[:-1]


def assert_losses(student, history, passes, data, prefix, what):
    """Fail unless history holds the loss of these samples in every epoch, and as many accuracies.

    Which loss is right is checked of evaluate, and which accuracy is right has a check, too.
    """
    x, y = data
    y_hats = [network(x, weights) for weights in passes]
    right = [loss(y_hat, y) for y_hat in y_hats]
    for kind in ("loss", "accuracy"):
        key = f"{prefix}_{kind}"
        what_one = say("a number in {what} under '{key}'", what=what, key=key)
        found = own_list(history, key, what)
        assert_length(found, len(passes), key, what)
        found = [one_number(value, what_one) for value in found]
        if kind == "loss" and not np.allclose(found, right, rtol=0.0, atol=1e-6):
            known = Known(given=other_losses(y_hats, [y] * len(y_hats)))
            if not np.allclose(found, own_losses(student, passes, x, y), rtol=0.0, atol=1e-6):
                assert_numbers(found, right, what_one, known=known)


def assert_length(values, epochs, key, what):
    """Fail unless a list of the history has one number for each epoch that there was."""
    if len(values) == epochs:
        return
    if not epochs:
        fail(say("{what} should hold nothing under '{key}'.", what=what, key=key))
    if len(values) > epochs:
        fail(
            say(
                "{what} should hold, under '{key}', one number for each epoch that was trained; "
                "it holds too many.",
                what=what,
                key=key,
            )
        )
    fail(
        say(
            "{what} should hold, under '{key}', one number for each epoch that was trained; it "
            "holds too few.",
            what=what,
            key=key,
        )
    )


def pair(answer, what):
    """Take a pair apart, or fail."""
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        fail(say("{what} should return two numbers, (loss, accuracy).", what=what))
    return answer


def printed_lines(capsys):
    """Return the lines printed since the last call that are not blank."""
    return [line for line in capsys.readouterr().out.splitlines() if line.strip()]


def amount(found, wanted):
    """Describe how many lines were printed, other than wanted."""
    if not found:
        return say("nothing")
    return say("more lines than that") if found > wanted else say("fewer lines than that")


def lists_of(history, what):
    """Return copies of the four lists of a history, or fail if one is not there."""
    return {key: list(own_list(history, key, what)) for key in HISTORY_KEYS}


def assert_empty(history, what):
    """Fail unless a history has an empty list under each of the four keys."""
    if not isinstance(history, dict):
        fail(say("{what} should be a dict, not {type}.", what=what, type=type_text(history)))
    for key in HISTORY_KEYS:
        if not isinstance(history.get(key), list):
            fail(say("{what} should hold a list under the key '{key}'.", what=what, key=key))
        assert_length(history[key], 0, key, what)


@pytest.mark.check(points=1)
def test_build(student, rng):
    """Build sets layers, in the order given, and history to four empty lists"""
    networks = [recording_layers(draw_weights(rng, widths))[0] for widths in (WIDTHS, (4, 2))]
    model, history, steps = Answer(0), (getattr, Answer(0), "history"), [(student.Model,)]
    for layers in networks:
        steps += [(model.Build, list(layers)), (getattr, model, "layers"), history]
        steps += [(model.Record_History, 0.5, 0.25, 0.75, 1.0), history]
    other = Answer(len(steps))
    built_later = [(student.Model,), (other.Build, []), history, (getattr, other, "history")]
    answers = each(*steps, *built_later)
    pass_over(answers, 1)
    for layers in networks:
        pass_over(answers, 1)
        found = next(answers)
        if not isinstance(found, list):
            fail("layers should be a list after Build.")
        if len(found) != len(layers) or any(a is not b for a, b in zip(found, layers, strict=True)):
            fail("layers should hold exactly the layers given to Build, in the same order.")
        assert_empty(next(answers), "history after Build")
        answers.skip()  # whether Record_History appends rightly has a check of its own
        recorded = lists_of(next(answers), say("history"))
    pass_over(answers, 2)
    if lists_of(next(answers), say("history")) != recorded:
        fail("Build of one model should leave another model's history alone.")
    assert_empty(next(answers), "the history of a second model after Build")


def outputs(x, weights):
    """Return what every layer but the last makes of x, by name."""
    some = {
        f"layers[{i - 1}].forward(...)": network(x, weights[:i]) for i in range(1, len(weights))
    }
    return {"x": x} | some


@pytest.mark.check(points=2)
def test_forward(student, rng):
    """forward goes through every layer in order and returns the output"""
    for widths in (WIDTHS, (4, 2)):
        weights = draw_weights(rng, widths)
        model, layers, calls = built(student, weights)
        for n in (4, N, N):
            x = draw(rng, n, widths[0])
            given = x.copy()
            calls.clear()
            actual = model.forward(given)
            assert_unchanged(given, x, "the array given to forward")
            known = Known(given=outputs(x, weights))
            assert_array(actual, network(x, weights), "what forward returns", known=known)
            if [(c.layer, c.method) for c in calls] != [(i, "forward") for i in range(len(layers))]:
                fail("forward should call the forward of every layer once, in order.")


def built_and_run(student, weights, x):
    """Do what `built` does, and run the model's forward, for what its backward may need of it.

    Whether it is right, or even written, has a check of its own.
    """
    model, layers, calls, steps = build(student, weights)
    answers = each(*steps, (model.forward, x.copy()))
    model, _ = next(answers), next(answers)
    return model, layers, calls


@pytest.mark.check(points=2)
def test_backward(student, rng):
    """backward goes through every layer in reverse and returns dL/dx"""
    weights, x, _ = draw_case(rng)
    model, layers, calls = built_and_run(student, weights, x)
    output = x
    for layer in layers:  # and of each layer rightly, since forward has its own check
        output = layer.forward(output)
    zeros = np.zeros((N, 1))
    for grad in (draw(rng, N, 1), draw(rng, N, 1), zeros):
        given, expected, passed = grad.copy(), grad, {"grad": grad}
        for i, w in reversed(list(enumerate(weights, 1))):
            expected = expected @ w
            if i > 1:
                passed[f"layers[{i - 1}].backward(...)"] = expected
        calls.clear()
        actual = model.backward(given)
        assert_unchanged(given, grad, "the array given to backward")
        known = Known(given=passed)
        assert_array(actual, expected, "dL/dx, which backward returns,", known=known)
        if [(c.layer, c.method) for c in calls] != [(i, "backward") for i in (2, 1, 0)]:
            fail("backward should call the backward of every layer once, the last layer first.")


@pytest.mark.check(points=1)
def test_update(student, rng):
    """update calls every layer's update once, with the learning rate and the optimizer"""
    model, layers, calls = built(student, draw_weights(rng, WIDTHS))
    for arguments, options, expected in (
        ((0.25, "sgd"), {}, (0.25, "sgd")),
        ((), {"learning_rate": 0.5, "optimizer": "sgdm"}, (0.5, "sgdm")),
        ((0.75,), {}, (0.75, "sgdm")),
    ):
        calls.clear()
        model.update(*arguments, **options)
        if sorted((call.layer, call.method) for call in calls) != [(i, "update") for i in range(3)]:
            fail("update should call the update of every layer once.")
        if any(call.arguments != expected for call in calls):
            fail(
                "update should hand its learning rate and optimizer ('sgdm' unless told "
                "otherwise) to the update of every layer."
            )


@pytest.mark.check(points=1)
def test_record_history(student, rng):
    """Record_History appends each number to its list, and nothing for None"""
    model, _, _, made = build(student, draw_weights(rng, WIDTHS))
    record, history = model.Record_History, (getattr, model, "history")
    by_name = Keywords(train_loss=0.4, train_accuracy=0.0, test_loss=0.0, test_accuracy=None)
    answers = each(
        *made,
        (record, 0.9, 0.5),
        history,
        (record, 0.8, 0.625, 0.7, 0.25),
        (record, None, 0.75, None, 0.375),
        (record, 0.6, None, 0.5, None),
        (record, by_name),
        history,
    )
    pass_over(answers, 3)
    assert_recorded(next(answers), [0.9], [0.5], [], [])
    pass_over(answers, 4)
    right = [0.9, 0.8, 0.6, 0.4], [0.5, 0.625, 0.75, 0.0], [0.7, 0.5, 0.0], [0.25, 0.375]
    assert_recorded(next(answers), *right)


def assert_recorded(history, *expected):
    """Fail unless history holds these four lists, after calls of Record_History."""
    for key, right in zip(HISTORY_KEYS, expected, strict=True):
        what = say("history after Record_History")
        found = own_list(history, key, what)
        if len(found) > len(right):
            fail(
                say(
                    "{what} holds more under '{key}' than was given; None should append nothing.",
                    what=what,
                    key=key,
                )
            )
        if len(found) < len(right):
            if 0.0 in right:
                fail(
                    say(
                        "{what} holds less under '{key}' than was given. Among the numbers was a "
                        "0.0, which is not None.",
                        what=what,
                        key=key,
                    )
                )
            fail(say("{what} holds less under '{key}' than was given.", what=what, key=key))
        what_one = say("a number in {what} under '{key}'", what=what, key=key)
        assert_numbers([one_number(value, what_one) for value in found], right, what_one)


def numbers_in(line):
    """Find the numbers, without their signs, in a printed line."""
    return [float(text) for text in re.findall(r"\d*\.?\d+(?:[eE][-+]?\d+)?", line)]


def shown(model, epoch, capsys):
    """Return the lines that Show_Training_Stage_Info prints, or fail if there is none."""
    printed_lines(capsys)
    model.Show_Training_Stage_Info(epoch)
    lines = printed_lines(capsys)
    if not lines:
        fail("Show_Training_Stage_Info should print one line; it printed nothing.")
    return lines


def draw_epochs(rng):
    """Draw two epochs, not next to each other, that no other number is taken for."""
    return [int(epoch) for epoch in 200 + 2 * rng.permutation(350)[:2]]


def is_epoch(epoch):
    """Make a test for a number that is the epoch, counted from 0 or from 1."""
    return lambda number: number in (epoch, epoch + 1)


def is_near(right):
    """Make a test for a number that is this one, however it is rounded."""
    return lambda number: abs(number - right) < 0.051


def is_share(right):
    """Make a test for a number that is this share, which may be a percentage."""
    return lambda number: is_near(right)(number) or is_near(right)(number / 100.0)


def lines_with(lines, is_right, others):
    """Return the lines with more of the right numbers than there are in any of the other lines.

    So a line with all numbers that there are, whatever is asked, holds none of them.
    """

    def count(line):
        return sum(map(is_right, numbers_in(line)))

    usual = max(map(count, others))
    return [line for line in lines if count(line) > usual]


# More numbers than these are no longer one line about the epoch and the latest results.
MANY = 20


@pytest.mark.check(points=1)
def test_show(student, rng, capsys):
    """Show_Training_Stage_Info prints one line with the epoch and the latest loss and accuracy"""
    model, _, _ = built(student, draw_weights(rng, WIDTHS))
    epochs = draw_epochs(rng)
    losses = rng.permutation([rng.uniform(0.3, 0.44), rng.uniform(1.3, 1.44)])
    shares = rng.permutation([rng.uniform(0.56, 0.64), rng.uniform(0.76, 0.84)])
    stages = list(zip(epochs, losses.tolist(), shares.tolist(), strict=True))
    printed, earlier = [], MANY  # so many that all of them together are a crowd
    for epoch, latest_loss, latest_accuracy in stages:
        recorded = [(2.5, 0.5)] * earlier + [(latest_loss, latest_accuracy)]
        together(*((model.Record_History, *numbers) for numbers in recorded))
        printed.append(shown(model, epoch, capsys))
        earlier = 1  # a line may also hold what was recorded before the latest
    for stage, lines, others in zip(stages, printed, reversed(printed), strict=True):
        epoch, latest_loss, latest_accuracy = stage
        of_epoch = lines_with(lines, is_epoch(epoch), others)
        of_loss = lines_with(lines, is_near(latest_loss), others)
        of_accuracy = lines_with(lines, is_share(latest_accuracy), others)
        if not of_epoch:
            fail("Show_Training_Stage_Info should print the epoch.")
        assert_few_numbers(of_epoch)
        if not of_loss:
            fail("Show_Training_Stage_Info should print the latest loss.")
        if not of_accuracy:
            fail("Show_Training_Stage_Info should print the latest accuracy.")
        if not any(line in of_loss and line in of_accuracy for line in of_epoch):
            fail("Show_Training_Stage_Info should print epoch, loss and accuracy in one line.")


def assert_few_numbers(lines):
    """Fail if there are so many numbers in each of these lines that nobody finds the right ones."""
    if min(len(numbers_in(line)) for line in lines) > MANY:
        fail(
            "Show_Training_Stage_Info should print the latest numbers only; its line holds many "
            "more."
        )


@pytest.mark.check(points=1)
def test_show_before_training(student, rng, capsys):
    """Show_Training_Stage_Info prints the epoch when nothing was recorded yet"""
    model, _, _ = built(student, draw_weights(rng, WIDTHS))
    epochs = draw_epochs(rng)
    printed = [shown(model, epoch, capsys) for epoch in epochs]
    for epoch, lines, others in zip(epochs, printed, reversed(printed), strict=True):
        found = lines_with(lines, is_epoch(epoch), others)
        if not found:
            fail("Show_Training_Stage_Info should print the epoch.")
        assert_few_numbers(found)


@pytest.mark.check(points=1)
def test_predict(student, rng):
    """predict_2_binary is 1 above 0.5, else 0, and has the shape it was given"""
    cases, others = [], []
    for n in (8, 1, 9):
        y_hat = 0.5 + draw(rng, n, 1)
        y_hat.flat[0] = np.nextafter(0.5, 1.0)
        y_hat.flat[2:4] = 0.5
        if y_hat.size > 5:  # far outside of 0 to 1 too, whatever is drawn
            y_hat.flat[4:6] = -2.75, 3.25
        cases.append((y_hat, y_hat.copy()))
    for dtype in (np.int64, np.uint8, np.bool_, np.float32):
        others.append(rng.permutation([0, 1, 1, 0, 1]).reshape(-1, 1).astype(dtype))
    predict = Answer(0).predict_2_binary
    answers = each(
        (student.Model,),
        *((predict, given) for _, given in cases),
        *((predict, y_hat.copy()) for y_hat in others),
    )
    pass_over(answers, 1)
    for y_hat, given in cases:
        expected, actual = (y_hat > 0.5).astype(np.float64), next(answers)
        known = Known(given={"y_hat": y_hat, "y_hat - 0.5": y_hat - 0.5})
        what = say("what predict_2_binary returns")
        assert_array(actual, expected, what, kinds="biuf", known=known)
        assert_unchanged(given, y_hat, "the array given to predict_2_binary")
    for y_hat in others:
        what = say("what predict_2_binary returns for an array of {type}", type=y_hat.dtype)
        assert_array(next(answers), y_hat.astype(np.float64), what, kinds="biuf")


def draw_outputs(rng, right):
    """Draw 12 outputs and labels, such that exactly so many predictions are right.

    There are more ones than zeros among the labels, so that comparing every output with every
    label gives another number. Of the outputs above 0.5 those below 1, one of them nearly 0.5,
    belong to one label: who puts the threshold elsewhere, or trains a little, makes predictions
    wrong or right, but never as many of one kind as of the other.
    """
    n = 12
    y = rng.permutation([0.0] * 3 + [1.0] * 9).reshape(n, 1)
    hit = rng.permutation(n).reshape(n, 1) < right
    y_hat = rng.permutation(np.linspace(0.05, 0.45, n)).reshape(n, 1)
    above = hit == (y == 1.0)
    # The label that has more of the outputs above 0.5.
    low, high = (above & (y == label) for label in ((1.0, 0.0) if right > n / 2 else (0.0, 1.0)))
    size = int(low.sum())
    small = np.linspace(0.51, 0.95, (size + 1) // 2)
    y_hat[low] = rng.permutation([*small, *np.linspace(1.2, 2.5, size // 2)])
    y_hat[high] = rng.uniform(1.2, 2.5, int(high.sum()))
    return y_hat, y


@pytest.mark.check(points=2)
def test_accuracy(student, rng):
    """Compute_Accuracy is the share of right predictions, from 0 to 1"""
    found, expected = [], [9 / 12, 0.0, 1.0, 5 / 12]
    cases = [draw_outputs(rng, right) for right in (9, 0, 12, 5)]
    copies = [(y_hat.copy(), y.copy()) for y_hat, y in cases]
    answers = each(
        (student.Model,),
        *((Answer(0).Compute_Accuracy, *both) for both in copies),
        *((Answer(0).predict_2_binary, y_hat.copy()) for y_hat, _ in cases),
    )
    pass_over(answers, 1)
    given = {
        "mean(y_hat > 0.5)": [],
        "mean(y)": [],
    }
    for (y_hat, y), (_, labels) in zip(cases, copies, strict=True):
        found.append(next(answers))
        assert_unchanged(labels, y, "the labels given to Compute_Accuracy")
        for values, ones in zip(given.values(), (y_hat > 0.5, y), strict=True):
            values.append(ones.mean())
    found = [one_number(value, "what Compute_Accuracy returns") for value in found]
    if np.allclose(found, own_shares(answers, cases, expected), rtol=0.0, atol=1e-9):
        return
    known = Known(given={name: np.array(values) for name, values in given.items()})
    assert_numbers(found, expected, "what Compute_Accuracy returns", known=known)


def own_shares(predictions, cases, right):
    """Return the shares of the model's own predictions that equal the labels.

    Whether the predictions are right has a check of its own.
    """
    return own_numbers(((widened(next(predictions)) == y).mean() for _, y in cases), right)


@pytest.mark.check(points=1)
def test_accuracy_of_unequal_shapes(student, rng):
    """Compute_Accuracy raises ValueError if the two shapes differ"""
    y_hat, y = draw(rng, N, 1), draw_labels(rng, N)
    unequal = (
        (y.ravel(), say("Compute_Accuracy of the shapes (N, 1) and (N,)")),
        (y.T, say("Compute_Accuracy of the shapes (N, 1) and (1, N)")),
        (y[:-1], say("Compute_Accuracy of unequal lengths")),
        (y[:1], say("Compute_Accuracy of unequal lengths, one of them 1,")),
    )
    pairs = [both for other, _ in unequal for both in ((y_hat, other), (other, y_hat))]
    # The last so that raising is not all that it can do.
    copies = [[array.copy() for array in both] for both in (*pairs, (y_hat, y))]
    answers = each((student.Model,), *((Answer(0).Compute_Accuracy, *both) for both in copies))
    pass_over(answers, 1)
    for _, shapes in unequal:
        for _ in range(2):
            with assert_raises(ValueError, shapes):
                next(answers)
    # Any number will do here; which one is right has a check of its own.
    assert_is_number(next(answers), "what Compute_Accuracy returns for equal shapes")


@pytest.mark.check(points=1)
def test_evaluate(student, rng):
    """evaluate returns two numbers, the first the loss: the mean of half the squared errors"""
    weights = draw_weights(rng, TWO_LAYERS, scale=0.5)
    inputs = [draw(rng, n, TWO_LAYERS[0]) for n in (N, 5, 8)]
    labels = [draw_labels(rng, len(x)) for x in inputs]
    model, _, _, made = build(student, weights)
    data = zip(inputs, labels, strict=True)
    answers = each(*made, *((model.evaluate, x.copy(), y.copy()) for x, y in data))
    pass_over(answers, len(made))
    found = []
    for answer in answers:
        one, _ = pair(answer, "evaluate")
        found.append(one_number(one, "the loss that evaluate returns"))
    y_hats = own_outputs(student, weights, inputs)
    expected = [loss(*both) for both in zip(y_hats, labels, strict=True)]
    known = Known(given=other_losses(y_hats, labels))
    assert_numbers(found, expected, "the loss that evaluate returns", known=known)


@pytest.mark.check(points=1)
def test_recorded_accuracy(student, rng):
    """the second number of evaluate is what Compute_Accuracy gives, and so is what fit records"""
    weights = [np.eye(1)]  # the model's output is its input
    train_data, test_data = draw_outputs(rng, 11), draw_outputs(rng, 2)
    # With as many zeros as there are ones otherwise, so that no prediction is as good for both.
    both = train_data, test_data = train_data, tuple(1.0 - array for array in test_data)
    y_hats = own_outputs(student, weights, [x for x, _ in both])
    cases = [(y_hat, y.copy()) for y_hat, (_, y) in zip(y_hats, both, strict=True)]
    right = [accuracy(*data) for data in both]
    model, _, _, made = build(student, weights)
    # With a learning rate of 0, nothing depends on the training.
    options = Keywords(epochs=3, learning_rate=0.0, test_data=test_data)
    answers = each(
        *made,
        *((model.Compute_Accuracy, *case) for case in cases),
        *((model.evaluate, *(array.copy() for array in data)) for data in both),
        (model.fit, *train_data, options),
        (getattr, model, "history"),
    )
    pass_over(answers, len(made))
    # Which share is right has a check of its own.
    shares = own_numbers(answers, right)
    for right in shares:
        _, found = pair(next(answers), "evaluate")
        what = say("the accuracy that evaluate returns")
        assert_number(one_number(found, what), right, what)
    pass_over(answers, 1)
    history = next(answers)
    for key, right in zip(("train_accuracy", "test_accuracy"), shares, strict=True):
        what = say("history after fit")
        values = own_list(history, key, what)
        if not values:
            fail(say("{what} holds nothing under '{key}'.", what=what, key=key))
        what_one = say("a number in {what} under '{key}'", what=what, key=key)
        assert_numbers([one_number(v, what_one) for v in values], [right] * len(values), what_one)


@pytest.mark.check(points=1)
def test_plain_numbers(student, rng):
    """losses and accuracies are plain numbers, floats and no arrays, wherever they are kept"""
    weights, x, y = draw_case(rng, TWO_LAYERS)
    model, _, calls, made = build(student, weights)
    answers = each(
        *made,
        (model.evaluate, x.copy(), y.copy()),
        (model.Compute_Accuracy, y.copy(), y.copy()),
    )
    model, _ = next(answers), next(answers)
    for value in pair(next(answers), "evaluate"):
        assert_is_number(value, "a number that evaluate returns")
    if not calls:
        fail("evaluate should run the samples through the layers.")
    assert_is_number(next(answers), "what Compute_Accuracy returns")
    options = Keywords(epochs=2, learning_rate=0.05, test_data=(x.copy(), y.copy()))
    _, history = together((model.fit, x.copy(), y.copy(), options), (getattr, model, "history"))
    for key in HISTORY_KEYS:
        what = say("history after fit")
        what_one = say("a number in {what} under '{key}'", what=what, key=key)
        for value in own_list(history, key, what):
            assert_is_number(value, what_one)


@pytest.mark.check(points=1)
def test_evaluate_leaves_alone(student, rng):
    """evaluate runs forward, and changes neither weights nor history nor the data"""
    weights, x, y = draw_case(rng, TWO_LAYERS)
    model, _, calls, made = build(student, weights)
    given, given_y = x.copy(), y.copy()
    answers = each(
        *made,
        (model.Record_History, 0.75, 0.25, 0.5, 0.375),
        (getattr, model, "history"),
        (model.evaluate, given, given_y),
        (getattr, model, "history"),
    )
    pass_over(answers, len(made))
    answers.skip()
    before = lists_of(next(answers), say("history"))
    pass_over(answers, 1)
    assert_unchanged(given, x, "the samples given to evaluate")
    assert_unchanged(given_y, y, "the labels given to evaluate")
    if not calls or not np.array_equal(calls[0].arguments, x):
        fail("evaluate should run the samples through the layers.")
    if any(call.method != "forward" for call in calls):
        fail("evaluate should call no method of a layer but forward.")
    if lists_of(next(answers), say("history")) != before:
        fail("evaluate should leave history alone.")


def places_of(rows, x):
    """Return where these rows stand in x; None if they are not rows of x, each at most once."""
    if rows.ndim != 2 or rows.shape[1:] != x.shape[1:]:
        return None
    same = (rows[:, np.newaxis] == x).all(axis=2)
    if not (same.sum(axis=1) == 1).all() or same.sum(axis=0).max() > 1:
        return None
    return same.argmax(axis=1)


def assert_each_sample(batch, x):
    """Fail if an epoch takes some of the samples more than once and leaves others out."""
    rows = {tuple(row) for row in batch}
    if len(batch) == len(x) and rows < {tuple(row) for row in x}:
        fail(
            "fit should train on every sample, each once per epoch. Here some samples came more "
            "than once and others not at all."
        )


@pytest.mark.check(points=2)
def test_fit_gradient(student, rng):
    """fit gives (y_hat - y) / N to the last layer's backward, for the N samples of its forward"""
    weights, x, y = draw_case(rng, TWO_LAYERS)
    # Right and wrong predictions of both labels, so that no part of the error is taken for another.
    while len(set(zip((network(x, weights) > 0.5).ravel(), y.ravel(), strict=True))) < 4:
        weights, x, y = draw_case(rng, TWO_LAYERS)
    model, _, calls, made = build(student, weights)
    given, given_y = x.copy(), y.copy()
    together(*made, (model.fit, given, given_y, 2, 0.05, "sgd"))
    assert_unchanged(given, x, "the samples given to fit")
    assert_unchanged(given_y, y, "the labels given to fit")
    grads = [c.arguments for c in calls if (c.layer, c.method) == (len(weights) - 1, "backward")]
    if not grads:
        fail("fit should run the backward of every layer.")
    (y_hat,) = own_outputs(student, weights, [x])
    # The samples may go through the network in any order, and how many at once has its own check.
    before = itertools.takewhile(lambda call: call.method != "backward", calls)
    batches = [call.arguments for call in before if (call.layer, call.method) == (0, "forward")]
    places = places_of(batches[-1], x) if batches else None
    if places is not None:
        y_hat, y = y_hat[places], y[places]
    elif batches:
        assert_each_sample(batches[-1], x)
    error = y_hat - y
    given = {
        "y_hat - y": error,
        "y_hat": y_hat,
        "y": y,
        "(y_hat > 0.5) - y": (y_hat > 0.5) - y,
        "y_hat - mean(y)": y_hat - y.mean(),
        "mean(y_hat - y)": np.full_like(error, error.mean()),
        "y_hat * (1 - y_hat)": y_hat * (1.0 - y_hat),
    }
    what = say("the gradient that fit gives to the last layer's backward")
    assert_array(grads[0], error / len(error), what, known=Known(given=given))


def own_calls(student, weights, x):
    """Return, by method, how the model's forward, backward and update call the layers.

    Each as a list of pairs, of a layer's number and the arguments of its update. Whether they are
    right has checks of its own; where one calls no layer, what is right.
    """
    model, layers, calls = built_and_run(student, weights, x)
    found = {"forward": list(calls)}
    output = x
    for layer in layers:
        output = layer.forward(output)
    for method, arguments in (("backward", [output]), ("update", [0.05, "sgd"])):
        calls.clear()
        with errors_ignored():
            getattr(model, method)(*arguments)
        found[method] = list(calls)
    in_order = list(range(len(weights)))
    orders = {"forward": in_order, "backward": in_order[::-1], "update": in_order}
    for method, order in orders.items():
        own = [call.layer for call in found[method] if call.method == method]
        orders[method] = own or order
    return orders, [call.arguments for call in found["update"]] or [(0.05, "sgd")]


def problem_of_stages(stages, orders):
    """Describe how the stages of training differ from those of epochs, if they do.

    Parameters
    ----------
    stages
        The method and the layers of all calls, those of a method that follow each other together.
    orders
        The layers of one pass, by method.
    """
    right = ["forward", "backward", "update"]
    methods = [method for method, _ in stages]
    epochs = methods.count("update")
    if methods and methods == right * epochs:
        return None
    if not methods:
        return say("no method of a layer was called")
    for method in right:
        if method not in methods:
            return say("no layer's {method} was called", method=method)
    if methods[: 3 * epochs] == right * epochs:
        return say("after the last epoch something more was called")
    counts = [methods.count(method) for method in right]
    if counts == [epochs] * 3:
        return say("there are as many of each, but in another order")
    for method in right:
        layers = sum(len(order) for name, order in stages if name == method)
        if methods.count(method) * len(orders[method]) > layers:
            return say("one of them begins before another has gone through all layers")
    parts = [
        say("there were fewer {method} passes than updates", method=method)
        if count < epochs
        else say("there were more {method} passes than updates", method=method)
        for method, count in zip(right, counts, strict=True)
        if count != epochs
    ]
    return join(and_also, parts) if parts else say("they came in another order")


@pytest.mark.check(points=2)
def test_fit_order(student, rng):
    """each epoch of fit is one forward of all samples, one backward and one update"""
    weights, x, y = draw_case(rng, TWO_LAYERS)
    orders, handed = own_calls(student, weights, x)
    steps, results = [], []
    for options, expected in (
        (Keywords(learning_rate=0.05, optimizer="sgd"), [*handed, (0.05, "sgd")]),
        (
            Keywords(),
            [(0.1, "sgdm"), *((0.1, *rest[1:]) for rest in handed if rest[1:] != ("sgd",))],
        ),
    ):
        model, _, calls, made = build(student, weights, len(steps))
        steps += [*made, (model.fit, x.copy(), y.copy(), Keywords(epochs=2, **options))]
        results.append((calls, expected))
    answers = each(*steps)
    for calls, expected in results:
        pass_over(answers, 3)
        if any(len(c.arguments) != N for c in calls if c.method == "backward"):
            fail(FULL_BATCH)
        stages = [
            (method, [call.layer for call in stage])
            for method, stage in itertools.groupby(calls, key=lambda call: call.method)
        ]
        if problem := problem_of_stages(stages, orders):
            fail(
                say(
                    "Every epoch of fit should be a forward pass, a backward pass and an update; "
                    "{problem}.",
                    problem=problem,
                )
            )
        for method, order in stages:
            own = orders[method]
            if method == "forward" and order != own * (len(order) // len(own)):
                fail("fit should run forward through all layers in order.")
            if method == "backward" and order != own:
                fail("fit should run backward once through all layers, the last layer first.")
            if method == "update" and sorted(order) not in (sorted(own), [0, 1]):
                fail("fit should update every layer once per epoch.")
        if any(call.arguments not in expected for call in calls if call.method == "update"):
            fail(
                "fit should hand its learning rate and optimizer (0.1 and 'sgdm' unless told "
                "otherwise) to the updates."
            )


def trained_epochs(calls, last):
    """Return for how many epochs fit trained: how often every sample went backward.

    Through the last layer, which has this number.
    """
    rows = [len(c.arguments) for c in calls if (c.layer, c.method) == (last, "backward")]
    return sum(rows) / N


@pytest.mark.check(points=1)
def test_fit_epochs(student, rng):
    """fit trains for as many epochs as it is told, also when nothing is wrong any more"""
    weights, x, y = draw_case(rng, TWO_LAYERS)
    silent = [*weights[:-1], np.zeros_like(weights[-1])]
    steps, results = [], []
    for start, labels, epochs in ((weights, y, 1), (silent, np.zeros_like(y), 3)):
        model, _, calls, made = build(student, start, len(steps))
        options = Keywords(epochs=epochs, learning_rate=0.05)
        steps += [*made, (model.fit, x.copy(), labels.copy(), options)]
        results.append((start, epochs, calls))
    answers = each(*steps)
    for start, epochs, calls in results:
        pass_over(answers, 3)
        trained = trained_epochs(calls, len(start) - 1)
        if trained > epochs:
            fail("fit should train for as many epochs as it is told; it trained for more.")
        if trained < epochs and start is silent:
            fail(
                "fit should train for as many epochs as it is told; it ended early where every "
                "sample was right already."
            )
        if trained < epochs:
            fail("fit should train for as many epochs as it is told; it trained for fewer.")


@pytest.mark.check(points=2)
def test_fit_history(student, rng):
    """fit records the loss of every epoch, before its update, and returns history"""
    weights, x, y = draw_case(rng, TWO_LAYERS)
    model, _, calls, made = build(student, weights)
    options = Keywords(epochs=2, learning_rate=SMALL_RATE)
    fit = model.fit, x.copy(), y.copy(), options
    *_, returned, history = together(*made, fit, (getattr, model, "history"))
    passes = epochs_of(calls, len(weights))
    assert_losses(student, history, passes, (x, y), "train", say("history after fit"))
    what = say("what fit returns")
    if lists_of(returned, what) != lists_of(history, what):
        fail("fit should return history.")
    for key in HISTORY_KEYS[2:]:
        assert_length(own_list(history, key, what), 0, key, say("history without test data"))


def epochs_of(calls, size):
    """Return the weights with which each epoch of fit began, or fail if there was none."""
    passes = weights_in_epochs(calls, size)
    if not passes:
        fail("fit should run the backward of every layer.")
    if any(len(call.arguments) < N for call in calls if call.method == "backward"):
        fail(FULL_BATCH)
    return passes


@pytest.mark.check(points=1)
def test_fit_test_data(student, rng):
    """fit records the loss of test_data in every epoch, with the weights of that epoch"""
    weights, x, y = draw_case(rng, TWO_LAYERS)
    # As many as train: whether they come between a forward and its backward is the next check's.
    data = draw(rng, *x.shape), draw_labels(rng, N)
    model, _, calls, made = build(student, weights)
    test_data = tuple(array.copy() for array in data)
    options = Keywords(epochs=2, learning_rate=SMALL_RATE, test_data=test_data)
    fit = model.fit, x.copy(), y.copy(), options
    *_, history = together(*made, fit, (getattr, model, "history"))
    what = say("history after fit with test_data")
    assert_losses(student, history, epochs_of(calls, len(weights)), data, "test", what)


@pytest.mark.check(points=3)
def test_fit_trains_without_test_data(student, rng):
    """test_data take no part in training: the weights become the same with and without them"""
    weights, x, y = draw_case(rng, TWO_LAYERS)
    test_x, test_y = draw(rng, 6, x.shape[1]), draw_labels(rng, 6)
    given, given_y = test_x.copy(), test_y.copy()
    steps, networks = [], []
    for options in ({}, {"test_data": (given, given_y)}):
        model, layers, calls, made = build(student, weights, len(steps))
        options = Keywords(epochs=2, learning_rate=SMALL_RATE, **options)
        steps += [*made, (model.fit, x.copy(), y.copy(), options)]
        networks.append(layers)
    together(*steps)
    results = [np.concatenate([layer.w.ravel() for layer in layers]) for layers in networks]
    assert_unchanged(given, test_x, "the samples in test_data")
    assert_unchanged(given_y, test_y, "the labels in test_data")
    if np.array_equal(results[0], np.concatenate([w.ravel() for w in weights])):
        fail("fit should change the weights.")
    assert_array(results[1], results[0], "all weights after fit with test_data, put together,")
    if not any(call.method == "forward" and len(call.arguments) == 6 for call in calls):
        fail("fit should run the samples of test_data through the layers, too.")


@pytest.mark.check(points=1)
def test_fit_goes_on(student, rng):
    """two calls of fit equal one with as many epochs"""
    # A few epochs will do: the whole network's check of this trains for longer.
    (w,), x, y = draw_case(rng, ONE_LAYER)

    def fit(model, epochs):
        options = Keywords(epochs=epochs, learning_rate=SMALL_RATE)
        return (model.fit, x.copy(), y.copy(), options), (getattr, model, "history")

    def recorded(answers):
        pass_over(answers, 1)
        return len(own_list(next(answers), "train_loss", say("history")))

    model, (layer,), calls, made = build(student, [w])
    answers = each(*made, *fit(model, 3))
    model, _ = next(answers), next(answers)
    first = recorded(answers)
    # An epoch too few or too many has its own check.
    missing = 3 - sum(call.method == "backward" for call in calls)
    other, (at_once,), _, made = build(student, [w], 2)
    answers = each(*fit(model, 2), *made, *fit(other, 5 - missing))
    if recorded(answers) <= first > 0:
        fail("A second call of fit should append to history, and not begin it anew.")
    pass_over(answers, len(made))
    recorded(answers)
    if np.array_equal(layer.w, w):
        fail("fit should change the weights.")
    others = {"w before": w}
    for epochs in () if np.array_equal(layer.w, at_once.w) else (2, 3):
        alone, (one,), _, made = build(student, [w])
        together(*made, *fit(alone, epochs))
        others[f"w of {epochs} epochs"] = one.w
    what = say("w after 3 and 2 epochs of fit, compared with 5 at once,")
    assert_array(layer.w, at_once.w, what, known=Known(given=others))


def hold_epochs(lines, every, number):
    """Return whether so many of these lines, in order, hold an epoch of their own, every so many.

    The first is shown after 1 to `every` epochs, and may be counted from 0 or from 1.
    """
    for first in range(every + 2):
        wanted = iter(numbers_in(line) for line in lines)
        epochs = range(first, first + every * number, every)
        if all(any(epoch in numbers for numbers in wanted) for epoch in epochs):
            return True
    return False


@pytest.mark.check(points=1)
def test_fit_verbose(student, rng, capsys):
    """verbose=k shows a line every k epochs, 0 shows nothing"""
    weights, x, y = draw_case(rng, ONE_LAYER)
    few, many = 1, 5

    @functools.cache
    def run(epochs, verbose=None):
        options = {} if verbose is None else {"verbose": verbose}
        model, _, _ = built(student, weights)
        printed_lines(capsys)
        model.fit(x.copy(), y.copy(), epochs=epochs, learning_rate=0.01, **options)
        return model, printed_lines(capsys)

    def lines(*arguments):
        return run(*arguments)[1]

    model, _ = run(few, 0)
    model.Show_Training_Stage_Info(many)
    a_call = printed_lines(capsys)
    if not a_call:
        fail("Show_Training_Stage_Info should print one line; it printed nothing.")
    # Whether such a line holds the epoch has checks of its own.
    says_epoch = any(is_epoch(many)(number) for line in a_call for number in numbers_in(line))

    def are_right(found, every, epochs):
        # From the first epoch on, or later.
        calls = epochs // every, (epochs - 1) // every + 1
        right = not says_epoch or hold_epochs(found, every, calls[0])
        return right and len(found) in [number * len(a_call) for number in calls]

    # What prints nothing besides is soon seen to be right; each epoch costs calls from the
    # student's process to this one.
    silent = not lines(few, 0) and not lines(many)
    if silent and are_right(lines(many, 2), 2, many) and are_right(lines(3, 1), 1, 3):
        return
    # What a program prints besides, it prints with verbose=0 too, or as often in few epochs as in
    # many. So it is told apart by differences.
    besides = len(lines(many, 0)) - len(lines(few, 0))
    for verbose, calls in ((2, 2), (1, 4), (None, 0)):
        with_many = lines(many, verbose)
        more = len(with_many) - len(lines(few, verbose)) - besides
        if more == calls * len(a_call):
            if says_epoch and not hold_epochs(with_many, verbose or 1, calls):
                fail(
                    "fit should hand the number of the epoch that is over to "
                    "Show_Training_Stage_Info."
                )
            continue
        if more < 0 or not calls:
            fail("fit should show nothing unless verbose is above 0.")
        fail(
            say(
                "fit should show one line every `verbose` epochs; with {options} it showed "
                "{amount}.",
                options=str({"verbose": verbose}),
                amount=amount(more, calls * len(a_call)),
            )
        )
