import numpy as np


def sgd(layer):
    return layer.delta_w


def sgdm(layer):
    layer.momentum_w = layer.beta * layer.momentum_w + layer.delta_w
    return layer.momentum_w


OPTIMIZERS = {f.__name__: f for f in (sgd, sgdm)}


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        vars(self).update(input_dim=input_dim, output_dim=output_dim, beta=beta, pre_input=None)
        blank = lambda: np.zeros((output_dim, input_dim))
        self.w, self.delta_w, self.momentum_w = blank(), blank(), blank()
        self.w += np.random.uniform(-(input_dim**-0.5), input_dim**-0.5, self.w.shape)
        self.pullback = None

    def forward(self, x):
        self.pre_input = x
        self.pullback = lambda grad: (grad.T @ x, grad @ self.w)
        return x @ self.w.T

    def backward(self, grad):
        self.delta_w, grad_x = self.pullback(grad)
        return grad_x

    def update(self, learning_rate, optimizer="sgdm"):
        try:
            rule = OPTIMIZERS[optimizer]
        except KeyError as error:
            raise ValueError(f"unknown optimizer {error}") from error
        self.w = self.w - learning_rate * rule(self)

    def L2_Norm(self):
        scale = (lambda n: 1 / n if n else 1)(np.hypot.reduce(self.w, axis=None))
        self.w = self.w * scale
