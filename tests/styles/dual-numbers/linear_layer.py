"""Broadcasting on three axes (samples, outputs, inputs) in place of matrix products."""

import numpy as np


def checked(method):
    def inner(self, array):
        if array.ndim != 2:
            raise ValueError(f"{method.__name__} takes a table, samples in rows")
        return method(self, array)

    return inner


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        edges = np.array([-1.0, 1.0]) / np.sqrt(input_dim)
        self.w = np.interp(np.random.rand(output_dim, input_dim), [0.0, 1.0], edges)
        self.delta_w = self.w * 0.0
        self.momentum_w = self.w * 0.0
        self.pre_input = None

    @checked
    def forward(self, x):
        self.pre_input = x
        return np.sum(x[:, np.newaxis, :] * self.w[np.newaxis, :, :], axis=2)

    @checked
    def backward(self, grad):
        g = np.expand_dims(grad, 2)
        self.delta_w = np.sum(g * np.expand_dims(self.pre_input, 1), axis=0)
        return np.sum(g * self.w, axis=1)

    def update(self, learning_rate, optimizer="sgdm"):
        known = "sgd", "sgdm"
        try:
            decay = (None, self.beta)[known.index(optimizer)]
        except ValueError:
            raise ValueError(f"optimizer {optimizer!r} is not in {known}") from None
        step = self.delta_w
        if decay is not None:
            step = self.momentum_w = step + decay * self.momentum_w
        self.w = self.w - learning_rate * step

    def L2_Norm(self):
        norm = np.sqrt(np.square(self.w).sum())
        self.w = np.divide(self.w, norm, out=self.w.copy(), where=self.w != 0)
