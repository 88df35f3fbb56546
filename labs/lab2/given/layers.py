"""The other layers of the networks: those of Lab 1, with a bias."""

import numpy as np


class Linear_Layer:
    """A fully connected layer with a bias: ``x @ w.T + b``, and momentum.

    Parameters
    ----------
    input_dim, output_dim : int
        The number of inputs and of outputs.
    beta : float
        The momentum's decay.
    """

    def __init__(self, input_dim: int, output_dim: int, beta: float = 0.9) -> None:
        bound = 1.0 / np.sqrt(input_dim)
        self.w = np.random.uniform(-bound, bound, size=(output_dim, input_dim))
        self.b = np.zeros(output_dim)
        self.delta_w, self.momentum_w = np.zeros_like(self.w), np.zeros_like(self.w)
        self.delta_b, self.momentum_b = np.zeros_like(self.b), np.zeros_like(self.b)
        self.beta = beta

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return ``x @ w.T + b``, (N, output_dim)."""
        self.pre_input = x
        return x @ self.w.T + self.b

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Set ``delta_w`` and ``delta_b``, and return dL/dx."""
        self.delta_w, self.delta_b = grad.T @ self.pre_input, grad.sum(axis=0)
        return grad @ self.w

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        """Take one step of gradient descent, with momentum if the optimizer is 'sgdm'."""
        beta = self.beta if optimizer == "sgdm" else 0.0
        self.momentum_w = beta * self.momentum_w + self.delta_w
        self.momentum_b = beta * self.momentum_b + self.delta_b
        self.w = self.w - learning_rate * self.momentum_w
        self.b = self.b - learning_rate * self.momentum_b


class ReLU:
    """The rectified linear unit as a layer."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return x where it is positive, and 0 elsewhere."""
        self.pre_input = x
        return np.maximum(x, 0.0)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Return dL/dx: the gradient that arrives, where x was positive."""
        return grad * (self.pre_input > 0.0)

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        """Do nothing: there is nothing to train."""


class Flatten:
    """Puts the numbers of each image into one row, for a linear layer."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return x as (N, C * H * W)."""
        self.input_shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Return the gradient in the shape of x."""
        return grad.reshape(self.input_shape)

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        """Do nothing: there is nothing to train."""
