from numpy import einsum, exp, heaviside, logaddexp, maximum


class Activation:
    NAMES = ["sigmoid", "relu", "softplus"]

    def __init__(self, func_name):
        if func_name not in Activation.NAMES:
            raise ValueError(f"{func_name!r} not in {Activation.NAMES}")
        self.func_name = func_name
        self.forward_func = {n: getattr(self, n) for n in Activation.NAMES}
        self.backward_func = {n: getattr(self, "derivative_" + n) for n in Activation.NAMES}
        self.pre_input = self.pre_output = None

    def sigmoid(self, x):
        return exp(-logaddexp(0, -x))  # ln sigmoid(x) = -softplus(-x)

    def relu(self, x):
        return maximum(x, 0)

    def softplus(self, x):
        return logaddexp(x, 0)

    def derivative_sigmoid(self, x):
        return einsum("...,...->...", self.sigmoid(x), self.sigmoid(-x))

    def derivative_relu(self, x):
        return heaviside(x, 0.5)

    def derivative_softplus(self, x):
        return self.sigmoid(x)

    def forward(self, x):
        self.pre_input, self.pre_output = x, self.forward_func[self.func_name](x)
        return self.pre_output

    def backward(self, grad):
        slope = self.backward_func[self.func_name](self.pre_input)
        return einsum("...,...->...", grad, slope)

    def update(self, learning_rate, optimizer="sgdm"):
        ...
