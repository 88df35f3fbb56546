"""The tables of the notebook, and the examples that its pictures show."""

import numpy as np
from experiments.inside import units_picture
from experiments.plots import titled
from inspect_network import inspect, padded, width_of

from checks.messages import say
from datasets import load


def one_of_each(training):
    """Return a pair of the training and an initialization for each accuracy, the lowest first.

    Accuracies that differ by less than 5% count as one.
    """
    accuracy = training.final_accuracy
    found = []
    for start in np.argsort(accuracy, kind="stable"):
        if found and accuracy[start] - accuracy[found[-1]] < 0.05:
            found.pop()
        found.append(int(start))
    return [(training, start) for start in found]


def worst(training):
    """Return a pair of the training and the initialization that ended lowest."""
    return training, int(training.final_accuracy.argmin())


def named(training):
    """Return what an experiment is called in a table."""
    return say(training.experiment.name, value=training.experiment.value)


def _percent(share):
    return f"{100 * share:.0f}%"


def _table(heads, rows, title=""):
    """Print a table, below the figures that were drawn before it."""
    from matplotlib import pyplot

    pyplot.show()
    if title:
        print(title)
    rows = [[str(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("   ".join(padded(*cell) for cell in zip(row, widths, strict=True)).rstrip())
    print()


def show_counts(trainings):
    """Print how many initializations ended at which accuracy, a line for each training."""
    rows = []
    for training in trainings:
        values, counts = np.unique(np.round(training.final_accuracy, 2), return_counts=True)
        ends = zip(values, counts, strict=True)
        rows.append((named(training), "   ".join(f"{_percent(v)}: {n}" for v, n in ends)))
    heads = (say("of {count} initializations", count=len(trainings[0].models)), "")
    _table(heads, rows)


def inspected(training, start):
    """Return what `inspect` finds of a trained network."""
    return inspect(training.models[start], *load(training.experiment.dataset))


def _hidden(found):
    """Return the records of the activations between the layers."""
    return [record for record in found.layers[:-1] if record.dead.size]


def show_dead(training):
    """Print how many units of each hidden layer are dead, a line for each initialization."""
    _, y = load(training.experiment.dataset)
    rows = []
    for start, accuracy in enumerate(training.final_accuracy):
        hidden = _hidden(inspected(training, start))
        off = [~record.output[y[:, 0] == 1].any(axis=0) for record in hidden]
        dead = " ".join(f"{record.dead.sum()}/{record.dead.size}" for record in hidden)
        ones = " ".join(f"{units.sum()}/{units.size}" for units in off)
        rows.append((start, _percent(accuracy), dead, ones))
    heads = (say("initialization"), say("accuracy"), say("dead units"), say("off at label 1"))
    _table(heads, rows, named(training))


def show_outputs(examples):
    """Print the lowest, the median and the highest output at the points of either label."""
    rows = []
    for training, start in examples:
        x, y = load(training.experiment.dataset)
        outputs = training.models[start].forward(x)
        for value in (0, 1):
            figures = np.quantile(outputs[y == value], (0, 0.5, 1))
            right = _percent(training.final_accuracy[start])
            rows.append((start, right, value, *(f"{figure:.3f}" for figure in figures)))
    heads = (say("initialization"), say("accuracy"), say("label"))
    heads += (say("lowest output"), say("median"), say("highest"))
    _table(heads, rows)


def show_units(examples):
    """Draw what the hidden units of trained networks put out.

    Parameters
    ----------
    examples : list of tuple
        What was trained, and the number of an initialization; all on the same data.

    Returns
    -------
    Figure
    """
    x, y = load(examples[0][0].experiment.dataset)
    found = [inspected(*example) for example in examples]
    return units_picture(found, [titled(*example) for example in examples], x, y)


def show_speed(trainings):
    """Print how fast each initialization learned and how much its loss swung, if it learned."""
    rows = []
    for training in trainings:
        fall = training.loss[:, 0] - training.loss[:, -1]
        travelled = training.swing * training.epochs[-1]
        for start in np.flatnonzero(training.final_accuracy >= 0.95):
            accuracy = np.array(training.models[start].history["train_accuracy"])
            epoch = np.argmax(accuracy >= 0.95) + 1
            rows.append((named(training), start, epoch, f"{travelled[start] / fall[start]:.2f}"))
    heads = ("", say("initialization"), say("95% right at epoch"), say("swing"))
    _table(heads, rows)


def show_least_squares(trainings):
    """Print a bare network as one matrix, and the least-squares solution beside it."""
    rows = []
    for training in trainings:
        x, y = load(training.experiment.dataset)
        v = np.eye(x.shape[1])
        for layer in training.models[0].layers:
            v = v @ layer.w.T
        solution = np.linalg.lstsq(x, y, rcond=None)[0]
        both = ((say("network, as one matrix"), v), (say("least squares"), solution))
        for name, column in both:
            right = np.sum((x @ column > 0.5) == y)
            loss = np.mean((x @ column - y) ** 2) / 2
            numbers = ", ".join(f"{number:.4f}" for number in column.ravel())
            row = (training.experiment.dataset, name, numbers, f"{right}/{len(y)}", f"{loss:.5f}")
            rows.append(row)
    heads = ("", say("initialization 0"), "v", say("right"), say("loss"))
    _table(heads, rows)
