import numpy as np


def stable_sigmoid(x):
    e = np.exp(-np.absolute(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


class Activation:
    def __init__(self, func_name):
        table = {
            "sigmoid": (self.sigmoid, self.derivative_sigmoid),
            "relu": (self.relu, self.derivative_relu),
            "softplus": (self.softplus, self.derivative_softplus),
        }
        if func_name not in table:
            raise ValueError("Activation must be one of: " + ", ".join(table))
        self.func_name = func_name
        self.forward_func = {name: pair[0] for name, pair in table.items()}
        self.backward_func = {name: pair[1] for name, pair in table.items()}

    def sigmoid(self, x):
        return stable_sigmoid(x)

    def relu(self, x):
        return (x + np.absolute(x)) / 2

    def softplus(self, x):
        return np.maximum(x, 0) + np.log1p(np.exp(-np.absolute(x)))

    def derivative_sigmoid(self, x):
        return stable_sigmoid(x) * stable_sigmoid(-x)

    def derivative_relu(self, x):
        return (1 + np.sign(x)) / 2

    def derivative_softplus(self, x):
        return stable_sigmoid(x)

    def forward(self, x):
        self.pre_input = x
        self.pre_output = self.forward_func[self.func_name](x)
        return self.pre_output

    def backward(self, grad):
        return grad * self.backward_func[self.func_name](self.pre_input)

    def update(self, learning_rate, optimizer="sgdm"):
        """nothing to learn here"""
