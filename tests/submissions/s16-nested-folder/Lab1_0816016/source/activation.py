# -*- coding: utf-8 -*-
# 深度學習 Lab 1　啟動函數
import numpy as np


class Activation(object):

    # 三種函數的名稱
    NAMES = ['sigmoid', 'relu', 'softplus']

    def __init__(self, func_name):
        assert_name(func_name)
        self.func_name = func_name
        self.forward_func = {}
        self.backward_func = {}
        for name in self.NAMES:
            self.forward_func[name] = getattr(self, name)
            self.backward_func[name] = getattr(self, 'derivative_%s' % name)
        self.pre_input = None       # 這一層的輸入 z
        self.pre_output = None      # 這一層的輸出 a

    def sigmoid(self, z):
        # 用 tanh 表示就不會溢位：sigmoid(z) = (1 + tanh(z/2)) / 2
        return (1 + np.tanh(z / 2)) / 2

    def relu(self, z):
        return np.where(z > 0, z, 0.)

    def softplus(self, z):
        # ln(1 + e^z)，z 很大時約等於 z
        return np.maximum(z, 0) + np.log1p(np.exp(-np.fabs(z)))

    def derivative_sigmoid(self, z):
        a = self.sigmoid(z)
        return a * (1 - a)

    def derivative_relu(self, z):
        return np.where(z > 0, 1., 0.)

    def derivative_softplus(self, z):
        return self.sigmoid(z)

    def forward(self, x):
        self.pre_input = x
        self.pre_output = self.forward_func[self.func_name](x)
        return self.pre_output

    def backward(self, grad):
        # dL/dz = dL/da * da/dz
        return grad * self.backward_func[self.func_name](self.pre_input)

    def update(self, learning_rate, optimizer='sgdm'):
        # 沒有參數要更新
        pass


def assert_name(func_name):
    if func_name not in Activation.NAMES:
        raise ValueError('沒有 %s 這個函數，請用 %s' % (func_name, '、'.join(Activation.NAMES)))
