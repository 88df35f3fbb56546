# 用記事本寫的
import numpy as np


class Activation:
	def __init__(self, func_name):
		if func_name not in ("sigmoid", "relu", "softplus"):
			raise ValueError("只有 sigmoid, relu, softplus")
		self.func_name = func_name
		self.forward_func = {"sigmoid": self.sigmoid, "relu": self.relu, "softplus": self.softplus}
		self.backward_func = {
			"sigmoid": self.derivative_sigmoid,
			"relu": self.derivative_relu,
			"softplus": self.derivative_softplus,
		}

	def sigmoid(self, x):
		# 先把 x 限制在 [-709, 709]，exp 就不會爆掉
		return 1 / (1 + np.exp(-np.clip(x, -709, 709)))

	def relu(self, x):
		return np.where(x >= 0, x, 0.0)

	def softplus(self, x):
		return np.where(x > 0, x, 0.0) + np.log1p(np.exp(-np.abs(x)))

	def derivative_sigmoid(self, x):
		y = self.sigmoid(x)
		return np.multiply(y, 1.0 - y)

	def derivative_relu(self, x):
		return np.where(x >= 0, 1.0, 0.0)

	def derivative_softplus(self, x):
		return self.sigmoid(x)

	def forward(self, x):
		self.pre_input = x
		self.pre_output = self.forward_func[self.func_name](x)
		return self.pre_output

	def backward(self, grad):
		return np.multiply(grad, self.backward_func[self.func_name](self.pre_input))

	def update(self, learning_rate, optimizer="sgdm"):
		pass
