from typing import Final, Literal, Protocol, final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Optimizer = Literal["sgd", "sgdm"]


class Differentiable(Protocol):
    def forward(self, x: Array, /) -> Array: ...

    def backward(self, grad: Array, /) -> Array: ...


@final
class Linear_Layer:
    __slots__ = ("input_dim", "output_dim", "beta", "w", "delta_w", "momentum_w", "pre_input")

    DEFAULT_BETA: Final = 0.9

    def __init__(self, input_dim: int, output_dim: int, beta: float = DEFAULT_BETA) -> None:
        self.input_dim: int = input_dim
        self.output_dim: int = output_dim
        self.beta: float = beta
        shape: tuple[int, int] = (output_dim, input_dim)
        rng: np.random.Generator = np.random.default_rng()
        half: float = 1.0 / float(input_dim) ** 0.5
        self.w: Array = rng.uniform(low=-half, high=half, size=shape)
        self.delta_w: Array = np.zeros(shape, dtype=np.float64)
        self.momentum_w: Array = np.zeros(shape, dtype=np.float64)
        self.pre_input: Array | None = None

    def forward(self, x: Array) -> Array:
        self.pre_input = x
        z: Array = np.matmul(x, np.swapaxes(self.w, 0, 1))
        return z

    def backward(self, grad: Array) -> Array:
        assert self.pre_input is not None
        self.delta_w = np.matmul(np.swapaxes(grad, 0, 1), self.pre_input)
        return np.matmul(grad, self.w)

    def update(self, learning_rate: float, optimizer: Optimizer | str = "sgdm") -> None:
        if optimizer == "sgd":
            direction: Array = self.delta_w
        elif optimizer == "sgdm":
            self.momentum_w = direction = self.beta * self.momentum_w + self.delta_w
        else:
            raise ValueError(f"optimizer should be 'sgd' or 'sgdm', not {optimizer!r}")
        self.w = self.w - learning_rate * direction

    def L2_Norm(self) -> Array:
        norm: np.floating = np.linalg.norm(self.w)
        self.w = self.w / (norm if norm > 0.0 else 1.0)
        return self.w


def _is_differentiable(layer: Differentiable = Linear_Layer(1, 1)) -> Differentiable:
    return layer
