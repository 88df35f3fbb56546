"""History as one growing table, shown as a dict when it is asked for."""

import numpy as np


class Model:
    COLUMNS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")

    def __init__(self):
        self._layers, self._rows = [], []

    @property
    def layers(self):
        return self._layers

    @property
    def history(self):
        columns = {name: [] for name in self.COLUMNS}
        for row in self._rows:
            for name, value in zip(self.COLUMNS, row):
                if value is not None:
                    columns[name].append(value)
        return columns

    def Build(self, layers):
        self._layers, self._rows = list(layers), []

    def forward(self, x):
        for layer in self._layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed(self._layers):
            grad = layer.backward(grad)
        return grad

    def update(self, learning_rate, optimizer="sgdm"):
        for layer in self._layers:
            layer.update(learning_rate=learning_rate, optimizer=optimizer)

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None,
            verbose=0):
        for epoch in range(epochs):
            test = (None, None) if test_data is None else self.evaluate(*test_data)
            train = self.evaluate(x, y)  # its forward pass is the one that backward needs
            self._rows.append((*train, *test))
            self.backward(self._error / len(self._error))
            self.update(learning_rate, optimizer)
            if verbose and not (epoch + 1) % verbose:
                self.Show_Training_Stage_Info(epoch)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        self._rows.append((train_loss, train_accuracy, test_loss, test_accuracy))

    def Show_Training_Stage_Info(self, epoch):
        latest = self._rows[-1] if self._rows else ()
        shown = "  ".join("-" if value is None else f"{value:.4f}" for value in latest)
        print(f"{epoch + 1:>6}  {shown}")

    def predict_2_binary(self, y_hat):
        return np.greater(y_hat, 0.5)

    def Compute_Accuracy(self, y_hat, y):
        if np.shape(y_hat) != np.shape(y):
            raise ValueError("unequal shapes")
        return 1.0 - float(np.abs(self.predict_2_binary(y_hat) - y).mean())

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        accuracy = self.Compute_Accuracy(y_hat, y)
        self._error = y_hat - y
        return 0.5 * float(np.square(self._error).mean()), accuracy
