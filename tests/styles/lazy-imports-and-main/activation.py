#!/usr/bin/env python3
"""Imports come where they are needed, and running the file draws its curves as text."""

EPSILON = 0.0
FUNCTIONS = SIGMOID, RELU, SOFTPLUS = "sigmoid", "relu", "softplus"


def np():
    import numpy
    return numpy


class Activation:
    def __init__(self, func_name):
        if FUNCTIONS.count(func_name) != 1:
            import difflib
            near = difflib.get_close_matches(str(func_name), FUNCTIONS, 1)
            question = f" (did you mean {near[0]}?)" if near else ""
            raise ValueError(f"func_name must be one of {'/'.join(FUNCTIONS)}{question}")
        import collections
        self.func_name = func_name
        self.forward_func = collections.OrderedDict(
            (name, getattr(self, name)) for name in FUNCTIONS)
        self.backward_func = collections.OrderedDict(
            (name, getattr(self, f"derivative_{name}")) for name in FUNCTIONS)
        self.pre_input, self.pre_output = None, None

    def sigmoid(self, x):
        return np().where(x < EPSILON, self._small(x), 1 - self._small(x))

    def _small(self, x):
        from numpy import abs, exp
        return exp(-abs(x)) / (1 + exp(-abs(x)))

    def relu(self, x):
        from numpy import maximum, zeros_like
        return maximum(x, zeros_like(x))

    def softplus(self, x):
        from numpy import abs, exp, log1p
        return log1p(exp(-abs(x))) + self.relu(x)

    def derivative_sigmoid(self, x):
        return self._small(x) * (1 - self._small(x))

    def derivative_relu(self, x):
        return np().where(x <= EPSILON, 0.0, 1.0)

    def derivative_softplus(self, x):
        return self.sigmoid(x)

    def forward(self, x):
        import copy
        self.pre_input = copy.copy(x)
        self.pre_output = self.forward_func[self.func_name](self.pre_input)
        return self.pre_output

    def backward(self, grad):
        import operator
        return operator.mul(grad, self.backward_func[self.func_name](self.pre_input))

    def update(self, learning_rate, optimizer="sgdm"):
        import logging
        logging.getLogger(__name__).debug("nothing to update at rate %s", learning_rate)


def main():
    for name in FUNCTIONS:
        layer = Activation(name)
        heights = layer.forward(np().linspace(-4.0, 4.0, 33))
        print(name, "".join(" .:-=+*#%@"[min(9, int(2 * h))] for h in heights))


if __name__ == "__main__":
    main()
