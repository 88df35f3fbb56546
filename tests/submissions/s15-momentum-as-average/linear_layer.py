import numpy as np


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim, self.output_dim = input_dim, output_dim
        self.beta = beta
        scale = input_dim ** -0.5
        self.w = np.random.uniform(-scale, scale, (output_dim, input_dim))
        self.delta_w = np.zeros((output_dim, input_dim))
        self.momentum_w = np.zeros((output_dim, input_dim))

    def forward(self, x):
        self.pre_input = x
        return x @ self.w.T

    def backward(self, grad):
        self.delta_w = (self.pre_input.T @ grad).T
        return grad @ self.w

    def _momentum(self):
        # exponential moving average of the gradient, as in the Adam paper
        self.momentum_w = self.beta * self.momentum_w + (1 - self.beta) * self.delta_w
        return self.momentum_w

    def _plain(self):
        return self.delta_w

    def update(self, learning_rate, optimizer="sgdm"):
        rules = {"sgdm": self._momentum, "sgd": self._plain}
        if optimizer not in rules:
            raise ValueError(f"{optimizer!r} is not one of {list(rules)}")
        self.w = self.w - learning_rate * rules[optimizer]()

    def L2_Norm(self):
        norm = np.linalg.norm(self.w, ord="fro")
        if norm > 0:
            self.w = self.w / norm
