"""Tiny layers to hand to `Model`, simple enough to follow with pencil and paper."""

import numpy as np


class Scale:
    """Multiply by one trainable number: ``z = factor * x``.

    Parameters
    ----------
    factor : float
        The number to start from.
    calls : list, optional
        Where every call is noted down, as in ``"forward a"``.
    name : str
        How this layer is called there.
    """

    def __init__(self, factor, calls=None, name="scale"):
        self.factor, self.calls, self.name = factor, [] if calls is None else calls, name
        self.received, self.settings = None, None

    def forward(self, x):
        """Return the input, scaled."""
        self.calls.append(f"forward {self.name}")
        self.x = x.copy()
        return self.factor * x

    def backward(self, grad):
        """Note the gradient that came in, and return the one for the input."""
        self.calls.append(f"backward {self.name}")
        self.received = grad.copy()
        self.slope = float((grad * self.x).sum())
        return self.factor * grad

    def update(self, learning_rate, optimizer="sgdm"):
        """Take one plain gradient step, whatever the optimizer."""
        self.calls.append(f"update {self.name}")
        self.settings = (learning_rate, optimizer)
        self.factor -= learning_rate * self.slope


class Shift(Scale):
    """Add one: ``z = x + 1``. Nothing to train."""

    def __init__(self, calls=None, name="shift"):
        super().__init__(1.0, calls, name)

    def forward(self, x):
        """Return the input plus one."""
        return super().forward(x) + 1

    def update(self, learning_rate, optimizer="sgdm"):
        """Only note the call."""
        self.calls.append(f"update {self.name}")
        self.settings = (learning_rate, optimizer)


class Mix(Scale):
    """Turn two columns a, b into a + 2 b, b. Nothing to train.

    Its gradient does not commute with that of another layer, as those of layers that treat every
    column alike do: with it, a backward pass in the wrong order gives wrong numbers.
    """

    W = np.array([[1.0, 2.0], [0.0, 1.0]])

    def __init__(self, calls=None, name="mix"):
        super().__init__(1.0, calls, name)

    def forward(self, x):
        """Return the mixed columns."""
        return super().forward(x) @ self.W.T

    def backward(self, grad):
        """Hand on the gradient of each column."""
        return super().backward(grad) @ self.W


class Square(Scale):
    """Square every number. Nothing to train."""

    def __init__(self, calls=None, name="square"):
        super().__init__(1.0, calls, name)

    def forward(self, x):
        """Return the squares."""
        return super().forward(x) ** 2

    def backward(self, grad):
        """Hand on the gradient, times the slope at the input."""
        return super().backward(grad) * 2 * self.x
