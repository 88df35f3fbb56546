# Lab 1 - activation functions
# I don't know numpy well yet so I do everything with loops
import math

import numpy as np


def my_exp_sigmoid(v):
    # e^(-v) blows up for very negative v, use the other form there
    if v >= 0:
        return 1 / (1 + math.exp(-v))
    else:
        t = math.exp(v)
        return t / (1 + t)


def loop_over(func, x):
    # flatten -> list -> apply one by one -> back to the same shape
    answer = []
    for v in x.flatten().tolist():
        answer.append(func(v))
    return np.array(answer, dtype=float).reshape(x.shape)


class Activation:
    def __init__(self, func_name):
        if func_name != "sigmoid" and func_name != "relu" and func_name != "softplus":
            raise ValueError("func_name should be sigmoid or relu or softplus")
        self.func_name = func_name
        self.forward_func = {
            "sigmoid": self.sigmoid,
            "relu": self.relu,
            "softplus": self.softplus,
        }
        self.backward_func = {
            "sigmoid": self.derivative_sigmoid,
            "relu": self.derivative_relu,
            "softplus": self.derivative_softplus,
        }
        self.pre_input = None
        self.pre_output = None

    def sigmoid(self, x):
        return loop_over(my_exp_sigmoid, x)

    def relu(self, x):
        def f(v):
            if v > 0:
                return v
            return 0.0

        return loop_over(f, x)

    def softplus(self, x):
        def f(v):
            if v > 30:  # e^-30 is too small to see, and e^v could overflow
                return v + math.exp(-v)
            return math.log1p(math.exp(v))

        return loop_over(f, x)

    def derivative_sigmoid(self, x):
        def f(v):
            s = my_exp_sigmoid(v)
            return s * (1 - s)

        return loop_over(f, x)

    def derivative_relu(self, x):
        def f(v):
            if v > 0:
                return 1.0
            return 0.0

        return loop_over(f, x)

    def derivative_softplus(self, x):
        return loop_over(my_exp_sigmoid, x)

    def forward(self, x):
        self.pre_input = x
        self.pre_output = self.forward_func[self.func_name](x)
        return self.pre_output

    def backward(self, grad):
        slope = self.backward_func[self.func_name](self.pre_input)
        result = []
        for g, s in zip(grad.flatten().tolist(), slope.flatten().tolist()):
            result.append(g * s)
        return np.array(result).reshape(grad.shape)

    def update(self, learning_rate, optimizer="sgdm"):
        return
