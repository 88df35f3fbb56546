import numpy as np


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        k = 1 / np.sqrt(input_dim)
        self.w = np.random.uniform(-k, k, (output_dim, input_dim))
        self.delta_w = np.zeros((output_dim, input_dim))
        self.momentum_w = np.zeros((output_dim, input_dim))
        self.pre_input = None

    def forward(self, x):
        self.pre_input = x
        return np.dot(x, self.w.T)

    def backward(self, grad):
        # slides: dW = grad * X^T, here samples are rows so X^T grad ?
        self.delta_w = np.dot(self.pre_input.T, grad)
        return np.dot(grad, self.w)

    def update(self, learning_rate, optimizer="sgdm"):
        if optimizer == "sgd":
            self.w = self.w - learning_rate * self.delta_w
            return
        if optimizer == "sgdm":
            self.momentum_w = self.beta * self.momentum_w + self.delta_w
            self.w = self.w - learning_rate * self.momentum_w
            return
        raise ValueError("optimizer: sgd or sgdm")

    def L2_Norm(self):
        length = np.linalg.norm(self.w)
        if length != 0:
            self.w = self.w / length
