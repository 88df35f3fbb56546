import numpy as np


class Activation:
    def __init__(self, func_name):
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
        if func_name not in self.forward_func
            raise ValueError("func_name must be sigmoid, relu or softplus")

    def sigmoid(self, x):
        return 0.5 * (1 + np.tanh(0.5 * x))

    def relu(self, x):
        return np.maximum(0, x)

    def softplus(self, x):
        return np.logaddexp(0, x)

    def derivative_sigmoid(self, x):
        return self.sigmoid(x) * (1 - self.sigmoid(x))

    def derivative_relu(self, x):
        return np.where(x > 0, 1.0, 0.0)

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
