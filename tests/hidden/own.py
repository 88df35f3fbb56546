"""The student's own things, where a check is not about them.

One cause has one price in its class. What a class does wrong costs the points of the check that
asks for it; a check of something else that has to do with it on its way is given the student's own
thing, as this module reads it, or does not look at it.
"""

import itertools
import math

import numpy as np

from autograder.checks import (
    Answer,
    assert_is_number,
    each,
    errors_ignored,
    fail,
    say,
    together,
    type_text,
)
from tests.hidden.helpers import network, recording_layers


def pass_over(answers, number):
    """See that so many steps, whose answers say nothing, raised nothing."""
    for _ in range(number):
        next(answers)


def widened(answer):
    """Return an array of numbers as float64; anything else as it is.

    For checks that are not about the kind of number, or how precise it is.
    """
    if type(answer) is np.ndarray and answer.dtype.kind in "iuf":
        return answer.astype(np.float64)
    return answer


def assert_computed(answer, given, what):
    """Fail unless an answer is an array of numbers, and neither zeros nor what was given.

    For checks that are not about its values, so that doing nothing does not pass them.
    """
    numbers = type(answer) is np.ndarray and answer.dtype.kind in "iuf"
    if not numbers or not answer.any() or np.array_equal(answer, given):
        fail(say("{what} is not computed yet.", what=what))


# A linear layer


class OwnLayer:
    """A student's linear layer whose arrays have the shape (output_dim, input_dim) from here.

    Also where the layer keeps all three of them the other way round.

    Attributes
    ----------
    layer
        The student's own, or the `Answer` that it is to steps after the one that builds it.
    """

    def __init__(self, layer, transposed):
        self.layer, self._transposed = layer, transposed

    def turned(self, value):
        """Return what one of its arrays is as (output_dim, input_dim)."""
        turned = self._transposed and type(value) is np.ndarray and value.ndim == 2
        return np.ascontiguousarray(value.T) if turned else value

    def __getattr__(self, name):
        return getattr(self.layer, name)


def own_layer(student, w, *beta, transposed=None, number=0):
    """Return a layer of the student's, perhaps with a beta, and the steps that make it.

    Parameters
    ----------
    student, w
        The weights that it is given.
    transposed
        What `keeps_w_transposed` returns, which else is asked here.
    number
        Of the first of the two steps.
    """
    if transposed is None:
        transposed = keeps_w_transposed(student)
    layer = OwnLayer(Answer(number), transposed)
    return layer, [(student.Linear_Layer, w.shape[1], w.shape[0], *beta), assigns(layer, "w", w)]


def own_network(student, weights, functions, transposed, number=0):
    """Return a network of the student's own layers with these weights, and the steps that make it.

    Parameters
    ----------
    student, weights, functions
        The functions of its activations, which come between the linear layers.
    transposed
        What `keeps_w_transposed` returns.
    number
        Of the first of the steps.

    Returns
    -------
    model : Answer
    linear : list of OwnLayer
    steps : list
    """
    sizes = [(student.Linear_Layer, w.shape[1], w.shape[0]) for w in weights]
    activations = [(student.Activation, function) for function in functions]
    *layers, model = (Answer(number + i) for i in range(len(sizes) + len(activations) + 1))
    linear = [OwnLayer(layer, transposed) for layer in layers[: len(sizes)]]
    pairs = itertools.zip_longest(layers[: len(sizes)], layers[len(sizes) :])
    steps = [
        *sizes,
        *activations,
        (student.Model,),
        *(assigns(layer, "w", w) for layer, w in zip(linear, weights, strict=True)),
        (model.Build, [layer for pair in pairs for layer in pair if layer is not None]),
    ]
    return model, linear, steps


def assigns(layer, name, value):
    """Return the step, for `together`, that assigns one of the arrays of an `OwnLayer`."""
    return setattr, layer.layer, name, layer.turned(value).copy()


def reads(layers, name):
    """Return the steps, for `together`, that read one of the arrays of each `OwnLayer`."""
    return [(getattr, layer.layer, name) for layer in layers]


def as_read(layers, values):
    """Return what such steps gave as float64, (output_dim, input_dim)."""
    return [widened(layer.turned(value)) for layer, value in zip(layers, values, strict=True)]


def keeps_w_transposed(student):
    """Return whether a layer has the shape (input_dim, output_dim), and works with it."""
    layer, w = together((student.Linear_Layer, 3, 2), (getattr, Answer(0), "w", None))
    if type(w) is not np.ndarray or w.shape != (3, 2):
        return False
    with errors_ignored():
        z = layer.forward(np.ones((4, 3)))
        return type(z) is np.ndarray and z.shape == (4, 2)
    return False


# A model

# So different that outputs which go by their inputs at all can't be the same, whatever is drawn.
PROBE = np.array([[-3.0], [0.2], [0.7], [4.0]])


def own_outputs(student, weights, inputs):
    """Return what the student's model makes of each of these inputs with these layers, (N, 1).

    What is right if the model returns something else than numbers of this shape, or the same
    whatever it is given: it is then not written yet.
    """
    cases = [([np.eye(1)], PROBE), *((weights, x) for x in inputs)]
    steps = []
    for layers_weights, x in cases:
        layers, _ = recording_layers(layers_weights)
        model = Answer(len(steps))
        steps += [(student.Model,), (model.Build, layers), (model.forward, x.copy())]
    answers = each(*steps)
    probe, *outputs = [_output(answers, x) for _, x in cases]
    if probe is None or not np.ptp(probe):
        outputs = [None] * len(inputs)
    pairs = zip(outputs, inputs, strict=True)
    return [network(x, weights) if y_hat is None else y_hat for y_hat, x in pairs]


def _output(answers, x):
    """Return the last of what three steps gave; None if it is not numbers, (N, 1)."""
    found = []
    for _ in range(3):
        with errors_ignored():
            found.append(widened(next(answers)))
    y_hat = found[-1] if len(found) == 3 else None
    numbers = type(y_hat) is np.ndarray and y_hat.dtype == np.float64
    return y_hat if numbers and y_hat.shape == (len(x), 1) and np.isfinite(y_hat).all() else None


def one_number(value, what):
    """Return a number as a float, also that of an array with a single one; or fail."""
    if type(value) is np.ndarray and value.size == 1 and value.dtype.kind in "iuf":
        value = value.item()
    assert_is_number(value, what)
    return float(value)


def own_numbers(answers, right):
    """Return the numbers that the student's own method gives for several inputs.

    Parameters
    ----------
    answers
        An iterator, which gives one of them after the other, each a number or an array with one.
        As many are taken from it as there are right ones.
    right
        What is right. It is returned if the method fails, gives no finite number, or the same for
        every input.
    """
    found = []
    for _ in right:
        with errors_ignored():
            found.append(float(np.asarray(next(answers), dtype=np.float64).reshape(())))
    usable = len(found) == len(right) and all(map(math.isfinite, found))
    return found if usable and np.ptp(found) > 0.0 else list(right)


def own_list(history, key, what):
    """Return the list that history has under a key, also if it spells that key in its own way."""
    if not isinstance(history, dict):
        fail(say("{what} should be a dict, not {type}.", what=what, type=type_text(history)))
    start, kind = key.split("_")
    if key not in history:
        alike = [
            other
            for other in history
            if isinstance(other, str) and start in other.lower() and kind[:3] in other.lower()
        ]
        if len(alike) == 1:
            key = alike[0]
    values = history.get(key)
    if not isinstance(values, list):
        key = f"{start}_{kind}"
        fail(say("{what} should hold a list under the key '{key}'.", what=what, key=key))
    return values
