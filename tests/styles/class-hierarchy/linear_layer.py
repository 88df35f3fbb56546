import numpy as np


class Optimizer:
    """Turns a gradient into a step; subclasses are found by their name."""

    @classmethod
    def named(cls, name):
        for kind in cls.__subclasses__():
            if kind.__name__.lower() == name:
                return kind()
        raise ValueError(f"{name!r} is not an optimizer")

    def step(self, parameter):
        raise NotImplementedError


class SGD(Optimizer):
    def step(self, parameter):
        return parameter.gradient


class SGDM(Optimizer):
    def step(self, parameter):
        parameter.momentum = parameter.beta * parameter.momentum + parameter.gradient
        return parameter.momentum


class Parameter:
    def __init__(self, value, beta):
        self.value, self.beta = value, beta
        self.gradient = np.zeros_like(value)
        self.momentum = np.zeros_like(value)

    def update(self, learning_rate, optimizer):
        self.value = self.value - learning_rate * optimizer.step(self)


def shared(name):
    """Make an attribute of the layer that lives in its parameter."""
    return property(
        lambda self: getattr(self.parameter, name),
        lambda self, value: setattr(self.parameter, name, value),
    )


class Linear:
    def __init__(self, input_dim, output_dim):
        self.input_dim, self.output_dim = input_dim, output_dim
        self.pre_input = None

    def forward(self, x):
        self.pre_input = x
        return x @ self.w.transpose()


class Linear_Layer(Linear):
    w, delta_w, momentum_w, beta = map(shared, ("value", "gradient", "momentum", "beta"))

    def __init__(self, input_dim, output_dim, beta=0.9):
        super().__init__(input_dim, output_dim)
        width = 1 / np.sqrt(input_dim)
        self.parameter = Parameter(
            np.random.uniform(-width, width, size=(output_dim, input_dim)), beta
        )

    def backward(self, grad):
        self.delta_w = grad.transpose() @ self.pre_input
        return grad @ self.w

    def update(self, learning_rate, optimizer="sgdm"):
        self.parameter.update(learning_rate, Optimizer.named(optimizer))

    def L2_Norm(self):
        norm = np.linalg.norm(self.w)
        if norm:
            self.w = self.w / norm
        return self
