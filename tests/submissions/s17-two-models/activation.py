import numpy as np
from numpy import exp, log1p, maximum, where


class Activation:
    def __init__(self, func_name):
        self.func_name = func_name
        pairs = [
            ("sigmoid", self.sigmoid, self.derivative_sigmoid),
            ("relu", self.relu, self.derivative_relu),
            ("softplus", self.softplus, self.derivative_softplus),
        ]
        self.forward_func = {name: f for name, f, _ in pairs}
        self.backward_func = {name: df for name, _, df in pairs}
        if func_name not in self.forward_func:
            raise ValueError("use " + " or ".join(self.forward_func))

    def sigmoid(self, x):
        z = exp(-abs(x))
        return where(x >= 0, 1, z) / (1 + z)

    def relu(self, x):
        return maximum(x, 0.0)

    def softplus(self, x):
        return log1p(exp(-abs(x))) + maximum(x, 0.0)

    def derivative_sigmoid(self, x):
        z = exp(-abs(x))
        return z / (1 + z) ** 2     # even, so the sign of x does not matter

    def derivative_relu(self, x):
        return np.array(x > 0, dtype=np.float64)

    def derivative_softplus(self, x):
        return self.sigmoid(x)

    def forward(self, x):
        self.pre_input = x
        self.pre_output = self.forward_func[self.func_name](x)
        return self.pre_output

    def backward(self, grad):
        return grad * self.backward_func[self.func_name](self.pre_input)

    def update(self, learning_rate, optimizer="sgdm"):
        pass
