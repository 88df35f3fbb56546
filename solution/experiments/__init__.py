"""The experiments of the report: what is trained, and on what.

Every experiment is a row of one of the report's tables, with the accuracy that the report gives
for its single run. ``experiments.training`` trains them, ``experiments.curves`` draws the results::

    from activation import Activation
    from linear_layer import Linear_Layer
    from model import Model
    from experiments import TABLES, Experiment
    from experiments.training import Classes, train
    from experiments.curves import learning_curves

    mine = Classes(Activation, Linear_Layer, Model)
    rows = TABLES["learning rate"].rows
    learning_curves([train(row, mine, starts=3) for row in rows]).savefig("rates.png")

A row of your own is made like one of theirs::

    wide = Experiment("width {value}", "8", "xor", (2, 8, 1), ("relu", "sigmoid"), epochs=3000)
    learning_curves([train(wide, mine, starts=3)]).savefig("wide.png")
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Experiment:
    """One row of a table: a network, how it is trained, and what the report found.

    Attributes
    ----------
    name, value : str
        What sets it apart from the other rows of its table, such as ``"learning rate {value}"``
        and ``"0.05"``.
    dataset : {'linear', 'xor'}
        The name to give to ``datasets.load``.
    widths : tuple of int
        The inputs of the network and the neurons of each layer.
    activations : tuple of str or None
        For each linear layer the function that follows it; None where none does.
    epochs : int
        How many epochs.
    reported : float
        The report's accuracy, in percent as printed there: 52 stands for 11 of 21. NaN, the
        default, if it has no such row.
    learning_rate : float
        The step size.
    optimizer : {'sgd', 'sgdm'}
        The rule of the step.
    """

    name: str
    value: str
    dataset: str
    widths: tuple[int, ...]
    activations: tuple[str | None, ...]
    epochs: int
    reported: float = math.nan
    learning_rate: float = 0.1
    optimizer: str = "sgdm"

    @property
    def label(self) -> str:
        """Its name with its value, such as ``learning rate 0.05``."""
        return self.name.format(value=self.value)

    @property
    def architecture(self) -> str:
        """The network as the report writes it, such as ``2-3-ReLU-3-ReLU-1-Sigmoid``."""
        parts = [str(self.widths[0])]
        for width, activation in zip(self.widths[1:], self.activations, strict=True):
            parts += [str(width)] + ([NAMES[activation]] if activation else [])
        return "-".join(parts)


@dataclass(frozen=True)
class Table:
    """One table of the report.

    Attributes
    ----------
    title : dict
        From each language, ``'en'`` and ``'zh-TW'``, to the title.
    rows : tuple of Experiment
        Its rows.
    """

    title: dict[str, str]
    rows: tuple[Experiment, ...]


NAMES = {"sigmoid": "Sigmoid", "relu": "ReLU", "softplus": "Softplus"}
"""How the report writes the activation functions."""

_SIGMOIDS = ("sigmoid", "sigmoid", None)
_RELUS = ("relu", "relu", "sigmoid")


def deferred(message: str) -> str:
    """Mark a message that is said later, so that it is found for translation."""
    return message


_STANDARD = deferred("standard, {value}")
_RATE = deferred("learning rate {value}")
_UNITS = deferred("hidden units {value}")
_BARE = deferred("no activations, {value}")
_LAYERS = deferred("{value} hidden layers")


def _relu_on_xor(rate: float, reported: float) -> Experiment:
    widths = (2, 3, 3, 1)
    return Experiment(_RATE, str(rate), "xor", widths, _RELUS, 30000, reported, learning_rate=rate)


def _hidden(first: int, second: int, reported: float) -> Experiment:
    widths = (2, first, second, 1)
    value = f"{first}, {second}"
    return Experiment(_UNITS, value, "linear", widths, _RELUS, 15000, reported)


def _optimizer(name: str, reported: float) -> Experiment:
    widths = (2, 3, 3, 1)
    return Experiment("{value}", name, "linear", widths, _RELUS, 30000, reported, optimizer=name)


TABLES = {
    "standard": Table(
        {"en": "The standard network", "zh-TW": "標準網路"},
        (
            Experiment(_STANDARD, "xor", "xor", (2, 3, 3, 1), _SIGMOIDS, 30000, 100),
            Experiment(_STANDARD, "linear", "linear", (2, 3, 3, 1), _SIGMOIDS, 30000, 100),
        ),
    ),
    "learning rate": Table(
        {"en": "Learning rates", "zh-TW": "學習率"},
        tuple(
            _relu_on_xor(rate, reported)
            for rate, reported in (
                (0.01, 52),
                (0.05, 76),
                (0.1, 100),
                (0.2, 52),
                (0.4, 52),
                (0.8, 52),
            )
        ),
    ),
    "hidden units": Table(
        {"en": "Hidden units", "zh-TW": "隱藏層的神經元數"},
        (
            _hidden(3, 3, 96),
            _hidden(6, 3, 100),
            _hidden(3, 6, 100),
            _hidden(6, 6, 100),
            _hidden(6, 12, 100),
            _hidden(12, 24, 100),
        ),
    ),
    "no activations": Table(
        {"en": "No activations", "zh-TW": "沒有活化函數"},
        (
            Experiment(_BARE, "linear", "linear", (2, 3, 3, 1), (None, None, None), 30000, 80),
            Experiment(_BARE, "xor", "xor", (2, 3, 3, 1), (None, None, None), 30000, 38),
        ),
    ),
    "layers": Table(
        {"en": "Layers", "zh-TW": "層數"},
        (
            Experiment(_LAYERS, "2", "xor", (2, 3, 3, 1), _RELUS, 15000, 76),
            Experiment(_LAYERS, "3", "xor", (2, 3, 3, 3, 1), ("relu", *_RELUS), 15000, 100),
        ),
    ),
    "optimizer": Table(
        {"en": "Optimizers", "zh-TW": "最佳化方法"},
        (
            _optimizer("sgd", 100),
            _optimizer("sgdm", 95),
        ),
    ),
}
"""The tables of the report, in its order."""
