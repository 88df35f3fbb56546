import numpy as np


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim, self.output_dim, self.beta = input_dim, output_dim, beta
        self.w = (2 * np.random.rand(output_dim, input_dim) - 1) / np.sqrt(input_dim)
        self.delta_w, self.momentum_w = np.zeros(self.w.shape), np.zeros(self.w.shape)

    def forward(self, x):
        self.pre_input = x.copy()
        return x.dot(self.w.T)

    def backward(self, grad):
        self.delta_w = grad.T.dot(self.pre_input)
        return grad.dot(self.w)

    def update(self, learning_rate, optimizer="sgdm"):
        if optimizer == "sgdm":
            self.momentum_w = self.beta * self.momentum_w + self.delta_w
            self.w -= learning_rate * self.momentum_w
        elif optimizer == "sgd":
            self.w -= learning_rate * self.delta_w
        else:
            raise ValueError("no such optimizer: " + str(optimizer))

    def L2_Norm(self):
        size = np.sqrt(np.sum(np.square(self.w)))
        self.w = self.w / size if size > 0 else self.w
