"""Activations: a table of (f, f') pairs, and a layer that looks up its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Name = Literal["sigmoid", "relu", "softplus"]


def _logistic(v: Array) -> Array:
    """Only ever exponentiate -|v|, which is never positive."""
    small = np.exp(-np.abs(v))
    return np.where(v < 0, small, 1.0) / (1.0 + small)


@dataclass
class Activation:
    func_name: Name
    forward_func: dict[str, Callable[[Array], Array]] = field(init=False, repr=False)
    backward_func: dict[str, Callable[[Array], Array]] = field(init=False, repr=False)
    pre_input: Array | None = field(default=None, init=False, repr=False)
    pre_output: Array | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        names = ("sigmoid", "relu", "softplus")
        self.forward_func = {name: getattr(self, name) for name in names}
        self.backward_func = {name: getattr(self, f"derivative_{name}") for name in names}
        if self.func_name not in names:
            raise ValueError(f"func_name is {self.func_name!r}, expected one of {names}")

    # --- functions -----------------------------------------------------------
    @staticmethod
    def sigmoid(x: Array) -> Array:
        return _logistic(x)

    @staticmethod
    def relu(x: Array) -> Array:
        return x.clip(min=0.0)

    @staticmethod
    def softplus(x: Array) -> Array:
        return x.clip(min=0.0) + np.log1p(np.exp(-np.abs(x)))

    # --- slopes --------------------------------------------------------------
    @staticmethod
    def derivative_sigmoid(x: Array) -> Array:
        # s' = s (1 - s), and 1 - s(x) = s(-x) without cancellation
        return _logistic(x) * _logistic(-x)

    @staticmethod
    def derivative_relu(x: Array) -> Array:
        return np.heaviside(x, 0.5)

    @staticmethod
    def derivative_softplus(x: Array) -> Array:
        return _logistic(x)

    # --- the layer -----------------------------------------------------------
    def forward(self, x: Array) -> Array:
        self.pre_input, self.pre_output = x, self.forward_func[self.func_name](x)
        return self.pre_output

    def backward(self, grad: Array) -> Array:
        return np.multiply(self.backward_func[self.func_name](self.pre_input), grad)

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        """No parameters, no update."""
