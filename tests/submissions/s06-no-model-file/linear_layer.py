import numpy as np


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        rng = np.random.default_rng()
        a = input_dim ** (-1 / 2)
        self.w = rng.uniform(-a, a, (output_dim, input_dim))
        self.delta_w = np.zeros_like(self.w)
        self.momentum_w = np.zeros_like(self.w)

    def forward(self, x):
        self.pre_input = x
        return (self.w @ x.T).T

    def backward(self, grad):
        # sum of outer products, one per sample
        self.delta_w = np.tensordot(grad, self.pre_input, axes=(0, 0))
        return (self.w.T @ grad.T).T

    def update(self, learning_rate, optimizer="sgdm"):
        if optimizer == "sgd":
            v = self.delta_w
        elif optimizer == "sgdm":
            v = self.momentum_w = self.delta_w + self.beta * self.momentum_w
        else:
            raise ValueError(optimizer)
        self.w = self.w - learning_rate * v

    def L2_Norm(self):
        n = np.linalg.norm(self.w.ravel())
        if n:
            self.w = self.w / n
