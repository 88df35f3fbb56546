# 模型
import numpy as np


class Model:
	def __init__(self):
		self.layers = []
		self.history = {"train_loss": [], "train_accuracy": [], "test_loss": [], "test_accuracy": []}

	def Build(self, layers):
		self.layers = list(layers)
		self.history = {"train_loss": [], "train_accuracy": [], "test_loss": [], "test_accuracy": []}

	def forward(self, x):
		for layer in self.layers:
			x = layer.forward(x)
		return x

	def backward(self, grad):
		for layer in self.layers[::-1]:
			grad = layer.backward(grad)
		return grad

	def update(self, learning_rate, optimizer="sgdm"):
		for layer in self.layers:
			layer.update(learning_rate, optimizer)

	def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0):
		for epoch in range(epochs):
			test_loss, test_accuracy = None, None
			if test_data is not None:
				test_loss, test_accuracy = self.evaluate(test_data[0], test_data[1])
			train_loss, train_accuracy = self.evaluate(x, y)	# 這裡順便做了 forward
			y_hat = self.y_hat
			self.Record_History(train_loss, train_accuracy, test_loss, test_accuracy)
			self.backward((y_hat - y) / len(y))
			self.update(learning_rate, optimizer)
			if verbose != 0 and (epoch + 1) % verbose == 0:
				self.Show_Training_Stage_Info(epoch + 1)
		return self.history

	def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
		if train_loss is not None:
			self.history["train_loss"].append(train_loss)
		if train_accuracy is not None:
			self.history["train_accuracy"].append(train_accuracy)
		if test_loss is not None:
			self.history["test_loss"].append(test_loss)
		if test_accuracy is not None:
			self.history["test_accuracy"].append(test_accuracy)

	def Show_Training_Stage_Info(self, epoch):
		if len(self.history["train_loss"]) == 0:
			print("epoch", epoch)
		else:
			print("epoch", epoch, "loss", self.history["train_loss"][-1], "acc", self.history["train_accuracy"][-1])

	def predict_2_binary(self, y_hat):
		return np.where(y_hat > 0.5, 1, 0)

	def Compute_Accuracy(self, y_hat, y):
		if y_hat.shape != y.shape:
			raise ValueError("y_hat 和 y 的大小要一樣")
		return float(np.mean(self.predict_2_binary(y_hat) == y))

	def evaluate(self, x, y):
		self.y_hat = self.forward(x)
		return float(np.mean((self.y_hat - y) ** 2)) / 2, self.Compute_Accuracy(self.y_hat, y)
