"""What the cells of the notebook share: a progress line, and the stop at wrong gradients."""

import contextlib
import io
import time
from dataclasses import replace

import numpy as np
from experiments import deferred
from experiments.inside import layers_picture
from experiments.training import RecordError, build, initial_weights, train
from experiments.words import choose_font
from gradient_check import CHECKS, model_gradients
from inspect_network import inspect, show_layers, show_weight
from language import notebook_language

from checks.messages import say, set_language
from checks.timelimit import time_limit
from datasets import load

_AT_RATE = deferred("sgd, rate {value}")
_clock = None


class StopHere(Exception):
    """Why a cell can't go on; its text is what the student reads."""


class Clock:
    """Adds up for how long the cells of a notebook run.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        That runs the notebook.
    """

    def __init__(self, shell):
        self._seconds, self._began = 0.0, time.monotonic()
        shell.events.register("pre_run_cell", self._start)
        shell.events.register("post_run_cell", self._stop)

    def _start(self, info):
        self._began = time.monotonic()

    def _stop(self, result):
        self._seconds, self._began = self.seconds, None

    @property
    def seconds(self):
        """What the cells took, up to now."""
        running = 0 if self._began is None else time.monotonic() - self._began
        return self._seconds + running


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
    global _clock
    _clock = Clock(shell)
    shell.set_custom_exc((NotImplementedError, StopHere), _explain)
    set_language(notebook_language())
    choose_font()
    # Sharp on every screen. The figures leave no margins to cut off, and are drawn once, not twice.
    shell.run_line_magic("config", "InlineBackend.figure_format = 'retina'")
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


def at_rate(sgd, learning_rate):
    """Return an experiment with the optimizer `sgd` and a learning rate that the report has not."""
    value = f"{learning_rate:g}"
    changes = {"learning_rate": learning_rate, "reported": np.nan}
    return replace(sgd, name=_AT_RATE, value=value, **changes)


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


def show_time():
    """Print how long the cells have run since the setup, all together."""
    print(say("All cells together: {seconds} s.", seconds=f"{_clock.seconds:.0f}"))
