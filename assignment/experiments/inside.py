"""Figures of the inside of a network: of what ``inspect_network.inspect`` found.

Every function returns a matplotlib figure of its own.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.pyplot import subplots
from matplotlib.ticker import MaxNLocator

from .plots import BLUE, COLOURS, GREEN, VERMILION, grid
from .words import label, upright

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
        weights against their finite differences, both divided by the largest of these in the layer.
    """
    layers = found.layers
    figure, axes = subplots(
        1,
        4,
        figsize=(11, 1.5 + 0.36 * len(layers)),
        layout="constrained",
        width_ratios=(2, 2, 1, 1.8),
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
    outputs.set(xlabel=label("value"))
    outputs.set_title(label("outputs"), fontsize="medium")
    slopes.set(xscale="log", xlabel=label("absolute value"))
    slopes.set_title(label("largest gradient"), fontsize="medium")
    slopes.plot([], [], "o", color=BLUE, label=label("of the output"))
    slopes.plot([], [], "s", color=VERMILION, label=label("of the weights"))
    slopes.legend(fontsize="small", loc="best")
    if not dead.patches or max(bar.get_width() for bar in dead.patches) == 0:
        _say_in(dead, label("none"))
    dead.set(xlim=(0, 100), xlabel=label("share (%)"))
    dead.set_title(label("dead units"), fontsize="medium")
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
    for number, gradient in enumerate(gradients):
        # Each layer in a measure of its own: the gradients of the first may be hundreds of times
        # smaller than those of the last, and a wrong sign would not be seen.
        largest = np.abs(_finite(gradient.numeric)).max(initial=0)
        if gradient.comparable and largest > 0:
            own, numeric = (g.ravel() / largest for g in (gradient.analytic, gradient.numeric))
            colour = COLOURS[number % len(COLOURS)]
            ax.plot(numeric, own, "o", markersize=4, color=colour, label=gradient.name)
    ax.plot((-1, 1), (-1, 1), color="0.6", linewidth=1, zorder=0)
    ax.set(xticks=(-1, 0, 1))
    ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    ax.set(xlabel=label("finite difference (relative)"), ylabel=label("your gradient (relative)"))
    ax.set_title(label("gradient of every weight"), fontsize="medium")
    if len(ax.lines) > 1:
        ax.legend(fontsize="x-small", loc="upper left", handletextpad=0.1)
    else:
        _say_in(ax, label("not compared"))


def _say_in(ax: Any, text: str) -> None:
    ax.text(0.5, 0.5, text, ha="center", va="center", transform=ax.transAxes, color="0.4")


def units_picture(
    found: Sequence[Any], titles: Sequence[str], x: np.ndarray, y: np.ndarray
) -> Figure:
    """Draw what each unit of the activations puts out at each sample, and name the dead ones.

    Parameters
    ----------
    found : sequence of Inspection
        Of ``inspect_network.inspect``, a column each.
    titles : sequence of str
        Of the columns.
    x, y : ndarray of shape (N, 2) and (N, 1)
        The samples, which are drawn in the order of their first input, and their labels: those of
        label 0 stand left of those of label 1.

    Returns
    -------
    Figure
        A row for each hidden layer: white where a unit puts out 0, hatched where it is dead.
    """
    hidden = [[layer for layer in one.layers[:-1] if layer.dead.size] for one in found]
    rows = max(map(len, hidden))
    order = np.lexsort((x[:, 0], y[:, 0]))
    zeros = int((y == 0).sum())
    figure, axes = grid(
        rows,
        len(found),
        panel=(2.5, 1.0),
        gaps=(0.95, 0.15 if len(set(map(len, hidden))) == 1 else 0.5),
        margins=(0.95, 0.2, 0.5, 0.5),
    )
    for column, (layers, title) in enumerate(zip(hidden, titles, strict=True)):
        axes[0, column].set_title(title, fontsize="medium")
        for ax in axes[len(layers) :, column]:
            ax.set_axis_off()
            _say_in(ax, label("(no such layer)"))
        for row, layer in enumerate(layers):
            _units(axes[row, column], layer, order, zeros)
            name = label("layer {number}", number=row + 1)
            axes[row, column].set_ylabel(**upright(name), labelpad=9)
        ends = [label("label {value}", value=value) + "\n$x_1: 0 \\to 1$" for value in (0, 1)]
        places = [zeros / 2 - 0.5, (zeros + len(y)) / 2 - 0.5]
        axes[len(layers) - 1, column].set_xticks(places, ends, fontsize="small")
    return figure


def _units(ax: Any, layer: Any, order: np.ndarray, zeros: int) -> None:
    values = layer.output[order].T
    ax.imshow(values, aspect="auto", cmap=STRENGTH, vmin=0, interpolation="nearest")
    ax.axvline(zeros - 0.5, color="black", linewidth=1)
    names = []
    for unit, dead in enumerate(layer.dead):
        names.append(label("{unit}: dead", unit=unit) if dead else str(unit))
        if dead:
            band = (unit - 0.5, unit + 0.5)
            ax.axhspan(*band, facecolor="none", edgecolor="0.8", hatch="///", linewidth=0)
    ax.set_yticks(range(len(names)), names, fontsize="small")
    for text, dead in zip(ax.get_yticklabels(), layer.dead, strict=True):
        text.set_color(VERMILION if dead else "black")
    ax.set_xticks([])
    ax.tick_params(length=0)
