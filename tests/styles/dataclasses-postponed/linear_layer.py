from __future__ import annotations

from dataclasses import InitVar, dataclass, field

import numpy as np


@dataclass
class Linear_Layer:
    input_dim: int
    output_dim: int
    beta: float = 0.9
    generator: InitVar[np.random.Generator | None] = None
    w: np.ndarray = field(init=False, repr=False)
    delta_w: np.ndarray = field(init=False, repr=False)
    momentum_w: np.ndarray = field(init=False, repr=False)
    pre_input: np.ndarray | None = field(init=False, repr=False, default=None)

    def __post_init__(self, generator: np.random.Generator | None) -> None:
        generator = generator or np.random.default_rng()
        shape = (self.output_dim, self.input_dim)
        self.w = generator.uniform(-1.0, 1.0, shape) / np.sqrt(self.input_dim)
        self.delta_w, self.momentum_w = np.zeros((2, *shape))

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.pre_input = x
        return (self.w @ x[..., None])[..., 0]  # one sample after the other, as columns

    def backward(self, grad: np.ndarray) -> np.ndarray:
        self.delta_w = (grad[:, :, None] * self.pre_input[:, None, :]).sum(axis=0)
        return (grad[:, :, None] * self.w).sum(axis=1)

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        match optimizer:
            case "sgd":
                self.w = self.w - learning_rate * self.delta_w
            case "sgdm":
                self.momentum_w = self.beta * self.momentum_w + self.delta_w
                self.w = self.w - learning_rate * self.momentum_w
            case other:
                raise ValueError(f"no such optimizer: {other}")

    def L2_Norm(self) -> float:
        norm = float((self.w**2).sum() ** 0.5)
        self.w = self.w / norm if norm else self.w
        return norm
