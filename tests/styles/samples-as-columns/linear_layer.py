"""Z = W X, dL/dW = G X^T, dL/dX = W^T G, with samples as columns inside."""

import numpy as np


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim, self.output_dim = input_dim, output_dim
        self.beta = beta
        self.W = np.random.uniform(-1, 1, [output_dim, input_dim]) / np.sqrt(input_dim)
        self.dW = np.zeros([output_dim, input_dim])
        self.M = np.zeros([output_dim, input_dim])
        self.X = None

    def __getattr__(self, name):
        names = {'w': 'W', 'delta_w': 'dW', 'momentum_w': 'M'}
        if name == 'pre_input':
            return None if self.X is None else self.X.T
        if name in names:
            return getattr(self, names[name])
        raise AttributeError(name)

    def __setattr__(self, name, value):
        names = {'w': 'W', 'delta_w': 'dW', 'momentum_w': 'M'}
        object.__setattr__(self, names.get(name, name), value)

    def forward(self, x):
        self.X = x.T
        Z = self.W @ self.X
        return Z.T

    def backward(self, grad):
        G = grad.T
        self.dW = G @ self.X.T
        return (self.W.T @ G).T

    def update(self, learning_rate, optimizer='sgdm'):
        if optimizer == 'sgd':
            self.W = self.W - learning_rate * self.dW
            return
        if optimizer == 'sgdm':
            self.M = self.beta * self.M + self.dW
            self.W = self.W - learning_rate * self.M
            return
        raise ValueError("optimizer: 'sgd' or 'sgdm'")

    def L2_Norm(self):
        norm = np.sqrt(np.trace(self.W @ self.W.T))
        if norm != 0:
            self.W = self.W / norm
