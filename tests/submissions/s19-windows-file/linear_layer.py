# 線性層
import numpy as np


class Linear_Layer:
	def __init__(self, input_dim, output_dim, beta=0.9):
		self.input_dim = input_dim
		self.output_dim = output_dim
		self.beta = beta
		self.w = np.random.uniform(-input_dim ** -0.5, input_dim ** -0.5, [output_dim, input_dim])
		self.delta_w = np.zeros([output_dim, input_dim])
		self.momentum_w = np.zeros([output_dim, input_dim])

	def forward(self, x):
		self.pre_input = x
		return np.dot(x, self.w.transpose())

	def backward(self, grad):
		self.delta_w = np.dot(grad.transpose(), self.pre_input)
		return np.dot(grad, self.w)

	def update(self, learning_rate, optimizer="sgdm"):
		if optimizer == "sgd":
			self.w = self.w - learning_rate * self.delta_w
		elif optimizer == "sgdm":
			# 動量：舊的動量乘 beta 再加上新的梯度
			self.momentum_w = self.beta * self.momentum_w + self.delta_w
			self.w = self.w - learning_rate * self.momentum_w
		else:
			raise ValueError("只有 sgd 和 sgdm")

	def L2_Norm(self):
		長度 = np.linalg.norm(self.w)
		if 長度 > 0:
			self.w = self.w / 長度
