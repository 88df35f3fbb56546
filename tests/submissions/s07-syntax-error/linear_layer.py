import numpy as np
from math import sqrt


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.w = np.random.uniform(-1 / sqrt(input_dim), 1 / sqrt(input_dim), (output_dim, input_dim))
        self.delta_w = np.zeros((output_dim, input_dim))
        self.momentum_w = np.zeros((output_dim, input_dim))
        self.beta = beta
        self.pre_input = np.array([])

    def forward(self, x):
        self.pre_input = np.array(x)
        return np.inner(x, self.w)      # inner = row by row

    def backward(self, grad):
        dw = grad[:, :, None] * self.pre_input[:, None, :]     # (N, out, in)
        self.delta_w = dw.sum(axis=0)
        return np.inner(grad, self.w.T)

    def update(self, learning_rate, optimizer="sgdm"):
        if optimizer == "sgdm":
            self.momentum_w = self.beta * self.momentum_w + self.delta_w
            change = self.momentum_w
        elif optimizer == "sgd":
            change = self.delta_w
        else:
            raise ValueError("unknown optimizer")
        self.w = self.w - learning_rate * change

    def L2_Norm(self):
        l2 = sqrt(np.sum(self.w * self.w))
        if l2 == 0:
            return
        self.w = self.w / l2
