import numpy as np


class Linear_Layer:
    """z = x w^T"""

    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        bound = 1 / np.sqrt(input_dim)
        self.w = bound * np.random.uniform(-1, 1, size=(output_dim, input_dim))
        self.delta_w = np.zeros_like(self.w)
        self.momentum_w = np.zeros_like(self.w)
        self.pre_input = None

    def forward(self, x):
        self.pre_input = x
        z = x @ self.w.T
        return z

    def backward(self, grad):
        np.matmul(grad.T, self.pre_input, out=self.delta_w)
        return grad @ self.w

    def update(self, learning_rate, optimizer="sgdm"):
        if optimizer == "sgd":
            self.w -= learning_rate * self.delta_w
        elif optimizer == "sgdm":
            self.momentum_w *= self.beta
            self.momentum_w += self.delta_w
            self.w -= learning_rate * self.momentum_w
        else:
            raise ValueError("optimizer should be sgd or sgdm")

    def L2_Norm(self):
        norm = np.linalg.norm(self.w)
        if norm > 0:
            self.w /= norm
