"""Activation as a dataclass with slots; a function and its slope are one frozen pair."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import ClassVar

import numpy as np

Elementwise = Callable[[np.ndarray], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Curve:
    value: Elementwise
    slope: Elementwise

    def on(self, x: np.ndarray) -> Point:
        return Point(x, self.value(x), self.slope(x))


@dataclasses.dataclass(frozen=True)
class Point:
    x: np.ndarray
    y: np.ndarray
    slope: np.ndarray


def logistic(x: np.ndarray) -> np.ndarray:
    return np.exp(np.minimum(x, 0.0)) / (1.0 + np.exp(-np.abs(x)))


CURVES: dict[str, Curve] = {
    "sigmoid": Curve(logistic, lambda x: logistic(x) * logistic(-x)),
    "relu": Curve(lambda x: x * (x > 0), lambda x: (x >= 0) * 1.0),
    "softplus": Curve(lambda x: np.maximum(x, 0) - np.log(logistic(np.abs(x))), logistic),
}


@dataclasses.dataclass(slots=True)
class Activation:
    func_name: str
    point: Point | None = dataclasses.field(default=None, init=False, compare=False)
    forward_func: dict[str, Elementwise] = dataclasses.field(init=False, repr=False)
    backward_func: dict[str, Elementwise] = dataclasses.field(init=False, repr=False)
    known: ClassVar[tuple[str, ...]] = tuple(CURVES)

    def __post_init__(self) -> None:
        if self.func_name not in self.known:
            raise ValueError(f"choose func_name from {', '.join(self.known)}")
        self.forward_func = {name: curve.value for name, curve in CURVES.items()}
        self.backward_func = {name: curve.slope for name, curve in CURVES.items()}

    @property
    def pre_input(self) -> np.ndarray | None:
        return self.point and self.point.x

    @property
    def pre_output(self) -> np.ndarray | None:
        return self.point and self.point.y

    def sigmoid(self, x: np.ndarray) -> np.ndarray:
        return CURVES["sigmoid"].value(x)

    def relu(self, x: np.ndarray) -> np.ndarray:
        return CURVES["relu"].value(x)

    def softplus(self, x: np.ndarray) -> np.ndarray:
        return CURVES["softplus"].value(x)

    def derivative_sigmoid(self, x: np.ndarray) -> np.ndarray:
        return CURVES["sigmoid"].slope(x)

    def derivative_relu(self, x: np.ndarray) -> np.ndarray:
        return CURVES["relu"].slope(x)

    def derivative_softplus(self, x: np.ndarray) -> np.ndarray:
        return CURVES["softplus"].slope(x)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.point = CURVES[self.func_name].on(x)
        return self.point.y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return self.point.slope * grad

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        """Nothing to learn."""
