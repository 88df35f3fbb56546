"""A stack of layers, folded forwards and backwards."""

from __future__ import annotations

from functools import reduce
from itertools import count, islice
from typing import Any, Iterator, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Score(NamedTuple):
    loss: float
    accuracy: float


class Model:
    KEYS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")

    def __init__(self) -> None:
        self.Build([])

    def Build(self, layers: list[Any]) -> None:
        self.layers = [*layers]
        self.history: dict[str, list[float]] = {key: [] for key in self.KEYS}

    def forward(self, x: Array) -> Array:
        return reduce(lambda a, layer: layer.forward(a), self.layers, x)

    def backward(self, grad: Array) -> Array:
        return reduce(lambda g, layer: layer.backward(g), self.layers[::-1], grad)

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    def _score(self, y_hat: Array, y: Array) -> Score:
        residual = (y_hat - y).ravel()
        mse = float(np.einsum("n,n->", residual, residual)) / (2 * residual.size)
        return Score(mse, self.Compute_Accuracy(y_hat, y))

    def _steps(self, x, y, learning_rate, optimizer, test_data) -> Iterator[int]:
        """Do one epoch for every number that is taken out."""
        for epoch in count(1):
            test = self.evaluate(*test_data) if test_data is not None else (None, None)
            y_hat = self.forward(x)
            self.Record_History(*self._score(y_hat, y), *test)
            self.backward((y_hat - y) / y.shape[0])
            self.update(learning_rate, optimizer)
            yield epoch

    def fit(
        self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", test_data=None, verbose=0
    ) -> dict[str, list[float]]:
        for epoch in islice(self._steps(x, y, learning_rate, optimizer, test_data), epochs):
            if verbose and not epoch % verbose:
                self.Show_Training_Stage_Info(epoch)
        return self.history

    def Record_History(self, train_loss, train_accuracy, test_loss=None, test_accuracy=None):
        values = train_loss, train_accuracy, test_loss, test_accuracy
        for key, value in zip(self.KEYS, values, strict=True):
            if value is not None:
                self.history[key].append(float(value))

    def Show_Training_Stage_Info(self, epoch: int) -> None:
        latest = (f"{k}={v[-1]:.4g}" for k, v in self.history.items() if v)
        print(f"[{epoch}]", *latest)

    def predict_2_binary(self, y_hat: Array) -> NDArray[np.int64]:
        return np.greater(y_hat, 0.5).astype(np.int64)

    def Compute_Accuracy(self, y_hat: Array, y: Array) -> float:
        if np.shape(y_hat) != np.shape(y):
            raise ValueError(f"shapes {np.shape(y_hat)} and {np.shape(y)} differ")
        return float(np.mean(self.predict_2_binary(y_hat) == y))

    def evaluate(self, x: Array, y: Array) -> Score:
        return self._score(self.forward(x), y)
