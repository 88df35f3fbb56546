"""模型。存檔時帶有 UTF-8 BOM，換行是 CRLF。"""
import numpy as np


class Model:
	# 縮排用的是 tab

	def __init__(self):
		self.layers = []
		self.history = {"train_loss": [], "train_accuracy": [],
		                "test_loss": [], "test_accuracy": []}

	def Build(self, layers):
		self.__init__()
		self.layers = layers

	def forward(self, x):
		out = x
		for layer in self.layers: out = layer.forward(out)
		return out

	def backward(self, grad):
		for layer in self.layers[::-1]: grad = layer.backward(grad)
		return grad

	def update(self, learning_rate, optimizer="sgdm"):
		for layer in self.layers: layer.update(learning_rate, optimizer)

	def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0):
		for 輪 in range(epochs):
			if test_data is not None:
				損失, 準確率 = self.evaluate(*test_data)
			else:
				損失 = 準確率 = None
			y_hat = self.forward(x); u = y_hat - y; N = len(y)
			self.Record_History((u ** 2).sum() / 2 / N, self.Compute_Accuracy(y_hat, y), 損失, 準確率)
			self.backward(u / N); self.update(learning_rate, optimizer)
			if verbose and 輪 % verbose == 0: self.Show_Training_Stage_Info(輪)
		return self.history

	def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
		if train_loss is not None: self.history["train_loss"].append(train_loss)
		if train_accuracy is not None: self.history["train_accuracy"].append(train_accuracy)
		if test_loss is not None: self.history["test_loss"].append(test_loss)
		if test_accuracy is not None: self.history["test_accuracy"].append(test_accuracy)

	def Show_Training_Stage_Info(self, epoch):
		句 = f"第 {epoch + 1} 輪"
		if self.history["train_loss"]: 句 += f"：損失 {self.history['train_loss'][-1]:.4f}"
		if self.history["train_accuracy"]: 句 += f"，準確率 {self.history['train_accuracy'][-1]:.2%} ✓"
		print(句)

	def predict_2_binary(self, y_hat):
		return (y_hat > 0.5).astype(np.uint8)

	def Compute_Accuracy(self, y_hat, y):
		if y_hat.shape != y.shape: raise ValueError("形狀不同")
		return np.average(self.predict_2_binary(y_hat) == y)

	def evaluate(self, x, y):
		y_hat = self.forward(x)
		return ((y_hat - y) ** 2).sum() / 2 / len(y), self.Compute_Accuracy(y_hat, y)
