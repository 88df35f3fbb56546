from enum import StrEnum, auto

import numpy as np


class Optimizer(StrEnum):
    SGD = auto()
    SGDM = auto()


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim, self.output_dim, self.beta = input_dim, output_dim, beta
        shape = output_dim, input_dim
        self.w = np.random.uniform(-1 / np.sqrt(input_dim), 1 / np.sqrt(input_dim), shape)
        self.delta_w = np.full(shape, 0.0)
        self.momentum_w = np.full(shape, 0.0)
        self.pre_input = np.empty((0, input_dim))

    def forward(self, x):
        match x.shape:
            case (_, self.input_dim):
                self.pre_input = x
                return np.tensordot(x, self.w, axes=(1, 1))
            case shape:
                raise ValueError(f"a layer of {self.input_dim} inputs was given {shape}")

    def backward(self, grad):
        self.delta_w = np.tensordot(grad, self.pre_input, axes=(0, 0))
        return np.tensordot(grad, self.w, axes=1)

    def update(self, learning_rate, optimizer=Optimizer.SGDM):
        match Optimizer(optimizer):  # ValueError for any other
            case Optimizer.SGD:
                step = self.delta_w
            case Optimizer.SGDM:
                step = self.momentum_w = self.momentum_w * self.beta + self.delta_w
        self.w = self.w - step * learning_rate

    def L2_Norm(self):
        match np.linalg.norm(self.w, ord=None):
            case 0.0:
                pass
            case norm:
                self.w = self.w * (1.0 / norm)
