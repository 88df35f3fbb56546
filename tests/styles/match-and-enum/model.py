from enum import Enum

import numpy as np


class Key(str, Enum):
    TRAIN_LOSS = "train_loss"
    TRAIN_ACCURACY = "train_accuracy"
    TEST_LOSS = "test_loss"
    TEST_ACCURACY = "test_accuracy"


def empty_history():
    return {key.value: [] for key in Key}


class Model:
    def __init__(self):
        self.layers, self.history = [], empty_history()

    def Build(self, layers):
        self.layers, self.history = [*layers], empty_history()

    def _forward(self, x, layers):
        match layers:
            case []:
                return x
            case [first, *others]:
                return self._forward(first.forward(x), others)

    def _backward(self, grad, layers):
        match layers:
            case []:
                return grad
            case [*others, last]:
                return self._backward(last.backward(grad), others)

    def forward(self, x):
        return self._forward(x, self.layers)

    def backward(self, grad):
        return self._backward(grad, self.layers)

    def update(self, learning_rate, optimizer="sgdm"):
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    def fit(
        self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0
    ):
        for epoch in range(epochs):
            match test_data:
                case None:
                    test = ()
                case (test_x, test_y):
                    test = self.evaluate(test_x, test_y)
            loss, accuracy = self.evaluate(x, y)
            self.Record_History(loss, accuracy, *test)
            self.backward(self.slope)
            self.update(learning_rate, optimizer)
            match verbose:
                case 0:
                    continue
                case k if epoch % k == k - 1:
                    self.Show_Training_Stage_Info(epoch)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        for key, value in zip(Key, (train_loss, train_accuracy, test_loss, test_accuracy)):
            match value:
                case None:
                    pass
                case number:
                    self.history[key.value].append(number)

    def Show_Training_Stage_Info(self, epoch):
        match self.history:
            case {"train_loss": [*_, loss], "train_accuracy": [*_, accuracy]}:
                print(f"epoch {epoch} | loss {loss:.4f} | accuracy {accuracy:.2%}")
            case _:
                print(f"epoch {epoch}")

    def predict_2_binary(self, y_hat):
        return np.searchsorted([0.5], y_hat, side="left")

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape == y.shape:
            return np.mean(self.predict_2_binary(y_hat) == y)
        raise ValueError("the shapes differ")

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        accuracy = self.Compute_Accuracy(y_hat, y)
        self.slope = (y_hat - y) / np.size(y)
        return np.sum(self.slope * (y_hat - y)) / 2, accuracy
