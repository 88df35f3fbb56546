import numpy as np

FUNCTIONS = ("sigmoid", "relu", "softplus")


class Activation:
    def __init__(self, func_name):
        if func_name not in FUNCTIONS:
            raise ValueError(f"{func_name} is not in {FUNCTIONS}")
        self.func_name = func_name
        self.forward_func = {n: getattr(self, n) for n in FUNCTIONS}
        self.backward_func = {n: getattr(self, "derivative_" + n) for n in FUNCTIONS}

    def sigmoid(self, x):
        return (1 + np.tanh(x / 2)) / 2

    def relu(self, x):
        return x * (x > 0)

    def softplus(self, x):
        # log(1+e^x) = x + log(1+e^-x), so use whichever exponent is negative
        return np.log1p(np.exp(-abs(x))) + self.relu(x)

    def derivative_sigmoid(self, x):
        return (1 - np.tanh(x / 2) ** 2) / 4

    def derivative_relu(self, x):
        # relu lets the positive part through and blocks the negative part
        return x * (x > 0)

    def derivative_softplus(self, x):
        return self.sigmoid(x)

    def forward(self, x):
        self.pre_input = x
        self.pre_output = self.forward_func[self.func_name](x)
        return self.pre_output

    def backward(self, grad):
        return self.backward_func[self.func_name](self.pre_input) * grad

    def update(self, learning_rate, optimizer="sgdm"):
        pass
