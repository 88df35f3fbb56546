"""Lab1 啟動函數"""
import numpy as np


class Activation:

    def __init__(self, func_name):
        self.func_name = func_name
        self.forward_func = {'sigmoid': self.sigmoid, 'relu': self.relu, 'softplus': self.softplus}
        self.backward_func = {'sigmoid': self.derivative_sigmoid, 'relu': self.derivative_relu,
                              'softplus': self.derivative_softplus}
        # 名稱打錯就直接報錯
        if func_name not in self.forward_func.keys():
            raise ValueError('func_name 只能是 sigmoid、relu、softplus')

    def sigmoid(self, x):
        # 正負分開算，避免 exp overflow
        out = np.zeros(x.shape)
        pos = x >= 0
        out[pos] = 1 / (1 + np.exp(-x[pos]))
        ex = np.exp(x[~pos])
        out[~pos] = ex / (1 + ex)
        return out

    def relu(self, x):
        return np.maximum(x, 0)

    def softplus(self, x):
        return np.logaddexp(x, 0)

    def derivative_sigmoid(self, x):
        return self.sigmoid(x) * (1 - self.sigmoid(x))

    def derivative_relu(self, x):
        # x = 0 的地方微分取 0
        d = np.ones(x.shape)
        d[x <= 0] = 0
        return d

    def derivative_softplus(self, x):
        # softplus 的微分就是 sigmoid
        return self.sigmoid(x)

    def forward(self, x):
        self.pre_input = x
        y = self.forward_func[self.func_name](x)
        self.pre_output = y
        return y

    def backward(self, grad):
        # 連鎖律：上游梯度 * 自己的微分
        return grad * self.backward_func[self.func_name](self.pre_input)

    def update(self, learning_rate, optimizer='sgdm'):
        return None
