"""w, delta_w and momentum_w live in one array of shape (3, output_dim, input_dim)."""

import numpy as np


def _slot(index):
    def read(self):
        return self._all[index]

    def write(self, value):
        self._all[index] = value

    return property(read, write)


class Linear_Layer:
    w, delta_w, momentum_w = map(_slot, range(3))

    def __init__(self, input_dim, output_dim, beta=0.9):
        self._all = np.zeros((3, output_dim, input_dim))
        self.w = np.random.uniform(-1, 1, self._all.shape[1:]) * input_dim**-0.5
        self.beta = beta
        self.pre_input = None

    @property
    def output_dim(self):
        return self._all.shape[1]

    @property
    def input_dim(self):
        return self._all.shape[2]

    def forward(self, x):
        self.pre_input = x
        return np.inner(x, self.w)

    def backward(self, grad):
        np.matmul(grad.T, self.pre_input, out=self._all[1])
        return np.matmul(grad, self.w)

    def update(self, learning_rate, optimizer="sgdm"):
        index = {"sgd": 1, "sgdm": 2}.get(optimizer)
        if index is None:
            raise ValueError(f"optimizer {optimizer!r}")
        if index == 2:
            self._all[2] *= self.beta
            self._all[2] += self._all[1]
        self._all[0] -= learning_rate * self._all[index]

    def L2_Norm(self):
        norm = np.linalg.norm(self._all[0], "fro")
        np.divide(self._all[0], norm, out=self._all[0], where=norm > 0)
