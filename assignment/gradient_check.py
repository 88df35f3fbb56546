"""Check a backward pass against finite differences.

Run it: ``python gradient_check.py`` checks your three classes and prints one line per gradient.
Or use it on your own objects, in a script or at the Python prompt::

    from gradient_check import check_layer
    check_layer(my_layer, x)        # anything with forward(x) and backward(grad)
    check_model(my_model, x, y)     # every layer's delta_w, through fit

The idea: move one number of an array up a little, then down a little, and see by how much a
scalar changes. That slope needs no calculus, so it is an independent witness for the gradient
that the backward pass computes.
"""

import sys
from dataclasses import dataclass

import numpy as np

TOLERANCE = 1e-6
"""Correct code stays far below this relative error, wrong code far above it."""
MODEL = "Model 2-5-3-1"
"""The network that is checked, by its widths."""


def numeric_gradient(function, array, step=1e-5):
    """Differentiate a scalar function of an array by central differences.

    Parameters
    ----------
    function : callable
        Takes an array of the shape of `array`, returns a number.
    array : array_like
        Where to differentiate. It is not changed; `function` gets moved copies.
    step : float
        How far each entry is moved, up and down.

    Returns
    -------
    numpy.ndarray
        The gradient in float64, of the shape of `array`.
    """
    base = np.array(array, dtype=np.float64)
    gradient = np.empty(base.shape)
    for index in np.ndindex(base.shape):
        up, down = base.copy(), base.copy()
        up[index] += step
        down[index] -= step
        # The distance as rounded, which is not quite 2 * step; taken before anyone can write to it.
        distance = up[index] - down[index]
        gradient[index] = (float(function(up)) - float(function(down))) / distance
    return gradient


def relative_error(a, n):
    """Return ``||a - n|| / (||a|| + ||n||)``, and 0 when both are zero."""
    size = np.linalg.norm(a) + np.linalg.norm(n)
    return float(np.linalg.norm(np.subtract(a, n)) / size) if size else 0.0


@dataclass(frozen=True)
class Gradient:
    """One gradient, computed twice.

    Attributes
    ----------
    name : str
        Such as ``"dL/dw"``.
    analytic : object
        What the backward pass gave; should be an array.
    numeric : numpy.ndarray
        The same by finite differences.
    giver : str
        What gave the analytic one, in words; empty for the backward pass.
    """

    name: str
    analytic: object
    numeric: np.ndarray
    giver: str = ""

    @property
    def comparable(self):
        """Whether the analytic gradient is a numeric array of the right shape."""
        a = self.analytic
        return isinstance(a, np.ndarray) and a.dtype.kind in "fiu" and a.shape == self.numeric.shape

    @property
    def error(self):
        """The relative error; infinite when the two cannot be compared."""
        if not (self.comparable and np.isfinite(self.analytic).all()):
            return np.inf
        return relative_error(self.analytic, self.numeric)

    @property
    def ok(self):
        """Whether the two agree."""
        return self.error < TOLERANCE

    @property
    def message(self):
        """What was found, and a hint where the pattern gives one away."""
        return "\n".join(line for line in (self.finding, self.hint) if line)

    @property
    def finding(self):
        """What differs first, with both numbers, or why the two can't be compared."""
        return self._difference() if self.comparable else self._incomparable()

    def _difference(self):
        differs = ~np.isclose(self.analytic, self.numeric, rtol=1e-5, atol=1e-8)
        # Small differences everywhere can add up to an error while no single entry stands out.
        index = tuple(int(i) for i in (np.argwhere(differs)[0] if differs.any() else ()))
        if not index and self.numeric.ndim:
            gap = np.abs(self.analytic - self.numeric)
            index = tuple(int(i) for i in np.unravel_index(gap.argmax(), gap.shape))
        return _say(
            "{name}: the first difference is at index {index}: {giver} gives {analytic}, finite "
            "differences give {numeric} (relative error {error}).",
            name=self.name,
            index=list(index),
            giver=self.giver or _say("your backward pass"),
            analytic=f"{self.analytic[index]:.8g}",
            numeric=f"{self.numeric[index]:.8g}",
            error=f"{self.error:.1e}",
        )

    @property
    def hint(self):
        """Where to look, or an empty string when the numbers follow no pattern known here."""
        if not self.comparable:
            return self._incomparable_hint()
        a, n = np.asarray(self.analytic, dtype=float), self.numeric
        if not np.isfinite(a).all():
            return _say(
                "There are infinite or undefined numbers in it: look for an overflow or a "
                "division by 0."
            )
        if not a.any():
            return _say(
                "It is zero everywhere: is the result ever stored, or is it computed from "
                "something that is zero?"
            )
        if a.ndim == 2 and a.shape[0] == a.shape[1] and relative_error(a, n.T) < TOLERANCE:
            return _say(
                "It is right, but transposed: rows and columns have changed places somewhere."
            )
        if not n.any():
            return ""
        factor = float(np.vdot(a, n) / np.vdot(n, n))
        if relative_error(a, factor * n) > 1e-4:
            return ""
        if abs(factor + 1) < 1e-3:
            return _say(
                "It is right but for its sign: look for a minus sign too many, or a difference "
                "taken the wrong way round. The step against the gradient is taken by `update`."
            )
        return _say(
            "It is right but for one factor, {factor} throughout (its inverse is {inverse}): "
            "look at the scaling. Is 1/N or 1/2 left out, applied twice, or applied in the "
            "wrong place?",
            factor=f"{factor:.4g}",
            inverse=f"{1 / factor:.4g}",
        )

    def _incomparable(self):
        a, wanted = self.analytic, self.numeric.shape
        if a is None:
            return _say("{what} is None.", what=self.name)
        if not isinstance(a, np.ndarray):
            return _say(
                "{what} should be a NumPy array, but is of type {kind}.",
                what=self.name,
                kind=type(a).__name__,
            )
        if a.shape == wanted:
            return _say(
                "{what} should hold float64 numbers, but holds {dtype}.",
                what=self.name,
                dtype=a.dtype,
            )
        return _say(
            "{name} has shape {found}; it should have the shape of what it is the gradient "
            "of, {wanted}.",
            name=self.name,
            found=a.shape,
            wanted=wanted,
        )

    def _incomparable_hint(self):
        from checks import hints

        if self.analytic is None:
            return _say(hints.NOT_STORED if "dL/dw" in self.name else hints.NO_RETURN)
        if not isinstance(self.analytic, np.ndarray):
            return ""
        hint = hints.of_shapes(self.analytic.shape, self.numeric.shape)
        return _say(hint) if hint else ""


