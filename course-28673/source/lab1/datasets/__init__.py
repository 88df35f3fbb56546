"""The two datasets of the lab, made exactly the same way every time.

``linear``
    Points uniform in the unit square, label 1 where ``x1 <= x2``, else 0.
``xor``
    The 21 points on the two diagonals of the unit square, one label for each diagonal.

Every dataset is a pair ``x`` of shape (N, 2) and ``y`` of shape (N, 1), both float64. ``load``
reads the CSV files of this folder, and ``python -m datasets`` writes them again.

``LINEAR_SEED`` is the first seed, counted from 0, that draws as many 0s as 1s and leaves every
point at least 0.02 away from the line, ``|x1 - x2| >= 0.02``. Of 1000 random initializations,
the standard network 2-3-Sigmoid-3-Sigmoid-1 has every point right after

======  ==========  ===========  ===========  ===========
epochs        5000        10000        20000        30000
======  ==========  ===========  ===========  ===========
linear      99.8 %      100.0 %      100.0 %      100.0 %
xor          0.6 %       56.5 %       93.2 %       97.7 %
======  ==========  ===========  ===========  ===========

with learning rate 0.1, momentum 0.9, and weights from U(-1/sqrt(inputs), 1/sqrt(inputs)).
"""

import csv
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent
NAMES = ("linear", "xor")
HEADER = ["x1", "x2", "label"]

LINEAR_SEED = 925


def generate_linear(n: int = 100, seed: int = LINEAR_SEED) -> tuple[np.ndarray, np.ndarray]:
    """Draw points uniform in the unit square, labelled by the side of the line ``x1 = x2``.

    Parameters
    ----------
    n : int
        How many points.
    seed : int
        The seed of the draw.

    Returns
    -------
    x : ndarray of shape (n, 2)
        The points.
    y : ndarray of shape (n, 1)
        1 where ``x1 <= x2``, else 0.
    """
    x = np.random.default_rng(seed).uniform(size=(n, 2))
    return x, (x[:, :1] <= x[:, 1:]).astype(np.float64)


def generate_xor() -> tuple[np.ndarray, np.ndarray]:
    """Generate the points on both diagonals of the unit square, in steps of 0.1.

    The two diagonals cross in (0.5, 0.5), which belongs to the first.

    Returns
    -------
    x : ndarray of shape (21, 2)
        ``(0.1 i, 0.1 i)`` and, for ``i != 5``, ``(0.1 i, 1 - 0.1 i)``, for ``i = 0..10``.
    y : ndarray of shape (21, 1)
        0 on the first diagonal, 1 on the second.
    """
    points, labels = [], []
    for i in range(11):
        points.append((0.1 * i, 0.1 * i))
        labels.append(0)
        if i != 5:
            points.append((0.1 * i, 1 - 0.1 * i))
            labels.append(1)
    return np.array(points), np.array(labels, dtype=np.float64).reshape(-1, 1)


def save(name: str, x: np.ndarray, y: np.ndarray, folder: str | Path = FOLDER) -> None:
    """Write a dataset as ``<folder>/<name>.csv``; ``load`` returns exactly the same numbers.

    Parameters
    ----------
    name : str
        The name of the dataset.
    x : ndarray of shape (N, 2)
        The points.
    y : ndarray of shape (N, 1)
        Their labels, 0 or 1.
    folder : path, optional
        The folder to write to; this package's own by default.
    """
    # repr returns the shortest decimal number that reads back as the same float64.
    rows = [f"{x1!r},{x2!r},{label:.0f}" for x1, x2, label in np.hstack([x, y]).tolist()]
    text = "\n".join([",".join(HEADER), *rows, ""])
    (Path(folder) / f"{name}.csv").write_text(text, encoding="ascii", newline="\n")


def load(name: str, folder: str | Path = FOLDER) -> tuple[np.ndarray, np.ndarray]:
    """Read a dataset from ``<folder>/<name>.csv``.

    Parameters
    ----------
    name : {'linear', 'xor'}
        The name of the dataset.
    folder : path, optional
        The folder to read from; this package's own by default.

    Returns
    -------
    x : ndarray of shape (N, 2)
        The points.
    y : ndarray of shape (N, 1)
        Their labels, 0 or 1.

    Raises
    ------
    ValueError
        If there is no dataset of that name, or its file is broken.
    FileNotFoundError
        If its file is missing.
    """
    if name not in NAMES:
        raise ValueError(f"there is no dataset {name!r}: choose one of {', '.join(NAMES)}")
    path = Path(folder) / f"{name}.csv"
    try:
        with path.open(encoding="ascii", newline="") as file:
            header, *rows = csv.reader(file)
        table = np.array(rows, dtype=np.float64)
        labels = table[:, 2:]
        intact = header == HEADER and labels.shape == (len(rows), 1)
        intact = intact and bool(np.isfinite(table).all() and np.isin(labels, (0, 1)).all())
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{path} is missing: 'python -m datasets' writes the datasets anew"
        ) from None
    except (ValueError, IndexError, csv.Error):
        intact = False
    if not intact:
        raise ValueError(
            f"{path} is broken: after the line '{','.join(HEADER)}' every line must hold "
            "two numbers and a label 0 or 1 ('python -m datasets' writes the datasets anew)"
        )
    # Copies, since slices of the table would not be contiguous.
    return table[:, :2].copy(), labels.copy()
