"""Look inside your network, layer by layer.

Run it: ``python inspect_network.py`` shows of the standard network on ``xor`` what each layer puts
out, which gradient reaches it, and which of its units are dead. Other networks, weights and data::

    python inspect_network.py --network 2-3-relu-3-relu-1-sigmoid --data linear
    python inspect_network.py --epochs 500 --weight 0 1 0

The second trains first, and shows the gradient of ``layers[0].w[1, 0]`` beside its finite
difference. Or use it on a model of your own, in a script or in the notebook::

    from inspect_network import inspect, show_layers, show_weight
    show_layers(inspect(model, x, y))
    show_weight(model, x, y, layer=0, row=1, column=0)

It calls the ``forward`` and ``fit`` of your model, and listens to what goes into your layers and
comes out of them. The model is left as it was.
"""

import argparse
import contextlib
import copy
import re
import sys
import unicodedata
from dataclasses import dataclass, field

import numpy as np
from gradient_check import TOLERANCE, numeric_gradient, relative_error


@dataclass
class LayerRecord:
    """What went into a layer and came out of it; None for what did not happen.

    Attributes
    ----------
    name : str
        Such as ``"Linear_Layer 2-3"`` or ``"Activation relu"``.
    input, output : object
        Of `forward`; should be arrays.
    received, returned : object
        Of `backward`: the gradients of the output and of the input.
    w, delta_w : object
        The layer's weights and their gradient, if it has any.
    finished : list of str
        Which of ``"forward"`` and ``"backward"`` came to their end.
    """

    name: str
    input: object = None
    output: object = None
    received: object = None
    returned: object = None
    w: object = None
    delta_w: object = None
    finished: list = field(default_factory=list)

    @property
    def dead(self):
        """Which units put out 0 at every sample; none in a layer that has weights."""
        if self.w is not None or not is_table(self.output):
            return np.zeros(0, dtype=bool)
        return ~self.output.any(axis=0)


@dataclass
class Inspection:
    """What `inspect` found.

    Attributes
    ----------
    layers : list of LayerRecord
        In forward order.
    samples : int
        How many samples went through.
    loss : float or None
        None if the network's output can't be compared with the labels.
    trouble : list of str
        What is wrong, a sentence each: the first of the layers, then of the model.
    """

    layers: list
    samples: int
    loss: float | None = None
    trouble: list = field(default_factory=list)


def is_table(value):
    """Return whether something is an array of numbers with a sample in each row."""
    return isinstance(value, np.ndarray) and value.ndim == 2 and value.dtype.kind in "fiub"


class _Listener:
    """Stands in for a layer, and keeps what goes in and comes out."""

    def __init__(self, layer, record):
        self._layer, self._record = layer, record

    def forward(self, x):
        self._record.input = _copy(x)
        output = self._layer.forward(x)
        self._record.output = _copy(output)
        self._record.finished.append("forward")
        return output

    def backward(self, grad):
        self._record.received = _copy(grad)
        returned = self._layer.backward(grad)
        self._record.returned = _copy(returned)
        self._record.delta_w = _copy(getattr(self._layer, "delta_w", None))
        self._record.finished.append("backward")
        return returned

    def __getattr__(self, name):
        return getattr(self._layer, name)


def _copy(value):
    return value.copy() if isinstance(value, np.ndarray) else value