def layer_gradients(layer, x, seed=0):
    """Compute a layer's gradients twice, for the scalar ``sum(G * layer.forward(x))``.

    Parameters
    ----------
    layer : object
        Anything with ``forward(x)`` and ``backward(grad)``. If it has `w` and `delta_w`, these
        are checked too.
    x : numpy.ndarray
        The layer's input, ``(N, input_dim)``.
    seed : int
        What the random upstream gradient `G` is drawn with.

    Returns
    -------
    list of Gradient
    """
    x = np.array(x, dtype=np.float64)
    output = layer.forward(x.copy())
    if not isinstance(output, np.ndarray):
        from checks.student import CheckError

        raise CheckError(Gradient("forward(x)", output, np.zeros(0)).message)
    upstream = np.random.default_rng(seed).normal(size=output.shape)

    def scalar(x):
        return np.sum(upstream * layer.forward(x))

    found = layer.backward(upstream.copy())
    analytic = found.copy() if isinstance(found, np.ndarray) else found
    gradients = []
    if hasattr(layer, "w"):
        gradients.append(_weight_gradient("dL/dw", layer, lambda: scalar(x.copy())))
    return [Gradient("dL/dx", analytic, numeric_gradient(scalar, x)), *gradients]


def model_gradients(model, x, y):
    """Compute the gradient of the loss in every layer's weights twice.

    The analytic one is what one epoch of `fit` with learning rate 0 leaves in ``delta_w``, so
    the whole way is checked: the derivative of the loss, then every layer. The epoch is taken
    out of `history` again.

    Parameters
    ----------
    model : object
        A `Model` that has been built.
    x, y : numpy.ndarray
        Samples ``(N, input_dim)`` and labels ``(N, 1)``.

    Returns
    -------
    list of Gradient
        One for each layer that has weights.
    """
    x, y = np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)
    history = {key: list(values) for key, values in model.history.items()}
    model.fit(x.copy(), y.copy(), epochs=1, learning_rate=0.0, optimizer="sgd")
    model.history = history

    def loss():
        return np.mean((model.forward(x.copy()) - y) ** 2) / 2

    return [
        _weight_gradient(f"dL/dw, layers[{i}]", layer, loss)
        for i, layer in enumerate(model.layers)
        if hasattr(layer, "w")
    ]


def _weight_gradient(name, layer, scalar):
    """Compare ``layer.delta_w`` with the slope of `scalar` in ``layer.w``."""
    analytic = layer.delta_w.copy() if isinstance(layer.delta_w, np.ndarray) else layer.delta_w
    weights = layer.w.copy()

    def moved(w):
        layer.w = w
        return scalar()

    try:
        return Gradient(name, analytic, numeric_gradient(moved, weights))
    finally:
        layer.w = weights


def check_layer(layer, x, name=None):
    """Check a layer's backward pass at `x` and print the result; return whether it is right."""
    once, twice = layer_gradients(layer, x), layer_gradients(layer, x)
    return _report(name or type(layer).__name__, once, twice)


