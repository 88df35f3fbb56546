import numpy as np


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        r = 1.0 / np.sqrt(input_dim)
        self.w = np.random.random_sample((output_dim, input_dim)) * 2 * r - r
        self.delta_w = self.w * 0
        self.momentum_w = self.w * 0

    def forward(self, x):
        self.pre_input = x
        return x @ np.transpose(self.w)

    def backward(self, grad):
        x = self.pre_input
        self.delta_w = grad.T @ x
        dx = grad @ self.w
        return dx

    def update(self, learning_rate, optimizer="sgdm"):
        assert_known(optimizer)
        step = self.delta_w
        if optimizer == "sgdm":
            step = self.beta * self.momentum_w + self.delta_w
            self.momentum_w = step
        self.w = self.w - learning_rate * step

    def L2_Norm(self):
        norm = np.sum(self.w ** 2) ** 0.5
        self.w = np.divide(self.w, norm) if norm != 0 else self.w


def assert_known(optimizer):
    if optimizer != "sgd" and optimizer != "sgdm":
        raise ValueError("optimizer is sgd or sgdm")
