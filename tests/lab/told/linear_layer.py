import numpy as np


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim, self.output_dim, self.beta = input_dim, output_dim, beta
        k = input_dim**-0.5
        self.w = np.random.uniform(-k, k, (output_dim, input_dim))
        self.delta_w = np.zeros((output_dim, input_dim))
        self.momentum_w = np.zeros((output_dim, input_dim))
        self.pre_input = None

    def forward(self, x):
        self.pre_input = x
        return np.dot(x, self.w.T)

    def backward(self, grad):
        self.delta_w = np.dot(grad.T, self.pre_input)
        return np.dot(grad, self.w)

    def update(self, learning_rate, optimizer="sgdm"):
        if optimizer == "sgd":
            step = self.delta_w
        elif optimizer == "sgdm":
            self.momentum_w = self.beta * self.momentum_w + self.delta_w
            step = self.momentum_w
        else:
            raise ValueError("optimizer must be sgd or sgdm")
        self.w = self.w - learning_rate * step

    def L2_Norm(self):
        size = np.sqrt(np.sum(self.w**2))
        if size > 0:
            self.w = self.w / size
