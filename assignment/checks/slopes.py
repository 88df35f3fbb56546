"""What is wrong with a layer's arrays, and with a gradient that it gives."""

import numpy as np
from gradient_check import Gradient

from checks import hints
from checks.messages import say

STEP = 1e-5
ENTRIES = 100
"""Of a larger array, so many entries are compared with finite differences."""


def is_table(value):
    """Return whether something is an array of numbers with a sample in each row."""
    return isinstance(value, np.ndarray) and value.ndim == 2 and value.dtype.kind in "fiub"


def is_like(value, other):
    """Return whether something is a finite array of numbers of another one's shape."""
    return is_table(value) and value.shape == np.shape(other) and bool(np.isfinite(value).all())


def differing(layer, record, what, value, letter):
    """Compare a gradient with finite differences of ``sum(received * layer.forward(x))``.

    Parameters
    ----------
    layer : object
        Whose gradient it is. Its `w`, and what it keeps of `forward`, are changed.
    record : LayerRecord
        What the layer was handed; its `error` is set.
    what : str
        What the gradient is called.
    value : numpy.ndarray
        The gradient.
    letter : {'x', 'w'}
        What it is the gradient of.

    Returns
    -------
    list of str
        At most one sentence, if it is wrong.
    """

    def scalar(array):
        x = record.input.copy() if letter == "w" else array
        if record.w is not None:
            layer.w = array if letter == "w" else record.w.copy()
        return float(np.sum(record.received * layer.forward(x)))

    of = record.input if letter == "x" else record.w
    places, numeric = _slopes(scalar, of)
    compared = Gradient(what, np.array([value[place] for place in places]), numeric)
    record.error = max(record.error or 0.0, compared.error)
    if compared.ok or not places:
        return []
    worst = int(np.abs(compared.analytic - numeric).argmax())
    text = say(
        "{what} differs from finite differences, most at {place}: it is {value} and should be "
        "{numeric} for the gradient that was handed in. {hint}",
        what=what,
        place=list(places[worst]),
        value=f"{compared.analytic[worst]:.6g}",
        numeric=f"{numeric[worst]:.6g}",
        hint=compared.hint,
    )
    return [text.strip()]


def adds_up(layer, record):
    """Return whether a second `backward` of a layer gives another `delta_w` than the first."""
    layer.w = record.w.copy()
    layer.forward(record.input.copy())
    found = []
    for _ in range(2):
        layer.backward(record.received.copy())
        found.append(layer.delta_w.copy())
    return not np.allclose(*found)


def _slopes(function, array):
    """Differentiate at some entries of an array; leave out those where there is a kink."""
    base, places, slopes = np.array(array, dtype=np.float64), [], []
    middle = function(base.copy())
    chosen = np.linspace(0, base.size - 1, min(base.size, ENTRIES)).astype(int)
    for index in zip(
        *(axis.tolist() for axis in np.unravel_index(chosen, base.shape)), strict=True
    ):
        up, down = base.copy(), base.copy()
        up[index] += STEP
        down[index] -= STEP
        above, below = function(up) - middle, middle - function(down)
        if abs(above - below) <= 1e-3 * (abs(above) + abs(below)) + 1e-13:
            places.append(index)
            slopes.append((above + below) / (2 * STEP))
    return places, np.array(slopes)


def unlike(what, value, like, rows=None):
    """Say what is wrong with an array: its type, its shape, or that it is not finite.

    Parameters
    ----------
    what : str
        What it is called.
    value : object
        What should be an array.
    like : numpy.ndarray, optional
        An array of the shape that it should have.
    rows : int, optional
        How many rows it should have.

    Returns
    -------
    list of str
        At most one sentence.
    """
    if value is None:
        hint = hints.NOT_STORED if what.endswith("delta_w") else hints.NO_RETURN
        return [say("{what} is None.", what=what) + " " + say(hint)]
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
        kind = value.dtype if isinstance(value, np.ndarray) else type(value).__name__
        return [
            say(
                "{what} should be an array of numbers, but is of type {kind}.", what=what, kind=kind
            )
        ]
    if rows is not None and (value.ndim != 2 or len(value) != rows):
        text = say(
            "{what} has shape {found}; it should have one row for each of the {rows} samples.",
            what=what,
            found=value.shape,
            rows=rows,
        )
        return [text]
    if like is not None and value.shape != np.shape(like):
        text = say(
            "{name} has shape {found}; it should have the shape of what it is the gradient "
            "of, {wanted}.",
            name=what,
            found=value.shape,
            wanted=np.shape(like),
        )
        return [text]
    if not np.isfinite(value).all():
        return [say("{what} holds infinite or undefined numbers.", what=what)]
    return []
