"""Figures of how networks were trained: their losses and accuracies over the epochs.

Every function returns a matplotlib figure of its own.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator, StrMethodFormatter

from .plots import BLUE, COLOURS, LOWEST, SHADES, VERMILION, colour_numbers, grid, named, percent
from .training import Training
from .words import label, upright

FEW = 10
"""Fewer initializations than this are drawn one by one, more as their median and a band."""
BINS = 60
"""Into so many pieces the strip of an initialization is cut."""


def learning_curves(trainings: Sequence[Training], columns: int = 3) -> Figure:
    """Draw loss and accuracy over the epochs, one column of panels for each experiment.

    Few initializations are drawn one by one: the loss as a line with its number at the end, the
    accuracy as a strip. From `FEW` on the line is their median and the band reaches from the 10th
    to the 90th percentile.

    Parameters
    ----------
    trainings : sequence of Training
        What to draw.
    columns : int
        How many experiments stand side by side.

    Returns
    -------
    Figure
        Loss (logarithmic) above accuracy, all panels of the loss with the same axis.
    """
    columns = min(columns, len(trainings))
    blocks = -(-len(trainings) // columns)
    most = max(len(training.models) for training in trainings)
    strips = max(0.8, 0.18 * most) if most < FEW else 1.2
    gap = 0.15 if blocks == 1 else 0.75
    figure, axes = grid(
        2 * blocks,
        columns,
        panel=(1.8, (1.5 + strips) / 2),
        gaps=(0.95, gap),
        margins=(0.75, 0.65, 0.35, 0.55),
        height_ratios=(1.5, strips) * blocks,
    )
    for ax in axes.flat:
        ax.set_axis_off()
    for number, training in enumerate(trainings):
        block, column = divmod(number, columns)
        above, below = axes[2 * block : 2 * block + 2, column]
        for ax in (above, below):
            ax.set_axis_on()
            ax.xaxis.set_major_locator(MaxNLocator(4, integer=True, prune="upper"))
        above.set_title(named(training), fontsize="medium")
        above.tick_params(labelbottom=blocks > 1)
        below.set_xlabel(label("epoch"))
        if len(training.models) < FEW:
            _lines(above, training, _reach(trainings))
            _strips(below, training, label("initialization") if column == 0 else "")
        else:
            _band(above, training.epochs, training.loss, BLUE)
            _band(below, training.epochs, 100 * training.accuracy, VERMILION)
            below.set(ylim=(-4, 104))
            if column == 0:
                below.set_ylabel(label("accuracy (%)"))
        if column == 0:
            above.set_ylabel(**upright(label("loss")))
    _share_losses(list(axes[::2].flat)[: len(trainings)], trainings)
    return figure


def _reach(trainings: Sequence[Training]) -> tuple[float, float]:
    """Return the lowest and the highest loss of all."""
    losses = [training.loss for training in trainings]
    return min(max(loss.min(), 1e-8) for loss in losses), max(loss.max() for loss in losses)


def _share_losses(panels: Sequence[Axes], trainings: Sequence[Training]) -> None:
    """Give panels one logarithmic axis, with numbers that can be read at a glance."""
    lowest, highest = _reach(trainings)
    steps = (1.0, 2.0, 5.0) if highest < 30 * lowest else (1.0,)
    for ax in panels:
        ax.set(yscale="log", ylim=(0.75 * lowest, 1.35 * highest))
        ax.yaxis.set_major_locator(LogLocator(subs=steps))
        ax.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.grid(color="0.9")


def _nested(number: int, count: int) -> float:
    """Return a width of line: each is narrower than those before, and hides none of them."""
    return 1.0 + 0.7 * (count - 1 - number)


def _lines(ax: Axes, training: Training, reach: tuple[float, float]) -> None:
    count = len(training.loss)
    for start, line in enumerate(training.loss):
        ax.plot(training.epochs, line, color=COLOURS[start], linewidth=_nested(start, count))
    ax.set(xlim=(0, training.epochs[-1] + 1))
    ends = np.log(training.loss[:, -1].clip(1e-8))
    apart = 0.1 * np.log(1.8 * reach[1] / reach[0])  # the height of a number
    groups: list[list[int]] = []
    for start in np.argsort(ends, kind="stable"):
        if groups and ends[start] - ends[groups[-1][0]] < apart:
            groups[-1].append(int(start))
        else:
            groups.append([int(start)])
    for group in groups:
        ax.annotate(
            _listed(sorted(group)),
            (1, np.exp(ends[group].mean())),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize="small",
        )


def _listed(numbers: list[int]) -> str:
    """Return numbers as text, such as ``0, 3–7``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{r[0]}\u2013{r[-1]}" if len(r) > 2 else ", ".join(map(str, r)) for r in runs)


