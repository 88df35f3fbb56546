"""Figures of trained experiments.

Colours are those of Okabe and Ito, which colour-blind readers can tell apart
(https://jfly.uni-koeln.de/color/); what a colour says, a shape or a place says too, so the
figures can be printed in grey. Every function returns a matplotlib figure of its own.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.pyplot import subplots
from matplotlib.ticker import MaxNLocator

from datasets import load

from .training import Training
from .words import label

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
FEW = 10
"""Fewer initializations than this are drawn one by one, more as their median and a band."""

COLOURS = (BLUE, ORANGE, GREEN, VERMILION, "#CC79A7", "#56B4E9", "black", "0.55", "#8C510A")
"""Of the initializations, in their order."""
DASHES = ("-", "--", "-.", ":")

LABELS = ((0, "o", BLUE), (1, "^", ORANGE))
OUTPUTS = LinearSegmentedColormap.from_list("outputs", [BLUE, "white", ORANGE])
SHADES = LinearSegmentedColormap.from_list("shades", ["0.92", "#bfe3d5"])


def named(training: Training) -> str:
    """Return what an experiment is called in a figure or a table."""
    return label(training.experiment.name, value=training.experiment.value)


def learning_curves(trainings: Sequence[Training], columns: int = 3) -> Figure:
    """Draw loss and accuracy over the epochs, one column of panels for each experiment.

    Few initializations are drawn as a line each, in a colour of its own; from `FEW` on the line is
    their median and the band reaches from the 10th to the 90th percentile.

    Parameters
    ----------
    trainings : sequence of Training
        What to draw.
    columns : int
        How many experiments stand side by side.

    Returns
    -------
    Figure
        Loss (logarithmic) above accuracy, all panels with the same axes.
    """
    columns = min(columns, len(trainings))
    blocks = -(-len(trainings) // columns)
    figure, axes = subplots(
        2 * blocks,
        columns,
        figsize=(2.5 * columns + 0.6, 3.4 * blocks),
        squeeze=False,
        sharey="row",
        layout="constrained",
    )
    lowest = min(max(training.loss.min(), 1e-8) for training in trainings)
    highest = max(training.loss.max() for training in trainings)
    for number, training in enumerate(trainings):
        block, column = divmod(number, columns)
        above, below = axes[2 * block, column], axes[2 * block + 1, column]
        above.set_title(named(training), fontsize="medium")
        _curves(above, training.epochs, training.loss, BLUE)
        above.set(yscale="log", ylim=(0.7 * lowest, 1.5 * highest))
        above.tick_params(labelbottom=False)
        _curves(below, training.epochs, 100 * training.accuracy, VERMILION)
        below.set(ylim=(-4, 104), xlabel=label("epoch"))
        below.xaxis.set_major_locator(MaxNLocator(4, integer=True, prune="upper"))
        if column == 0:
            above.set_ylabel(label("loss"))
            below.set_ylabel(label("accuracy (%)"))
    for number in range(len(trainings), columns * blocks):
        block, column = divmod(number, columns)
        axes[2 * block, column].set_axis_off()
        axes[2 * block + 1, column].set_axis_off()
    if 1 < len(trainings[0].models) < FEW:
        lines = axes[0, 0].lines
        title = label("initialization")
        figure.legend(
            lines,
            map(str, range(len(lines))),
            title=title,
            loc="outside right upper",
            frameon=False,
            fontsize="small",
            title_fontsize="small",
        )
    return figure


def _curves(ax: Axes, epochs: np.ndarray, values: np.ndarray, colour: str) -> None:
    ax.grid(color="0.9")
    if len(values) < FEW:
        for start, line in enumerate(values):
            dashes = DASHES[start % len(DASHES)]
            ax.plot(epochs, line, dashes, color=COLOURS[start], linewidth=1.2, alpha=0.85)
        return
    low, middle, high = np.percentile(values, (10, 50, 90), axis=0)
    ax.fill_between(epochs, low, high, color=colour, alpha=0.25, linewidth=0)
    ax.plot(epochs, middle, color=colour, linewidth=1.6)


def outcomes(trainings: Sequence[Training]) -> Figure:
    """Draw at which accuracy each initialization ended, a row for each experiment.

    Parameters
    ----------
    trainings : sequence of Training
        What to draw, from top to bottom; all of as many initializations.

    Returns
    -------
    Figure
        A column for each initialization, headed in the colour of its learning curve; apart from
        them the accuracy of the report.
    """
    ends = 100 * np.array([training.final_accuracy for training in trainings])
    starts = ends.shape[1]
    width, height = 2.6 + 0.5 * (starts + 1), 0.9 + 0.34 * len(trainings)
    figure, ax = subplots(figsize=(min(width, 12), height), layout="constrained")
    columns = [*range(starts), starts + 0.5]
    reported = [training.experiment.reported for training in trainings]
    for row, values in enumerate(np.column_stack([ends, reported])):
        for column, value in zip(columns, values, strict=True):
            colour = SHADES(np.clip((value - 40) / 60, 0, 1))
            cell = Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=colour, edgecolor="white")
            ax.add_patch(cell)
            ax.text(column, row, f"{value:.0f}", ha="center", va="center", fontsize="small")
    ax.set_yticks(range(len(trainings)), [named(training) for training in trainings])
    ax.set_xticks(columns, [*map(str, range(starts)), label("report")])
    for start, tick in enumerate(ax.xaxis.get_major_ticks()[:starts]):
        tick.label2.set(color=COLOURS[start % len(COLOURS)], weight="bold", family="DejaVu Sans")
    ax.set(xlim=(-0.5, starts + 1), ylim=(len(trainings) - 0.5, -0.5))
    ax.set_title(label("final accuracy (%) of each initialization"), fontsize="medium")
    ax.tick_params(length=0, labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)
    return figure


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
        The map, from 0 to 1; what is beyond is drawn as these. A line is the boundary of what is
        predicted as 1.
    """
    ticks = np.linspace(-0.05, 1.05, 221)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1)
    height = model.forward(grid.reshape(-1, 2)).reshape(grid.shape[:2])
    square = (ticks[0], ticks[-1], ticks[0], ticks[-1])
    colours = ax.imshow(height, cmap=OUTPUTS, vmin=0, vmax=1, extent=square, origin="lower")
    if height.min() <= 0.5 < height.max():
        # A little above 0.5, since a region of dead units has just that, and counts as 0.
        ax.contour(ticks, ticks, height, levels=[0.5 + 1e-6], colors="black", linewidths=1)
    _points(ax, x, y)
    return colours


