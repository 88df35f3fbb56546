from collections import defaultdict

import numpy as np


class Model:
    """History is a defaultdict; a key's list is there once somebody has asked for it."""

    def __init__(self):
        self.layers = []
        self._forget()

    def _forget(self):
        self.history = defaultdict(list)
        for part in "train", "test":
            for what in "loss", "accuracy":
                self.history[f"{part}_{what}"]

    def Build(self, layers):
        self.layers = [layer for layer in layers]
        self._forget()

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in self.layers[-1::-1]:
            grad = layer.backward(grad)
        return grad

    def update(self, learning_rate, optimizer="sgdm"):
        for i, _ in enumerate(self.layers):
            self.layers[i].update(learning_rate, optimizer)

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None,
            verbose=0):
        remaining = epochs
        while remaining > 0:
            remaining -= 1
            y_hat = self.forward(x)
            residual, accuracy = y_hat - y, self.Compute_Accuracy(y_hat, y)
            self.backward(residual / residual.size)
            # The gradients are known by now: the weights are still those of this epoch.
            test = [None] * 2
            if test_data is not None:
                test = list(self.evaluate(*test_data))
            self.Record_History(np.mean(np.power(residual, 2) / 2), accuracy, *test)
            self.update(learning_rate, optimizer)
            if verbose and (epochs - remaining) % verbose == 0:
                self.Show_Training_Stage_Info(epochs - remaining)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        for key, value in {
            "train_loss": train_loss,
            "train_accuracy": train_accuracy,
            "test_loss": test_loss,
            "test_accuracy": test_accuracy,
        }.items():
            if not isinstance(value, type(None)):
                self.history[key].append(np.float64(value))

    def Show_Training_Stage_Info(self, epoch):
        try:
            loss, accuracy = self.history["train_loss"][-1], self.history["train_accuracy"][-1]
        except IndexError:
            print("after epoch", epoch)
        else:
            print("after epoch", epoch, "loss", np.round(loss, 6), "accuracy", f"{accuracy:%}")

    def predict_2_binary(self, y_hat):
        return np.heaviside(np.asarray(y_hat, dtype=float) - 0.5, 0.0)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError("shapes", y_hat.shape, y.shape)
        return np.equal(self.predict_2_binary(y_hat), y).sum() / np.float64(y.size)

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return np.mean((y_hat - y) ** 2 / 2), self.Compute_Accuracy(y_hat, y)
