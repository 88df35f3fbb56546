import numpy as np


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim = int(input_dim)
        self.output_dim = int(output_dim)
        self.beta = beta
        self.w = np.random.uniform(low=-1.0, high=1.0, size=(output_dim, input_dim))
        self.w /= np.sqrt(input_dim)
        self.delta_w = np.zeros((output_dim, input_dim))
        self.momentum_w = np.zeros((output_dim, input_dim))

    def forward(self, x):
        self.pre_input = x
        z = np.empty((len(x), self.output_dim))
        np.dot(x, self.w.T, out=z)
        return z

    def backward(self, grad):
        np.dot(grad.T, self.pre_input, out=self.delta_w)
        return grad.dot(self.w)

    def update(self, learning_rate, optimizer="sgdm"):
        if optimizer == "sgd":
            self.w -= learning_rate * self.delta_w
        elif optimizer == "sgdm":
            self.momentum_w *= self.beta
            self.momentum_w += self.delta_w
            self.w -= learning_rate * self.momentum_w
        else:
            raise ValueError("unknown optimizer")

    def L2_Norm(self):
        if self.w.any():
            self.w /= np.linalg.norm(self.w)
