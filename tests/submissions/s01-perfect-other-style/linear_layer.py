"""A dense layer that stores its weights as a view-friendly (in, out) matrix."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
generator = np.random.default_rng()


@dataclass(eq=False)
class Linear_Layer:
    input_dim: int
    output_dim: int
    beta: float = 0.9
    _: KW_ONLY
    kernel: Array | None = field(default=None, repr=False)  # (in, out)

    def __post_init__(self) -> None:
        if self.kernel is None:
            half_width = self.input_dim ** -0.5
            shape = self.input_dim, self.output_dim
            self.kernel = half_width * (2.0 * generator.random(shape) - 1.0)
        self.delta_w = np.zeros(self.shape)
        self.momentum_w = np.zeros(self.shape)
        self.pre_input: Array | None = None

    @property
    def shape(self) -> tuple[int, int]:
        return self.output_dim, self.input_dim

    @property
    def w(self) -> Array:
        return np.einsum("io->oi", self.kernel)

    @w.setter
    def w(self, value: Array) -> None:
        self.kernel = np.einsum("oi->io", value).copy()

    def forward(self, x: Array) -> Array:
        self.pre_input = x
        return np.einsum("ni,io->no", x, self.kernel)

    def backward(self, grad: Array) -> Array:
        # The index that is missing on the right of the arrow is the one summed over.
        self.delta_w = np.einsum("no,ni->oi", grad, self.pre_input)
        return np.einsum("no,io->ni", grad, self.kernel)

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        match optimizer:
            case "sgd":
                direction = self.delta_w
            case "sgdm":
                direction = self.momentum_w = self.beta * self.momentum_w + self.delta_w
            case _:
                raise ValueError(f"optimizer must be sgd or sgdm, got {optimizer!r}")
        self.w = self.w - learning_rate * direction

    def L2_Norm(self) -> float:
        norm = float(np.sqrt(np.einsum("io,io->", self.kernel, self.kernel)))
        if norm:
            self.kernel = self.kernel / norm
        return norm
