from abc import ABC, abstractmethod

import numpy as np


class Layer(ABC):
    """What Activation and every other layer have in common."""

    def __init__(self):
        self.pre_input = None
        self.pre_output = None

    def forward(self, x):
        self.pre_input = x
        self.pre_output = self.compute(x)
        return self.pre_output

    @abstractmethod
    def compute(self, x): ...

    @abstractmethod
    def backward(self, grad): ...

    def update(self, learning_rate, optimizer="sgdm"):
        for parameter in self.parameters():
            parameter.step(learning_rate, optimizer)

    def parameters(self):
        return ()


class Function(ABC):
    registry = {}

    def __init_subclass__(cls):
        Function.registry[cls.__name__.lower()] = cls()

    @abstractmethod
    def __call__(self, x): ...

    @abstractmethod
    def derivative(self, x): ...


class Sigmoid(Function):
    def __call__(self, x):
        return (np.tanh(x * 0.5) + 1.0) * 0.5

    def derivative(self, x):
        return self(x) * self(-x)


class ReLU(Function):
    def __call__(self, x):
        return np.maximum(x, 0.0)

    def derivative(self, x):
        return np.greater(x, 0.0).astype(x.dtype)


class Softplus(Function):
    def __call__(self, x):
        return np.logaddexp(x, 0.0)

    def derivative(self, x):
        return Function.registry["sigmoid"](x)


class Activation(Layer):
    def __init__(self, func_name):
        super().__init__()
        registry = Function.registry
        if func_name not in registry:
            raise ValueError(f"'{func_name}': there are only {' and '.join(registry)}")
        self.func_name = func_name
        self.function = registry[func_name]
        self.forward_func = dict(registry)
        self.backward_func = {name: f.derivative for name, f in registry.items()}

    def compute(self, x):
        return self.function(x)

    def backward(self, grad):
        return grad * self.function.derivative(self.pre_input)

    def __getattr__(self, name):
        # sigmoid(x), derivative_sigmoid(x) and the others
        base = name.removeprefix("derivative_")
        if base not in Function.registry:
            raise AttributeError(name)
        function = Function.registry[base]
        return function if name == base else function.derivative
