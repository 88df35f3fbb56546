"""Maps of what a network puts out over the unit square, with the points it was trained on.

Every function but `output_map` returns a matplotlib figure of its own.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from datasets import load

from . import Experiment
from .plots import BLUE, ORANGE, grid, percent, titled
from .training import Classes, Training, build, initial_weights
from .words import label, upright

LABELS = ((0, "o", BLUE), (1, "^", ORANGE))
OUTPUTS = LinearSegmentedColormap.from_list("outputs", [BLUE, "white", ORANGE])
TICKS = np.linspace(-0.05, 1.05, 177)
"""The points of a map in each direction; those of the datasets are among them."""


def output_map(ax: Axes, model: Any, x: np.ndarray, y: np.ndarray) -> AxesImage:
    """Draw a network's output over the unit square, its boundary and the points on top.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    model : object
        Anything with ``forward(x)``.
    x : ndarray of shape (N, 2)
        The points.
    y : ndarray of shape (N, 1)
        Their labels, 0 or 1, which are drawn as discs and triangles.

    Returns
    -------
    AxesImage
        The map, from 0 to 1; what is beyond is drawn as these. A black line is the boundary of
        what is predicted as 1, and a ring is around each point that is predicted wrong.
    """
    grid = np.stack(np.meshgrid(TICKS, TICKS), axis=-1)
    height = model.forward(grid.reshape(-1, 2)).reshape(grid.shape[:2])
    square = (TICKS[0], TICKS[-1], TICKS[0], TICKS[-1])
    colours = ax.imshow(height, cmap=OUTPUTS, vmin=0, vmax=1, extent=square, origin="lower")
    # A little above 0.5: a region of dead units has just that and counts as 0, and along a line of
    # no width, where training has brought the output down to it, it varies by some 0.0001.
    if height.min() <= 0.501 < height.max():
        ax.contour(TICKS, TICKS, height, levels=[0.501], colors="black", linewidths=1)
    for value, marker, colour in LABELS:
        chosen = x[y[:, 0] == value]
        style: dict[str, Any] = {"marker": marker, "color": colour, "edgecolor": "black"}
        ax.scatter(chosen[:, 0], chosen[:, 1], s=22, linewidth=0.4, **style)
    wrong = x[((model.forward(x) > 0.5) != y)[:, 0]]
    ax.scatter(wrong[:, 0], wrong[:, 1], s=75, facecolor="none", edgecolor="black", linewidth=1.1)
    ax.set(xlim=(-0.05, 1.05), ylim=(-0.05, 1.05), aspect="equal")
    ax.set(xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
    return colours


def output_maps(examples: Sequence[tuple[Training, int]], columns: int = 4) -> Figure:
    """Draw the outputs of trained networks side by side.

    Parameters
    ----------
    examples : sequence of tuple
        What was trained, and the number of an initialization.
    columns : int
        How many maps stand side by side.

    Returns
    -------
    Figure
        A map for each, with the experiment, the initialization and the accuracy above it.
    """
    figure, axes = _maps(len(examples), columns)
    for ax, (training, start) in zip(axes, examples, strict=True):
        colours = output_map(ax, training.models[start], *load(training.experiment.dataset))
        ax.set_title(titled(training, start), fontsize="small")
    _key(figure, colours)
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
        A map for each epoch. Above it the loss of that epoch, and the length of its gradient in
        all weights.
    """
    x, y = load(experiment.dataset)
    model = build(experiment, classes, initial_weights(experiment.widths, seed, start))
    figure, axes = _maps(len(epochs), columns=3, top=0.85)
    which = label("initialization {number}", number=start)
    name = label(experiment.name, value=experiment.value)
    height = figure.get_size_inches()[1]
    figure.suptitle(f"{name}\n{which}", fontsize="medium", y=1 - 0.05 / height, va="top")
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
        title = label("epoch {epoch}: {accuracy}", epoch=epoch, accuracy=percent(accuracy))
        values = {"loss": f"{loss:.4f}", "length": f"{length:.1g}"}
        figures = label("loss {loss}, |gradient| {length}", **values)
        ax.set_title(f"{title}\n{figures}", fontsize="small")
    _key(figure, colours)
    return figure


def _maps(count: int, columns: int, top: float = 0.5) -> tuple[Figure, list[Axes]]:
    """Lay out maps under titles of two lines; only the outer ones name their axes."""
    columns = min(columns, count)
    rows = -(-count // columns)
    figure, axes = grid(
        rows,
        columns,
        panel=(1.85, 1.85),
        gaps=(0.2, 0.6),
        margins=(0.65, 1.0, top, 0.5),
        sharex=True,
        sharey=True,
    )
    for ax in axes[:, 0]:
        ax.set_ylabel("$x_2$")
    for number, ax in enumerate(axes.flat):
        if number >= count:
            ax.set_axis_off()
        elif number + columns >= count:
            ax.set_xlabel("$x_1$")
            ax.tick_params(labelbottom=True)
    return figure, list(axes.flat[:count])


def _key(figure: Figure, colours: AxesImage) -> None:
    """Say what the colours of the maps mean, in the right margin."""
    width, height = figure.get_size_inches()
    place = (1 - 0.85 / width, 0.5 / height, 0.13 / width, min(1.85, height - 1) / height)
    bar = figure.colorbar(colours, cax=figure.add_axes(place), ticks=(0, 0.5, 1))
    bar.ax.set_ylabel(**upright(label("output"), side="right"))
