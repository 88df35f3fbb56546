"""Look inside a network: what goes into each layer, what comes out, and which one is wrong.

Each layer is judged by what it was handed, so that a mistake is told of the layer that makes it and
not of those after it. Where the model can't run its layers yet, they are called one after another.
"""

from dataclasses import dataclass, field

import numpy as np
from gradient_check import Gradient, numeric_gradient

from checks import hints
from checks.explain import explain
from checks.messages import listed, say
from checks.slopes import adds_up, differing, is_like, is_table, unlike
from checks.state import copied, left_alone
from checks.timelimit import time_limit


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
    error : float or None
        How far the gradients that it gave are from finite differences, for the gradient that it
        was handed: the largest relative error; infinite if one can't be compared with them.
    """

    name: str
    input: object = None
    output: object = None
    received: object = None
    returned: object = None
    w: object = None
    delta_w: object = None
    finished: list = field(default_factory=list)
    error: float | None = None

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
        What is wrong, a sentence each.
    by_hand : bool
        Whether the layers were called one after another, since the model can't do it yet.
    """

    layers: list
    samples: int
    loss: float | None = None
    trouble: list = field(default_factory=list)
    by_hand: bool = False

    @property
    def comparable(self):
        """Whether `fit` gave every weight a gradient, be it right or wrong."""
        weighted = [record for record in self.layers if record.w is not None]
        return (
            self.loss is not None
            and not self.by_hand
            and all(is_like(record.delta_w, record.w) for record in weighted)
        )


class _Listener:
    """Stands in for a layer, and keeps what goes in and comes out."""

    def __init__(self, layer, record):
        self.layer, self._record = layer, record

    def forward(self, x):
        given, output = copied(x), self.layer.forward(x)
        # What comes after a backward pass, say to evaluate, has nothing to do with it.
        if "backward" not in self._record.finished:
            self._record.input, self._record.output = given, copied(output)
            self._record.finished.append("forward")
        return output

    def backward(self, grad):
        self._record.received = copied(grad)
        returned = self.layer.backward(grad)
        self._record.returned = copied(returned)
        self._record.delta_w = copied(getattr(self.layer, "delta_w", None))
        self._record.finished.append("backward")
        return returned

    def __getattr__(self, name):
        return getattr(self.layer, name)


def loss_of(output, y):
    """Compute the loss of an output."""
    return float(np.mean((output - y) ** 2) / 2)


def through(layers, x):
    """Send samples through layers, one after another."""
    for layer in layers:
        x = layer.forward(x)
    return x


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
        text = say("`layers` of the model should be a list, but is of type {kind}.", kind=kind)
        return Inspection([], len(x), trouble=[text])
    found = Inspection([_new_record(layer) for layer in layers], len(x))
    with left_alone(model), np.errstate(all="ignore"):
        listeners = [_Listener(*pair) for pair in zip(layers, found.layers, strict=True)]
        try:
            model.layers = listeners
        except AttributeError:  # which only `Build` may set
            found.by_hand = True
        output = _forward(found, model, listeners, x)
        if is_table(output) and output.shape == y.shape:
            found.loss = loss_of(output, y)
            _backward(found, model, listeners, x, y)
        elif not found.trouble:
            text = say(
                "The network's output should be an array of shape {wanted}, like the labels.",
                wanted=y.shape,
            )
            found.trouble.append(text)
    return found


def _new_record(layer):
    w = getattr(layer, "w", None)
    w = w if is_table(w) else None
    detail = getattr(layer, "func_name", None)
    if detail is None and w is not None:
        detail = f"{w.shape[1]}-{w.shape[0]}"
    return LayerRecord(f"{type(layer).__name__} {detail or ''}".strip(), w=copied(w))


def _try(call):
    """Call something of the student's; return what it gives, and what it raised, explained."""
    try:
        with time_limit():
            return call(), None
    except Exception as error:
        return None, explain(error)


def _forward(found, model, layers, x):
    """Send samples through the model, or through its layers if it can't; return the output."""
    output, told = None, []
    if not found.by_hand:
        output, problem = _try(lambda: model.forward(x.copy()))
        found.by_hand = problem is not None
        told = [of_model("forward", problem)] if problem else []
    if found.by_hand:
        output = x.copy()
        for number, layer in enumerate(layers):
            output, problem = _try(lambda layer=layer, x=output: layer.forward(x))
            if problem:
                what = f"layers[{number}].forward"
                told = [say("{what}: {text}", what=what, text=problem.text)]
                break
    found.trouble += told
    for number, record in enumerate(found.layers):
        if "forward" not in record.finished:
            if not found.trouble:
                name = f"layers[{number}]"
                found.trouble.append(say("{name} was not reached by the forward pass.", name=name))
            break
        wrong = unlike(f"layers[{number}].forward(x)", record.output, None, found.samples)
        if wrong:
            found.trouble[:0] = wrong
            break
    return output


