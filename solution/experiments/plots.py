"""Figures of trained experiments.

Colours are those of Okabe and Ito, which colour-blind readers can tell apart
(https://jfly.uni-koeln.de/color/); what a colour says, a shape or a place says too, so the
figures can be printed in grey. Every function returns a matplotlib figure of its own.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.pyplot import subplots

from datasets import load

from .training import Training

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
FEW = 10
"""Fewer initializations than this are drawn one by one, more as their median and a band."""

LABELS = ((0, "o", BLUE), (1, "^", ORANGE))
REGIONS = ListedColormap(["#cfe3f0", "#fbe7c0"])


def learning_curves(trainings: Sequence[Training], columns: int = 3) -> Figure:
    """Draw loss and accuracy over the epochs, one column of panels for each experiment.

    Few initializations are drawn as a line each; from `FEW` on the line is their median and the
    band reaches from the 10th to the 90th percentile.

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
        above.set_title(training.experiment.label, fontsize="medium")
        _curves(above, training.epochs, training.loss, BLUE)
        above.set(yscale="log", ylim=(0.7 * lowest, 1.5 * highest))
        above.tick_params(labelbottom=False)
        _curves(below, training.epochs, 100 * training.accuracy, VERMILION)
        below.set(ylim=(-4, 104), xlabel="epoch")
        if column == 0:
            above.set_ylabel("loss")
            below.set_ylabel("accuracy (%)")
    for number in range(len(trainings), columns * blocks):
        block, column = divmod(number, columns)
        axes[2 * block, column].set_axis_off()
        axes[2 * block + 1, column].set_axis_off()
    return figure


def _curves(ax: Axes, epochs: np.ndarray, values: np.ndarray, colour: str) -> None:
    ax.grid(color="0.9")
    if len(values) < FEW:
        ax.plot(epochs, values.T, color=colour, linewidth=1, alpha=0.8)
        return
    low, middle, high = np.percentile(values, (10, 50, 90), axis=0)
    ax.fill_between(epochs, low, high, color=colour, alpha=0.25, linewidth=0)
    ax.plot(epochs, middle, color=colour, linewidth=1.6)


def accuracy_spread(trainings: Sequence[Training]) -> Figure:
    """Draw at which accuracies the initializations ended, one line for each experiment.

    The area of a disc is the share of the initializations that ended there; a diamond marks the
    report's accuracy.

    Parameters
    ----------
    trainings : sequence of Training
        What to draw, from top to bottom.

    Returns
    -------
    Figure
        Accuracy in percent to the right.
    """
    figure, ax = subplots(figsize=(7, 0.9 + 0.36 * len(trainings)), layout="constrained")
    for row, training in enumerate(trainings):
        values, counts = np.unique(training.final_accuracy, return_counts=True)
        areas = 260 * counts / counts.sum()
        ax.axhline(row, color="0.9", linewidth=1, zorder=0)
        ax.scatter(100 * values, [row] * len(values), s=areas, color=BLUE, alpha=0.75, linewidth=0)
    ax.scatter(
        [training.experiment.reported for training in trainings],
        range(len(trainings)),
        marker="D",
        s=34,
        facecolor="white",
        zorder=3,
        edgecolor=VERMILION,
        linewidth=1.4,
        label="the report's single run",
    )
    ax.set_yticks(range(len(trainings)), [training.experiment.label for training in trainings])
    least = min(min(100 * t.final_accuracy.min(), t.experiment.reported) for t in trainings)
    ax.set(ylim=(len(trainings) - 0.4, -0.6), xlim=(least - 5, 104), xlabel="final accuracy (%)")
    ax.scatter(
        [], [], s=90, color=BLUE, alpha=0.75, linewidth=0, label="starts (area: their share)"
    )
    figure.legend(loc="outside upper right", ncols=2, frameon=False, fontsize="small")
    return figure


def decision_regions(ax: Axes, model: Any, x: np.ndarray, y: np.ndarray) -> None:
    """Colour the unit square by what a network predicts there, and draw the points on top.

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
    """
    ticks = np.linspace(-0.05, 1.05, 221)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1)
    height = model.forward(grid.reshape(-1, 2)).reshape(grid.shape[:2])
    ax.pcolormesh(ticks, ticks, height > 0.5, cmap=REGIONS, vmin=0, vmax=1, rasterized=True)
    if height.min() < 0.5 < height.max():
        ax.contour(ticks, ticks, height, levels=[0.5], colors="0.25", linewidths=1)
    _points(ax, x, y)


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
        right the regions of the two predictions with the labels.
    """
    figure, axes = subplots(
        len(trainings),
        3,
        figsize=(7.2, 2.55 * len(trainings)),
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
        decision_regions(right, model, x, y)
        left.set_title("labels", fontsize="medium")
        right_ones = len(y) - wrong.sum()
        middle.set_title(f"predictions: {right_ones} of {len(y)} right", fontsize="medium")
        right.set_title("regions", fontsize="medium")
        left.set_ylabel(training.experiment.label)
    return figure


def _points(ax: Axes, x: np.ndarray, y: np.ndarray) -> None:
    for label, marker, colour in LABELS:
        chosen = x[y[:, 0] == label]
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
