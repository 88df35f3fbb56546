"""What the cells of the notebook share: a progress line, the stop at wrong gradients, tables."""

import contextlib
import io
import time

import numpy as np
from experiments.inside import layers_picture
from experiments.training import RecordError, build, initial_weights, train
from experiments.words import choose_font
from gradient_check import CHECKS, model_gradients
from inspect_network import inspect, padded, show_layers, show_weight
from language import notebook_language

from checks.messages import say, set_language
from checks.timelimit import time_limit
from datasets import load


class StopHere(Exception):
    """Why a cell can't go on; its text is what the student reads."""


def set_up(shell):
    """Speak the notebook's language, and say what is missing in one line, without a traceback.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        That runs the notebook.

    Returns
    -------
    str
        The language.
    """
    shell.set_custom_exc((NotImplementedError, StopHere), _explain)
    set_language(notebook_language())
    choose_font()
    # The figures leave no margins to cut off, and are drawn once instead of twice.
    shell.run_line_magic("config", "InlineBackend.print_figure_kwargs = {'bbox_inches': None}")
    return notebook_language()


def _explain(shell, kind, error, traceback, tb_offset=None):
    if kind is StopHere:
        print(error)
        return
    print(
        say(
            "Not written yet: {name}. Fill it in, save the file, and run this cell again.",
            name=error,
        )
    )


def need_gradients():
    """Stop the cell with one sentence if a gradient is wrong.

    Raises
    ------
    StopHere
        If one is.
    NotImplementedError
        If a method is not written yet.
    """
    for name, check in CHECKS.items():
        try:
            with contextlib.redirect_stdout(io.StringIO()), time_limit():
                right = check(np.random.default_rng(0))
        except NotImplementedError:
            raise
        except (Exception, SystemExit):  # whatever it is, the gradient is not right
            right = False
        if not right:
            raise StopHere(
                say(
                    "Stopped: the gradient check fails at {name}, so a training would show that "
                    "mistake and not what the experiment is about. Fix it first: "
                    "`python gradient_check.py` says what is wrong.",
                    name=name,
                )
            )


class Progress:
    """A line that says how many networks are trained; it replaces itself.

    Parameters
    ----------
    total : int
        How many there will be.
    """

    def __init__(self, total):
        from IPython.display import display

        self.total, self.done, self.began = total, 0, time.monotonic()
        self.shown_at = self.began
        self._line = display(self._text(), raw=True, display_id=True)

    def __call__(self):
        """Count another network."""
        self.done += 1
        now = time.monotonic()
        if now - self.shown_at > 0.2 or self.done == self.total:
            self.shown_at = now
            self._line.update(self._text(), raw=True)

    def _text(self):
        seconds = time.monotonic() - self.began
        text = say(
            "{done} of {total} networks trained, {seconds} s",
            done=self.done,
            total=self.total,
            seconds=f"{seconds:.0f}",
        )
        return {"text/plain": text}


def train_all(rows, classes, starts, epochs, seed):
    """Train experiments, with a progress line; right gradients are needed.

    Parameters
    ----------
    rows : sequence of Experiment
        What to train.
    classes : Classes
        What to train it with.
    starts : int
        From how many initializations.
    epochs : sequence of int
        How many epochs of each.
    seed : int
        Of the initializations.

    Returns
    -------
    list of Training

    Raises
    ------
    StopHere
        If a gradient is wrong, or `fit` did not record every epoch.
    """
    need_gradients()
    progress = Progress(starts * len(rows))
    trainings = []
    for row, count in zip(rows, epochs, strict=True):
        try:
            trainings.append(train(row, classes, starts, count, seed, progress))
        except RecordError as error:
            raise StopHere(say("Stopped: {error}.", error=error)) from None
    return trainings


def named(training):
    """Return what an experiment is called in a table."""
    return say(training.experiment.name, value=training.experiment.value)


def show(trainings):
    """Print at which accuracy (%) every initialization ended: a line for each training."""
    for training in trainings:
        percent = " ".join(f"{100 * accuracy:4.0f}" for accuracy in training.final_accuracy)
        print(padded(named(training), 24) + percent)


def one_of_each(training):
    """Return an initialization for each accuracy that occurs, the lowest first."""
    found = {round(a, 2): start for start, a in enumerate(training.final_accuracy)}
    return [found[accuracy] for accuracy in sorted(found)]


def inspected(training, start):
    """Return what `inspect` finds of a trained network."""
    return inspect(training.models[start], *load(training.experiment.dataset))


def look_inside(experiment, classes, seed, weight):
    """Show the layers of a network that is not trained yet, and the gradient of a weight.

    Parameters
    ----------
    experiment : Experiment
        Which network.
    classes : Classes
        What to build it from.
    seed : int
        Draws its weights.
    weight : tuple of int
        Layer, row and column.

    Returns
    -------
    Figure
    """
    x, y = load(experiment.dataset)
    model = build(experiment, classes, initial_weights(experiment.widths, seed, 0))
    found = inspect(model, x, y)
    show_layers(found)
    if not found.comparable:
        return layers_picture(found)
    print()
    show_weight(model, x, y, *weight)
    return layers_picture(found, model_gradients(model, x, y))


def _hidden(found):
    """Return the records of the activations between the layers."""
    return [record for record in found.layers[:-1] if record.dead.size]


def show_dead(training):
    """Print how many units of each hidden layer are dead, a line for each initialization."""
    _, y = load(training.experiment.dataset)
    heads = (say("initialization"), say("right"), say("dead units"), say("off at label 1"))
    print("\n" + named(training))
    print("".join(map(padded, heads, (16, 8, 16, 0))))
    for start, accuracy in enumerate(training.final_accuracy):
        hidden = _hidden(inspected(training, start))
        off = [~record.output[y[:, 0] == 1].any(axis=0) for record in hidden]
        dead = " ".join(f"{record.dead.sum()}/{record.dead.size}" for record in hidden)
        ones = " ".join(f"{units.sum()}/{units.size}" for units in off)
        print(f"{start:<16}{f'{accuracy:.0%}':<8}{dead:<16}{ones}")


def show_outputs(training, starts):
    """Print the least, the median and the largest output at the points of either label."""
    x, y = load(training.experiment.dataset)
    heads = (say("right"), say("label"), say("least"), say("median"), say("largest output"))
    print("\n" + named(training))
    print("".join(map(padded, heads, (8, 8, 8, 8, 0))))
    for start in starts:
        outputs = training.models[start].forward(x)
        for value in (0, 1):
            figures = np.quantile(outputs[y == value], (0, 0.5, 1))
            row = (f"{training.final_accuracy[start]:.0%}", value, *(f"{f:.3f}" for f in figures))
            print("".join(f"{figure:<8}" for figure in row).rstrip())


def show_speed(trainings):
    """Print how fast each initialization learned and how much its loss swung, if it learned."""
    heads = (say("initialization"), say("95 % right at epoch"), say("swing"), say("swing/descent"))
    widths = (16, 22, 10, 0)
    print("\n" + padded("", 14) + "".join(map(padded, heads, widths)))
    for training in trainings:
        descent = (training.loss[:, 0] - training.loss[:, -1]) / training.epochs[-1]
        for start in np.flatnonzero(training.final_accuracy >= 0.95):
            epoch = training.epochs[np.argmax(training.accuracy[start] >= 0.95)]
            swing = training.swing[start]
            ratio = f"{swing / descent[start]:.2f}"
            print(f"{named(training):<14}{start:<16}{epoch:<22}{f'{swing:.2e}':<10}{ratio}")
