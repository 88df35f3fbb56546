import numpy as np


class Activation:
    """sigmoid / relu / softplus"""

    def __init__(self, func_name):
        self.func_name = func_name
        self.forward_func = dict(sigmoid=self.sigmoid, relu=self.relu, softplus=self.softplus)
        self.backward_func = dict(
            sigmoid=self.derivative_sigmoid,
            relu=self.derivative_relu,
            softplus=self.derivative_softplus,
        )
        if func_name not in self.forward_func:
            raise ValueError("unknown func_name, choose sigmoid, relu, softplus")
        self.pre_input, self.pre_output = None, None

    def sigmoid(self, x):
        # clip so that exp does not overflow, exp(-500) is 0 for float64 anyway
        return 1.0 / (1.0 + np.exp(-np.clip(x, -500, 500)))

    def relu(self, x):
        return np.where(x > 0, x, 0.0)

    def softplus(self, x):
        return np.where(x > 0, x, 0.0) + np.log(1.0 + np.exp(-np.abs(x)))

    def derivative_sigmoid(self, x):
        s = self.sigmoid(x)
        return s * (1.0 - s)

    def derivative_relu(self, x):
        return (x > 0).astype(float)

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