def inspect(model, x, y):
    """Send samples through a model and their gradients back, and record each layer.

    Parameters
    ----------
    model : object
        A `Model` that has been built. It is left as it was.
    x, y : numpy.ndarray
        Samples ``(N, input_dim)`` and labels ``(N, 1)``.

    Returns
    -------
    Inspection
    """
    layers = getattr(model, "layers", None)
    if not isinstance(layers, list | tuple):
        kind = type(layers).__name__
        text = _say("`layers` of the model should be a list, but is of type {kind}.", kind=kind)
        return Inspection([], len(x), trouble=[text])
    found = Inspection([_new_record(layer) for layer in layers], len(x))
    with _left_alone(model):
        model.layers = [_Listener(*pair) for pair in zip(layers, found.layers, strict=True)]
        output = _try(found, "forward", lambda: model.forward(x.copy()))
        if is_table(output) and output.shape == y.shape:
            found.loss = float(np.mean((output - y) ** 2) / 2)
            # What an epoch with learning rate 0 sends back is the gradient of the loss.
            settings = {"epochs": 1, "learning_rate": 0.0, "optimizer": "sgd"}
            _try(found, "fit", lambda: model.fit(x.copy(), y.copy(), **settings))
        elif not found.trouble:
            text = _say(
                "The network's output should be an array of shape {wanted}, like the labels.",
                wanted=y.shape,
            )
            found.trouble.append(text)
    found.trouble[:0] = next(filter(None, _trouble(found)), [])
    return found


@contextlib.contextmanager
def _left_alone(model):
    """Put a model and its layers back as they were."""
    layers = model.layers
    kept = copy.deepcopy({n: v for n, v in vars(model).items() if n != "layers"})
    kept_layers = [{n: _copy(v) for n, v in vars(layer).items()} for layer in layers]
    try:
        yield
    finally:
        vars(model).update(kept, layers=layers)
        for layer, values in zip(layers, kept_layers, strict=True):
            vars(layer).update(values)


def _new_record(layer):
    w = getattr(layer, "w", None)
    w = w if is_table(w) else None
    detail = getattr(layer, "func_name", None)
    if detail is None and w is not None:
        detail = f"{w.shape[1]}-{w.shape[0]}"
    return LayerRecord(f"{type(layer).__name__} {detail or ''}".strip(), w=_copy(w))


def _try(found, method, call):
    """Call a method of the model; what it raises becomes a sentence."""
    from checks.student import explain
    from checks.timelimit import time_limit

    try:
        with np.errstate(all="ignore"), time_limit():
            return call()
    except Exception as error:
        text = explain(error).text
        found.trouble.append(_say("`{method}` of the model: {text}", method=method, text=text))
        return None


def _trouble(found):
    """Yield what is wrong with each layer, a list of sentences each, in the order of the passes."""
    names = [f"layers[{number}]" for number in range(len(found.layers))]
    layers = list(zip(names, found.layers, strict=True))
    for name, record in layers:
        if "forward" in record.finished:
            yield _unlike(f"{name}.forward(x)", record.output, None, found.samples)
        elif not found.trouble:
            yield [_say("{name} was not reached by the forward pass.", name=name)]
    if found.loss is None:
        return
    for name, record in reversed(layers):
        if record.received is not None:
            yield _misled(name, record)
        elif not found.trouble:
            yield [_say("{name} was not reached by the backward pass.", name=name)]
        if "backward" in record.finished:
            yield _unlike(
                f"{name}.backward(grad)", record.returned, getattr(record.input, "shape", None)
            )
            if record.w is not None:
                yield _unlike(f"{name}.delta_w", record.delta_w, record.w.shape)


def _misled(name, record):
    """Say whether a layer was handed a gradient that is none of its output's."""
    found, wanted = (getattr(value, "shape", None) for value in (record.received, record.output))
    if found == wanted:
        return []
    text = _say(
        "{name} was handed a gradient of shape {found}, and its output has shape {wanted}. Which "
        "layer hands it to which?",
        name=name,
        found=found,
        wanted=wanted,
    )
    return [text]


