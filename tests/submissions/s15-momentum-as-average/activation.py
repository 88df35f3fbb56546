import numpy as np


def sigmoid(x):
    """Numerically stable: exp is only taken of non-positive numbers."""
    positive = x >= 0
    z = np.exp(np.where(positive, -x, x))
    return np.where(positive, 1.0, z) / (1.0 + z)


def relu(x):
    return np.where(x < 0, 0.0, x)


def softplus(x):
    return relu(x) + np.log1p(np.exp(np.minimum(x, -x)))


DERIVATIVES = {
    sigmoid: lambda x: sigmoid(x) * sigmoid(-x),
    relu: lambda x: np.where(x < 0, 0.0, 1.0),
    softplus: sigmoid,
}


class Activation:
    def __init__(self, func_name):
        functions = {"sigmoid": sigmoid, "relu": relu, "softplus": softplus}
        if func_name not in functions:
            raise ValueError(f"{func_name!r}: expected one of {list(functions)}")
        self.func_name = func_name
        self.forward_func = functions
        self.backward_func = {name: DERIVATIVES[f] for name, f in functions.items()}
        self.pre_input = self.pre_output = None

    sigmoid = staticmethod(sigmoid)
    relu = staticmethod(relu)
    softplus = staticmethod(softplus)
    derivative_sigmoid = staticmethod(DERIVATIVES[sigmoid.__func__])
    derivative_relu = staticmethod(DERIVATIVES[relu.__func__])
    derivative_softplus = staticmethod(DERIVATIVES[softplus.__func__])

    def forward(self, x):
        self.pre_input, self.pre_output = x, self.forward_func[self.func_name](x)
        return self.pre_output

    def backward(self, grad):
        return grad * self.backward_func[self.func_name](self.pre_input)

    def update(self, learning_rate, optimizer="sgdm"):
        pass
