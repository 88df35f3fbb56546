import contextlib
import sys

import numpy as np


class Model:
    """Training as a generator of epochs, and a context that keeps history as it was."""

    def __init__(self):
        self.layers = []
        self.history = self.empty()

    @staticmethod
    def empty():
        return {"train_loss": [], "train_accuracy": [], "test_loss": [], "test_accuracy": []}

    def Build(self, layers):
        self.layers = sum(([layer] for layer in layers), start=[])
        self.history.update(self.empty())

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        if not self.layers:
            return grad
        *_, last = backwards = list(self.layers)
        for layer in backwards[::-1]:
            grad = layer.backward(grad)
        return grad

    def update(self, learning_rate, optimizer="sgdm"):
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    @contextlib.contextmanager
    def unrecorded(self):
        saved = {key: values.copy() for key, values in self.history.items()}
        try:
            yield
        finally:
            self.history = saved

    def epochs(self, x, y, count, learning_rate, optimizer, test_data):
        for epoch in range(count):
            scores = self.evaluate(*test_data) if test_data is not None else (None, None)
            y_hat = self.forward(x)
            u = y_hat - y
            yield epoch, self.loss(u), self.Compute_Accuracy(y_hat, y), *scores
            self.backward(u / u.shape[0])
            self.update(learning_rate, optimizer)

    def fit(
        self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0
    ):
        for epoch, *scores in self.epochs(x, y, epochs, learning_rate, optimizer, test_data):
            self.Record_History(*scores)
            if verbose and (epoch + 1) % verbose == 0:
                self.Show_Training_Stage_Info(epoch)
        return self.history

    @staticmethod
    def loss(u):
        return float(np.sum(u**2) / u.shape[0] * 0.5)

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        numbers = dict(
            train_loss=train_loss,
            train_accuracy=train_accuracy,
            test_loss=test_loss,
            test_accuracy=test_accuracy,
        )
        for key in [key for key, number in numbers.items() if number is not None]:
            self.history[key].append(numbers[key])

    def Show_Training_Stage_Info(self, epoch):
        with contextlib.suppress(IndexError):
            loss, accuracy = (self.history[key][-1] for key in ("train_loss", "train_accuracy"))
            return print(f"{epoch + 1:05d} {loss:.6f} {accuracy:.4f}", file=sys.stdout, flush=True)
        return print(f"{epoch + 1:05d}", file=sys.stdout, flush=True)

    def predict_2_binary(self, y_hat):
        return np.minimum(np.floor_divide(np.maximum(y_hat, 0.5), np.nextafter(0.5, 1)), 1)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError
        return float(np.logical_not(self.predict_2_binary(y_hat) - y).mean())

    def evaluate(self, x, y):
        with self.unrecorded():
            y_hat = self.forward(x)
            return self.loss(y_hat - y), self.Compute_Accuracy(y_hat, y)
