import numpy as np

DEBUG = True


def debug(*things):
    if DEBUG:
        print("[DEBUG]", *things)


debug("activation.py loaded")


class Activation:
    def __init__(self, func_name):
        debug("new activation", func_name)
        if func_name == "sigmoid":
            f, d = self.sigmoid, self.derivative_sigmoid
        elif func_name == "relu":
            f, d = self.relu, self.derivative_relu
        elif func_name == "softplus":
            f, d = self.softplus, self.derivative_softplus
        else:
            raise ValueError("only sigmoid, relu, softplus")
        self.func_name = func_name
        self.f, self.d = f, d
        self.forward_func = {"sigmoid": self.sigmoid, "relu": self.relu, "softplus": self.softplus}
        self.backward_func = {
            "sigmoid": self.derivative_sigmoid,
            "relu": self.derivative_relu,
            "softplus": self.derivative_softplus,
        }

    def sigmoid(self, x):
        return 1 / (1 + np.exp(np.clip(-x, None, 700)))

    def relu(self, x):
        return np.maximum(0, x)

    def softplus(self, x):
        return np.logaddexp(0, x)

    def derivative_sigmoid(self, x):
        return self.sigmoid(x) * self.sigmoid(-x)

    def derivative_relu(self, x):
        return np.where(x > 0, 1.0, 0.0)

    def derivative_softplus(self, x):
        return self.sigmoid(x)

    def forward(self, x):
        debug("activation forward", self.func_name, x.shape, x.ravel()[:2])
        self.pre_input = x
        self.pre_output = self.f(x)
        return self.pre_output

    def backward(self, grad):
        debug("activation backward", self.func_name, grad.shape, "=" * 60)
        return grad * self.d(self.pre_input)

    def update(self, learning_rate, optimizer="sgdm"):
        debug("nothing to update")
