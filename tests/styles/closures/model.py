from functools import partial, reduce
from operator import methodcaller

import numpy as np


def half_mean_square(y_hat, y):
    """Give the loss, and a function that gives its derivative."""
    u = y_hat - y
    return float(np.mean(u * u) / 2), lambda: u / u.shape[0]


def every(k, action):
    """Give an action that runs on each k-th call; k = 0 means never."""
    return (lambda i: action(i) if i % k == 0 else None) if k else (lambda i: None)


class Model:
    def __init__(self):
        self.Build([])

    def Build(self, layers):
        keys = "train_loss train_accuracy test_loss test_accuracy".split()
        self.layers, self.history = list(layers), {key: [] for key in keys}

    def forward(self, x):
        return reduce(lambda value, layer: layer.forward(value), self.layers, x)

    def backward(self, grad):
        return reduce(lambda value, layer: layer.backward(value), reversed(self.layers), grad)

    def update(self, learning_rate, optimizer="sgdm"):
        for _ in map(methodcaller("update", learning_rate, optimizer), self.layers):
            pass

    def fit(
        self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0
    ):
        test = partial(self.evaluate, *test_data) if test_data is not None else tuple
        show = every(verbose, self.Show_Training_Stage_Info)
        for epoch in range(1, epochs + 1):
            scores = test()
            y_hat = self.forward(x)
            loss, derivative = half_mean_square(y_hat, y)
            self.Record_History(loss, self.Compute_Accuracy(y_hat, y), *scores)
            self.backward(derivative())
            self.update(learning_rate, optimizer)
            show(epoch)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        values = [train_loss, train_accuracy, test_loss, test_accuracy]
        for column, value in zip(self.history.values(), values):
            column.extend(filter(lambda number: number is not None, [value]))

    def Show_Training_Stage_Info(self, epoch):
        last = lambda key: self.history[key][-1] if self.history[key] else float("nan")
        print("{}: {:.5f} {:.5f}".format(epoch, last("train_loss"), last("train_accuracy")))

    predict_2_binary = staticmethod(lambda y_hat: 1.0 * (y_hat > 0.5))

    def Compute_Accuracy(self, y_hat, y):
        def compare():
            return float((self.predict_2_binary(y_hat) == y).mean())

        def complain():
            raise ValueError("shapes must be equal")

        return (compare if y_hat.shape == y.shape else complain)()

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return half_mean_square(y_hat, y)[0], self.Compute_Accuracy(y_hat, y)
