import abc

import numpy as np


class Loss(abc.ABC):
    @abc.abstractmethod
    def value(self, y_hat, y): ...

    @abc.abstractmethod
    def gradient(self, y_hat, y): ...


class MeanSquareError(Loss):
    def value(self, y_hat, y):
        return float(((y_hat - y) ** 2).sum() / (2 * y.shape[0]))

    def gradient(self, y_hat, y):
        return (y_hat - y) / y.shape[0]


class History:
    KEYS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")

    def __init__(self):
        self.lists = {key: [] for key in self.KEYS}

    def append(self, **values):
        for key, value in values.items():
            if value is not None:
                self.lists[key].append(value)

    def latest(self):
        return {key: values[-1] for key, values in self.lists.items() if values}


class Trainer:
    """One epoch at a time."""

    def __init__(self, model, x, y, test_data):
        self.model, self.x, self.y, self.test_data = model, x, y, test_data

    def measure_test(self):
        return self.model.evaluate(*self.test_data) if self.test_data is not None else (None, None)

    def epoch(self, learning_rate, optimizer):
        test_loss, test_accuracy = self.measure_test()
        y_hat = self.model.forward(self.x)
        self.model.Record_History(
            self.model.loss.value(y_hat, self.y),
            self.model.Compute_Accuracy(y_hat, self.y),
            test_loss,
            test_accuracy,
        )
        self.model.backward(self.model.loss.gradient(y_hat, self.y))
        self.model.update(learning_rate, optimizer)


class Network:
    def __init__(self):
        self.layers = []

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

    def update(self, learning_rate, optimizer="sgdm"):
        for layer in self.layers:
            layer.update(learning_rate, optimizer)


class Model(Network):
    def __init__(self, loss=None):
        super().__init__()
        self.loss = loss or MeanSquareError()
        self._history = History()

    @property
    def history(self):
        return self._history.lists

    def Build(self, layers):
        self.layers = list(layers)
        self._history = History()

    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0):
        trainer = Trainer(self, x, y, test_data)
        for epoch in range(1, epochs + 1):
            trainer.epoch(learning_rate, optimizer)
            if verbose and epoch % verbose == 0:
                self.Show_Training_Stage_Info(epoch)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        self._history.append(
            train_loss=train_loss,
            train_accuracy=train_accuracy,
            test_loss=test_loss,
            test_accuracy=test_accuracy,
        )

    def Show_Training_Stage_Info(self, epoch):
        print(f"<{type(self).__name__} at epoch {epoch}: {self._history.latest()}>")

    def predict_2_binary(self, y_hat):
        return np.asarray(y_hat > 0.5, dtype=np.float64)

    def Compute_Accuracy(self, y_hat, y):
        if y_hat.shape != y.shape:
            raise ValueError(f"expected equal shapes, got {y_hat.shape} and {y.shape}")
        return float(np.mean(np.equal(self.predict_2_binary(y_hat), y)))

    def evaluate(self, x, y):
        y_hat = self.forward(x)
        return self.loss.value(y_hat, y), self.Compute_Accuracy(y_hat, y)
