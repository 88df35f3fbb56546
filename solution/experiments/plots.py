"""What all figures of the experiments share, and the table of where initializations ended.

Colours are those of Okabe and Ito, which colour-blind readers can tell apart
(https://jfly.uni-koeln.de/color/); what a colour says, a number or a place says too, so the
figures can be printed in grey. Every function returns a matplotlib figure of its own.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.pyplot import subplots

from .training import Training
from .words import label

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
COLOURS = (BLUE, ORANGE, GREEN, VERMILION, "#CC79A7", "#56B4E9", "black", "0.55", "#8C510A")
"""Of what is drawn in one panel, in its order."""

SHADES = LinearSegmentedColormap.from_list("shades", ["0.95", "#5fc4a6"])
LOWEST = 40
"""The accuracy (%) that has the lightest shade."""


def named(training: Training) -> str:
    """Return what an experiment is called in a figure or a table."""
    return label(training.experiment.name, value=training.experiment.value)


def percent(share: float) -> str:
    """Return a share as text, such as ``52%``."""
    return f"{100 * share:.0f}%"


def titled(training: Training, start: int) -> str:
    """Return two lines: what an experiment is called, and which initialization ended where."""
    accuracy = percent(training.final_accuracy[start])
    which = label("initialization {number}: {accuracy}", number=start, accuracy=accuracy)
    return f"{named(training)}\n{which}"


def grid(
    rows: int,
    columns: int,
    panel: tuple[float, float],
    gaps: tuple[float, float],
    margins: tuple[float, float, float, float],
    **options: Any,
) -> tuple[Figure, np.ndarray]:
    """Lay out panels at once; the layout that matplotlib searches for takes longer than drawing.

    Parameters
    ----------
    rows, columns : int
        How many panels.
    panel, gaps : tuple of float
        The width and the height of a panel (the mean, if they differ) and of the gaps, in inches.
    margins : tuple of float
        Left, right, top and bottom, in inches.
    **options
        Handed on to ``pyplot.subplots``.

    Returns
    -------
    figure : Figure
        The figure.
    axes : ndarray of shape (rows, columns)
        Its panels.
    """
    left, right, top, bottom = margins
    width = left + columns * panel[0] + (columns - 1) * gaps[0] + right
    height = top + rows * panel[1] + (rows - 1) * gaps[1] + bottom
    figure, axes = subplots(rows, columns, figsize=(width, height), squeeze=False, **options)
    figure.subplots_adjust(
        left=left / width,
        right=1 - right / width,
        top=1 - top / height,
        bottom=bottom / height,
        wspace=gaps[0] / panel[0],
        hspace=gaps[1] / panel[1],
    )
    return figure, axes


def colour_numbers(texts: Sequence[Any]) -> None:
    """Give the numbers of initializations the colours of their lines."""
    for start, text in enumerate(texts):
        text.set(color=COLOURS[start % len(COLOURS)], weight="bold", family="DejaVu Sans")


def outcomes(trainings: Sequence[Training]) -> Figure:
    """Draw the table of the accuracies at which initializations ended, a row for each experiment.

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
    names = [named(training) for training in trainings]
    # A Chinese character is as wide as two Latin ones.
    left = 0.3 + 0.09 * max(sum(1 + (c >= "\u2e80") for c in name) for name in names)
    panel = (min(max(0.5 * (starts + 1.5), 2.4), 9.5), 0.34 * len(trainings))
    figure, axes = grid(1, 1, panel, gaps=(0, 0), margins=(left, 0.1, 0.6, 0.1))
    ax = axes[0, 0]
    columns = [*range(starts), starts + 0.5]
    reported = [training.experiment.reported for training in trainings]
    for row, values in enumerate(np.column_stack([ends, reported])):
        for column, value in zip(columns, values, strict=True):
            known = not np.isnan(value)  # the report may have no such row
            colour = SHADES(np.clip((value - LOWEST) / (100 - LOWEST), 0, 1) if known else 0.0)
            text = f"{value:.0f}" if known else "\u2013"
            cell = Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=colour, edgecolor="white")
            ax.add_patch(cell)
            ax.text(column, row, text, ha="center", va="center", fontsize="small")
    ax.set_yticks(range(len(trainings)), names)
    ax.set_xticks(columns, [*map(str, range(starts)), label("report")])
    colour_numbers([tick.label2 for tick in ax.xaxis.get_major_ticks()[:starts]])
    ax.set(xlim=(-0.5, starts + 1), ylim=(len(trainings) - 0.5, -0.5))
    title = label("final accuracy (%) of each initialization")
    height = figure.get_size_inches()[1]
    figure.suptitle(title, fontsize="medium", y=1 - 0.06 / height, va="top")
    ax.tick_params(length=0, labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)
    return figure
