"""Slopes without calculus: each function is run on dual numbers, which carry their derivative."""

from functools import wraps

import numpy as np


class Dual:
    """Values and their derivatives by x, which follow every operation together."""

    def __init__(self, value, slope):
        self.value, self.slope = value, slope

    @classmethod
    def variable(cls, x):
        return cls(x, np.ones_like(x))

    def __neg__(self):
        return Dual(-self.value, -self.slope)

    def __add__(self, other):
        if isinstance(other, Dual):
            return Dual(self.value + other.value, self.slope + other.slope)
        return Dual(self.value + other, self.slope)

    def __mul__(self, other):
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    def exp(self):
        e = np.exp(self.value)
        return Dual(e, e * self.slope)

    def log1p(self):
        return Dual(np.log1p(self.value), self.slope / (1.0 + self.value))

    def inverse(self):
        return Dual(1.0 / self.value, -self.slope / self.value**2)

    def where(self, condition, other):
        value = np.where(condition, self.value, other.value)
        return Dual(value, np.where(condition, self.slope, other.slope))


ZERO = Dual(0.0, 0.0)


def absolute(x):
    return x.where(x.value > 0, -x)


def sigmoid(x):
    e = (-absolute(x)).exp()  # never overflows
    right = (e + 1.0).inverse()
    return right.where(x.value > 0, e * right)


def relu(x):
    return x.where(x.value > 0, ZERO)


def softplus(x):
    return relu(x) + (-absolute(x)).exp().log1p()


FUNCTIONS = {f.__name__: f for f in (sigmoid, relu, softplus)}


def dual(part):
    """Fill in a method: run the function of its name, and keep one part of the result."""

    def decorate(method):
        function = FUNCTIONS[method.__name__.removeprefix("derivative_")]

        @wraps(method)
        def on_array(self, x):
            return getattr(function(Dual.variable(x)), part)

        return on_array

    return decorate


class Activation:
    def __init__(self, func_name):
        if func_name not in FUNCTIONS:
            raise ValueError(f"{func_name!r} is not among " + str(list(FUNCTIONS)))
        self.func_name = func_name
        self.forward_func = {name: getattr(self, name) for name in FUNCTIONS}
        self.backward_func = {name: getattr(self, f"derivative_{name}") for name in FUNCTIONS}

    @dual("value")
    def sigmoid(self, x): ...

    @dual("value")
    def relu(self, x): ...

    @dual("value")
    def softplus(self, x): ...

    @dual("slope")
    def derivative_sigmoid(self, x): ...

    @dual("slope")
    def derivative_relu(self, x): ...

    @dual("slope")
    def derivative_softplus(self, x): ...

    def forward(self, x):
        self.result = FUNCTIONS[self.func_name](Dual.variable(x))
        self.pre_input, self.pre_output = x, self.result.value
        return self.pre_output

    def backward(self, grad):
        return grad * self.result.slope

    def update(self, learning_rate, optimizer="sgdm"):
        assert learning_rate is not None and optimizer is not None
