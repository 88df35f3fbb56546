import numpy as np
from numpy import einsum, zeros

RULES = ("sgd", "sgdm")


class Linear_Layer:
    """n: samples, k: inputs, j: outputs."""

    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        draws = np.random.random_sample((output_dim, input_dim))
        self.w = (2.0 * draws - 1.0) / input_dim**0.5
        self.delta_w = zeros((output_dim, input_dim))
        self.momentum_w = zeros((output_dim, input_dim))
        self.pre_input = zeros((0, input_dim))

    def forward(self, x):
        self.pre_input = x
        return einsum("jk,nk->nj", self.w, x)

    def backward(self, grad):
        self.delta_w = einsum("nj,nk->jk", grad, self.pre_input)
        return einsum("jk,nj->nk", self.w, grad)

    def update(self, learning_rate, optimizer="sgdm"):
        # The rules as a little matrix: (old momentum, new gradient) -> step.
        if optimizer not in RULES:
            raise ValueError(optimizer + " is unknown")
        if optimizer == "sgd":
            step = self.delta_w
        else:
            parts = np.stack([self.momentum_w, self.delta_w])
            step = self.momentum_w = einsum("m,mjk->jk", np.array([self.beta, 1.0]), parts)
        self.w = self.w - learning_rate * step

    def L2_Norm(self):
        square = einsum("jk,jk->", self.w, self.w)
        self.w = self.w / (square**0.5 or 1.0)
        return self.w
