import numpy as np


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim, self.output_dim, self.beta = input_dim, output_dim, beta
        self.w = np.random.uniform(-1, 1, (output_dim, input_dim)) * (1 / np.sqrt(input_dim))
        self.reset()

    def reset(self):
        self.delta_w = np.zeros((self.output_dim, self.input_dim))
        self.momentum_w = np.zeros((self.output_dim, self.input_dim))

    def forward(self, x):
        self.pre_input = x
        return np.matmul(x, self.w.T)

    def backward(self, grad):
        self.delta_w = sum(np.outer(g, x) for g, x in zip(grad, self.pre_input))
        return np.matmul(grad, self.w)

    def update(self, learning_rate, optimizer="sgdm"):
        if optimizer == "sgd":
            self.w = self.w - learning_rate * self.delta_w
        elif optimizer == "sgdm":
            self.momentum_w = self.beta * self.momentum_w + self.delta_w
            self.w = self.w - learning_rate * self.momentum_w
        else:
            raise ValueError("sgd, sgdm")

    def L2_Norm(self):
        if self.w.any():
            self.w = self.w / np.linalg.norm(self.w)
