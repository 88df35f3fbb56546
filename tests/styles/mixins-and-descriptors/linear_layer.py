import numpy as np
import numpy.linalg as la
from numpy.random import RandomState


class Matrix:
    """A descriptor for an array of the layer's shape; it keeps a copy of what is assigned."""

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, layer, owner=None):
        return layer.__dict__[self.name]

    def __set__(self, layer, value):
        value = np.array(value, dtype=np.float64)
        if value.shape != (layer.output_dim, layer.input_dim):
            raise TypeError(f"{self.name} can't have the shape {value.shape}")
        layer.__dict__[self.name] = value


class Initialised:
    random = RandomState()

    def __init__(self, input_dim, output_dim):
        self.input_dim, self.output_dim = input_dim, output_dim
        shape = (output_dim, input_dim)
        self.w = self.random.uniform(-1, 1, size=shape) / np.sqrt(input_dim)
        self.delta_w = self.momentum_w = np.zeros(shape)


class Stepping:
    def update(self, learning_rate, optimizer="sgdm"):
        step = {
            "sgd": lambda: self.delta_w,
            "sgdm": lambda: self.beta * self.momentum_w + self.delta_w,
        }
        if optimizer not in step:
            raise ValueError(f"no optimizer named {optimizer!r}; there are: {', '.join(step)}")
        direction = step[optimizer]()
        if optimizer == "sgdm":
            self.momentum_w = direction
        self.w = self.w - learning_rate * direction


class Linear_Layer(Initialised, Stepping):
    w, delta_w, momentum_w = Matrix(), Matrix(), Matrix()

    def __init__(self, input_dim, output_dim, beta=0.9):
        super().__init__(input_dim, output_dim)
        self.beta = beta
        self.pre_input = None

    def forward(self, x):
        self.pre_input = x
        return la.matmul(x, la.matrix_transpose(self.w))

    def backward(self, grad):
        self.delta_w = la.matmul(la.matrix_transpose(grad), self.pre_input)
        return la.matmul(grad, self.w)

    def L2_Norm(self):
        self.w = self.w / (la.norm(self.w, "fro") or 1)
