"""The handout says what is so: its points, names, limits and numbers, in both languages."""

import ast
import doctest
import importlib.util
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from autograder.lab_file import load_lab
from solution.activation import Activation
from solution.linear_layer import Linear_Layer
from solution.model import Model
from tests.hidden.test_network import LONG_CALL_SECONDS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "solution" / "handout"
HANDOUTS = [FOLDER / f"handout{end}.md" for end in ("", ".zh-TW")]
DRAWINGS = ("network", "samples")
FILES = ("activation.py", "linear_layer.py", "model.py")
#: What these print stands among what an example gives.
PRINTING = ("prints-of-its-own", "shuffled-rows")
STYLES = sorted(p for p in (ROOT / "tests" / "styles").iterdir() if p.name not in PRINTING)
handouts = pytest.mark.parametrize("path", HANDOUTS, ids=lambda p: p.name)


@handouts
def test_the_handout_gives_the_points_of_the_lab(path):
    lab = tomllib.loads((ROOT / "lab.toml").read_text(encoding="utf-8"))
    text = path.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| (\d+) \| ", text, re.M)
    points = {name: int(number) for name, number in rows}
    assert {part["name"]: part["points"] for part in lab["parts"]}.items() <= points.items()
    network = re.search(
        r"^\| [^|]*Network.* \| (?:Points|\u5206\u6578) .*\n(?:\|.*\n)+", text, re.M
    )[0]
    checks = [int(points) for points in re.findall(r"^\| .* \| (\d+) \| ", network, re.M)]
    assert len(checks) == 7 and sum(checks) == points["Network"]
    assert lab["attempts"]["counts"] == "latest"
    assert re.search("the latest attempt counts|\u63a1\u8a08\u6700\u5f8c\u4e00\u6b21", text)


def structure(text):
    """Count what both handouts must have the same number of, and collect what must be equal."""
    formulas = re.findall(r"^\$\$\n(.*?)\n\$\$$", text, re.M | re.S)
    prose = re.sub(r"^(\$\$|```).*?^(\$\$|```)", "", text, flags=re.M | re.S)
    return {
        "headings": re.findall(r"^#+ (?:[\d.]+)?", text, re.M),
        "numbers": re.findall(r"^#+ ([\d.]+)", text, re.M),
        "table rows": [line.count(" | ") for line in text.splitlines() if line.startswith("|")],
        "items": len(re.findall(r"^- ", text, re.M)),
        "displayed": formulas,
        "inline": sorted(re.findall(r"\$([^$\n]+)\$", re.sub(r"`[^`\n]*`", "", prose))),
        "signatures": re.findall(r"^\| `(\w+)", text, re.M),
        "paragraphs": text.count("\n\n"),
    }


def test_both_handouts_have_the_same_structure():
    english, chinese = (path.read_text(encoding="utf-8") for path in HANDOUTS)
    english, chinese = (
        structure(english),
        structure(chinese.replace(r"\text{寫成矩陣：}", r"\mathrm{or}")),
    )
    assert english == chinese
    assert english["displayed"]


