"""Figures of the inside of a network: of what ``inspect_network.inspect`` found, and of a training.

Every function returns a matplotlib figure of its own.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.pyplot import subplots

from datasets import load

from . import Experiment
from .plots import BLUE, COLOURS, GREEN, VERMILION, output_map
from .training import Classes, build, initial_weights
from .words import label

STRENGTH = LinearSegmentedColormap.from_list("strength", ["white", GREEN])


def layers_picture(found: Any, gradients: Sequence[Any] = ()) -> Figure:
    """Draw outputs, gradients and dead units of each layer.

    Parameters
    ----------
    found : Inspection
        Of ``inspect_network.inspect``.
    gradients : sequence of Gradient
        Of ``gradient_check.model_gradients``: each weight's own gradient and its finite difference.

    Returns
    -------
    Figure
        From left to right: the outputs (a line from the lowest to the highest, a box around the
        middle half), the largest gradients, the share of dead units, and the gradients of all
        weights against their finite differences.
    """
    layers = found.layers
    figure, axes = subplots(
        1,
        4,
        figsize=(11, 1.3 + 0.36 * len(layers)),
        layout="constrained",
        width_ratios=(2, 2, 1, 2),
    )
    outputs, slopes, dead, compared = axes
    places = range(len(layers))
    for place, layer in enumerate(layers):
        values = _finite(layer.output)
        if values.size:
            low, first, middle, third, high = np.percentile(values, (0, 25, 50, 75, 100))
            outputs.plot((low, high), (place, place), color="black", linewidth=1)
            outputs.barh(place, third - first, 0.5, first, color="white", edgecolor="black")
            outputs.plot((middle, middle), (place - 0.25, place + 0.25), color=VERMILION)
        for gradient, marker, colour in (
            (layer.received, "o", BLUE),
            (layer.delta_w, "s", VERMILION),
        ):
            largest = np.abs(_finite(gradient)).max(initial=0)
            if largest > 0:
                slopes.plot(largest, place, marker, color=colour)
        if layer.dead.size:
            dead.barh(place, 100 * layer.dead.mean(), color="0.35", height=0.5)
    outputs.set_yticks(places, [f"{place} {layer.name}" for place, layer in enumerate(layers)])
    outputs.set_title(label("outputs"), fontsize="medium")
    slopes.set(xscale="log")
    slopes.set_title(label("largest gradient"), fontsize="medium")
    slopes.plot([], [], "o", color=BLUE, label=label("of the output"))
    slopes.plot([], [], "s", color=VERMILION, label=label("of the weights"))
    slopes.legend(fontsize="small", loc="best")
    dead.set(xlim=(0, 100))
    dead.set_title(label("dead units (%)"), fontsize="medium")
    for ax in (outputs, slopes, dead):
        ax.set_ylim(len(layers) - 0.5, -0.5)
        ax.grid(color="0.9", axis="x")
    for ax in (slopes, dead):
        ax.set_yticks(places, [])
    _compare(compared, gradients)
    return figure


def _finite(value: Any) -> np.ndarray:
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
        return np.zeros(0)
    values = value.astype(np.float64).ravel()
    return values[np.isfinite(values)]


def _compare(ax: Any, gradients: Sequence[Any]) -> None:
    ends = [0.0]
    for number, gradient in enumerate(gradients):
        if gradient.comparable:
            own, numeric = gradient.analytic.ravel(), gradient.numeric.ravel()
            colour = COLOURS[number % len(COLOURS)]
            ax.plot(numeric, own, "o", markersize=4, color=colour, label=gradient.name)
            ends += [*_finite(own), *_finite(numeric)]
    line = (min(ends), max(ends))
    ax.plot(line, line, color="0.6", linewidth=1, zorder=0)
    ax.locator_params(nbins=3)
    ax.ticklabel_format(style="sci", scilimits=(-2, 3), useMathText=True)
    ax.set(xlabel=label("finite difference"), ylabel=label("your gradient"))
    ax.set_title(label("gradient of every weight"), fontsize="medium")
    if len(ax.lines) > 1:
        ax.legend(fontsize="x-small", loc="upper left", handletextpad=0.1)


def units_picture(found: Sequence[Any], titles: Sequence[str], y: np.ndarray) -> Figure:
    """Draw what each unit of the activations puts out at each sample, and name the dead ones.

    Parameters
    ----------
    found : sequence of Inspection
        Of ``inspect_network.inspect``, a column each.
    titles : sequence of str
        Of the columns.
    y : ndarray of shape (N, 1)
        The labels; the samples of label 0 stand left of those of label 1.

    Returns
    -------
    Figure
        A row for each hidden layer: white where a unit puts out 0.
    """
    hidden = [[layer for layer in one.layers[:-1] if layer.dead.size] for one in found]
    rows = max(map(len, hidden))
    order = np.argsort(y[:, 0], kind="stable")
    zeros = int((y == 0).sum())
    figure, axes = subplots(
        rows,
        len(found),
        figsize=(0.9 + 2.9 * len(found), 0.6 + 1.1 * rows),
        squeeze=False,
        layout="constrained",
    )
    for column, (layers, title) in enumerate(zip(hidden, titles, strict=True)):
        axes[0, column].set_title(title, fontsize="medium")
        for ax in axes[len(layers) :, column]:
            ax.set_axis_off()
        for row, layer in enumerate(layers):
            ax = axes[row, column]
            values = layer.output[order].T
            ax.imshow(values, aspect="auto", cmap=STRENGTH, vmin=0, interpolation="nearest")
            ax.axvline(zeros - 0.5, color="black", linewidth=1)
            names = [
                label("{unit}: dead", unit=unit) if dead else str(unit)
                for unit, dead in enumerate(layer.dead)
            ]
            ax.set_yticks(range(len(names)), names, fontsize="small")
            for text, dead in zip(ax.get_yticklabels(), layer.dead, strict=True):
                text.set_color(VERMILION if dead else "black")
            ax.set_xticks(
                [zeros / 2 - 0.5, (zeros + len(y)) / 2 - 0.5],
                [label("label 0"), label("label 1")] if row == len(layers) - 1 else [],
            )
            ax.tick_params(length=0)
            if column == 0 or row >= len(hidden[0]):
                ax.set_ylabel(label("layer {number}", number=row + 1))
    return figure


def training_series(
    experiment: Experiment,
    classes: Classes,
    epochs: Sequence[int],
    start: int = 0,
    seed: int = 0,
) -> Figure:
    """Train one initialization, and draw the network's output on the way.

    Parameters
    ----------
    experiment : Experiment
        What to train.
    classes : Classes
        What to train it with.
    epochs : sequence of int
        After which epochs to draw, ascending.
    start, seed : int
        Which initialization.

    Returns
    -------
    Figure
        A panel for each epoch. Above it the loss of that epoch, and the length of its gradient in
        all weights.
    """
    x, y = load(experiment.dataset)
    model = build(experiment, classes, initial_weights(experiment.widths, seed, start))
    figure, axes = subplots(
        1, len(epochs), figsize=(2.1 * len(epochs) + 0.5, 2.9), sharey=True, layout="constrained"
    )
    done = 0
    for ax, epoch in zip(axes, epochs, strict=True):
        model.fit(
            x,
            y,
            epochs=epoch - done,
            learning_rate=experiment.learning_rate,
            optimizer=experiment.optimizer,
        )
        done = epoch
        slopes = [layer.delta_w.ravel() for layer in model.layers if hasattr(layer, "delta_w")]
        length = np.linalg.norm(np.concatenate(slopes))
        loss, accuracy = (model.history[f"train_{key}"][-1] for key in ("loss", "accuracy"))
        colours = output_map(ax, model, x, y)
        title = label("epoch {epoch}: {accuracy} right", epoch=epoch, accuracy=f"{accuracy:.0%}")
        figures = label(
            "loss {loss}\ngradient {length}", loss=f"{loss:.4f}", length=f"{length:.0e}"
        )
        ax.set_title(f"{title}\n{figures}", fontsize="small")
    figure.colorbar(colours, ax=axes, ticks=(0, 0.5, 1), shrink=0.7, label=label("output"))
    return figure
