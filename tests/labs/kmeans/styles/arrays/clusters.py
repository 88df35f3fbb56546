import geometry
import numpy as np


class Cluster:
    def __init__(self, center, points=()):
        self.center, self.points = center, list(points)


def assign(points, centers):
    clusters = {center: Cluster(center) for center in centers}
    for point in points:
        lengths = [geometry.distance(center, point) for center in centers]
        clusters[centers[int(np.argmin(lengths))]].points += [point]
    return list(clusters.values())


def move(cluster):
    if len(cluster.points) == 0:
        return cluster.center
    return tuple(np.mean(cluster.points, axis=0).tolist())


class learn:
    def __init__(self, batches, centers):
        self.batches, self.centers = iter(batches), centers

    def __iter__(self):
        return self

    def __next__(self):
        self.centers = [move(c) for c in assign(next(self.batches), self.centers)]
        return set(self.centers)
