"""k-means: points are put to their nearest center, and centers to the middle of their points."""

from dataclasses import dataclass, field

from geometry import distance


@dataclass
class Cluster:
    """A center, and the points that are nearest to it."""

    center: tuple
    points: list = field(default_factory=list)


def assign(points, centers):
    """Return one Cluster for each center, in order, with the points nearest to it.

    A point that is as near to several centers belongs to the first of them.
    """
    ### BEGIN SOLUTION
    clusters = [Cluster(center) for center in centers]
    for point in points:
        min(clusters, key=lambda cluster: distance(point, cluster.center)).points.append(point)
    return clusters
    ### END SOLUTION


def move(cluster):
    """Return the mean of a cluster's points, or its center if it has none."""
    ### BEGIN SOLUTION
    if not cluster.points:
        return cluster.center
    return tuple(
        sum(numbers) / len(cluster.points) for numbers in zip(*cluster.points, strict=True)
    )
    ### END SOLUTION


def learn(batches, centers):
    """Yield the centers after each batch of points, as a set of tuples.

    Each batch moves the centers that the one before it has left. Batches come from an iterator,
    which may never end: none may be asked for before its turn.
    """
    ### BEGIN SOLUTION
    for batch in batches:
        centers = [move(cluster) for cluster in assign(batch, centers)]
        yield set(centers)
    ### END SOLUTION
