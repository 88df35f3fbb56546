"""What students receive: the public checks and the gradient checker."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.public import gradient_check

ROOT = Path(__file__).resolve().parents[2]
#: As `release` makes it, which has its own test.
PUBLIC = ROOT / "assignment"
FILES = ("activation.py", "linear_layer.py", "model.py")
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def folder(tmp_path):
    """A student's folder, with the reference solution in it."""
    others = shutil.ignore_patterns("*.ipynb", "*.md", "*.html", "*.pdf", "*.svg", "experiments")
    shutil.copytree(PUBLIC, tmp_path, dirs_exist_ok=True, ignore=others)
    for file in FILES:
        shutil.copy(ROOT / "solution" / file, tmp_path)
    return tmp_path


def run(folder, *arguments, lang="C"):
    """Run Python in the student's folder; return the exit status and all that was printed."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LAB_", "PY"))}
    environment |= {"LANG": lang, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=100)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8")


def add(folder, file, code):
    """Add code to a student's file, usually a class that takes the place of the right one."""
    with (folder / file).open("a", encoding="utf-8") as source:
        source.write("\n\n" + code)


def empty(folder):
    """Turn the solution in a folder into a skeleton."""
    for file in FILES:
        lines, owner, method, inside = [], "", "", False
        for line in (folder / file).read_text(encoding="utf-8").splitlines():
            if match := re.match(r"class (\w+)|    def (\w+)", line):
                owner, method = match[1] or owner, match[2]
            if "END SOLUTION" in line:
                inside = False
                lines.append(f'        raise NotImplementedError("{owner}.{method}")')
            elif "BEGIN SOLUTION" in line:
                inside = True
            elif not inside:
                lines.append(line)
        (folder / file).write_text("\n".join(lines), encoding="utf-8")


def number_of_checks():
    return sum(p.read_text("utf-8").count("\ndef test_") for p in PUBLIC.glob("checks/test_*.py"))


