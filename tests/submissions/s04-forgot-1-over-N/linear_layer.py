"""Lab1 全連接層 (沒有 bias)"""
import numpy as np


class Linear_Layer:

    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        bound = np.sqrt(1 / input_dim)
        self.w = np.random.uniform(low=-bound, high=bound, size=[output_dim, input_dim])
        self.delta_w = np.zeros([output_dim, input_dim])
        self.momentum_w = np.zeros([output_dim, input_dim])

    def forward(self, x):
        self.pre_input = x
        return np.matmul(x, np.transpose(self.w))   # (N, in) x (in, out) = (N, out)

    def backward(self, grad):
        # (out, N) x (N, in) = (out, in)
        self.delta_w = np.matmul(np.transpose(grad), self.pre_input)
        # (N, out) x (out, in) = (N, in)
        return np.matmul(grad, self.w)

    def update(self, learning_rate, optimizer='sgdm'):
        if optimizer not in ['sgd', 'sgdm']:
            raise ValueError('optimizer 只能是 sgd 或 sgdm')
        if optimizer == 'sgdm':
            self.momentum_w = self.momentum_w * self.beta + self.delta_w
            self.w = self.w - self.momentum_w * learning_rate
        else:
            self.w = self.w - self.delta_w * learning_rate

    def L2_Norm(self):
        norm = np.sqrt((self.w ** 2).sum())
        if norm > 0:
            self.w = self.w / norm
        return norm