@handouts
def test_the_handout_names_everything_public_of_the_classes(path):
    text = path.read_text(encoding="utf-8")
    for file in FILES:
        tree = ast.parse((ROOT / "solution" / file).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                names = [argument.arg for argument in node.args.args[1:]]
                assert f"`{node.name}({names[0] if names else ''}" in text, node.name
                for name in names:
                    assert re.search(rf"\b{node.name}\([^`]*\b{name}\b", text), (node.name, name)
            is_self = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
            if is_self and node.value.id == "self":
                assert f"`{node.attr}" in text, node.attr


@handouts
def test_the_handout_tells_the_limits(path):
    limits = load_lab(ROOT / "lab.toml").limits
    handing_in = re.search(r"\n## 9\. .*?(?=\n## )", path.read_text("utf-8"), re.S)[0]
    sizes = [int(n) for n in re.findall(r"(\d+) MiB", handing_in)]
    assert sizes == [limits.file_kib >> 10, limits.notebook_kib >> 10, limits.archive_mib]
    marks = re.findall(r"seconds=(\d+)", (ROOT / "tests/hidden/test_network.py").read_text("utf-8"))
    told = {int(n) for n in re.findall(r" (\d+) ?(?=秒|seconds|or|或|for the check|;)", handing_in)}
    assert {int(limits.call), int(limits.check), *map(int, marks), LONG_CALL_SECONDS} == told
    assert limits.timeouts == 2  # "two", "兩項"


@handouts
def test_the_time_budget_adds_up(path):
    steps = re.findall(r"^\| .* \| (\d+) (?:min|\u5206\u9418) \|", path.read_text("utf-8"), re.M)
    assert len(steps) > 15
    assert 7.5 <= sum(map(int, steps)) / 60 < 8.5  # "about eight hours"


@handouts
def test_the_time_budget_names_every_section(path):
    text = path.read_text("utf-8")
    budget = " ".join(re.findall(r"^\| .* \| \d+ (?:min|\u5206\u9418) \|", text, re.M))
    told = set(re.findall(r"\d(?:\.\d)?", re.sub(r"\d+ (min|\u5206\u9418)", "", budget)))
    sections = re.findall(r"^##+ (\d\.\d|\d(?=\.))", text, re.M)
    parents = {number[0] for number in sections if "." in number}
    wanted = {number for number in sections if number not in parents and number != "2"}
    assert wanted <= told  # section 10 is read when something is wrong


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_drawings_of_both_languages_are_one(name):
    """Nothing but the words differs, so that whoever changes one changes the other."""
    paths = [FOLDER / f"{name}{end}.svg" for end in ("", ".zh-TW")]
    english, chinese = (ET.parse(path).getroot() for path in paths)
    shapes = [[(e.tag, e.attrib) for e in root.iter()] for root in (english, chinese)]
    assert shapes[0] == shapes[1]
    words = [{e.text for e in root.iter() if e.text} for root in (english, chinese)]
    assert all(any(len(text) > 10 for text in found) for found in (words[0] - words[1],))


# Code and numbers -------------------------------------------------------------------------------


@handouts
def test_the_code_runs_and_prints_what_is_said(path):
    blocks = re.findall(r"^```python\n(.*?)^```", path.read_text("utf-8"), re.M | re.S)
    assert len(blocks) == 2
    folders = (str(ROOT / "solution"), str(ROOT / "assignment"))
    start = f"import sys; sys.path[:0] = {folders}\n"
    for block in blocks:
        command = [sys.executable, "-X", "utf8", "-c", start + block]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=100)
        assert done.returncode == 0, done.stderr
        if "check_layer" in block:
            assert done.stdout.count("  ok") == 4, done.stdout
        else:
            assert done.stdout.splitlines() == re.findall(r"^print.*  # (.*)$", block, re.M)


def by_hand():
    """Compute section 5.3 with the solution: the text of each quantity, and its numbers."""
    model = Model()
    model.Build([Linear_Layer(2, 2), Activation("sigmoid"), Linear_Layer(2, 1)])
    first, sigmoid, last = model.layers
    first.w, last.w = np.array([[0.2, -0.4], [0.5, 0.6]]), np.array([[0.8, -0.3]])
    x, y = np.array([[1.0, 0.5]]), np.array([[1.0]])
    y_hat = model.forward(x)
    loss, _ = model.evaluate(x, y)
    by_output = y_hat - y
    by_x = model.backward(by_output)
    by_a = last.backward(by_output)
    values = [
        ("z_1 = W_1 x", sigmoid.pre_input),
        (r"a_1 = \sigma(z_1)", sigmoid.pre_output),
        (r"\hat y = W_2 a_1", y_hat),
        (r"u = \hat y - y", by_output),
        ("L = u^2 / 2", loss),
        (r"\partial L / \partial \hat y = u", by_output),
        (r"\partial L / \partial W_2 = u \, a_1^T", last.delta_w),
        (r"\partial L / \partial a_1 = W_2^T u", by_a),
        (r"\sigma'(z_1)", sigmoid.derivative_sigmoid(sigmoid.pre_input)),
        (
            r"\partial L / \partial z_1 = \partial L / \partial a_1 \odot \sigma'(z_1)",
            sigmoid.backward(by_a),
        ),
        (r"\partial L / \partial W_1 = \partial L / \partial z_1 \, x^T", first.delta_w[0]),
        (r"\partial L / \partial W_1 = \partial L / \partial z_1 \, x^T", first.delta_w[1]),
        (r"\partial L / \partial x = W_1^T \, \partial L / \partial z_1", by_x),
    ]
    model.update(0.2, "sgd")
    values += [("W_2", last.w), ("W_1", first.w[0]), ("W_1", first.w[1])]
    after = model.forward(x).item(), model.evaluate(x, y)[0]
    return values, [after[0], loss, after[1]]


