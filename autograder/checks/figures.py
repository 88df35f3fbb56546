"""Data of pictures for a student's page: little, plain, and of nothing that is hidden.

Two come from failed comparisons, by `of_failure`: how a shape differs, and where an array is wrong
if that is the diagonal, or whole rows, whole columns, or entries of a single row or column, that
stand beside each other. Any other pattern is left out: a submission could choose it entry by entry,
and so carry hidden inputs out. So is a shape that the check could not have expected.

The others, `curves` and `regions`, are asked for by a check that has the fixture ``show``. It gets
a worker of its own, so what it shows can hold nothing that the submission saw in another check.
What that check itself hands out should be nothing that has to stay hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.checks.failure import Known
from autograder.checks.shapes import is_known
from autograder.messages import to_data

#: Larger arrays have no picture; longer curves are cut, larger grids and more points refused.
LARGEST, CURVE_LIMIT, LINES, GRID_LIMIT, POINTS = 12, 64, 4, 32, 256
CLOSE = 1e-6
#: What a curve can reach on its logarithmic axis.
LEAST, MOST = 1e-12, 1e9

#: Plain data with a ``kind``, which says what else is in it.
Figure = dict[str, Any]


def of_failure(actual: Any, expected: Any, known: Known | None = None) -> tuple[Figure, ...]:
    """Return the picture of a comparison that failed, if there is one that says something.

    Parameters
    ----------
    actual, expected, known
        As in `autograder.checks.CheckFailed`.

    Returns
    -------
    tuple of dict
        At most one: of kind ``"shapes"``, with both shapes, or ``"entries"``, with the lines in
        which the wrong entries are.

    Examples
    --------
    >>> right = np.arange(1.0, 7.0).reshape(2, 3)
    >>> wrong = right.copy()
    >>> wrong[1] = 0.0
    >>> (figure,) = of_failure(wrong, right)
    >>> figure["kind"], figure["by"], figure["at"]
    ('entries', 'rows', [1])
    >>> of_failure(right, right)
    ()
    """
    if type(actual) is not np.ndarray or not isinstance(expected, np.ndarray):
        return ()
    if not (_small(actual.shape) and _small(expected.shape)) or actual.dtype.kind not in "fiub":
        return ()
    if actual.shape != expected.shape:
        if not is_known(actual.shape, (known or Known()).shapes(expected.shape)):
            return ()
        return ({"kind": "shapes", "actual": actual.shape, "right": expected.shape},)
    with np.errstate(all="ignore"):
        given, right = np.atleast_2d(actual.astype(np.float64)), np.atleast_2d(expected)
        bound = CLOSE * max(1.0, float(np.abs(right).max(initial=0.0)))
        wrong = ~(np.abs(given - right) <= bound)
        opposite = bool((np.abs(given + right) <= bound)[wrong].all())
    found = _regular(wrong)
    if found is None:
        return ()
    return ({"kind": "entries", "shape": right.shape, **found, "opposite": opposite},)


def _small(shape: tuple[int, ...]) -> bool:
    return 1 <= len(shape) <= 2 and all(1 <= length <= LARGEST for length in shape)


def _regular(wrong: np.ndarray) -> Figure | None:
    """Say by what lines the wrong entries can be named; None if they can't, or are all."""
    if wrong.all() or not wrong.any():
        return None
    diagonal = np.eye(*wrong.shape) == 1.0
    if (wrong == ~diagonal).all() and min(wrong.shape) > 1:
        return {"by": "off the diagonal", "at": []}
    if 2 * wrong.sum() > wrong.size:  # what is right among them may be so by chance
        return None
    if min(wrong.shape) == 1:
        return _run("entries", wrong.ravel())
    for by, lines in (("rows", wrong), ("columns", wrong.T)):
        if all(line.all() or not line.any() for line in lines):
            return _run(by, np.asarray(lines.any(axis=1)))
    return {"by": "diagonal", "at": []} if (wrong == diagonal).all() else None


def _run(by: str, wrong: np.ndarray) -> Figure | None:
    """Return where the wrong lines are, if they stand beside each other."""
    at = np.flatnonzero(wrong).tolist()
    return {"by": by, "at": at} if at[-1] - at[0] < len(at) else None


def curves(title: str, x: Sequence[float], lines: Sequence[tuple[str, Sequence[Any]]]) -> Figure:
    """Make the picture of some curves over the same axis.

    Parameters
    ----------
    title
        What is drawn, from `say`.
    x
        Where the curves are known: at most `CURVE_LIMIT` positive numbers, rising.
    lines
        At most `LINES`: the name of each, from `say`, and its values at `x`. A line ends where
        its values do, or at the first that is not a number from `LEAST` to `MOST`; both axes are
        logarithmic.

    Returns
    -------
    dict
        The picture, for ``show``. Values are kept to three digits.

    Raises
    ------
    ValueError
        If there are more points or lines than can be told apart.

    Examples
    --------
    >>> losses = [0.5, 0.125, float("nan")]
    >>> figure = curves("The loss, by epoch", [1, 10, 100], [("your network", losses)])
    >>> figure["lines"][0]["y"]
    [0.5, 0.125]
    """
    if len(x) > CURVE_LIMIT or len(lines) > LINES:
        raise ValueError("too many points or lines")
    drawn = [{"name": to_data(name), "y": _leading(values[: len(x)])} for name, values in lines]
    return {"kind": "curves", "title": to_data(title), "x": [float(v) for v in x], "lines": drawn}


def _leading(values: Sequence[Any]) -> list[float]:
    """Return the numbers before the first that can't be drawn, to three digits."""
    numbers: list[float] = []
    for value in values:
        usable = isinstance(value, int | float | np.floating) and not isinstance(value, bool)
        if not usable or not LEAST <= value <= MOST:  # NaN is neither
            break
        numbers.append(float(f"{value:.3g}"))
    return numbers


def regions(title: str, inside: np.ndarray, box: tuple[float, float], points: np.ndarray) -> Figure:
    """Make the picture of a square with two regions, and points of two kinds in it.

    Parameters
    ----------
    title
        What is drawn, from `say`.
    inside
        Booleans on a square grid, (n, n) with n at most `GRID_LIMIT`: the first axis goes up, the
        second to the right.
    box
        The least and the greatest coordinate, on both axes, of the middles of the grid's cells.
    points
        One row for each, (N, 3) with N at most `POINTS`: x, y, and the kind, 0 or 1.

    Returns
    -------
    dict
        The picture, for ``show``. Coordinates are kept to three decimals.

    Raises
    ------
    ValueError
        If an array has another shape, or is larger than a picture needs.

    Examples
    --------
    >>> inside = np.array([[False, True], [False, True]])
    >>> points = np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    >>> regions("What your network predicts", inside, (0.0, 1.0), points)["rows"]
    ['01', '01']
    """
    if inside.ndim != 2 or max(inside.shape) > GRID_LIMIT or points.shape != (len(points), 3):
        raise ValueError("a grid of cells and points of three numbers are needed")
    if len(points) > POINTS:
        raise ValueError("too many points")
    rows = ["".join("1" if cell else "0" for cell in row) for row in inside]
    rounded = [[round(float(x), 3), round(float(y), 3), int(kind)] for x, y, kind in points]
    square = {"rows": rows, "box": list(box), "points": rounded}
    return {"kind": "regions", "title": to_data(title), **square}
