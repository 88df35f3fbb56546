"""The network and its training."""

import numpy as np

KEYS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")


class Model:
    def __init__(self):
        self.Build([])

    def Build(self, layers):
        self.layers = list(layers)
        self.history = {key: [] for key in KEYS}

    def forward(self, x):
        self.path = []
        for layer in self.layers:
            x = layer.forward(x)
            self.path.append(layer)
        return x

    def backward(self, grad):
        for layer in self.path[::-1]:
            grad = layer.backward(grad)
        return grad

    def update(self, learning_rate, optimizer="sgdm"):
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    def half_mse(self, y_hat, y):
        return float(0.5 * np.mean((y_hat - y) ** 2))

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0):
        x, y = np.array(x), np.array(y)
        for epoch in range(epochs):
            order = np.random.permutation(len(x))
            x, y = x[order], y[order]
            seen = self.evaluate(*test_data) if test_data is not None else (None, None)
            y_hat = self.forward(x)
            self.Record_History(self.half_mse(y_hat, y), self.Compute_Accuracy(y_hat, y), *seen)
            self.backward((y_hat - y) / len(y))
            self.update(learning_rate, optimizer)
            if verbose and epoch % verbose == 0:
                self.Show_Training_Stage_Info(epoch)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        for key, value in zip(KEYS, (train_loss, train_accuracy, test_loss, test_accuracy)):
            if value is not None:
                self.history[key].append(value)

    def Show_Training_Stage_Info(self, epoch):
        latest = [f"{key} {values[-1]:.4f}" for key, values in self.history.items() if values]
        print("epoch", epoch, *latest)

    def predict_2_binary(self, y_hat):
        return np.where(y_hat > 0.5, 1.0, 0.0)

    def Compute_Accuracy(self, y_hat, y):
        if np.shape(y_hat) != np.shape(y):
            raise ValueError("outputs and labels have different shapes")
        return float(np.mean(self.predict_2_binary(y_hat) == y))

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return self.half_mse(y_hat, y), self.Compute_Accuracy(y_hat, y)
