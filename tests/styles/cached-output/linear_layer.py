import numpy as np


class Linear_Layer:
    """z = x w^T, with everything that backward can use kept from forward."""

    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim, self.output_dim, self.beta = input_dim, output_dim, beta
        limit = np.sqrt(1 / input_dim)
        self.w = limit * (2 * np.random.rand(output_dim, input_dim) - 1)
        self.delta_w = 0 * self.w
        self.momentum_w = 0 * self.w

    def forward(self, x):
        self.pre_input = x.copy()
        self._x_by_feature = self.pre_input.T
        self._z = self.pre_input @ self.w.T
        return self._z.copy()

    def backward(self, grad):
        self.delta_w = (self._x_by_feature @ grad).T
        return grad @ self.w

    def update(self, learning_rate, optimizer='sgdm'):
        if optimizer not in ('sgd', 'sgdm'):
            raise ValueError(f'{optimizer} is neither sgd nor sgdm')
        if optimizer == 'sgdm':
            self.momentum_w = self.delta_w + self.beta * self.momentum_w
        direction = self.momentum_w if optimizer == 'sgdm' else self.delta_w
        self.w = self.w - learning_rate * direction

    def L2_Norm(self):
        length = np.sqrt(np.sum(self.w * self.w))
        if length == 0:
            return
        self.w = self.w / length
