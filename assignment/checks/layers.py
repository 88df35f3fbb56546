"""Two tiny layers to hand to `Model`, simple enough to follow with pencil and paper."""


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
