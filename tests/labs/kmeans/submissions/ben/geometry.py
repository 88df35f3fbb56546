import math
from os.path import dirname, join

import numpy as np


def distance(a, b):
    return math.hypot(a[0] - b[0], a[1] - b[1])


def load_points():
    table = np.loadtxt(join(dirname(__file__), "points.csv"), delimiter=",", skiprows=1)
    return [tuple(row) for row in table.tolist()]