def _unlike(what, value, shape, rows=None):
    """Say what is wrong with an array: its type, its shape, or its numbers."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
        kind = value.dtype if isinstance(value, np.ndarray) else type(value).__name__
        text = _say("{what} should be an array of numbers, but is of type {kind}.", what, kind=kind)
        return [text]
    if rows is not None and (value.ndim != 2 or len(value) != rows):
        text = _say(
            "{what} has shape {found}; it should have one row for each of the {rows} samples.",
            what,
            found=value.shape,
            rows=rows,
        )
        return [text]
    if shape is not None and value.shape != shape:
        text = _say(
            "{what} has shape {found}; it should have the shape of what it is the gradient of, "
            "{wanted}.",
            what,
            found=value.shape,
            wanted=shape,
        )
        return [text]
    if not np.isfinite(value).all():
        return [_say("{what} holds infinite or undefined numbers.", what)]
    return []


def show_layers(found):
    """Print what `inspect` found: a line for each layer, then what is wrong."""
    print("\n".join(lines_of(found)))


def lines_of(found):
    """Return what `inspect` found, as lines of text."""
    loss = "?" if found.loss is None else f"{found.loss:.6f}"
    heads = [_say("layer"), _say("output"), _say("lowest"), _say("highest"), _say("dead units")]
    heads[4:4] = ["|dL/d output|", "|dL/dw|"]
    rows = [heads]
    for number, record in enumerate(found.layers):
        rows.append([f"{number} {record.name}", *_figures(record)])
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    lines = [_say("{samples} samples, loss {loss}", samples=found.samples, loss=loss), ""]
    for row in rows:
        lines.append("  ".join(padded(*cell) for cell in zip(row, widths, strict=True)).rstrip())
    lines += ["", _say("Of the gradients, the largest absolute value is shown.")]
    for number, record in enumerate(found.layers):
        if record.dead.any():
            text = _say(
                "layers[{number}]: the units {units} are dead: they put out 0 at every sample, so "
                "no gradient passes through them.",
                number=number,
                units=np.flatnonzero(record.dead).tolist(),
            )
            lines.append(text)
    return lines + [f"! {text}" for text in found.trouble]


def _figures(record):
    output = record.output
    if not (is_table(output) and output.size):
        return ["-"] * 6
    dead = f"{record.dead.sum()}/{record.dead.size}" if record.dead.size else ""
    return [
        str(output.shape),
        f"{output.min():.4f}",
        f"{output.max():.4f}",
        _largest(record.received),
        "" if record.w is None else _largest(record.delta_w),
        dead,
    ]


def _largest(value):
    usable = isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and value.size
    return f"{np.abs(value).max():.1e}" if usable else "-"


def width_of(text):
    """Return how many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def padded(text, width):
    """Return a text with blanks up to a width."""
    return text + " " * (width - width_of(text))


def show_weight(model, x, y, layer, row, column):
    """Print the gradient of one weight beside its finite difference.

    Parameters
    ----------
    model : object
        A `Model` that has been built. It is left as it was.
    x, y : numpy.ndarray
        Samples and labels.
    layer : int
        Which of the model's layers.
    row, column : int
        Which weight of it.

    Returns
    -------
    bool
        Whether the two agree.
    """
    found = inspect(model, x, y)
    record = found.layers[layer] if -len(found.layers) <= layer < len(found.layers) else None
    weight = f"layers[{layer}].w[{row}, {column}]"
    try:
        before = float(record.w[row, column])
    except (AttributeError, IndexError, TypeError):
        print(_say("There is no {weight}: the layers are listed above.", weight=weight))
        return False

    def loss(value):
        target.w = record.w.astype(np.float64)
        target.w[row, column] = value
        return np.mean((model.forward(x.copy()) - y) ** 2) / 2

    target, own = model.layers[layer], record.delta_w
    if found.trouble:
        print(_say("{weight} can't be compared yet: {text}", weight=weight, text=found.trouble[0]))
        return False
    with _left_alone(model):
        numeric = float(numeric_gradient(loss, before))
    print(_say("{weight} is {value}", weight=weight, value=f"{before:.6f}"))
    gap = relative_error(own[row, column], numeric)
    # Beside other gradients of the layer, a slope that is 0 has only rounding errors.
    agree = bool(gap < TOLERANCE or abs(own[row, column] - numeric) < 1e-10)
    print(_say("  your delta_w         {own}", own=f"{own[row, column]: .10f}"))
    print(_say("  finite difference    {numeric}", numeric=f"{numeric: .10f}"))
    error = f"{gap:.1e}"
    if agree:
        print(_say("  They agree (relative error {error}).", error=error))
    else:
        print(_say("  They differ (relative error {error}).", error=error))
        if numeric:
            ratio = f"{own[row, column] / numeric:.4g}"
            print(_say("  Yours is {ratio} times the finite difference.", ratio=ratio))
    return agree


