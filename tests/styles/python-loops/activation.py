import math

import numpy as np


def apply(function, x):
    """Apply a function of one number to every element of an array."""
    y = []
    for value in x.ravel().tolist():
        y.append(float(function(value)))
    return np.array(y).reshape(x.shape)


def sigmoid_of(v):
    if v < 0:
        e = math.exp(v)
        return e / (1 + e)
    return 1 / (1 + math.exp(-v))


def softplus_of(v):
    return max(v, 0) + math.log1p(math.exp(-abs(v)))


class Activation:
    def __init__(self, func_name):
        self.forward_func = {"sigmoid": self.sigmoid, "relu": self.relu, "softplus": self.softplus}
        self.backward_func = {}
        for name in self.forward_func:
            self.backward_func[name] = getattr(self, f"derivative_{name}")
        for name in self.forward_func:
            if name == func_name:
                break
        else:
            raise ValueError("known names: " + " ".join(self.forward_func))
        self.func_name = func_name

    def sigmoid(self, x):
        return apply(sigmoid_of, x)

    def relu(self, x):
        return apply(lambda v: v if v > 0 else 0, x)

    def softplus(self, x):
        return apply(softplus_of, x)

    def derivative_sigmoid(self, x):
        return apply(lambda v: sigmoid_of(v) * sigmoid_of(-v), x)

    def derivative_relu(self, x):
        return apply(lambda v: 1 if v > 0 else 0, x)

    def derivative_softplus(self, x):
        return apply(sigmoid_of, x)

    def forward(self, x):
        self.pre_input = x
        self.pre_output = self.forward_func[self.func_name](x)
        return self.pre_output

    def backward(self, grad):
        slope = self.backward_func[self.func_name](self.pre_input)
        result = []
        for g, s in zip(grad.ravel().tolist(), slope.ravel().tolist()):
            result.append(g * s)
        return np.array(result).reshape(grad.shape)

    def update(self, learning_rate, optimizer="sgdm"):
        pass
