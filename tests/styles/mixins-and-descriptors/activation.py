"""Each function is a mixin of its own; Activation is the sum of the three."""

import numpy as np


class SigmoidMixin:
    def sigmoid(self, x):
        half = np.tanh(np.divide(x, 2))
        return np.add(half, 1) / 2

    def derivative_sigmoid(self, x):
        return np.square(1 / np.cosh(x / 2)) / 4


class ReluMixin:
    def relu(self, x):
        return np.max(np.stack([x, np.zeros(x.shape)]), axis=0)

    def derivative_relu(self, x):
        return np.where(np.signbit(x), 0.0, 1.0)  # 1 at 0, yet 0 at -0


class SoftplusMixin(SigmoidMixin, ReluMixin):
    def softplus(self, x):
        return -np.log(self.sigmoid(np.abs(x))) + self.relu(x)

    def derivative_softplus(self, x):
        return self.sigmoid(x)


class Named:
    """A descriptor that accepts known names only."""

    def __set_name__(self, owner, name):
        self.slot = "_" + name

    def __get__(self, instance, owner=None):
        return getattr(instance, self.slot)

    def __set__(self, instance, value):
        if value not in instance.names():
            raise ValueError(f"{value!r}: should be in {instance.names()}")
        setattr(instance, self.slot, value)


class Activation(SoftplusMixin):
    func_name = Named()

    def __init__(self, func_name):
        self.func_name = func_name

    @classmethod
    def names(cls):
        known = dir(cls)
        return [name for name in known if f"derivative_{name}" in known]

    @property
    def forward_func(self):
        return {name: getattr(self, name) for name in self.names()}

    @property
    def backward_func(self):
        return {name: getattr(self, "derivative_" + name) for name in self.names()}

    def forward(self, x):
        self.pre_input = x
        self.pre_output = getattr(self, self.func_name)(x)
        return self.pre_output

    def backward(self, grad):
        return getattr(self, "derivative_" + self.func_name)(self.pre_input) * grad

    def update(self, learning_rate, optimizer="sgdm"):
        """An activation has nothing to update."""