def _say(template, what=None, /, **values):
    # As late as in gradient_check.
    from checks.messages import say

    return say(template, **({"what": what} if what else {}), **values)


def network(text):
    """Read the name of a network, such as ``2-3-relu-3-relu-1-sigmoid``.

    Returns
    -------
    tuple
        The widths, and for each linear layer the activation after it or None.
    """
    name = "(-(sigmoid|relu|softplus))?"
    if not re.fullmatch(rf"2(-[1-9]\d{{0,2}}{name})*-1{name}", text.lower()):
        raise argparse.ArgumentTypeError(
            _say(
                "{network} is no network of this lab: write its widths, 2 first and 1 last, and "
                "after each the activation, as in 2-3-relu-3-relu-1-sigmoid",
                network=repr(text),
            )
        )
    layers = re.findall(r"-(\d+)(?:-([a-z]+))?", text.lower())
    return (2, *(int(width) for width, _ in layers)), tuple(name or None for _, name in layers)


def _build(options):
    """Build the network that was asked for from the student's classes, and train it."""
    from checks.student import build
    from experiments.training import initial_weights

    from datasets import load

    x, y = load(options.data)
    widths, activations = options.network
    layers = []
    drawn = initial_weights(widths, options.seed, options.start)
    for w, activation in zip(drawn, activations, strict=True):
        layers.append(build("Linear_Layer", w.shape[1], w.shape[0]))
        layers[-1].w = w
        layers += [build("Activation", activation)] if activation else []
    model = build("Model")
    model.Build(layers)
    if options.epochs:
        model.fit(x, y, epochs=options.epochs, learning_rate=options.rate)
    return model, x, y


def _arguments(arguments):
    from checks.messages import LANGUAGES, set_language

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--network", type=network, default="2-3-sigmoid-3-sigmoid-1")
    parser.add_argument("--data", choices=("xor", "linear"), default="xor")
    parser.add_argument("--epochs", type=int, default=0, help="train so long first")
    parser.add_argument("--rate", type=float, default=0.1, help="the learning rate")
    parser.add_argument("--seed", type=int, default=7, help="draws the weights, as in the notebook")
    parser.add_argument("--start", type=int, default=0, help="which initialization of that seed")
    parser.add_argument("--weight", type=int, nargs=3, metavar=("LAYER", "ROW", "COLUMN"))
    parser.add_argument("--lang", choices=LANGUAGES)
    options = parser.parse_args(arguments)
    if min(options.epochs, options.seed, options.start) < 0:
        parser.error("--epochs, --seed and --start must not be negative")
    if options.lang:
        set_language(options.lang)
    return options


def main(arguments):
    """Show a network of the student's classes; return 0 if nothing is wrong, else 1."""
    from checks.student import explain

    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a terminal may not have every character
    options = _arguments(arguments)
    try:
        model, x, y = _build(options)
        found = inspect(model, x, y)
        show_layers(found)
        right = not found.trouble
        if options.weight and right:
            print()
            right = show_weight(model, x, y, *options.weight)
    except KeyboardInterrupt:
        print(_say("Stopped."))
        return 130
    # Whatever it is, it is about the student's code: say so.
    except (Exception, SystemExit) as error:
        print(explain(error).text)
        return 1
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
