#!/usr/bin/env python3
import numpy as np

rng = None


def generator():
    """One generator for all layers, made when the first layer is."""
    global rng
    if rng is None:
        from numpy.random import PCG64, Generator, SeedSequence
        rng = Generator(PCG64(SeedSequence()))
    return rng


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        import math

        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        count = input_dim * output_dim
        self.w = (generator().random(count) - 0.5).reshape(output_dim, input_dim)
        self.w *= 2 / math.sqrt(input_dim)
        self.delta_w, self.momentum_w = np.zeros_like(self.w), np.zeros_like(self.w)

    def forward(self, x):
        from operator import matmul

        self.pre_input = x
        return matmul(x, self.w.T)

    def backward(self, grad):
        from operator import matmul

        self.delta_w, grad_x = map(matmul, (grad.T, grad), (self.pre_input, self.w))
        return grad_x

    def update(self, learning_rate, optimizer="sgdm"):
        method = getattr(self, f"_step_{optimizer or 'nothing'}", None)
        if method is None:
            raise ValueError(f"Linear_Layer has no optimizer called '{optimizer}'")
        self.w = self.w - learning_rate * method()

    def _step_sgd(self):
        return self.delta_w

    def _step_sgdm(self):
        self.momentum_w = self.momentum_w * self.beta + self.delta_w
        return self.momentum_w

    def L2_Norm(self):
        from math import fsum, sqrt

        norm = sqrt(fsum(value * value for value in self.w.flat))
        if norm > 0:
            self.w = self.w / norm


if __name__ == "__main__":
    layer = Linear_Layer(2, 3)
    print(layer.forward(np.ones((4, 2))).shape)
