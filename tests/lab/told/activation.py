import numpy as np


class Activation:
    def __init__(self, func_name):
        self.forward_func = {"sigmoid": self.sigmoid, "relu": self.relu, "softplus": self.softplus}
        self.backward_func = {
            "sigmoid": self.derivative_sigmoid,
            "relu": self.derivative_relu,
            "softplus": self.derivative_softplus,
        }
        if func_name not in self.forward_func:
            raise ValueError("func_name must be sigmoid, relu or softplus")
        self.func_name = func_name
        self.pre_input = self.pre_output = None

    def sigmoid(self, x):
        return np.exp(-np.logaddexp(0.0, -x))

    def relu(self, x):
        return x * (x > 0)

    def softplus(self, x):
        return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))

    def derivative_sigmoid(self, x):
        s = np.exp(-np.logaddexp(0.0, -x))
        return s * (1 - s)

    def derivative_relu(self, x):
        return (x > 0).astype(float)

    def derivative_softplus(self, x):
        return np.exp(-np.logaddexp(0.0, -x))

    def forward(self, x):
        self.pre_input = x
        out = self.forward_func[self.func_name](x)
        self.pre_output = out
        return out

    def backward(self, grad):
        slope = self.backward_func[self.func_name](self.pre_input)
        return slope * grad

    def update(self, learning_rate, optimizer="sgdm"):
        pass
