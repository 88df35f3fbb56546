"""What students see of the inside of their network, with right and with half-wrong classes."""

import re
import shutil
from pathlib import Path

import pytest

from tests.lab.test_public_checks import CHINESE, add, empty, folder, run

ROOT = Path(__file__).resolve().parents[2]
RELU = ("--network", "2-3-relu-3-relu-1-sigmoid")

__all__ = ["folder"]  # a fixture


@pytest.fixture(autouse=True)
def experiments(folder):
    shutil.copytree(ROOT / "solution/experiments", folder / "experiments")


def inspect(folder, *options, **settings):
    return run(folder, "inspect_network.py", *options, **settings)


def test_the_reference_is_shown(folder):
    status, text = inspect(folder, "--weight", "0", "1", "0")
    assert status == 0 and "!" not in text
    assert "2 Linear_Layer 3-3    (21, 3)" in text and text.count(" 0/3") == 2
    assert "They agree" in text


def test_a_model_without_a_dict_is_shown(folder):
    shutil.copytree(ROOT / "tests/styles/dataclasses-postponed", folder, dirs_exist_ok=True)
    status, text = inspect(folder)
    assert status == 0, text


def test_dead_units_are_named(folder):
    status, text = inspect(folder, *RELU, "--start", "4", "--epochs", "300")
    assert status == 0
    assert "layers[1]: the units [0, 1, 2] are dead" in text


def test_it_speaks_chinese(folder):
    status, text = inspect(folder, "--lang", "zh-TW")
    assert status == 0 and len(CHINESE.findall(text)) > 20


@pytest.mark.parametrize(
    ("file", "code", "wanted"),
    [
        (
            "linear_layer.py",
            "_f = Linear_Layer.backward\n"
            "Linear_Layer.backward = lambda self, grad: (_f(self, grad), None)[1]",
            "! layers[4].backward(grad) is None. Is there a `return` at the end?",
        ),
        (
            "linear_layer.py",
            "_f = Linear_Layer.backward\n"
            "def backward(self, grad):\n"
            "    out = _f(self, grad)\n"
            "    self.delta_w = self.delta_w.T\n"
            "    return out\n"
            "Linear_Layer.backward = backward",
            "! layers[4].delta_w has shape (3, 1); it should have the shape of what it is the "
            "gradient of, (1, 3).",
        ),
        (
            "linear_layer.py",
            "Linear_Layer.forward = lambda self, x: (x @ self.w.T)[0]",
            "! layers[0].forward(x) has shape (3,); it should have one row for each of the 21",
        ),
        (
            "activation.py",
            "Activation.forward = lambda self, x: x * np.nan",
            "! layers[1].forward(x) holds infinite or undefined numbers.",
        ),
        (
            "model.py",
            "Model.backward = lambda self, grad: grad",
            "! layers[4] was not reached by the backward pass.",
        ),
        (
            "model.py",
            "def backward(self, grad):\n"
            "    for layer in self.layers:\n"
            "        grad = layer.backward(grad)\n"
            "Model.backward = backward",
            "! layers[0] was handed a gradient of shape (21, 1), and its output has shape (21, 3).",
        ),
        (
            "model.py",
            "Model.Build = lambda self, layers: setattr(self, 'layers', 3)",
            "! `layers` of the model should be a list, but is of type int.",
        ),
        ("model.py", "class Model(:", "model.py is not valid Python"),
        (
            "activation.py",
            "Activation.backward = lambda self, grad: grad * self.pre_output",
            "! layers[3].backward(grad) differs from finite differences, most at [",
        ),
        (
            "linear_layer.py",
            "_f = Linear_Layer.backward\n"
            "def backward(self, grad):\n"
            "    out = _f(self, grad)\n"
            "    self.delta_w = self.delta_w / len(grad)\n"
            "    return out\n"
            "Linear_Layer.backward = backward",
            "It is right but for one factor, 0.04762 throughout (its inverse is 21)",
        ),
        (
            "model.py",
            "_f = Model.backward\nModel.backward = lambda self, grad: _f(self, grad * len(grad))",
            "`fit` gives",
        ),
        (
            "model.py",
            "def backward(self, grad):\n"
            "    for layer in reversed(self.layers):\n"
            "        grad = 2 * layer.backward(grad)\n"
            "Model.backward = backward",
            "! layers[3] was handed another gradient than layers[4].backward returned.",
        ),
    ],
)
def test_half_wrong_classes_get_a_clear_sentence(folder, file, code, wanted):
    add(folder, file, code)
    status, text = inspect(folder, "--weight", "0", "0", "0")
    assert status == 1
    assert wanted in text
    assert "Traceback" not in text and "Warning" not in text


