"""Keep the state of a model and its layers, and put it back."""

import contextlib
import copy

import numpy as np


def copied(value):
    """Return a copy of an array, and anything else as it is."""
    return value.copy() if isinstance(value, np.ndarray) else value


@contextlib.contextmanager
def left_alone(model):
    """Put a model and its layers back as they were."""
    layers = model.layers
    kept = copy.deepcopy({n: v for n, v in _state(model).items() if v is not layers})
    kept_layers = [{n: copied(v) for n, v in _state(layer).items()} for layer in layers]
    try:
        yield
    finally:
        _set_state(model, kept)
        with contextlib.suppress(AttributeError):  # which only `Build` may set
            model.layers = layers
        for layer, values in zip(layers, kept_layers, strict=True):
            _set_state(layer, values)


def _slots(thing):
    kinds = type(thing).__mro__
    names = [name for kind in kinds for name in vars(kind).get("__slots__", ())]
    return [name for name in names if not name.startswith("__") and hasattr(thing, name)]


def _state(thing):
    """Return the attributes of an object itself, wherever it keeps them."""
    return getattr(thing, "__dict__", {}) | {name: getattr(thing, name) for name in _slots(thing)}


def _set_state(thing, values):
    slots = _slots(thing)
    for name in slots:
        if name in values:
            object.__setattr__(thing, name, values[name])
    if hasattr(thing, "__dict__"):
        vars(thing).update({name: value for name, value in values.items() if name not in slots})
