"""Hidden checks of the clusters."""

import itertools
from dataclasses import dataclass

import pytest

from autograder.checks import assert_equal, assert_items, export, fail

CENTERS = [(0.0, 0.0), (8.0, 8.0), (100.0, 0.0)]


@export()
@dataclass
class Cluster:
    """A cluster of the suite's."""

    center: tuple
    points: list


def near(rng, center, count):
    """Draw points near a center."""
    x, y = center
    return [(x + dx, y + dy) for dx, dy in rng.uniform(-3.0, 3.0, size=(count, 2)).tolist()]


def mean(points):
    """Return the mean of points."""
    return tuple(sum(numbers) / len(points) for numbers in zip(*points, strict=True))


@pytest.mark.check(points=2)
def test_assign(student, rng):
    """assign puts each point into the cluster of its nearest center"""
    first, second = near(rng, CENTERS[0], 3), near(rng, CENTERS[1], 2)
    found = student.assign([*first, *second], list(CENTERS))
    right = [Cluster(CENTERS[0], first), Cluster(CENTERS[1], second), Cluster(CENTERS[2], [])]
    assert_items(found, right, "what assign returns")


@pytest.mark.check(points=1)
def test_ties(student):
    """a point as near to two centers belongs to the first"""
    clusters = student.assign([(4.0, 4.0)], CENTERS[:2])
    assert_equal([len(each.points) for each in clusters], [1, 0], "the numbers of points")


@pytest.mark.check(points=2)
def test_move(student, rng):
    """move gives the mean of the points"""
    points = near(rng, CENTERS[1], 4)
    moved = student.move(Cluster(CENTERS[1], points))
    assert_equal(moved, mean(points), "what move returns", tol=1e-9)


@pytest.mark.check(points=1)
def test_move_nothing(student):
    """a center without points stays where it is"""
    assert_equal(student.move(Cluster((3.0, 4.0), [])), (3.0, 4.0), "what move returns")


@pytest.mark.check(points=4)
def test_learn(student, rng):
    """learn yields the centers after each batch, of batches that never end"""
    asked = []

    def batches():
        for number in itertools.count():
            asked.append(number)
            yield given[number]

    # The second batch is nearer to the third center unless the first has moved the second there.
    given = [[(30.0, 10.0), (40.0, 12.0)], [(65.0, 6.0), (0.5, 1.5)], [(1.0, 1.0)]]
    found = student.learn(batches(), list(CENTERS))
    assert_items(
        found,
        [{CENTERS[0], (35.0, 11.0), CENTERS[2]}, {(0.5, 1.5), (65.0, 6.0), CENTERS[2]}],
        "what learn yields",
        ends=False,
    )
    if len(asked) != 2:
        fail("learn should ask for a batch when its turn has come, and not before.")
