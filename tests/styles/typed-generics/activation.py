from typing import Any, Callable, Dict, Final, Generic, Literal, Mapping, Optional, Tuple, TypeVar, Union

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Name = Literal["sigmoid", "relu", "softplus"]
Function = Callable[[Array], Array]
K = TypeVar("K", bound=str)
V = TypeVar("V")


class Memory(Generic[V]):
    """Holds the last value that it was given."""

    __slots__ = ("_value",)

    def __init__(self) -> None:
        self._value: Optional[V] = None

    def keep(self, value: V) -> V:
        self._value = value
        return value

    def recall(self) -> Optional[V]:
        return self._value


LIMIT: Final[float] = 700.0


class Activation:
    __slots__: Tuple[str, ...] = ("func_name", "forward_func", "backward_func", "_input", "_output")

    def __init__(self, func_name: Union[Name, str]) -> None:
        names: Tuple[Name, ...] = ("sigmoid", "relu", "softplus")
        if func_name not in names:
            raise ValueError(f"expected one of {names!r}, got {func_name!r}")
        self.func_name: str = func_name
        self.forward_func: Dict[str, Function] = {name: getattr(self, name) for name in names}
        self.backward_func: Dict[str, Function] = {
            name: getattr(self, f"derivative_{name}") for name in names
        }
        self._input: Memory[Array] = Memory()
        self._output: Memory[Array] = Memory()

    @property
    def pre_input(self) -> Optional[Array]:
        return self._input.recall()

    @property
    def pre_output(self) -> Optional[Array]:
        return self._output.recall()

    @staticmethod
    def sigmoid(x: Array) -> Array:
        e: Array = np.exp(-np.minimum(np.abs(x), LIMIT))
        smaller: Array = e / (1.0 + e)
        return np.where(x < 0.0, smaller, 1.0 - smaller)

    @staticmethod
    def relu(x: Array) -> Array:
        return np.multiply(x, x > 0.0)

    @staticmethod
    def softplus(x: Array) -> Array:
        e: Array = np.exp(-np.minimum(np.abs(x), LIMIT))
        return np.where(x > 0.0, x, 0.0) + np.log1p(e)

    @classmethod
    def derivative_sigmoid(cls, x: Array) -> Array:
        value: Array = cls.sigmoid(x)
        return value * (1.0 - value)

    @classmethod
    def derivative_relu(cls, x: Array) -> Array:
        return np.array(np.heaviside(x, 1.0), dtype=np.float64)

    @classmethod
    def derivative_softplus(cls, x: Array) -> Array:
        return cls.sigmoid(x)

    def forward(self, x: Array) -> Array:
        return self._output.keep(self.forward_func[self.func_name](self._input.keep(x)))

    def backward(self, grad: Array) -> Array:
        x: Optional[Array] = self.pre_input
        if x is None:
            raise RuntimeError("backward before forward")
        return grad * self.backward_func[self.func_name](x)

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        return None


Registry = Mapping[K, Any]