def test_the_reference_passes(folder):
    status, text = run(folder, "check.py")
    assert status == 0, text
    assert len(re.findall("^  passed", text, re.M)) == number_of_checks()
    assert "not your grade" in text
    status, text = run(folder, "gradient_check.py")
    assert status == 0, text
    assert run(folder, "-m", "pytest", "-q")[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize("style", sorted((ROOT / "tests/styles").iterdir()), ids=lambda p: p.name)
def test_right_code_in_another_style_passes(folder, style):
    shutil.copytree(style, folder, dirs_exist_ok=True)
    status, text = run(folder, "check.py")
    assert status == 0, text


def test_what_lies_above_the_folder_changes_nothing(folder, tmp_path_factory):
    above = tmp_path_factory.mktemp("above")
    inside = shutil.copytree(folder, above / "home" / "lab1")
    (above / "conftest.py").write_text("raise SystemExit(9)\n")
    (above / "home" / "conftest.py").write_text("1 / 0\n")
    (above / "home" / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    status, text = run(inside, "check.py", "activation")
    assert status == 0, text


def test_a_skeleton_is_not_written_yet(folder):
    empty(folder)
    status, text = run(folder, "check.py")
    assert status == 1
    assert len(re.findall("^  not written yet", text, re.M)) == number_of_checks(), text
    assert "FAILED" not in text
    assert "Do next: Activation" in text
    status, text = run(folder, "gradient_check.py")
    assert status == 1
    assert text.count("Not written yet") == 3
    assert "Traceback" not in text


TRANSPOSED = """
class Linear_Layer(Linear_Layer):
    def backward(self, grad):
        result = super().backward(grad)
        self.delta_w = self.delta_w.T
        return result
"""
ACCUMULATED = """
class Linear_Layer(Linear_Layer):
    def backward(self, grad):
        before, result = self.delta_w, super().backward(grad)
        self.delta_w = before + self.delta_w
        return result
"""
AT_OUTPUT = """
class Activation(Activation):
    def backward(self, grad):
        return grad * self.backward_func[self.func_name](self.pre_output)
"""
WITHOUT_1_OVER_N = """
class Model(Model):
    def backward(self, grad):
        return super().backward(grad * len(grad) if self.fitting else grad)

    fitting = False

    def fit(self, *arguments, **options):
        self.fitting = True
        return super().fit(*arguments, **options)
"""
IN_PLACE = """
class Linear_Layer(Linear_Layer):
    def forward(self, x):
        result = super().forward(x)
        x *= 2
        return result
"""
NO_RETURN = """
class Model(Model):
    def forward(self, x):
        super().forward(x)
"""
MISNAMED = """
class Linear_Layer(Linear_Layer):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        del self.momentum_w
"""
RAISES = """
class Model(Model):
    def Build(self, layers):
        self.layers = layers + 1
"""

RELU_IN_PLACE = """
class Activation(Activation):
    def relu(self, x):
        x[x < 0] = 0.0
        return x
"""
GRAD_IN_PLACE = """
class Linear_Layer(Linear_Layer):
    def backward(self, grad):
        result = super().backward(grad)
        grad *= 2
        return result
"""
UNKNOWN_NAME = """
class Model(Model):
    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", **options):
        y_hat = self.forward(x)
        return y_hatt
"""
PREDICTS_IN_PLACE = """
class Model(Model):
    def predict_2_binary(self, y_hat):
        result = super().predict_2_binary(y_hat)
        y_hat[...] = result
        return result
"""
BOOLEAN_SLOPE = """
class Activation(Activation):
    def derivative_relu(self, x):
        return x > 0
"""
BRANCHES = """
class Activation(Activation):
    def sigmoid(self, x):
        return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))
"""
NORM = """
class Linear_Layer(Linear_Layer):
    def L2_Norm(self):
        norm = np.linalg.norm(self.w, {})
        self.w = self.w / (norm + (norm == 0))
"""
FORWARD_ORDER = """
class Model(Model):
    def backward(self, grad):
        for layer in self.layers:
            grad = layer.backward(grad)
        return grad
"""
NO_ZEROS = """
class Model(Model):
    def Record_History(self, *values):
        super().Record_History(*(value or None for value in values))
"""
TURNED_ROUND = """
class Model(Model):
    def backward(self, grad):
        self.layers.reverse()
        for layer in self.layers:
            grad = layer.backward(grad)
        return grad
"""
FOUR_SAMPLES = WITHOUT_1_OVER_N.replace("len(grad)", "len(grad) / 4")
REMAINDER = """
class Model(Model):
    def fit(self, *given, verbose=0, **options):
        return super().fit(*given, verbose=1 % verbose, **options)
"""
ROUNDED = """
class Model(Model):
    def evaluate(self, x, y):
        loss, accuracy = super().evaluate(x, y)
        return round(loss, 3), accuracy
"""
BY_SHAPE = """
class Linear_Layer(Linear_Layer):
    def backward(self, grad):
        super().backward(grad)
        return grad @ (self.w if self.w.shape[1] != grad.shape[1] else self.w.T)
"""
PRODUCT = """
class Linear_Layer(Linear_Layer):
    def backward(self, grad):
        x = self.pre_input
        self.delta_w = {}
        return {}
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "code", "hints"),
    [
        ("activation.py", RELU_IN_PLACE, ["Activation: relu, at numbers", "`relu(x)` changed `x`"]),
        ("linear_layer.py", GRAD_IN_PLACE, ["`backward(grad)` changed `grad`"]),
        ("model.py", UNKNOWN_NAME, ["`y_hatt` is not defined. Did you mean `y_hat`?"]),
        ("model.py", PREDICTS_IN_PLACE, ["`predict_2_binary(y_hat)` changed `y_hat`"]),
        ("activation.py", BOOLEAN_SLOPE, ["holds bool", ".astype(np.float64)"]),
        ("activation.py", BRANCHES, ["floating-point warning", "computes both of its branches"]),
        ("linear_layer.py", NORM.format("2"), ["L2_Norm(): w", "of all its entries"]),
        ("linear_layer.py", NORM.format("axis=1, keepdims=True"), ["of all its entries"]),
        ("model.py", FORWARD_ORDER, ["Model: backward goes", "more failed that say the same"]),
        ("linear_layer.py", TRANSPOSED, ["should have shape (3, 2)", "shape of the transpose"]),
        ("model.py", NO_ZEROS, ["Model: Record_History", "0.0 is a value like any other"]),
        ("model.py", TURNED_ROUND, ["Model: backward goes", "turns the list itself round"]),
        ("model.py", FOUR_SAMPLES, ["Model: fit starts", "With 4 samples it was right"]),
        ("model.py", REMAINDER, ["ZeroDivisionError", "with `verbose=0` never"]),
        ("model.py", ROUNDED, ["Model: evaluate", "the right number, rounded"]),
        ("linear_layer.py", BY_SHAPE, ["dL/dx and dL/dw", "Here w is square"]),
        ("linear_layer.py", ACCUMULATED, ["not add to what is there"]),
        ("activation.py", AT_OUTPUT, ["At which number is the slope taken", "backward joins"]),
        ("model.py", WITHOUT_1_OVER_N, ["exactly N times", "factor 1/N go"]),
        ("linear_layer.py", IN_PLACE, ["`forward(x)` changed `x`"]),
        ("model.py", NO_RETURN, ["`forward(x)` returned None.", "Is there a `return`"]),
        ("linear_layer.py", MISNAMED, ["`Linear_Layer` has no attribute `momentum_w`"]),
        ("model.py", RAISES, ["TypeError", "`self.layers = layers + 1`"]),
    ],
)
def test_wrong_code_fails_with_a_hint(folder, file, code, hints):
    add(folder, file, code)
    status, text = run(folder, "check.py")
    assert status == 1
    for hint in hints:
        assert hint in text
    parts = text.split("What to look at")[0].split("\n\n")
    assert [file in part for part in parts if "FAILED" in part] == [True]
    assert "Traceback" not in text
    status, text = run(folder, "check.py", file, "--lang", "zh-TW")
    assert status == 1
    assert "需要處理的地方" in text


GRADIENT = "self.backward(error / len(error))"
UPDATE = "self.update(learning_rate, optimizer)"
EACH_SAMPLE = """
            for i in range(len(x)):
                self.backward(self.forward(x[i : i + 1]) - y[i : i + 1])
                self.update(learning_rate, optimizer)"""
FIT = """
class Model(Model):
    def fit(self, x, y, epochs=30000, learning_rate=0.1, optimizer="sgdm", **others):
        y_hat = self.forward(x)
        {}
        return self.history
"""
SLIPS = {
    "labels as a row in the gradient": (
        *("model.py", GRADIENT, "self.backward((y_hat - y.ravel()) / len(y))"),
        [
            "grad should have shape (4, 1), but has shape (4, 4)",
            "NumPy makes an N by N table",
        ],
    ),
    "labels as a row in the loss": (
        *("model.py", "error = y_hat - y", "error = np.ravel(y_hat - y.ravel())"),
        ["Model: evaluate", "found:    0.140625", "expected: 0.109375"],
    ),
    "the gradient divided by the numbers in x": (
        *("model.py", GRADIENT, "self.backward(error / x.size)"),
        ["but for one factor, 0.5 throughout", "look at the scaling"],
    ),
    "the loss divided by the numbers in x": (
        *("model.py", "/ len(error)\n            self.Rec", "/ x.size\n            self.Rec"),
        ["train_loss[0]", "found:    0.1875", "expected: 0.375"],
    ),
    "weights that are never negative": (
        *("linear_layer.py", "uniform(-bound, bound", "uniform(0.0, bound"),
        ["Linear_Layer(16, 40).w: all weights have the same sign", "which numbers does your"],
    ),
    "stops when all are right": (
        *("model.py", UPDATE, UPDATE + "\n            if accuracy == 1.0:\n                break"),
        ["fit(epochs=7): calls of `backward`", "found:    1", "however good the model already is"],
    ),
    "one epoch too few": (
        *("model.py", "range(1, epochs + 1)", "range(1, epochs)"),
        ["fit(epochs=1) called no layer", "or once less", "found:    0"],
    ),
    "one step for each sample": (
        *("model.py", f"{GRADIENT}\n            {UPDATE}", EACH_SAMPLE.strip()),
        ["calls of `backward`", "found:    4", "is one pass over all samples at once"],
    ),
    "two updates in an epoch": (
        *("model.py", UPDATE, f"{UPDATE}\n            {UPDATE}"),
        ["fit(epochs=7): calls of `update` of a layer", "found:    14"],
    ),
    "an optimizer of its own": (
        *("model.py", UPDATE, "self.update(learning_rate)"),
        ["handed to `update` of a layer", "found:    (0.1, 'sgdm')"],
    ),
    "the share of zeros": (
        *("model.py", "right = self.predict_2_binary(y_hat) == y", "right = np.zeros_like(y) == y"),
        ["Compute_Accuracy(y_hat, y)", "found:    0.25", "y = [[0], [1], [1], [1]]"],
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("slip", SLIPS)
def test_what_labels_of_one_kind_and_a_single_input_would_hide(folder, slip):
    file, old, new, told = SLIPS[slip]
    source = (folder / file).read_text(encoding="utf-8")
    assert old in source
    (folder / file).write_text(source.replace(old, new), encoding="utf-8")
    status, text = run(folder, "check.py", file)
    assert status == 1
    for part in told:
        assert part in text, text
    assert "Traceback" not in text


#: The classes of layers that are the checks' own.
FOREIGN = re.compile(r"\b(Scale|Shift|Sum|Mix|Square)\b")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "self.update(learning_rate, optimizer)",
            "`fit` did not call `backward` of the last layer.",
        ),
        ("self.layers[-1].backward(y_hat[:, 0])", "grad should have shape (4, 1)"),
        ("self.layers[-1].backward(None)", "grad is None.\n  What was to give it returned nothing"),
        ("self.layers[0].forward(x[0])", "x should have one sample in each row"),
        ("self.layers[0].w", "`w` of a layer. A model may be built of any layers"),
        ("self.layers[0].delta_w = self.layers[0].slope", "`slope` of a layer"),
        ("self.layers[0].backward(y_hat, learning_rate)", "Layer.backward() takes 2 positional"),
        ("self.layers[0](x)", "'Layer' object is not callable"),
    ],
)
def test_no_message_names_a_class_that_students_do_not_know(folder, code, told):
    add(folder, "model.py", FIT.format(code))
    status, text = run(folder, "check.py", "model")
    assert status == 1
    assert told in text, text
    assert not FOREIGN.search(text), text
    assert "Traceback" not in text


def test_a_model_may_ask_a_layer_what_it_has(folder):
    code = """
class Model(Model):
    def update(self, *settings):
        for layer in self.layers:
            assert not hasattr(layer, "w") and getattr(layer, "trainable", True)
            layer.update(*settings)
"""
    add(folder, "model.py", code)
    status, text = run(folder, "check.py", "model")
    assert status == 0, text


@pytest.mark.parametrize(
    ("weights", "inputs", "shapes"),
    [
        ("grad @ x.T", "grad @ self.w", "Shapes here: grad (4, 3), x (4, 2)."),
        ("np.dot(grad, x)", "grad @ self.w", "Shapes here: grad (4, 3), x (4, 2)."),
        ("grad.T @ x", "grad @ self.w.T", "Shapes here: grad (4, 3), self.w (3, 2)."),
        ("grad.T @ x", "self.w.T @ grad", "Shapes here: self.w (3, 2), grad (4, 3)."),
    ],
)
def test_a_product_that_numpy_refuses_is_told_with_its_shapes(folder, weights, inputs, shapes):
    add(folder, "linear_layer.py", PRODUCT.format(weights, inputs))
    status, text = run(folder, "check.py", "linear_layer")
    assert status == 1
    assert text.count(shapes) == 1, text  # all checks that fail of it are told together
    assert "the sum runs over that axis" in text
    _, text = run(folder, "gradient_check.py")
    assert "Checking Linear_Layer: Your code raised ValueError" in text
    assert "Shapes here: " in text


def test_the_gradient_checker_says_what_it_was_checking(folder):
    add(folder, "model.py", FORWARD_ORDER)
    status, text = run(folder, "gradient_check.py")
    assert status == 1
    told = text.partition("Checking Model 2-5-3-1: Your code raised ValueError")[2]
    assert "linear_layer.py, line" in told
    assert "So look at `Model` first" in told
    add(folder, "linear_layer.py", PRODUCT.format("grad @ x.T", "grad @ self.w"))
    assert "look at `Model` first" not in run(folder, "gradient_check.py")[1]


def test_what_passes_leads_to_what_is_not_written(folder):
    right = (folder / "linear_layer.py").read_text(encoding="utf-8")
    assert "Now run all of them: `python check.py`" in run(folder, "check.py", "activation")[1]
    empty(folder)
    skeleton = (folder / "linear_layer.py").read_text(encoding="utf-8")
    written = right.replace("self.delta_w = grad.T @ self.pre_input", "raise NotImplementedError")
    (folder / "linear_layer.py").write_text(written, encoding="utf-8")
    _, text = run(folder, "check.py", "Linear_Layer.forward", "--lang", "en")
    assert (
        "Next comes Linear_Layer.backward: `python check.py Linear_Layer.backward --lang en`"
        in text
    )
    (folder / "linear_layer.py").write_text(right, encoding="utf-8")
    _, text = run(folder, "check.py", "linear_layer")
    assert "Next comes Model.Build: `python check.py Model.Build`." in text
    (folder / "linear_layer.py").write_text(skeleton, encoding="utf-8")
    _, text = run(folder, "check.py", "linear_layer")
    assert "Do next: Linear_Layer" in text and "First get" not in text


@pytest.mark.parametrize(("shown", "right"), [(0, True), (1, True), (2, False), (10, False)])
def test_an_epoch_may_be_shown_from_0_or_from_1(folder, shown, right):
    code = f"""
class Model(Model):
    def Show_Training_Stage_Info(self, epoch):
        super().Show_Training_Stage_Info(epoch + {shown})
"""
    add(folder, "model.py", code)
    assert (run(folder, "check.py", "model")[0] == 0) is right


def test_the_checks_say_the_same_under_plain_pytest(folder):
    add(folder, "linear_layer.py", ACCUMULATED)
    status, text = run(folder, "-m", "pytest", "-q")
    assert status == 1
    assert "not add to what is there" in text
    assert "expect.py" not in text
    _, text = run(folder, "-m", "pytest", "-q", lang="zh_TW.UTF-8")
    assert "而不是加到原有的值上" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"class Activation(:\n", "activation.py is not valid Python (line 1:"),
        ("x = 1：\n".encode(), "there is “：”, as Chinese input methods write it; type `:`"),
        ("# 中文\n".encode("big5"), "activation.py is not saved as UTF-8"),
        (b"x = 1\0\n", "activation.py is not valid Python"),
        (b"class activation:\n    pass\n", "no class `Activation` (classes found: activation)"),
        (b"import os\n\nimport pytest\n", "activation.py, line 3: `pytest` is imported"),
        (b"from model import Model\n", "`model` is imported, but each of your files is graded"),
        (b"exit()\n", "SystemExit"),
        (b"import os\nos._exit(0)\n", "ended the whole Python process (exit status 0)"),
        (None, "There is no activation.py in this folder"),
    ],
)
def test_a_file_that_does_not_load_is_told_in_one_sentence(folder, content, sentence):
    if content is None:
        (folder / "activation.py").unlink()
    else:
        (folder / "activation.py").write_bytes(content)
    status, text = run(folder, "check.py", "activation")
    assert status == 1
    assert text.count(sentence) == 1, text
    ended = "process" in sentence
    assert ("First get activation.py to load" in text) is not ended, text
    assert "Traceback" not in text
    assert not re.search("^  passed", text, re.M)


def test_an_endless_loop_is_told_in_one_sentence(folder):
    limit = folder / "checks" / "timelimit.py"
    text = limit.read_text(encoding="utf-8")
    limit.write_text(text.replace("SECONDS = 5\n", "SECONDS = 0.5\n"), encoding="utf-8")
    code = "class Model(Model):\n    def forward(self, x):\n        while True:\n            pass\n"
    add(folder, "model.py", code)
    status, text = run(folder, "check.py", "model")
    assert status == 1
    told = "This loop may never end: `while True:` (model.py, line "
    assert text.count(told) == 1, text
    assert "not run" in text
    assert "Traceback" not in text
    _, text = run(folder, "gradient_check.py")
    assert text.count(told) == 1, text


def test_a_loop_is_named_whatever_it_was_doing(folder):
    limit = folder / "checks" / "timelimit.py"
    text = limit.read_text(encoding="utf-8")
    limit.write_text(text.replace("SECONDS = 5\n", "SECONDS = 0.5\n"), encoding="utf-8")
    source = (folder / "model.py").read_text(encoding="utf-8")
    loop = "epoch = 1\n        while epoch <= epochs:"
    source = source.replace("for epoch in range(1, epochs + 1):", loop)
    (folder / "model.py").write_text(source, encoding="utf-8")
    _, text = run(folder, "check.py", "Model.fit")
    line = source.splitlines().index("        while epoch <= epochs:") + 1
    told = f"This loop may never end: `while epoch <= epochs:` (model.py, line {line})."
    assert told in text, text


def test_code_that_cannot_be_interrupted_is_stopped_from_outside(folder):
    check = folder / "checks" / "processes.py"
    text = check.read_text(encoding="utf-8")
    check.write_text(text.replace("BACKSTOP_SECONDS = 60", "BACKSTOP_SECONDS = 4"), "utf-8")
    # What a bare `except:` around the loop's body does now and then, this does for certain.
    code = "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\n"
    add(folder, "model.py", code + "while True:\n    pass\n")
    status, text = run(folder, "check.py", "model")
    assert status == 1
    assert text.count("could only be stopped from outside") == 1, text


def test_what_the_code_prints_is_counted_not_shown(folder):
    add(folder, "model.py", "print('clutter')\n")
    status, text = run(folder, "check.py", "model")
    assert status == 0
    assert "clutter" not in text
    assert re.search(r"your code printed meanwhile, warnings included: \d+", text)


def test_one_class_and_wrong_usage(folder):
    status, text = run(folder, "check.py", "linear_layer")
    assert status == 0
    assert "Linear_Layer (" in text
    assert "Activation (" not in text
    for wrong in (["convolution"], ["--fast"], ["--lang"]):
        status, text = run(folder, "check.py", *wrong)
        assert (status, "usage" in text) == (2, True)
    assert "用法" in run(folder, "check.py", "--lang", "zh-TW", "--fast")[1]
    assert run(folder, "check.py", "--help")[0] == 0
    assert run(folder, "gradient_check.py", "--fast")[0] == 2


@pytest.mark.parametrize("lang", ["zh-TW", "LANG"])
def test_chinese_leaves_nothing_in_english(folder, lang):
    add(folder, "activation.py", AT_OUTPUT)
    if lang == "LANG":
        _, text = run(folder, "check.py", lang="zh_TW.UTF-8")
    else:
        _, text = run(folder, "check.py", "--lang", lang)
    for line in filter(None, text.splitlines()):
        formula = line.startswith(
            ("Activation (", "Linear_Layer (", "Model (", "---", "  forward(")
        )
        assert formula or CHINESE.search(line), line


def test_every_hint_is_used():
    sources = {path.name: path.read_text(encoding="utf-8") for path in PUBLIC.rglob("*.py")}
    both = sources["hints.py"] + sources["advice.py"]
    defined = set(re.findall(r"^([A-Z_]+) = deferred", both, re.MULTILINE))
    used = set(re.findall(r"\b(?:hints|advice)\.([A-Z_]+)", "\n".join(sources.values())))
    used |= set(re.findall(r"(?:return|:) ([A-Z_]{2,})\b", both))
    used.discard("LOOK_AT_SHAPES")
    assert defined and defined == used


@pytest.mark.parametrize("path", sorted(PUBLIC.glob("checks/test_*.py")), ids=lambda p: p.stem)
def test_every_check_has_a_title(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    checks = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")]
    assert 8 <= len(checks) <= 15
    for check in checks:
        assert len(ast.get_docstring(check).splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("en", "en"),
        ("zh-TW", "zh-TW"),
        ("zh_TW.UTF-8", "zh-TW"),
        ("zh", "zh-TW"),
        ("zh_CN", "zh-TW"),
        ("Chinese (Traditional)_Taiwan.950", "zh-TW"),
        ("EN_us", "en"),
        ("C", "en"),
        ("fr_FR.UTF-8", "en"),
    ],
)
def test_the_language_is_the_nearest_there_is(folder, name, language):
    code = "from checks.messages import language; print(language())"
    assert run(folder, "-c", code, lang=name) == (0, language + "\n")


# The gradient checker.


@pytest.fixture
def spoken(monkeypatch):
    """Let the gradient checker find its messages, in English."""
    monkeypatch.syspath_prepend(PUBLIC)
    monkeypatch.setenv("LAB_LANG", "en")


def test_numeric_gradient_is_exact_and_changes_nothing():
    rng = np.random.default_rng(0)
    for shape in ((), (3,), (2, 5), (0, 2), (2, 3, 4)):
        array, factor = rng.normal(size=shape), rng.normal(size=shape)
        array.flags.writeable = False
        found = gradient_check.numeric_gradient(lambda x, f=factor: np.sum(f * x**2), array)
        assert found.shape == shape
        assert found.dtype == np.float64
        assert gradient_check.relative_error(found, 2 * factor * array) < 1e-9
    whole = np.array([1, 2, 3])
    found = gradient_check.numeric_gradient(np.sum, whole)
    np.testing.assert_allclose(found, 1, rtol=1e-9)
    assert whole.tolist() == [1, 2, 3]


def test_numeric_gradient_survives_a_function_that_changes_its_argument():
    def spoil(x):
        total = float(np.sum(x**3))
        x *= 0
        return total

    found = gradient_check.numeric_gradient(spoil, [1.0, 2.0])
    np.testing.assert_allclose(found, [3, 12], rtol=1e-8)


def test_relative_error():
    zero, one = np.zeros(3), np.ones(3)
    assert gradient_check.relative_error(zero, zero) == 0
    assert gradient_check.relative_error(one, zero) == 1
    assert gradient_check.relative_error(one, -one) == 1
    assert gradient_check.relative_error(3 * one, one) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda g: g.T, "shape of the transpose"),
        (lambda g: -g, "but for its sign"),
        (lambda g: 7 * g, "but for one factor, 7 throughout"),
        (lambda g: 0 * g, "zero everywhere"),
        (lambda g: g * np.nan, "infinite or undefined"),
        (lambda g: g + [[0, 0, 0], [0, 0, 0.5]], "index [1, 2]"),
        (lambda g: g.astype(complex), "holds complex128"),
        (lambda g: None, "g is None"),
    ],
)
def test_a_wrong_gradient_is_told_with_a_hint(spoken, change, hint):
    right = np.arange(1.0, 7.0).reshape(2, 3)
    assert gradient_check.Gradient("g", right, right).ok
    wrong = gradient_check.Gradient("g", change(right), right)
    assert not wrong.ok
    assert hint in wrong.message


def test_a_square_transpose_is_recognised(spoken):
    right = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert "but transposed" in gradient_check.Gradient("g", right.T, right).message


def test_the_gradient_checker_finds_wrong_code(folder):
    add(folder, "model.py", WITHOUT_1_OVER_N)
    add(folder, "linear_layer.py", TRANSPOSED)
    status, text = run(folder, "gradient_check.py")
    assert status == 1
    assert "shape of the transpose" in text
    shutil.copy(ROOT / "solution" / "linear_layer.py", folder)
    status, text = run(folder, "gradient_check.py")
    assert status == 1
    assert "but for one factor, 7 throughout" in text
    assert "Traceback" not in text


def test_the_gradient_checker_leaves_a_model_as_it_was(folder):
    code = """
import numpy as np
from gradient_check import check_model
from linear_layer import Linear_Layer
from model import Model
model, x = Model(), np.ones((4, 2))
model.Build([Linear_Layer(2, 1)])
model.fit(x, np.ones((4, 1)), epochs=3)
w, momentum = model.layers[0].w.copy(), model.layers[0].momentum_w.copy()
assert check_model(model, x, np.ones((4, 1)))
assert len(model.history["train_loss"]) == 3
assert (model.layers[0].w == w).all() and (model.layers[0].momentum_w == momentum).all()
"""
    status, text = run(folder, "-c", code)
    assert status == 0, text