def test_a_wrong_gradient_stands_beside_the_finite_difference(folder):
    add(
        folder,
        "model.py",
        "_f = Model.backward\nModel.backward = lambda self, grad: _f(self, -2 * grad)",
    )
    status, text = inspect(folder, "--weight", "2", "0", "1")
    assert status == 1
    assert "They differ" in text and "Yours is -2 times the finite difference." in text


def unwritten(folder, file, *methods):
    """Take the bodies of methods out of the solution in a folder."""
    for method in methods:
        owner = {"model.py": "Model", "linear_layer.py": "Linear_Layer"}[file]
        text = (
            f"def {method}(self, *arguments, **options):\n"
            f'    raise NotImplementedError("{owner}.{method}")\n'
            f"{owner}.{method} = {method}"
        )
        add(folder, file, text)


def test_half_written_classes_show_what_they_can(folder):
    unwritten(folder, "model.py", "Build", "forward", "backward", "fit")
    unwritten(folder, "linear_layer.py", "backward")
    status, text = inspect(folder)
    assert status == 1
    assert "4 Linear_Layer 3-1    (21, 1)" in text and "loss 0.125730" in text
    # Where a layer gives no gradient, the next is judged by a finite difference.
    assert len(re.findall(r"^[13] Activation.* \d\.\de-1\d ", text, re.M)) == 2, text
    told = text.partition("\n! ")[2]
    assert told.count("layers[4].backward, layers[2].backward, layers[0].backward: ") == 1
    assert "Traceback" not in text


def test_the_skeleton_is_told_what_is_missing(folder):
    empty(folder)
    status, text = inspect(folder)
    assert status == 1 and text.count("\n") == 1
    assert text.startswith("Not written yet: Linear_Layer.__init__ (linear_layer.py, line ")


@pytest.mark.parametrize(
    "name", ["3-1", "2-3", "2-x-1", "2-relu-1", "2-3-relu-relu-1", "", "2-0-1"]
)
def test_a_wrong_network_is_refused(folder, name):
    status, text = inspect(folder, "--network", name)
    assert status == 2 and "is no network of this lab" in text


@pytest.mark.parametrize(
    "options", [("--epochs", "-1"), ("--epochs",), ("--data", "x"), ("--weight", "1"), ("--fast",)]
)
def test_wrong_usage_is_told_in_the_student_s_language(folder, options):
    status, text = inspect(folder, "--lang", "zh-TW", *options)
    assert status == 2 and CHINESE.search(text.partition("\n")[0]), text
    assert "用法" in text


def test_every_command_explains_itself(folder):
    for command in ("check", "gradient_check", "hand_in", "inspect_network", "language"):
        status, text = run(folder, f"{command}.py", "--help", lang="zh_TW.UTF-8")
        assert status == 0 and text.startswith(f"用法：python {command}.py"), text
        assert text.count(f"python {command}.py") > 1 or "from gradient_check" in text


def test_a_weight_that_there_is_not(folder):
    status, text = inspect(folder, "--weight", "1", "0", "0")
    assert status == 1 and "There is no layers[1].w[0, 0]" in text


def test_the_model_is_left_as_it_was(folder):
    (folder / "try.py").write_text(
        """
import numpy as np
from activation import Activation
from linear_layer import Linear_Layer
from model import Model
from inspect_network import inspect, show_weight
model = Model()
layers = [Linear_Layer(2, 3), Activation("relu"), Linear_Layer(3, 1)]
model.Build(layers)
x, y = np.random.normal(size=(5, 2)), np.ones((5, 1))
model.fit(x, y, 3)
before = repr([model.history, *(vars(layer) for layer in layers)])
inspect(model, x, y)
show_weight(model, x, y, 0, 1, 1)
assert model.layers == layers
assert repr([model.history, *(vars(layer) for layer in layers)]) == before
""",
        encoding="utf-8",
    )
    assert run(folder, "try.py")[0] == 0
