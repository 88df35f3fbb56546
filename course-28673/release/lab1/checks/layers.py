"""Tiny layers to hand to `Model`, simple enough to follow with pencil and paper.

What goes wrong with them is the model's doing, so it is told as such; and they all go by the name
of `Layer`, since no student has heard of another.
"""

import numpy as np

from checks import expect, hints
from checks.messages import say


class Layer:
    """What all of them share. Here: pass everything on, with nothing to train.

    Parameters
    ----------
    calls : list, optional
        Where every call is noted down, as in ``"forward a"``.
    name : str
        How this layer is called there.
    """

    def __init__(self, calls=None, name="layer"):
        self.calls, self.name = [] if calls is None else calls, name
        self.x = self.output = self.received = self.settings = None
        # A gradient belongs to the `backward` that gives it, whatever `forward` comes after it.
        self.x_of_received = None

    def __init_subclass__(cls):
        cls.__name__ = cls.__qualname__ = "Layer"

    def __getattr__(self, name):
        raise AttributeError(
            say(
                "`{name}` of a layer. A model may be built of any layers, and all that it can rely "
                "on is their `forward`, `backward` and `update`; those of this check have nothing "
                "else.",
                name=name,
            )
        )

    def forward(self, x):
        """Keep the input, and return what the layer makes of it."""
        self.calls.append(f"forward {self.name}")
        expect.samples(x, say("`forward(x)` of a layer: x"))
        self.x = x.copy()
        self.output = self._forward(self.x)
        return self.output.copy()

    def backward(self, grad):
        """Note the gradient that came in, and return the one for the input."""
        self.calls.append(f"backward {self.name}")
        if self.output is None:
            expect.fail(say("`backward` of a layer was called before its `forward`."), hints.STEP)
        what = say("`backward(grad)` of a layer: grad")
        shape = np.shape(grad)
        if shape[1:] == self.output.shape[1:] and len(shape) == 2 and len(grad) != len(self.output):
            expect.fail(
                say(
                    "{what} has {found} samples, but the layer's last `forward` had {wanted}.",
                    what=what,
                    found=len(grad),
                    wanted=len(self.output),
                ),
                hints.LAST_FORWARD,
            )
        hint = hints.of_shapes(shape, self.output.shape)
        if hint is None and len(shape) == 2:
            hint = hints.REVERSE
        expect.shape(grad, self.output.shape, what, hint, hints.NOT_RETURNED)
        self.received, self.x_of_received = grad.copy(), self.x
        return self._backward(self.received)

    def update(self, learning_rate, optimizer="sgdm"):
        """Take one plain gradient step, whatever the optimizer."""
        self.calls.append(f"update {self.name}")
        self.settings = (learning_rate, optimizer)
        if self.received is not None:
            self._update(learning_rate)

    def _forward(self, x):
        return x

    def _backward(self, grad):
        return grad

    def _update(self, learning_rate):
        pass


class Scale(Layer):
    """Multiply by one trainable number: ``z = factor * x``.

    Parameters
    ----------
    factor : float
        The number to start from.
    calls, name
        As for `Layer`.

    Attributes
    ----------
    factors : list of float
        All numbers that it has held.
    """

    def __init__(self, factor, calls=None, name="scale"):
        super().__init__(calls, name)
        self.factor, self.factors = factor, [factor]

    def _forward(self, x):
        return self.factor * x

    def _backward(self, grad):
        return self.factor * grad

    def _update(self, learning_rate):
        self.factor -= learning_rate * float((self.received * self.x_of_received).sum())
        self.factors.append(self.factor)


class Shift(Layer):
    """Add one: ``z = x + 1``."""

    def _forward(self, x):
        return x + 1


class Sum(Layer):
    """Add up the columns, so that one is left."""

    def _forward(self, x):
        return x.sum(axis=1, keepdims=True)

    def _backward(self, grad):
        return np.repeat(grad, self.x.shape[1], axis=1)


class Mix(Layer):
    """Turn two columns a, b into a + 2 b, b.

    Its gradient does not commute with that of another layer, as those of layers that treat every
    column alike do: with it, a backward pass in the wrong order gives wrong numbers.
    """

    W = np.array([[1.0, 2.0], [0.0, 1.0]])

    def _forward(self, x):
        return x @ self.W.T

    def _backward(self, grad):
        return grad @ self.W


class Square(Layer):
    """Square every number."""

    def _forward(self, x):
        return x**2

    def _backward(self, grad):
        return grad * 2 * self.x
