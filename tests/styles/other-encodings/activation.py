# -*- coding: big5 -*-
"""活化函數：這個檔案以 Big5 編碼存檔。"""
import numpy as np

名稱 = ("sigmoid", "relu", "softplus")


class Activation:

    def __init__(self, func_name):
        if func_name not in 名稱:
            raise ValueError("只有 " + " ".join(名稱) + " 三種")
        self.func_name = func_name
        self.forward_func = {名: getattr(self, 名) for 名 in 名稱}
        self.backward_func = {名: getattr(self, "derivative_" + 名) for 名 in 名稱}

    def sigmoid(self, x):
        # 分成正負兩邊，避免溢位
        return np.piecewise(x, [x >= 0, x < 0], [
            lambda 正: 1 / (1 + np.exp(-正)),
            lambda 負: np.exp(負) / (1 + np.exp(負)),
        ])

    def relu(self, x):
        return np.piecewise(x, [x > 0], [lambda 正: 正, 0.0])

    def softplus(self, x):
        return np.piecewise(x, [x > 0], [
            lambda 正: 正 + np.log1p(np.exp(-正)),
            lambda 負: np.log1p(np.exp(負)),
        ])

    def derivative_sigmoid(self, x):
        return self.sigmoid(x) * self.sigmoid(-x)

    def derivative_relu(self, x):
        return np.piecewise(x, [x > 0, x == 0], [1.0, 0.5, 0.0])

    def derivative_softplus(self, x):
        return self.sigmoid(x)

    def forward(self, x):
        self.pre_input = x
        self.pre_output = self.forward_func[self.func_name](x)
        return self.pre_output

    def backward(self, grad):
        # 連鎖律：上游梯度乘上局部斜率
        return self.backward_func[self.func_name](self.pre_input) * grad

    def update(self, learning_rate, optimizer="sgdm"):
        pass  # 沒有可訓練的參數
