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
import re
import sys
import unicodedata

import numpy as np
from checks.inspection import inspect, loss_of, of_model, through
from checks.messages import about_languages, say, speak_to, without_language
from checks.slopes import is_like, is_table
from checks.state import left_alone
from gradient_check import TOLERANCE, numeric_gradient, relative_error


def show_layers(found):
    """Print what `inspect` found: a line for each layer, then what is wrong."""
    print("\n".join(lines_of(found)))


def lines_of(found):
    """Return what `inspect` found, as lines of text."""
    loss = "?" if found.loss is None else f"{found.loss:.6f}"
    heads = [say("layer"), say("output"), say("lowest"), say("highest"), say("dead units")]
    heads[4:4] = ["|dL/d output|", "|dL/dw|", say("error")]
    rows = [heads]
    for number, record in enumerate(found.layers):
        rows.append([f"{number} {record.name}", *_figures(record)])
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    lines = [say("{samples} samples, loss {loss}", samples=found.samples, loss=loss), ""]
    for row in rows:
        lines.append("  ".join(padded(*cell) for cell in zip(row, widths, strict=True)).rstrip())
    text = say(
        "Of the gradients, the largest absolute value is shown, and the relative error against "
        "finite differences, layer by layer."
    )
    lines += ["", text]
    if found.by_hand and not all(is_like(one.returned, one.input) for one in found.layers):
        text = say("Where a layer gave no gradient, its finite difference was handed on instead.")
        lines.append(text)
    for number, record in enumerate(found.layers):
        if record.dead.any():
            text = say(
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
        return ["-"] * 7
    dead = f"{record.dead.sum()}/{record.dead.size}" if record.dead.size else ""
    return [
        str(output.shape),
        f"{output.min():.4f}",
        f"{output.max():.4f}",
        _largest(record.received),
        "" if record.w is None else _largest(record.delta_w),
        "-" if record.error is None else f"{record.error:.1e}",
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
        print(say("There is no {weight}: the layers are listed above.", weight=weight))
        return False

    own = record.delta_w
    if found.loss is None or not is_like(own, record.w):
        own_trouble = [text for text in found.trouble if f"layers[{layer}]" in text]
        text = [*own_trouble, *found.trouble, ""][0]
        print(say("{weight} can't be compared yet: {text}", weight=weight, text=text))
        return False
    target = model.layers[layer]

    def loss(value):
        target.w = record.w.astype(np.float64)
        target.w[row, column] = value
        output = through(model.layers, x.copy()) if found.by_hand else model.forward(x.copy())
        return loss_of(output, y)

    with left_alone(model):
        numeric = float(numeric_gradient(loss, before))
    print(say("{weight} is {value}", weight=weight, value=f"{before:.6f}"))
    gap = relative_error(own[row, column], numeric)
    # Beside other gradients of the layer, a slope that is 0 has only rounding errors.
    agree = bool(gap < TOLERANCE or abs(own[row, column] - numeric) < 1e-10)
    print(say("  your delta_w         {own}", own=f"{own[row, column]: .10f}"))
    print(say("  finite difference    {numeric}", numeric=f"{numeric: .10f}"))
    error = f"{gap:.1e}"
    if agree:
        print(say("  They agree (relative error {error}).", error=error))
    else:
        print(say("  They differ (relative error {error}).", error=error))
        if numeric:
            ratio = f"{own[row, column] / numeric:.4g}"
            print(say("  Yours is {ratio} times the finite difference.", ratio=ratio))
    return agree


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
            say(
                "{network} is no network of this lab: write its widths, 2 first and 1 last, and "
                "after each the activation, as in 2-3-relu-3-relu-1-sigmoid",
                network=repr(text),
            )
        )
    layers = re.findall(r"-(\d+)(?:-([a-z]+))?", text.lower())
    return (2, *(int(width) for width, _ in layers)), tuple(name or None for _, name in layers)


def _build(options):
    """Build the network that was asked for from the student's classes, and train it.

    Return the model, the data, and what is not written yet of that, if it can do without.
    """
    from checks.explain import explain
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
    model, trouble = build("Model"), []
    try:
        model.Build(layers)
    except NotImplementedError as error:
        model.layers = layers
        trouble.append(of_model("Build", explain(error)))
    if options.epochs:
        model.fit(x, y, epochs=options.epochs, learning_rate=options.rate)
    return model, x, y, trouble


class UsageError(Exception):
    """A command line that is not understood; its text says why, or is empty to show the usage."""


class _Parser(argparse.ArgumentParser):
    """Says what it does not understand in the student's language, which argparse can't."""

    def error(self, message):
        raise UsageError(say("Not understood: {message}", message=message))


def _number(kind, least=None):
    """Make a reader of numbers."""

    def read(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or (least is not None and not value >= least):
            told = say("{text} is not a number that is allowed here", text=repr(text))
            raise argparse.ArgumentTypeError(told)
        return value

    return read


def _dataset(text):
    if text not in ("xor", "linear"):
        raise argparse.ArgumentTypeError(say("{text} is neither xor nor linear", text=repr(text)))
    return text


def _arguments(arguments):
    """Read the command line.

    Raises
    ------
    UsageError
        If it is not understood, or asks how to use it.
    """
    parser = _Parser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("-h", "--help", action="store_true")
    parser.add_argument("--network", type=network, default="2-3-sigmoid-3-sigmoid-1")
    parser.add_argument("--data", type=_dataset, default="xor")
    parser.add_argument("--epochs", type=_number(int, 0), default=0)
    parser.add_argument("--rate", type=_number(float), default=0.1)
    parser.add_argument("--seed", type=_number(int, 0), default=7)
    parser.add_argument("--start", type=_number(int, 0), default=0)
    parser.add_argument("--weight", type=_number(int), nargs="*")
    try:
        options, rest = parser.parse_known_args(arguments)
    except argparse.ArgumentError as error:
        message = error.message
        if message.startswith("expected"):
            message = say("a value is missing")
        raise UsageError(f"{error.argument_name}: {message}") from None
    if rest:
        raise UsageError(say("Not known: {argument}", argument=rest[0]))
    if options.weight is not None and len(options.weight) != 3:
        raise UsageError("--weight: " + say("LAYER, ROW and COLUMN are three numbers"))
    if options.help:
        raise UsageError
    return options


def _usage():
    return say(
        "usage: python inspect_network.py [OPTION ...]\n"
        "Shows of a network of your classes what each layer puts out, which gradient reaches it,\n"
        "how far its gradients are from finite differences, and which units are dead. It works\n"
        "with half-written classes; lines that begin with ! say what is wrong in which layer.\n"
        "  --network NAME   its widths and activations (2-3-sigmoid-3-sigmoid-1), such as\n"
        "                   2-3-relu-3-relu-1-sigmoid\n"
        "  --data NAME      the samples, xor or linear (xor)\n"
        "  --epochs N       train for so long first (0)\n"
        "  --rate R         the learning rate of that (0.1)\n"
        "  --seed N         draws the weights, as in the notebook (7)\n"
        "  --start N        which initialization of that seed (0)\n"
        "  --weight LAYER ROW COLUMN\n"
        "                   put the gradient of this weight beside its finite difference\n"
        "For example:\n"
        "  python inspect_network.py --weight 0 1 0\n"
        "  python inspect_network.py --network 2-3-relu-1 --data linear --epochs 500"
    )


def main(arguments):
    """Show a network of the student's classes; return 0 if nothing is wrong, else 1."""
    from checks.explain import explain

    rest = list(without_language(arguments))
    speak_to(sys.stdout, sys.stderr)
    try:
        options = _arguments(rest)
    except UsageError as error:
        told = filter(None, [str(error), _usage(), about_languages()])
        print(*told, sep="\n", file=sys.stderr if str(error) else sys.stdout)
        return 2 if str(error) else 0
    try:
        model, x, y, trouble = _build(options)
        found = inspect(model, x, y)
        found.trouble[:0] = trouble
        show_layers(found)
        right = not found.trouble
        if options.weight and found.layers:
            print()
            right = show_weight(model, x, y, *options.weight) and right
    except KeyboardInterrupt:
        print(say("Stopped."))
        return 130
    # Whatever it is, it is about the student's code: say so.
    except (Exception, SystemExit) as error:
        print(explain(error).text)
        return 1
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
