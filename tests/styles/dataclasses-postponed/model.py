from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np


@dataclass
class Record:
    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    test_loss: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)


@dataclass(eq=False)
class Model:
    layers: list[Any] = field(default_factory=list)
    record: Record = field(default_factory=Record)

    @property
    def history(self) -> dict[str, list[float]]:
        return asdict(self.record)

    def Build(self, layers: list[Any]) -> None:
        self.__init__(list(layers))

    def forward(self, x: np.ndarray) -> np.ndarray:
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad: np.ndarray) -> np.ndarray:
        stack = list(self.layers)
        while stack:
            grad = stack.pop().backward(grad)
        return grad

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    def fit(
        self,
        x: np.ndarray,
        y: np.ndarray,
        epochs: int = 30000,
        learning_rate: float = 0.1,
        optimizer: str = "sgdm",
        test_data: tuple[np.ndarray, np.ndarray] | None = None,
        verbose: int = 0,
    ) -> dict[str, list[float]]:
        for epoch in range(1, epochs + 1):
            match test_data:
                case None:
                    test = {}
                case test_x, test_y:
                    test = dict(zip(("test_loss", "test_accuracy"), self.evaluate(test_x, test_y)))
            y_hat = self.forward(x)
            self.Record_History(self.loss(y_hat, y), self.Compute_Accuracy(y_hat, y), **test)
            self.backward((y_hat - y) / len(x))
            self.update(learning_rate, optimizer)
            if verbose and epoch % verbose == 0:
                self.Show_Training_Stage_Info(epoch)
        return self.history

    @staticmethod
    def loss(y_hat: np.ndarray, y: np.ndarray) -> float:
        return float(np.average(0.5 * np.square(y - y_hat)))

    def Record_History(
        self,
        train_loss: float | None,
        train_accuracy: float | None,
        test_loss: float | None = None,
        test_accuracy: float | None = None,
    ) -> None:
        values = locals()
        for one in fields(Record):
            if values[one.name] is not None:
                getattr(self.record, one.name).append(values[one.name])

    def Show_Training_Stage_Info(self, epoch: int) -> None:
        latest = {key: values[-1] for key, values in self.history.items() if values}
        print(f"{epoch=}", latest or "")

    def predict_2_binary(self, y_hat: np.ndarray) -> np.ndarray:
        return np.logical_not(np.less_equal(y_hat, 0.5))

    def Compute_Accuracy(self, y_hat: np.ndarray, y: np.ndarray) -> float:
        match (y_hat.shape, y.shape):
            case (one, other) if one == other:
                return float(np.count_nonzero(self.predict_2_binary(y_hat) == (y > 0.5))) / y.size
            case shapes:
                raise ValueError(f"unequal shapes {shapes}")

    def evaluate(self, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
        y_hat = self.forward(x)
        return self.loss(y_hat, y), self.Compute_Accuracy(y_hat, y)
