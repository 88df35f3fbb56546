#!/usr/bin/env python3
"""Run as a script it trains one linear layer of its own on a line."""
import numpy as np

NAMES = ["train_loss", "train_accuracy", "test_loss", "test_accuracy"]
THRESHOLD = 0.5
DEFAULT_EPOCHS, DEFAULT_RATE, DEFAULT_OPTIMIZER = 30000, 0.1, "sgdm"


class Model:
    def __init__(self):
        self.layers = []
        self.history = {name: list() for name in NAMES}

    def Build(self, layers):
        from copy import copy
        self.layers = copy(layers)
        self.history = {name: list() for name in NAMES}

    def forward(self, x):
        from itertools import accumulate
        return list(accumulate(self.layers, lambda a, layer: layer.forward(a), initial=x))[-1]

    def backward(self, grad):
        from collections import deque
        waiting = deque(self.layers)
        while waiting:
            grad = waiting.pop().backward(grad)
        return grad

    def update(self, learning_rate, optimizer=DEFAULT_OPTIMIZER):
        for number, layer in enumerate(self.layers, start=1):
            layer.update(learning_rate, optimizer)

    def fit(self, x, y, epochs=DEFAULT_EPOCHS, learning_rate=DEFAULT_RATE,
            optimizer=DEFAULT_OPTIMIZER, test_data=None, verbose=0):
        import itertools

        for epoch in itertools.islice(itertools.count(), epochs):
            test = self.evaluate(*test_data) if test_data is not None else (None, None)
            y_hat = self.forward(x)
            self.Record_History(self._loss(y_hat, y), self.Compute_Accuracy(y_hat, y), *test)
            self.backward((y_hat - y) * (1 / len(y)))
            self.update(learning_rate, optimizer)
            if verbose and epoch % verbose == 0:
                self.Show_Training_Stage_Info(epoch)
        return self.history

    def _loss(self, y_hat, y):
        from math import dist
        return dist(y_hat.ravel().tolist(), y.ravel().tolist()) ** 2 / (2 * len(y))

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        for name in NAMES:
            value = locals()[name]
            if value is None:
                continue
            self.history[name].append(value)

    def Show_Training_Stage_Info(self, epoch):
        import sys
        words = [f"epoch {epoch}"]
        for name in filter(self.history.get, NAMES):
            words.append(f"{name} {self.history[name][-1]:.3f}")
        sys.stdout.write(" | ".join(words) + "\n")

    def predict_2_binary(self, y_hat):
        from functools import partial
        from operator import lt
        above = map(partial(lt, THRESHOLD), y_hat.ravel().tolist())
        return np.fromiter(above, bool, y_hat.size).reshape(y_hat.shape)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError("Compute_Accuracy needs two arrays of one shape")
        from collections import Counter
        hits = Counter((self.predict_2_binary(y_hat) == y).ravel().tolist())
        return hits[True] / hits.total()

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return self._loss(y_hat, y), self.Compute_Accuracy(y_hat, y)


if __name__ == "__main__":

    class Slope:
        w = 0.0

        def forward(self, x):
            self.x = x
            return self.w * x

        def backward(self, grad):
            self.g = float((grad * self.x).sum())
            return grad * self.w

        def update(self, learning_rate, optimizer):
            self.w -= learning_rate * self.g

    model = Model()
    model.Build([Slope()])
    model.fit(np.array([[1.0], [2.0]]), np.array([[0.5], [1.0]]), epochs=50, verbose=10)
