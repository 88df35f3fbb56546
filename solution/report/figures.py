"""The figures of the report, as SVG."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib import pyplot
from matplotlib.figure import Figure

from solution.experiments import TABLES
from solution.experiments.curves import learning_curves
from solution.experiments.maps import output_maps
from solution.experiments.plots import BLUE, VERMILION
from solution.experiments.training import Training

STYLE: dict[Any, object] = {
    "font.size": 9,
    "savefig.facecolor": "white",
    "svg.hashsalt": "backpropagation lab",  # the same figure is the same file
    "svg.fonttype": "path",
}


@dataclass(frozen=True)
class Picture:
    """A figure for the page.

    Attributes
    ----------
    svg : bytes
        The drawing.
    caption : str
        What it shows, and how to read it.
    """

    svg: bytes
    caption: str


def _picture(figure: Figure, caption: str) -> Picture:
    file = io.BytesIO()
    figure.savefig(file, format="svg", dpi=150, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
    return Picture(file.getvalue(), caption)


def typical_start(training: Training) -> int:
    """Choose the initialization whose network is shown.

    Parameters
    ----------
    training : Training
        Many initializations of a row.

    Returns
    -------
    int
        The first of those that ended nearest to the report's accuracy.
    """
    return int(np.argmin(np.abs(100 * training.final_accuracy - training.experiment.reported)))


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
    figure, ax = pyplot.subplots(figsize=(7, 0.9 + 0.36 * len(trainings)), layout="constrained")
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


def draw_all(trainings: Sequence[Training]) -> tuple[Picture, dict[str, list[Picture]]]:
    """Draw the figures of the report.

    Parameters
    ----------
    trainings : sequence of Training
        One for each row, in the order of the tables.

    Returns
    -------
    overview : Picture
        The spread of all rows.
    by_table : dict
        From each key of ``TABLES`` to the table's figures.
    """
    of = {training.experiment: training for training in trainings}
    matplotlib.use("agg")
    with matplotlib.rc_context(STYLE):
        overview = _picture(
            accuracy_spread(trainings),
            "Where the starts of every row ended: the area of a disc is the share of the starts, "
            "a diamond is the report's single run.",
        )
        by_table = {
            key: _of_table([of[experiment] for experiment in table.rows])
            for key, table in TABLES.items()
        }
        by_table["optimizer"].append(_swing(*(of[row] for row in TABLES["optimizer"].rows)))
    return overview, by_table


def _of_table(trainings: list[Training]) -> list[Picture]:
    shown = [(training, typical_start(training)) for training in trainings]
    return [
        _picture(
            learning_curves(trainings),
            "Learning curves: the median over the starts, and the band from the 10th to the 90th "
            "percentile (with fewer than 10 starts, a line and a strip for each).",
        ),
        _picture(
            output_maps(shown, columns=3),
            "Outputs of the first start that ended nearest to the report's accuracy. Discs have "
            "the label 0 and triangles 1; a ring marks a wrong prediction.",
        ),
    ]


def _swing(sgd: Training, sgdm: Training) -> Picture:
    """Draw the two measures of swing, a point for each initialization."""
    figure, axes = pyplot.subplots(1, 2, figsize=(7.2, 3.8), layout="constrained")
    both = (sgd.final_accuracy > 0.5) & (sgdm.final_accuracy > 0.5)
    measures = (("mean change of the loss", "swing"), ("largest rise", "largest_rise"))
    for ax, (title, name) in zip(axes, measures, strict=True):
        one, other = 1e6 * getattr(sgd, name)[both], 1e6 * getattr(sgdm, name)[both]
        above = other > one
        for chosen, marker, colour, who in (
            (above, "^", VERMILION, "sgdm more"),
            (~above, "o", BLUE, "sgd as much or more"),
        ):
            label = f"{who}: {chosen.sum()} starts"
            ax.scatter(
                one[chosen],
                other[chosen],
                s=12,
                marker=marker,
                color=colour,
                alpha=0.6,
                label=label,
            )
        ends = np.array([*ax.get_xlim(), *ax.get_ylim()]).clip(0)
        line = (0, 1.05 * ends.max())
        ax.plot(line, line, color="0.4", linewidth=1, linestyle="--")
        ax.set(xlim=line, ylim=line, aspect="equal", xlabel="sgd (millionths)")
        ax.set_ylabel("sgdm (millionths)")
        ax.set_title(f"{title}, epoch to epoch", fontsize="medium")
        ax.legend(fontsize="small", frameon=False, loc="lower right")
    return _picture(
        figure,
        "How much the loss swings, for every start that learns with both optimizers. On the "
        "dashed line both swing alike.",
    )