def _strips(ax: Axes, training: Training, title: str) -> None:
    pieces = np.array_split(100 * training.accuracy, min(BINS, len(training.epochs)), axis=1)
    shades = np.column_stack([np.median(piece, axis=1) for piece in pieces])
    count = len(shades)
    ax.imshow(
        shades,
        cmap=SHADES,
        vmin=LOWEST,
        vmax=100,
        aspect="auto",
        extent=(0, training.epochs[-1] + 1, count - 0.5, -0.5),
        interpolation="nearest",
    )
    for start in range(1, count):
        ax.axhline(start - 0.5, color="white", linewidth=2)
    for start, accuracy in enumerate(training.final_accuracy):
        ax.annotate(
            percent(accuracy),
            (1, start),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize="small",
        )
    ax.set_yticks(range(count))
    colour_numbers(ax.get_yticklabels())
    ax.tick_params(axis="y", length=0)
    ax.set_ylabel(**upright(title), fontsize="small")


def _band(ax: Axes, epochs: np.ndarray, values: np.ndarray, colour: str) -> None:
    low, middle, high = np.percentile(values, (10, 50, 90), axis=0)
    ax.fill_between(epochs, low, high, color=colour, alpha=0.25, linewidth=0)
    ax.plot(epochs, middle, color=colour, linewidth=1.6)
    ax.grid(color="0.9")


def losses_by_initialization(
    trainings: Sequence[Training], mark: float | None = None, most: int = 8
) -> Figure:
    """Draw the losses of experiments that share their initial weights, a panel for each of these.

    Parameters
    ----------
    trainings : sequence of Training
        What to compare, a line each.
    mark : float, optional
        An accuracy, such as 0.95: a disc marks where a line reaches it, and the epochs are
        logarithmic, so that one line twice as fast as another lies a fixed distance left of it.
    most : int
        So many initializations are drawn, the first ones.

    Returns
    -------
    Figure
        Loss (logarithmic) over the epochs, all panels with the same axes.
    """
    count = min(most, len(trainings[0].models))
    rows = 1 if count <= 4 else 2
    columns = -(-count // rows)
    figure, axes = grid(
        rows,
        columns,
        panel=(1.8, 1.35),
        gaps=(0.15, 0.4),
        margins=(0.75, 1.85, 0.35, 0.55),
        sharex=True,
        sharey=True,
    )
    for ax in axes.flat[count:]:
        ax.set_axis_off()
    panels = list(axes.flat)[:count]
    for start, ax in enumerate(panels):
        for number, training in enumerate(trainings):
            epochs, loss = training.epochs + 1, training.loss[start]
            width = _nested(number, len(trainings))
            ax.plot(epochs, loss, color=COLOURS[number], linewidth=width, label=named(training))
            if mark and (reached := training.accuracy[start] >= mark).any():
                first = np.argmax(reached)
                disc: dict[str, Any] = {"color": COLOURS[number], "markeredgecolor": "black"}
                ax.plot(epochs[first], loss[first], "o", zorder=3, markersize=4 + 2 * width, **disc)
        ax.set_title(label("initialization {number}", number=start), fontsize="medium")
    _share_losses(panels, trainings)
    for ax in panels[-columns:]:
        ax.set_xlabel(label("epoch"))
        ax.tick_params(labelbottom=True)
        if mark:
            ax.set(xscale="log", xlim=(10, None))
            ax.xaxis.set_minor_locator(NullLocator())
        else:
            ax.xaxis.set_major_locator(MaxNLocator(3, integer=True, prune="upper"))
    for ax in axes[:, 0]:
        ax.set_ylabel(**upright(label("loss")))
    lines = [line for line in axes[0, 0].lines if line.get_marker() == "None"]
    figure.legend(handles=lines, loc="upper right", frameon=False, fontsize="small")
    return figure
