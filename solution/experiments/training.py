"""Train an experiment from several random initializations, with the classes that are passed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from datasets import load

from . import Experiment
from .words import say

CURVE_POINTS = 301
"""At most so many epochs of a training are kept for its learning curve."""


class RecordError(ValueError):
    """A training that did not record what it should."""


class Classes(NamedTuple):
    """The three classes to train with."""

    Activation: type
    Linear_Layer: type
    Model: type


@dataclass(frozen=True)
class Training:
    """What was recorded of an experiment, over some initializations.

    Attributes
    ----------
    experiment : Experiment
        What was trained.
    epochs : ndarray of shape (T,)
        The epochs that are kept, counted from 0.
    loss, accuracy : ndarray of shape (starts, T)
        In those epochs, before each one's update.
    final_accuracy : ndarray of shape (starts,)
        After the last update.
    swing : ndarray of shape (starts,)
        The mean absolute change of the loss from one epoch to the next, over all epochs.
    largest_rise : ndarray of shape (starts,)
        By how much the loss rose at most from one epoch to the next; 0 if it never did.
    models : tuple
        The trained network of each initialization: anything with ``forward``.
    """

    experiment: Experiment
    epochs: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    final_accuracy: np.ndarray
    swing: np.ndarray
    largest_rise: np.ndarray
    models: tuple[Any, ...]


def kept_epochs(epochs: int) -> np.ndarray:
    """Choose the epochs of a learning curve: evenly spread, the first and the last among them.

    Parameters
    ----------
    epochs : int
        How many epochs the training has.

    Returns
    -------
    ndarray of int, at most `CURVE_POINTS` long
        The epochs, counted from 0.
    """
    return np.unique(np.linspace(0, epochs - 1, min(epochs, CURVE_POINTS)).round().astype(int))


def initial_weights(widths: tuple[int, ...], seed: int, start: int) -> list[np.ndarray]:
    """Draw the initial weights of a network.

    They depend on nothing but the three arguments: initialization 7 is the same in every experiment
    with these widths, however many there are and whoever trains them.

    Parameters
    ----------
    widths : tuple of int
        The inputs of the network and the neurons of each layer.
    seed : int
        The seed of all initializations.
    start : int
        The number of the initialization.

    Returns
    -------
    list of ndarray of shape (output_dim, input_dim)
        From the uniform distribution of the handout, for each linear layer.
    """
    rng = np.random.default_rng([seed, start])
    return [
        rng.uniform(-1, 1, (outputs, inputs)) / np.sqrt(inputs)
        for inputs, outputs in zip(widths[:-1], widths[1:], strict=True)
    ]


def build(experiment: Experiment, classes: Classes, weights: list[np.ndarray]) -> Any:
    """Make the network of an experiment.

    Parameters
    ----------
    experiment : Experiment
        What to build.
    classes : Classes
        What to build it from.
    weights : list of ndarray of shape (output_dim, input_dim)
        One for each linear layer; copies are assigned to ``w``.

    Returns
    -------
    Model
        One of ``classes.Model``.
    """
    layers = []
    for w, activation in zip(weights, experiment.activations, strict=True):
        linear = classes.Linear_Layer(w.shape[-1], w.shape[-2])
        linear.w = w.copy()
        layers += [linear] + ([classes.Activation(activation)] if activation else [])
    model = classes.Model()
    model.Build(layers)
    return model


def train(
    experiment: Experiment,
    classes: Classes,
    starts: int = 3,
    epochs: int | None = None,
    seed: int = 0,
    progress: Callable[[], None] = lambda: None,
) -> Training:
    """Train an experiment from several initializations, one ``Model.fit`` each.

    Parameters
    ----------
    experiment : Experiment
        What to train.
    classes : Classes
        What to train it with.
    starts : int
        How many random initializations.
    epochs : int, optional
        How many epochs; the experiment's own number by default.
    seed : int
        The seed of the initializations: with the same one they are the same.
    progress : callable
        Called after each initialization.

    Returns
    -------
    Training
        What was recorded.

    Raises
    ------
    ValueError
        If there is nothing to train.
    RecordError
        If ``fit`` did not record every epoch.
    """
    epochs = experiment.epochs if epochs is None else epochs
    if starts < 1 or epochs < 1:
        raise ValueError(
            f"cannot train {starts} starts for {epochs} epochs: give at least 1 of each"
        )
    x, y = load(experiment.dataset)
    kept = kept_epochs(epochs)
    models, losses, accuracies, finals = [], [], [], []
    for start in range(starts):
        model = build(experiment, classes, initial_weights(experiment.widths, seed, start))
        model.fit(
            x,
            y,
            epochs=epochs,
            learning_rate=experiment.learning_rate,
            optimizer=experiment.optimizer,
        )
        history = model.history
        for key in ("train_loss", "train_accuracy"):
            if len(history[key]) != epochs:
                counts = {"count": len(history[key]), "key": key, "epochs": epochs}
                raise RecordError(
                    say("fit recorded {count} values of {key} in {epochs} epochs", **counts)
                )
        models.append(model)
        losses.append(history["train_loss"])
        accuracies.append(np.array(history["train_accuracy"])[kept])
        finals.append(model.evaluate(x, y)[1])
        progress()
    loss = np.array(losses)
    # Twice the first loss in front of the others: no change, but one to count from in one epoch.
    changes = np.diff(loss, axis=1, prepend=loss[:, :1])
    return Training(
        experiment=experiment,
        epochs=kept,
        loss=loss[:, kept],
        accuracy=np.array(accuracies),
        final_accuracy=np.array(finals),
        swing=np.abs(changes).sum(axis=1) / max(epochs - 1, 1),
        largest_rise=changes.max(axis=1),
        models=tuple(models),
    )
