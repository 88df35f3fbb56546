import numpy as np


class Linear_Layer:
    def __init__(self, input_dim: int, output_dim: int, beta: float = 0.9) -> None:
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        self.pre_input: np.ndarray | None = None
        bound = 1.0 / np.sqrt(input_dim)
        self.w = np.random.uniform(-bound, bound, size=(output_dim, input_dim))
        self.delta_w = np.zeros_like(self.w)
        self.momentum_w = np.zeros_like(self.w)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.pre_input = x
        return x @ self.w.T

    def backward(self, grad: np.ndarray) -> np.ndarray:
        if self.pre_input is None:
            raise RuntimeError("forward comes first")
        self.delta_w = grad.T @ self.pre_input
        return grad @ self.w

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        if optimizer == "sgd":
            self.w = self.w - learning_rate * self.delta_w
        elif optimizer == "sgdm":
            self.momentum_w = self.beta * self.momentum_w + self.delta_w
            self.w = self.w - learning_rate * self.momentum_w
        else:
            raise ValueError(f"there is no optimizer {optimizer!r}: choose 'sgd' or 'sgdm'")

    def L2_Norm(self) -> None:
        norm = np.linalg.norm(self.w)
        if norm > 0:
            self.w = self.w / norm
