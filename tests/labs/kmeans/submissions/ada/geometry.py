"""Points of the plane, each a tuple of two numbers."""

import csv
from pathlib import Path


def distance(a, b):
    """Return the Euclidean distance of two points."""
    ### BEGIN SOLUTION
    return sum((one - two) ** 2 for one, two in zip(a, b, strict=True)) ** 0.5
    ### END SOLUTION


def load_points():
    """Read points.csv, which lies beside this file; return a list of points."""
    ### BEGIN SOLUTION
    with Path(__file__).with_name("points.csv").open() as file:
        rows = csv.reader(file)
        next(rows)
        return [(float(x), float(y)) for x, y in rows]
    ### END SOLUTION
