"""Train many networks of one shape at once, stacked on a leading axis.

NumPy's ``matmul`` multiplies stacks of matrices, one pair after the other, so S networks cost
little more overhead than one. Activations, updates, and the passes through the layers are the
reference solution's own; only what a single network does with ``.T`` is written again.
"""

from collections.abc import Sequence

import numpy as np

from datasets import load
from solution.activation import Activation
from solution.experiments import Experiment
from solution.experiments.training import Classes, Training, build, initial_weights, kept_epochs
from solution.linear_layer import Linear_Layer
from solution.model import Model

CLASSES = Classes(Activation, Linear_Layer, Model)
"""The reference solution."""


class Stacked_Linear_Layer(Linear_Layer):
    """The linear layers of S networks: ``w`` has the shape (S, output_dim, input_dim)."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Compute the outputs of all networks.

        Parameters
        ----------
        x : ndarray of shape (N, input_dim) or (S, N, input_dim)
            The same batch for all networks, or one for each.

        Returns
        -------
        ndarray of shape (S, N, output_dim)
            The outputs z.
        """
        self.pre_input = x
        # A contiguous copy of these few numbers makes the products 4 times as fast.
        return x @ np.ascontiguousarray(self.w.mT)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Set ``delta_w`` of all networks, and carry their gradients on.

        Parameters
        ----------
        grad : ndarray of shape (S, N, output_dim)
            dL/dz.

        Returns
        -------
        ndarray of shape (S, N, input_dim)
            dL/dx.
        """
        self.delta_w = grad.mT @ self.pre_input
        return grad @ self.w


STACKED = Classes(Activation, Stacked_Linear_Layer, Model)
"""The same for many networks at once."""


def same_run(experiment: Experiment) -> tuple[object, ...]:
    """Return what a training depends on, apart from the number of epochs.

    Parameters
    ----------
    experiment : Experiment
        Any row of the report.

    Returns
    -------
    tuple
        Equal for two experiments if the shorter one is the beginning of the longer.
    """
    e = experiment
    return e.dataset, e.widths, e.activations, e.learning_rate, e.optimizer


def train_stacked(
    experiments: Sequence[Experiment],
    starts: Sequence[int],
    seed: int = 0,
    data: tuple[np.ndarray, np.ndarray] | None = None,
) -> list[Training]:
    """Train one network from many initializations, for one or more numbers of epochs.

    The same as ``experiments.training.train`` with the reference solution, but for rounding.

    Parameters
    ----------
    experiments : sequence of Experiment
        All of the same run (`same_run`); they may differ in the number of epochs.
    starts : sequence of int
        The numbers of the initializations.
    seed : int
        The seed of all initializations.
    data : tuple of two ndarrays, optional
        Points and labels to train on instead of the shipped ones, of the shapes (N, 2) and (N, 1),
        or (starts, N, 2) and (starts, N, 1) if each initialization has its own.

    Returns
    -------
    list of Training
        One for each experiment.
    """
    settings = experiments[0]
    x, y = load(settings.dataset) if data is None else data
    samples = x.shape[-2]
    model = _stack(settings, starts, seed)
    ends = {experiment.epochs for experiment in experiments}
    kept = {int(epoch) for end in ends for epoch in kept_epochs(end)}
    curve: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    trained: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray, tuple[Model, ...]]] = {}
    travelled, largest_rise, previous = np.zeros(len(starts)), np.zeros(len(starts)), None

    for epoch in range(max(ends) + 1):
        y_hat = model.forward(x)
        error = y_hat - y
        loss = 0.5 * np.einsum("sni,sni->s", error, error) / samples
        if epoch in ends or epoch in kept:
            accuracy = (model.predict_2_binary(y_hat) == y).mean(axis=(1, 2))
            if epoch in ends:  # these are the weights after so many updates
                swing = travelled / max(epoch - 1, 1)
                trained[epoch] = accuracy, swing, largest_rise, _unstack(settings, model)
            curve[epoch] = loss, accuracy
        if epoch == max(ends):
            break
        if previous is not None:
            travelled = travelled + np.abs(loss - previous)
            largest_rise = np.maximum(largest_rise, loss - previous)
        previous = loss
        model.backward(error / samples)
        model.update(settings.learning_rate, settings.optimizer)

    return [_training(experiment, curve, *trained[experiment.epochs]) for experiment in experiments]


def _stack(experiment: Experiment, starts: Sequence[int], seed: int) -> Model:
    """Build one model that holds the networks of all initializations."""
    weights = [initial_weights(experiment.widths, seed, start) for start in starts]
    stacks = [np.stack(layer) for layer in zip(*weights, strict=True)]
    model: Model = build(experiment, STACKED, stacks)
    for layer in model.layers:
        if isinstance(layer, Stacked_Linear_Layer):
            layer.momentum_w = np.zeros_like(layer.w)
    return model


def _unstack(experiment: Experiment, model: Model) -> tuple[Model, ...]:
    """Build a model of its own for each of the networks."""
    stacks = [layer.w for layer in model.layers if isinstance(layer, Stacked_Linear_Layer)]
    return tuple(build(experiment, CLASSES, list(weights)) for weights in zip(*stacks, strict=True))


def _training(
    experiment: Experiment,
    curve: dict[int, tuple[np.ndarray, np.ndarray]],
    accuracy: np.ndarray,
    swing: np.ndarray,
    largest_rise: np.ndarray,
    models: tuple[Model, ...],
) -> Training:
    kept = kept_epochs(experiment.epochs)
    return Training(
        experiment=experiment,
        epochs=kept,
        loss=np.stack([curve[epoch][0] for epoch in kept.tolist()], axis=1),
        accuracy=np.stack([curve[epoch][1] for epoch in kept.tolist()], axis=1),
        final_accuracy=accuracy,
        swing=swing,
        largest_rise=largest_rise,
        models=models,
    )
