import math
import random

import numpy as np


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        self.w = np.zeros((output_dim, input_dim))
        for j in range(output_dim):
            for k in range(input_dim):
                self.w[j, k] = random.uniform(-1, 1) / math.sqrt(input_dim)
        self.delta_w = np.zeros((output_dim, input_dim))
        self.momentum_w = np.zeros((output_dim, input_dim))

    def forward(self, x):
        self.pre_input = x
        # Lists of Python numbers are quicker to walk through than arrays.
        rows, weights = x.tolist(), self.w.tolist()
        return np.array([[sum(map(float.__mul__, row, v)) for v in weights] for row in rows])

    def backward(self, grad):
        rows, grads, weights = self.pre_input.tolist(), grad.tolist(), self.w.tolist()
        total = [[0.0] * self.input_dim for _ in weights]
        grad_x = []
        for g, row in zip(grads, rows):
            for j in range(self.output_dim):
                for k in range(self.input_dim):
                    total[j][k] += g[j] * row[k]
            line = [0.0] * self.input_dim
            for g_j, weights_j in zip(g, weights):
                for k in range(self.input_dim):
                    line[k] += g_j * weights_j[k]
            grad_x.append(line)
        self.delta_w = np.array(total)
        return np.array(grad_x)

    def update(self, learning_rate, optimizer="sgdm"):
        if optimizer != "sgd" and optimizer != "sgdm":
            raise ValueError("optimizer: sgd, sgdm")
        w = self.w.copy()
        for j in range(self.output_dim):
            for k in range(self.input_dim):
                step = self.delta_w[j, k]
                if optimizer == "sgdm":
                    step += self.beta * self.momentum_w[j, k]
                    self.momentum_w[j, k] = step
                w[j, k] -= learning_rate * step
        self.w = w

    def L2_Norm(self):
        total = 0.0
        for row in self.w:
            for value in row:
                total += value**2
        if total > 0:
            for j in range(self.output_dim):
                for k in range(self.input_dim):
                    self.w[j, k] /= math.sqrt(total)