def check_model(model, x, y, name=None):
    """Check all of a model's weight gradients on `x`, `y`, print them; return if all is right."""
    gradients, twice = model_gradients(model, x, y), model_gradients(model, x, y)
    hints = {"" if gradient.ok else gradient.hint for gradient in gradients}
    same = len(gradients) > 1 and len(hints) == 1 and hints != {""}
    right = _report(name or type(model).__name__, gradients, twice, hinted=not same)
    if same:
        advice = _say(
            "It is the same in every layer. If the layers are right by themselves, look at how "
            "`fit` calls `backward`, and with what."
        )
        print(f"    {hints.pop()}\n    {advice}")
    return right


def _report(title, gradients, twice, *, hinted=True):
    """Print one line for each gradient, and below a wrong one what was found, and the hint.

    A gradient may be right once and not `twice`, where the same is computed again.
    """
    if adds_up := all(gradient.ok for gradient in gradients):
        gradients = twice
    for gradient in gradients:
        verdict = _say("ok") if gradient.ok else _say("NOT OK")
        shape = str(gradient.numeric.shape)
        print(f"{title:<22} {gradient.name:<18} {shape:<8} {gradient.error:>8.1e}  {verdict}")
        if not gradient.ok:
            text = gradient.message if hinted and not adds_up else gradient.finding
            if adds_up:
                text += "\n" + _say(
                    "The first time it was right. The second time, with the same arguments, "
                    "`backward` gave another gradient: it must set `delta_w`, not add to it."
                )
            print("    " + text.replace("\n", "\n    "))
    return all(gradient.ok for gradient in gradients)


def _say(template, /, **values):
    # Imported this late because whoever only wants the numbers needs no checks/ beside this file.
    from checks.messages import say

    return say(template, **values)


def _check_activation(rng):
    from checks.student import build

    right = []
    for name in ("sigmoid", "relu", "softplus"):
        x = rng.normal(size=(7, 3))
        x += 0.1 * np.sign(x)  # ReLU has no slope at 0, so stay away from it
        right.append(check_layer(build("Activation", name), x, f"Activation({name!r})"))
    return all(right)


def _check_linear_layer(rng):
    from checks.student import build

    return check_layer(build("Linear_Layer", 2, 5), rng.normal(size=(7, 2)), "Linear_Layer(2, 5)")


def _check_model(rng):
    from checks.student import build

    # All widths differ, so that a matrix the wrong way round cannot fit by chance.
    model, layers = build("Model"), []
    for inputs, outputs in ((2, 5), (5, 3), (3, 1)):
        layers += [build("Linear_Layer", inputs, outputs), build("Activation", "sigmoid")]
    model.Build(layers[:-1])
    x = rng.normal(size=(7, 2))
    y = rng.integers(0, 2, size=(7, 1)).astype(np.float64)
    return check_model(model, x, y, MODEL)


CHECKS = {
    "Activation": _check_activation,
    "Linear_Layer": _check_linear_layer,
    MODEL: _check_model,
}


def main(arguments):
    """Check the three classes in this folder; return 0 if every gradient is right, else 1."""
    from checks.messages import about_languages, speak_to, without_language
    from checks.timelimit import time_limit

    rest = list(without_language(arguments))
    speak_to(sys.stdout, sys.stderr)
    if rest:
        usage = _say(
            "usage: python gradient_check.py [--lang LANGUAGE]\n"
            "Compares the gradients of your three classes with finite differences. For each array "
            "it\nprints the shape and the relative error, which stays below 1e-6 where the code is "
            "right.\nFor objects of your own, in Python:\n"
            "  from gradient_check import check_layer, check_model\n"
            "  check_layer(Linear_Layer(4, 2), np.random.normal(size=(5, 4)))\n"
            "  check_model(model, x, y)"
        )
        print(usage, about_languages(), sep="\n")
        return 0 if rest in (["-h"], ["--help"]) else 2
    right = []
    for name, check in CHECKS.items():
        try:
            with time_limit():
                right.append(check(np.random.default_rng(0)))
        # Whatever it is, it is about the student's code: say so.
        except (Exception, SystemExit) as error:
            print(_checking(name, error, all(right)))
            right.append(False)
    if all(right):
        print("\n" + _say("All gradients agree with their finite differences."))
    else:
        print(
            "\n"
            + _say(
                "Some gradients are wrong or can't be checked. Start with the first one: Model "
                "uses the others."
            )
        )
    return 0 if all(right) else 1


def _checking(name, error, right_before):
    """Say what happened in a check; `right_before` says whether all before it passed."""
    from checks.explain import explain, students_files

    explanation = explain(error)
    text = _say("Checking {name}: {text}", name=name, text=explanation.text)
    # Only what a layer complains of can be what `Model` handed to it.
    of_layer = students_files(error)[-1:] not in ([], ["model.py"])
    if not (name == MODEL and right_before and explanation.outcome == "failed" and of_layer):
        return text
    advice = _say(
        "The classes before this passed on their own. So look at `Model` first: which array does "
        "it hand to which layer, and in which order?"
    )
    return f"{text}\n{advice}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