def truth_and_prediction(trainings: Sequence[Training], start: int = 0) -> Figure:
    """Draw the labels beside what a network predicts, one row for each experiment.

    Parameters
    ----------
    trainings : sequence of Training
        What to draw.
    start : int
        Which initialization's network.

    Returns
    -------
    Figure
        Left the labels; in the middle the predicted labels, with a ring around each wrong one;
        right the network's output with the labels.
    """
    figure, axes = subplots(
        len(trainings),
        3,
        figsize=(7.8, 2.55 * len(trainings)),
        squeeze=False,
        sharex=True,
        sharey=True,
        layout="constrained",
    )
    for (left, middle, right), training in zip(axes, trainings, strict=True):
        x, y = load(training.experiment.dataset)
        model = training.models[start]
        predicted = (model.forward(x) > 0.5).astype(float)
        wrong = (predicted != y)[:, 0]
        _points(left, x, y)
        _points(middle, x, predicted)
        middle.scatter(
            x[wrong, 0], x[wrong, 1], s=70, facecolor="none", edgecolor="black", linewidth=1.1
        )
        colours = output_map(right, model, x, y)
        figure.colorbar(colours, ax=right, ticks=(0, 0.5, 1))
        left.set_title(label("labels"), fontsize="medium")
        counts = {"right": len(y) - wrong.sum(), "all": len(y)}
        middle.set_title(label("predictions: {right} of {all} right", **counts), fontsize="medium")
        right.set_title(label("output"), fontsize="medium")
        left.set_ylabel(named(training))
    return figure


def _points(ax: Axes, x: np.ndarray, y: np.ndarray) -> None:
    for value, marker, colour in LABELS:
        chosen = x[y[:, 0] == value]
        ax.scatter(
            chosen[:, 0],
            chosen[:, 1],
            s=22,
            marker=marker,
            color=colour,
            edgecolor="black",
            linewidth=0.4,
        )
    ax.set(xlim=(-0.05, 1.05), ylim=(-0.05, 1.05), aspect="equal")
    ax.set(xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
