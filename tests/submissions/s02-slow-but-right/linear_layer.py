# Lab 1 - linear layer, with for loops exactly like the sums in my notes
import random

import numpy as np


class Linear_Layer:
    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        self.pre_input = None
        bound = 1 / input_dim ** 0.5
        self.w = np.zeros((output_dim, input_dim))
        for j in range(output_dim):
            for i in range(input_dim):
                self.w[j][i] = random.uniform(-bound, bound)
        self.delta_w = np.zeros((output_dim, input_dim))
        self.momentum_w = np.zeros((output_dim, input_dim))

    def forward(self, x):
        self.pre_input = x
        w = self.w.tolist()
        z = []
        for sample in x.tolist():
            row = []
            for j in range(self.output_dim):
                total = 0.0
                for i in range(self.input_dim):
                    total = total + sample[i] * w[j][i]
                row.append(total)
            z.append(row)
        return np.array(z)

    def backward(self, grad):
        w = self.w.tolist()
        g = grad.tolist()
        x = self.pre_input.tolist()
        dw = []
        for j in range(self.output_dim):
            dw.append([0.0] * self.input_dim)
        dx = []
        for n in range(len(x)):
            dx_n = [0.0] * self.input_dim
            for j in range(self.output_dim):
                for i in range(self.input_dim):
                    dw[j][i] += g[n][j] * x[n][i]   # sum over samples
                    dx_n[i] += g[n][j] * w[j][i]    # sum over outputs
            dx.append(dx_n)
        self.delta_w = np.array(dw)
        return np.array(dx)

    def update(self, learning_rate, optimizer="sgdm"):
        if optimizer == "sgd":
            step = self.delta_w
        elif optimizer == "sgdm":
            new_m = np.zeros((self.output_dim, self.input_dim))
            for j in range(self.output_dim):
                for i in range(self.input_dim):
                    new_m[j, i] = self.beta * self.momentum_w[j, i] + self.delta_w[j, i]
            self.momentum_w = new_m
            step = new_m
        else:
            raise ValueError("I only know sgd and sgdm")
        new_w = np.zeros((self.output_dim, self.input_dim))
        for j in range(self.output_dim):
            for i in range(self.input_dim):
                new_w[j, i] = self.w[j, i] - learning_rate * step[j, i]
        self.w = new_w

    def L2_Norm(self):
        total = 0
        for row in self.w:
            for v in row:
                total += v * v
        if total != 0:
            self.w = self.w / total ** 0.5
