from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, Optional, Protocol, TypeAlias, TypedDict, overload

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]


class Layer(Protocol):
    def forward(self, x: Array) -> Array: ...

    def backward(self, grad: Array) -> Array: ...

    def update(self, learning_rate: float, optimizer: str) -> None: ...


class History(TypedDict):
    train_loss: list[float]
    train_accuracy: list[float]
    test_loss: list[float]
    test_accuracy: list[float]


class Score(NamedTuple):
    loss: Optional[float] = None
    accuracy: Optional[float] = None


def new_history() -> History:
    return History(train_loss=[], train_accuracy=[], test_loss=[], test_accuracy=[])


class Model:
    __slots__ = ("layers", "history")

    layers: list[Layer]
    history: History

    def __init__(self) -> None:
        self.layers = []
        self.history = new_history()

    def Build(self, layers: Sequence[Layer]) -> None:
        self.layers, self.history = list(layers), new_history()

    def _through(self, value: Array, layers: Iterable[Layer], method: str) -> Iterator[Array]:
        for layer in layers:
            value = getattr(layer, method)(value)
            yield value

    def forward(self, x: Array) -> Array:
        *_, y_hat = (x, *self._through(x, self.layers, "forward"))
        return y_hat

    def backward(self, grad: Array) -> Array:
        *_, grad_x = (grad, *self._through(grad, reversed(self.layers), "backward"))
        return grad_x

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        for layer in self.layers:
            layer.update(learning_rate, optimizer)

    @overload
    def _score(self, y_hat: Array, y: Array) -> Score: ...

    @overload
    def _score(self, y_hat: Literal[None], y: Literal[None]) -> Score: ...

    def _score(self, y_hat: Optional[Array], y: Optional[Array]) -> Score:
        if y_hat is None or y is None:
            return Score()
        loss: float = float(np.linalg.norm(y_hat - y)) ** 2 / (2.0 * len(y))
        return Score(loss, self.Compute_Accuracy(y_hat, y))

    def fit(
        self,
        x: Array,
        y: Array,
        epochs: int = 30_000,
        learning_rate: float = 0.1,
        optimizer: str = "sgdm",
        test_data: Optional[tuple[Array, Array]] = None,
        verbose: int = 0,
    ) -> History:
        for epoch in range(1, epochs + 1):
            test: Score = Score() if test_data is None else self.evaluate(*test_data)
            y_hat: Array = self.forward(x)
            train: Score = self._score(y_hat, y)
            self.Record_History(train.loss, train.accuracy, test.loss, test.accuracy)
            self.backward(np.true_divide(y_hat - y, len(y)))
            self.update(learning_rate, optimizer)
            if verbose != 0 and divmod(epoch, verbose)[1] == 0:
                self.Show_Training_Stage_Info(epoch)
        return self.history

    def Record_History(
        self,
        train_loss: Optional[float],
        train_accuracy: Optional[float],
        test_loss: Optional[float] = None,
        test_accuracy: Optional[float] = None,
    ) -> None:
        values: tuple[Optional[float], ...] = (train_loss, train_accuracy, test_loss, test_accuracy)
        key: str
        for key, value in zip(History.__annotations__, values, strict=True):
            if value is not None:
                self.history[key].append(value)  # type: ignore[literal-required]

    def Show_Training_Stage_Info(self, epoch: int) -> None:
        fields: list[str] = [f"epoch {epoch:d}"]
        for key, values in self.history.items():
            if values:
                fields.append(f"{key} = {values[-1]:.8f}")  # type: ignore[index]
        print("\t".join(fields))

    def predict_2_binary(self, y_hat: Array) -> NDArray[np.bool_]:
        return y_hat > 0.5

    def Compute_Accuracy(self, y_hat: Array, y: Array) -> float:
        if y_hat.shape != y.shape:
            raise ValueError(f"{y_hat.shape=} {y.shape=}")
        right: NDArray[np.bool_] = self.predict_2_binary(y_hat) == y.astype(bool)
        return float(right.sum() / right.size)

    def evaluate(self, x: Array, y: Array) -> Score:
        return self._score(self.forward(x), y)
