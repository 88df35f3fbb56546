"""Hidden checks of the points."""

import csv
from pathlib import Path

import pytest

from autograder.checks import assert_equal, assert_number


@pytest.mark.check(points=2)
def test_distance(student, rng):
    """distance is the length of the line between two points"""
    a, b = map(tuple, rng.uniform(1.0, 9.0, size=(2, 2)).tolist())
    right = ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5
    assert_number(student.distance(a, b), right, "what distance returns")


@pytest.mark.check(points=2)
def test_load_points(student):
    """load_points gives the points of points.csv"""
    with (Path(__file__).parents[1] / "solution" / "points.csv").open() as file:
        right = [(float(row["x"]), float(row["y"])) for row in csv.DictReader(file)]
    assert_equal(student.load_points(), right, "what load_points returns")
