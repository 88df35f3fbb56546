import numpy as np


class Activation:
    """Activation function of one layer."""

    def __init__(self, func_name):
        self.func_name = func_name
        self.forward_func = {"sigmoid": self.sigmoid, "relu": self.relu, "softplus": self.softplus}
        self.backward_func = {
            "sigmoid": self.derivative_sigmoid,
            "relu": self.derivative_relu,
            "softplus": self.derivative_softplus,
        }
        if self.func_name not in self.forward_func:
            raise ValueError("func_name should be sigmoid, relu, or softplus")
        self.pre_input = None
        self.pre_output = None

    def sigmoid(self, x):
        return np.reciprocal(1.0 + np.exp(-x.clip(-700, 700)))

    def relu(self, x):
        x[x < 0] = 0
        return x

    def softplus(self, x):
        m = np.maximum(x, 0)
        return m + np.log(np.exp(x - m) + np.exp(-m))

    def derivative_sigmoid(self, x):
        s = self.sigmoid(x)
        return s - s ** 2

    def derivative_relu(self, x):
        x[x <= 0] = 0
        x[x > 0] = 1
        return x

    def derivative_softplus(self, x):
        return self.sigmoid(x)

    def forward(self, x):
        self.pre_input = x.copy()
        self.pre_output = self.forward_func[self.func_name](x)
        return self.pre_output

    def backward(self, grad):
        return grad * self.backward_func[self.func_name](self.pre_input)

    def update(self, learning_rate, optimizer="sgdm"):
        pass
