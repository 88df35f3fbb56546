import sys

import numpy as np


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        high = 1 / np.sqrt(input_dim)
        self.w = np.random.uniform(-high, high, (output_dim, input_dim))
        self.delta_w = np.zeros((output_dim, input_dim))
        self.momentum_w = np.zeros((output_dim, input_dim))
        print("w =", self.w)

    def forward(self, x):
        print("linear forward", x.shape, "->", (len(x), self.output_dim))
        self.pre_input = x
        return x @ self.w.T

    def backward(self, grad):
        print("linear backward", grad.shape, "\n" * 20, file=sys.stderr)
        self.delta_w = grad.T @ self.pre_input
        print("." * 2000)
        return grad @ self.w

    def update(self, learning_rate, optimizer="sgdm"):
        print("update with", optimizer, learning_rate)
        if optimizer == "sgd":
            self.w = self.w - learning_rate * self.delta_w
        elif optimizer == "sgdm":
            self.momentum_w = self.beta * self.momentum_w + self.delta_w
            self.w = self.w - learning_rate * self.momentum_w
        else:
            raise ValueError("optimizer")

    def L2_Norm(self):
        n = np.linalg.norm(self.w)
        print("norm", n)
        if n > 0:
            self.w = self.w / n
