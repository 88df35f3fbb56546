"""What the trainings of a row amount to, and the tables of all rows."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from datasets import load
from solution.experiments import TABLES
from solution.experiments.training import Training


@dataclass(frozen=True)
class Row:
    """A row of the report over many initializations.

    Attributes
    ----------
    table : str
        The title of its table.
    training : Training
        What was trained.
    """

    table: str
    training: Training

    @property
    def samples(self) -> int:
        """The number of samples in its dataset."""
        return len(load(self.training.experiment.dataset)[0])

    @property
    def outcomes(self) -> dict[int, float]:
        """From each number of right predictions that occurs to the share of runs with it."""
        right = np.rint(self.training.final_accuracy * self.samples).astype(int)
        values, counts = np.unique(right, return_counts=True)
        return dict(zip(values.tolist(), (counts / counts.sum()).tolist(), strict=True))

    @property
    def share_of_100(self) -> float:
        """The share of initializations that end with every prediction right."""
        return float(np.mean(self.training.final_accuracy == 1))

    def percentile(self, percent: float) -> float:
        """Return the accuracy that so many percent of the initializations do not exceed."""
        accuracies = self.training.final_accuracy
        return float(np.percentile(accuracies, percent, method="inverted_cdf"))

    @property
    def place(self) -> tuple[float, float, float]:
        """The shares of initializations that end below, at and above the report's accuracy.

        The report rounds to whole percents, so accuracies are rounded before they are compared.
        """
        # Halves up, by whole numbers: 0.285 * 100 is a little less than 28.5.
        percents = np.array(
            [int(Fraction(right, self.samples) * 100 + Fraction(1, 2)) for right in self.outcomes]
        )
        shares = np.array(list(self.outcomes.values()))
        reported = self.training.experiment.reported
        below, at, above = (
            float(shares[chosen].sum())
            for chosen in (percents < reported, percents == reported, percents > reported)
        )
        return below, at, above


def make_rows(trainings: Sequence[Training]) -> list[Row]:
    """Pair each training, in the order of the tables, with the title of its table."""
    titles = [table.title["en"] for table in TABLES.values() for _ in table.rows]
    return [Row(title, training) for title, training in zip(titles, trainings, strict=True)]


COLUMNS = (
    "table row dataset architecture optimizer learning_rate epochs starts "
    "reported_percent share_below_reported share_at_reported share_above_reported "
    "share_100 mean minimum p10 median p90 maximum swing_median"
).split()


def rows_csv(rows: Sequence[Row]) -> str:
    """Write one line for each row; accuracies and shares are between 0 and 1."""
    lines = []
    for row in rows:
        e, accuracy = row.training.experiment, row.training.final_accuracy
        line = [row.table, e.label, e.dataset, e.architecture, e.optimizer, e.learning_rate]
        line += [e.epochs, len(accuracy), e.reported, *row.place, row.share_of_100]
        line += [float(accuracy.mean()), *(row.percentile(q) for q in (0, 10, 50, 90, 100))]
        lines.append([*line, float(np.median(row.training.swing))])
    return _csv(COLUMNS, lines)


def outcomes_csv(rows: Sequence[Row]) -> str:
    """Write one line for each accuracy at which runs of a row ended."""
    lines = [
        [row.table, row.training.experiment.label, right, row.samples, share]
        for row in rows
        for right, share in row.outcomes.items()
    ]
    return _csv(["table", "row", "right", "samples", "share"], lines)


def _csv(header: Sequence[str], lines: Sequence[Sequence[object]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([header, *lines])
    return file.getvalue()


HEADER = (
    "row|network|report|below, at, above it (%)|reach 100 %|10th, median, 90th percentile|outcomes"
).split("|")
"""The columns for people; `cells` returns their contents."""


def cells(row: Row) -> list[str]:
    """Write a row for people to read, in percent."""
    e = row.training.experiment
    return [
        e.label,
        f"{e.architecture} on {e.dataset}, {e.epochs} epochs",
        f"{e.reported:g} %",
        ", ".join(f"{100 * share:.1f}" for share in row.place),
        f"{100 * row.share_of_100:.1f} %",
        ", ".join(f"{100 * row.percentile(q):.0f}" for q in (10, 50, 90)),
        common_outcomes(row),
    ]


def common_outcomes(row: Row, most: int = 4) -> str:
    """Name the accuracies at which most runs end, with the share of each."""
    ranked = sorted(row.outcomes.items(), key=lambda item: -item[1])
    named = [f"{right}/{row.samples}: {100 * share:.1f} %" for right, share in ranked[:most]]
    rest = sum(share for _, share in ranked[most:])
    return "; ".join(named + ([f"others: {100 * rest:.1f} %"] if rest else []))
