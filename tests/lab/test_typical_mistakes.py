"""Typical mistakes, one at a time: what the public checks say leads to each."""

import pytest

from tests.lab.test_public_checks import folder, run  # noqa: F401

A, L, M = "activation.py", "linear_layer.py", "model.py"
STEP = "self.backward(error / len(error))"
LOSS = "loss = 0.5 * float(np.vdot(error, error))"
FORWARD = "y_hat = self.forward(x)\n            "
RECORD = "self.Record_History(loss, accuracy, *test)\n"
#: File, what stands there in the solution, the mistake, and what is said of it.
MISTAKES = {
    "the formula as it stands": (
        *(A, "0.5 + 0.5 * np.tanh(0.5 * x)", "1 / (1 + np.exp(-x))"),
        "For which sign of x does the exponential grow?",
    ),
    "a derivative of the output": (
        *(A, "(0.5 / np.cosh(0.5 * x)) ** 2", "x * (1 - x)"),
        "may be meant for the function's output",
    ),
    "a slope of True and False": (
        *(A, "np.where(x > 0.0, 1.0, 0.0)", "x > 0"),
        "A comparison such as `x > 0` gives True and False",
    ),
    "the slope at the output": (
        *(A, "](self.pre_input)", "](self.pre_output)"),
        "at what came into `forward`, or at what left it?",
    ),
    "a derivative derived wrongly": (
        *(A, "return self.sigmoid(x)\n", "return 1 - self.sigmoid(x)\n"),
        "it is nearly (f(x + h) - f(x - h)) / (2 * h)",
    ),
    "the slope alone": (
        *(A, "return grad * self", "return self"),
        "the gradient that arrives has no part in it",
    ),
    "nothing given back": (
        *(A, "return grad * self", "grad * self"),
        "`backward(grad)` returned None.\n  Is there a `return`",
    ),
    "an argument that is changed": (
        *(A, "return np.maximum(0.0, x)", "x[x < 0] = 0\n        return x"),
        "Look for an assignment into it",
    ),
    "nothing kept for backward": (
        *(L, "        self.pre_input = x\n", ""),
        "Nothing has been stored there",
    ),
    "weights the other way round": (
        *(L, "size=(output_dim, input_dim)", "size=(input_dim, output_dim)"),
        "w has a row for each output",
    ),
    "a gradient that is added": (
        *(L, "self.delta_w = grad.T", "self.delta_w += grad.T"),
        "not add to what is there",
    ),
    "a gradient that is changed": (
        *(L, "        return grad @ self.w", "        grad *= 2\n        return grad @ self.w / 2"),
        "`backward(grad)` changed `grad`",
    ),
    "a gradient uphill": (
        *(L, "self.delta_w = grad.T", "self.delta_w = -grad.T"),
        "the step against it is taken by `update`",
    ),
    "a gradient transposed": (
        *(L, "grad.T @ self.pre_input", "(grad.T @ self.pre_input).T"),
        "That is the shape of the transpose",
    ),
    "a mean in the layer": (
        *(L, "grad.T @ self.pre_input", "grad.T @ self.pre_input / len(grad)"),
        "This is divided by the number of samples",
    ),
    "layers forward in backward": (
        *(M, "for layer in reversed(self.layers)", "for layer in self.layers"),
        "the gradient reaches it first",
    ),
    "no mean in the gradient": (*(M, STEP, "self.backward(error)"), "exactly N times too large"),
    "test data in between": (
        *(M, STEP, f"self.evaluate(*(test_data or (x, y)))\n            {STEP}"),
        "Did another `forward` come in between",
    ),
    "records after the update": (
        *(M, "loss, accuracy, *test", "*self.after(error, x, y, learning_rate, optimizer), *test"),
        "its own forward pass, before the update",
    ),
    "a history that is emptied": (
        *(M, "for epoch in range(", "self.Build(self.layers)\n        for epoch in range("),
        "only `Build` empties the history",
    ),
    "half of the loss": (*(M, "loss = 0.5 * float", "loss = float"), "Is the half there"),
    "a sum of the losses": (*(M, f"{LOSS} / len(error)", LOSS), "not divided by their number"),
    "a table of losses": (
        *(M, f"{LOSS} / len(error)", "loss = float(np.mean((y_hat - y.ravel()) ** 2) / 2)"),
        "NumPy makes an N by N table",
    ),
    "an axis that is lost": (
        *(M, f"{FORWARD}accuracy", f"{FORWARD}y_hat = y_hat[:, 0]\n            accuracy"),
        "One axis got lost",
    ),
    "an epoch too few": (*(M, "range(1, epochs + 1)", "range(1, epochs)"), "or once less?"),
    "a loop without an end": (
        *(M, "for epoch in range(1, epochs + 1):", "epoch = 1\n        while epoch <= epochs:"),
        "This loop may never end: `while epoch <= epochs:`",
    ),
    "an empty history": (*(M, "            if values\n", ""), "print the epoch alone"),
    "nothing returned": (
        *(M, "return self.history", "return None"),
        "`fit` returns the history",
    ),
    "a name that is misspelt": (*(L, "def L2_Norm", "def L2_norm"), "Did you mean `L2_norm`?"),
}  # fmt: skip
AFTER = f"""

def after(self, error, x, y, learning_rate, optimizer):
    {STEP}
    self.update(learning_rate, optimizer)
    self.update = lambda *settings: None
    found = self.evaluate(x, y)
    del self.update
    return found


Model.after = after
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", MISTAKES)
def test_what_is_said_leads_to_the_mistake(folder, name):  # noqa: F811
    file, right, wrong, told = MISTAKES[name]
    source = (folder / file).read_text(encoding="utf-8")
    assert right in source
    source = source.replace(right, wrong, 1) + (AFTER if "after" in wrong else "")
    (folder / file).write_text(source, encoding="utf-8")
    status, text = run(folder, "check.py", file)
    assert status == 1
    # It stands with the first thing to look at.
    first = text.partition("What to look at")[2].partition("How far you are")[0]
    assert told in first, text