def numbers(latex):
    return [float(number) for number in re.findall(r"-?[\d.]+", latex)]


def worked_out(latex):
    """Compute what stands in the middle column."""
    sigmoid = Activation("sigmoid")
    text = latex.replace("$ $", "").replace("$", "").replace(r"\cdot", "*").replace("^", "**")
    text = text.replace(r"\sigma'", "slope").replace(r"\sigma", "value")
    names = {
        "value": lambda z: float(sigmoid.sigmoid(np.array(z))),
        "slope": lambda z: float(sigmoid.derivative_sigmoid(np.array(z))),
    }
    return np.atleast_1d(eval(text, {"__builtins__": {}}, names))


@handouts
def test_the_sample_in_numbers_is_what_the_solution_computes(path):
    section = re.search(r"\n### 5\.3 .*?(?=\n## )", path.read_text("utf-8"), re.S)[0]
    rows = re.findall(r"^\| \$(.+?)\$[^|$]* \| (\$.+\$) \| \$(.+)\$ \|$", section, re.M)
    values, after = by_hand()
    assert [quantity for quantity, _, _ in rows] == [quantity for quantity, _ in values]
    for (quantity, how, told), (_, value) in zip(rows, values, strict=True):
        assert np.abs(numbers(told) - np.ravel(value)).max() <= 0.5001e-4, quantity
        # No tie: whoever works with rounded numbers, however a tie is rounded, gets the same.
        assert np.abs(worked_out(how) - numbers(told)).max() <= 0.45e-4, quantity
    conclusion = section.rpartition("\n|")[2].partition("```")[0]
    told = [float(number) for number in re.findall(r"\$([\d.]+)\$", conclusion)]
    assert told == [round(value, 4) for value in after]


# The docstrings' examples -----------------------------------------------------------------------


def examples():
    """Give the examples of the skeletons, by their file."""
    found = []
    for file in FILES:
        parser, tree = doctest.DocTestParser(), ast.parse((ROOT / "assignment" / file).read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(node) or ""
                if ">>>" in text:
                    found.append(pytest.param(parser, file, text, id=f"{file}-{node.name}"))
    return found


@cache
def module(path):
    """Import a file under a name of its own."""
    name = f"{path.parent.name}_{path.stem}".replace("-", "_")
    spec = importlib.util.spec_from_file_location(name, path)
    sys.modules[name] = found = importlib.util.module_from_spec(spec)  # dataclasses look it up
    spec.loader.exec_module(found)
    return found


def failures(parser, path, text):
    names = {**vars(module(path)), "np": np}
    said = []
    test = parser.get_doctest(text, names, path.name, str(path), 0)
    doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    return "".join(said)


@pytest.mark.parametrize(("parser", "file", "text"), examples())
def test_the_examples_hold_for_right_code_in_any_style(parser, file, text):
    for folder in (ROOT / "solution", *STYLES):
        if (folder / file).exists():
            assert not failures(parser, folder / file, text), folder.name


def test_most_methods_have_an_example_and_a_skeleton_fails_it():
    assert len(examples()) >= 15
    for parser, file, text in (example.values for example in examples()):
        assert "NotImplementedError" in failures(parser, ROOT / "assignment" / file, text)
