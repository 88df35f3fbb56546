import numpy as np


class Activation:
    def __init__(self, func_name: str) -> None:
        self.func_name = func_name
        self.forward_func = {"sigmoid": self.sigmoid, "relu": self.relu, "softplus": self.softplus}
        self.backward_func = {
            "sigmoid": self.derivative_sigmoid,
            "relu": self.derivative_relu,
            "softplus": self.derivative_softplus,
        }
        self.pre_input: np.ndarray | None = None
        self.pre_output: np.ndarray | None = None
        if func_name not in self.forward_func:
            raise ValueError(
                f"there is no activation {func_name!r}: choose one of "
                + ", ".join(self.forward_func)
            )

    def sigmoid(self, x: np.ndarray) -> np.ndarray:
        return 0.5 + 0.5 * np.tanh(0.5 * x)

    def relu(self, x: np.ndarray) -> np.ndarray:
        return np.maximum(0.0, x)

    def softplus(self, x: np.ndarray) -> np.ndarray:
        return np.logaddexp(0.0, x)

    def derivative_sigmoid(self, x: np.ndarray) -> np.ndarray:
        return (0.5 / np.cosh(0.5 * x)) ** 2

    def derivative_relu(self, x: np.ndarray) -> np.ndarray:
        return np.where(x > 0.0, 1.0, 0.0)

    def derivative_softplus(self, x: np.ndarray) -> np.ndarray:
        return self.sigmoid(x)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.pre_input = x
        self.pre_output = self.forward_func[self.func_name](x)
        return self.pre_output

    def backward(self, grad: np.ndarray) -> np.ndarray:
        if self.pre_input is None:
            raise RuntimeError("forward comes first")
        return grad * self.backward_func[self.func_name](self.pre_input)

    def update(self, learning_rate: float, optimizer: str = "sgdm") -> None:
        pass
