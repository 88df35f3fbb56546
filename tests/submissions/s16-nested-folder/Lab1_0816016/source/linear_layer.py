# -*- coding: utf-8 -*-
# 深度學習 Lab 1　線性層
import numpy as np


class Linear_Layer(object):

    def __init__(self, input_dim, output_dim, beta=0.9):
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.beta = beta
        # 權重初始化：U(-1/sqrt(輸入數), 1/sqrt(輸入數))
        d = 1 / np.sqrt(input_dim)
        self.w = np.random.uniform(-d, d, (output_dim, input_dim))
        self.delta_w = np.zeros((output_dim, input_dim))
        self.momentum_w = np.zeros((output_dim, input_dim))

    def forward(self, x):
        self.pre_input = x
        # 報告裡是 Z = W X（一行一個樣本），這裡一列一個樣本，所以轉置
        return (self.w @ x.T).T

    def backward(self, grad):
        X = self.pre_input.T        # (輸入數, N)
        dZ = grad.T                 # (輸出數, N)
        self.delta_w = dZ @ X.T
        dX = self.w.T @ dZ
        return dX.T

    def update(self, learning_rate, optimizer='sgdm'):
        if optimizer == 'sgdm':
            self.momentum_w = self.beta * self.momentum_w + self.delta_w
            self.w = self.w - learning_rate * self.momentum_w
        elif optimizer == 'sgd':
            self.w = self.w - learning_rate * self.delta_w
        else:
            raise ValueError('不認識的 optimizer：%s' % optimizer)

    def L2_Norm(self):
        norm = np.sqrt(np.sum(self.w ** 2))
        # 全部都是 0 就不用除
        if norm > 0:
            self.w = self.w / norm
