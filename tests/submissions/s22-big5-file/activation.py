# -*- coding: big5 -*-
# 啟動函數（這個檔案有寫編碼，所以沒有問題）
import numpy as np


class Activation:
    def __init__(self, func_name):
        self.func_name = func_name
        self.forward_func = {"sigmoid": self.sigmoid, "relu": self.relu, "softplus": self.softplus}
        self.backward_func = {"sigmoid": self.derivative_sigmoid, "relu": self.derivative_relu,
                              "softplus": self.derivative_softplus}
        if func_name not in self.forward_func:
            raise ValueError("沒有這個函數，只有 sigmoid relu softplus")

    def sigmoid(self, x):
        # 用 tanh 算比較穩定
        return 0.5 * (np.tanh(0.5 * x) + 1.0)

    def relu(self, x):
        return np.maximum(x, 0.0)

    def softplus(self, x):
        return np.logaddexp(x, 0.0)

    def derivative_sigmoid(self, x):
        return 0.25 - 0.25 * np.square(np.tanh(0.5 * x))

    def derivative_relu(self, x):
        return np.greater(x, 0.0).astype(float)

    def derivative_softplus(self, x):
        return self.sigmoid(x)

    def forward(self, x):
        self.pre_input = x
        self.pre_output = self.forward_func[self.func_name](x)
        return self.pre_output

    def backward(self, grad):
        return self.backward_func[self.func_name](self.pre_input) * grad

    def update(self, learning_rate, optimizer="sgdm"):
        pass