def _backward(found, model, layers, x, y):
    """Send the gradient of the loss back by `fit`, or layer by layer if that fails."""
    # What an epoch with learning rate 0 sends back is the gradient of the loss.
    settings = {"epochs": 1, "learning_rate": 0.0, "optimizer": "sgd"}
    problem, told = None, []
    if not found.by_hand:
        _, problem = _try(lambda: model.fit(x.copy(), y.copy(), **settings))
        found.by_hand = problem is not None
        told = _handed_over(found, x, y, found.by_hand)
        if problem and not told:
            told = [of_model("fit", problem)]
    raised = _by_hand(found, layers, x, y) if found.by_hand else []
    wrong = _compare_all(found, layers)
    if problem and problem.outcome == "failed" and (raised or wrong):
        told = []  # it comes of these
    told = [text for text in told if not any(text in other for other in raised)]
    found.trouble += told + raised + wrong


def of_model(method, problem):
    """Say what a method of the model raised."""
    if problem.outcome == "missing":  # which says of which method
        return problem.text
    return say("`{method}` of the model: {text}", method=method, text=problem.text)


def _by_hand(found, layers, x, y):
    """Hand the gradient from layer to layer; where one gives none, a finite difference goes on.

    Return what the layers raise, the same of several layers once.
    """
    raised = {}
    for record in found.layers:
        record.finished, record.returned, record.delta_w = [], None, None
    through(layers, x.copy())
    grad = numeric_gradient(lambda output: loss_of(output, y), found.layers[-1].output)
    for number, layer in reversed(list(enumerate(layers))):
        record = found.layers[number]
        handed = grad
        grad, problem = _try(lambda layer=layer, handed=handed: layer.backward(handed.copy()))
        if problem:
            raised.setdefault(problem.text, []).append(f"layers[{number}].backward")
        if not is_like(grad, record.input):
            forward = layer.layer.forward
            grad = numeric_gradient(
                lambda a, handed=handed, forward=forward: np.sum(handed * forward(a)), record.input
            )
    told = []
    for text, what in raised.items():
        message, _, hint = text.rpartition("\n")
        if message and any(hint in other for other in told):  # once is enough
            text = message
        told.append(say("{name}: {problem}", name=listed(what), problem=text))
    return told


def _handed_over(found, x, y, stopped):
    """Say where the model handed a layer another gradient than it should have."""
    layers = found.layers
    for number, record in reversed(list(enumerate(layers))):
        name = f"layers[{number}]"
        if record.received is None:
            if stopped:
                continue
            return [say("{name} was not reached by the backward pass.", name=name)]
        shapes = [getattr(value, "shape", None) for value in (record.received, record.output)]
        if shapes[0] is None or shapes[0] != shapes[1]:
            if number + 1 < len(layers) and record.received is layers[number + 1].returned is None:
                return []  # the layer before gave nothing, which is told of that layer
            text = say(
                "{name} was handed a gradient of shape {found}, and its output has shape {wanted}. "
                "Which layer hands it to which?",
                name=name,
                found=shapes[0],
                wanted=shapes[1],
            )
            return [text]
        if number + 1 < len(layers):
            before = layers[number + 1].returned
            if is_like(before, record.received) and not np.array_equal(before, record.received):
                text = say(
                    "{name} was handed another gradient than {before} returned.",
                    name=name,
                    before=f"layers[{number + 1}].backward",
                )
                return [text]
        elif np.array_equal(layers[0].input, x):  # or else the samples were shuffled
            right = numeric_gradient(lambda output: loss_of(output, y), record.output)
            first = Gradient("dL/dy_hat", record.received, right, say("`fit`"))
            if not first.ok:
                return [first.message.replace("\n", " ")]
    return []


def _compare_all(found, layers):
    """Compare what each layer gave back with finite differences, the last layer first."""
    trouble, adding = [], []
    for number, layer in reversed(list(enumerate(layers))):
        name, record = f"layers[{number}]", found.layers[number]
        if "backward" not in record.finished:
            continue
        gradients = [(f"{name}.backward(grad)", record.returned, record.input, "x")]
        if record.w is not None:
            gradients.append((f"{name}.delta_w", record.delta_w, record.w, "w"))
        for what, value, of, letter in gradients:
            wrong = unlike(what, value, of)
            if wrong:
                record.error = np.inf
            elif is_like(record.received, record.output):
                wrong, _ = _try(
                    lambda args=(layer.layer, record, what, value, letter): differing(*args)
                )
            trouble += wrong or []
        if is_like(record.received, record.output) and is_like(record.delta_w, record.w):
            again, _ = _try(lambda args=(layer.layer, record): adds_up(*args))
            adding += [name] if again else []
    if adding:
        trouble.append(say("{what}: {text}", what=listed(adding), text=say(hints.ACCUMULATED)))
    return trouble
