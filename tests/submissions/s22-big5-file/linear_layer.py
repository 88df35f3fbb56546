# 線性層
import numpy as np


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        # 均勻分布
        b = 1 / np.sqrt(input_dim)
        self.w = np.random.uniform(-b, b, (output_dim, input_dim))
        self.delta_w = np.zeros((output_dim, input_dim))
        self.momentum_w = np.zeros((output_dim, input_dim))

    def forward(self, x):
        self.pre_input = x
        return x @ self.w.T

    def backward(self, grad):
        self.delta_w = grad.T @ self.pre_input
        return grad @ self.w

    def update(self, learning_rate, optimizer="sgdm"):
        if optimizer == "sgdm":
            self.momentum_w = self.beta * self.momentum_w + self.delta_w
            self.w = self.w - learning_rate * self.momentum_w
        elif optimizer == "sgd":
            self.w = self.w - learning_rate * self.delta_w
        else:
            raise ValueError("沒有這個最佳化方法")

    def L2_Norm(self):
        n = np.linalg.norm(self.w)
        if n > 0:
            self.w = self.w / n
