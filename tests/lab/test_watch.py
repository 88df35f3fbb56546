"""The watching side of the public checks: what a change affects, and what is said of methods."""

import os
import re
import subprocess
import sys
import tomllib

import pytest

from autograder.public.files.checks.source import affected, changed_functions, read_source
from tests.lab.test_public_checks import FILES, PUBLIC, ROOT, empty, folder, run  # noqa: F401
from tests.watching import Watching, save

CODE = """\
import numpy as np
RATE = 1

class A:
    def one(self, x=1):
        return x

    @property
    def two(self):
        return self.one() + (lambda: 1)()

def helper():
    raise NotImplementedError("helper")
"""


def changes(old, new):
    assert old in CODE
    return changed_functions(read_source(CODE), read_source(CODE.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "changed", "moved"),
    [
        ("return x", "return -x", {"A.one"}, set()),
        ("x=1", "x=2", {"A.one"}, set()),
        ("lambda: 1", "lambda: 2", {"A.two"}, set()),
        ("return x\n", "return x  # the same\n", set(), set()),
        ("return x\n", "return x\n\n\n", set(), {"A.two", "helper"}),
        ("return x", "y = x\n        return y", {"A.one"}, {"A.two", "helper"}),
    ],
)
def test_which_functions_a_change_is_of(old, new, changed, moved):
    assert changes(old, new) == (changed, moved)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("RATE = 1", "RATE = 2"),
        ("import numpy", "import math\nimport numpy"),
        ("@property", "@staticmethod"),
        ("class A:", "class A(dict):"),
        ("def helper", "def helped"),
        ("def helper", "def other():\n    pass\n\ndef helper"),
        ("return x", "return ("),
    ],
)
def test_what_may_change_everything(old, new):
    assert changes(old, new) is None


def test_a_source_knows_its_functions():
    source = read_source(CODE)
    assert source.unwritten() == {"helper": 13}
    assert [source.at(line) for line in (4, 5, 8, 12)] == [[], ["A.one"], ["A.two"], ["helper"]]
    assert read_source(b"\xff\xfe") is None
    assert read_source("(" * 100_000) is None


class Check:
    def __init__(self, name, outcome, *ran, files=("a.py",), requires=()):
        self.name, self.outcome, self.ran = name, outcome, ran
        self.files, self.requires = files, requires


def test_only_what_a_change_affects_runs_again():
    both, right = Check("both", "passed", "f", "g"), Check("right", "passed", "g")
    wrong = Check("wrong", "failed", "g")
    checks = [both, right, wrong]

    def again(changes, checks=checks):
        return [check.name for check in affected(checks, {"a.py": changes})]

    assert again(None) == ["both", "right", "wrong"]
    assert again(({"f"}, set())) == ["both"]
    assert again(({"f"}, {"g"})) == ["both", "wrong"]
    assert again((set(), set())) == []
    assert again(({"f"}, set()), [right, Check("ended", "not run")]) == ["ended"]
    # What a file imports can change everything of it, and nothing of another one.
    other = Check("other", "passed", "f", files=("b.py",))
    assert again(None, [both, other]) == ["both"]
    # What one requires and what requires it are run with it.
    last = Check("last", "not run", "h", requires=("wrong",))
    assert again(({"f"}, {"g"}), [*checks, last]) == ["both", "wrong", "last"]
    assert again(({"h"}, set()), [*checks, last]) == ["wrong", "last"]


def test_a_save_runs_again_what_it_affects(folder):  # noqa: F811
    path = folder / "linear_layer.py"
    right = path.read_text(encoding="utf-8")
    watching = Watching(folder, "linear_layer")
    watching.until("Waiting for you to save a file")

    slip = right.replace("self.beta * self.momentum_w + self", "self.beta * self.momentum_w - self")
    save(path, slip)
    text = watching.until("Do first: Linear_Layer, “update with 'sgdm'")
    assert "Linear_Layer.update changed; 2 of 10 checks again" in text
    assert re.findall("^  (passed|FAILED)", text, re.M) == ["passed", "FAILED"]
    assert "9 of 10 checks passed." in text

    path.write_text(right + "\nclass Half", encoding="utf-8")
    assert "not valid Python at the moment" in watching.until("  line ")
    save(path, slip)
    watching.until("..:..:.. linear_layer.py: valid again; as before, 9 of 10 checks passed")

    loop = right.replace("norm = np", "\n        while True:\n            pass\n        norm = np")
    save(path, loop)
    watching.until("..:..:.. linear_layer.py: Linear_Layer.L2_Norm, Linear_Layer.update changed")
    save(path, right)  # it does not wait for the loop to be stopped
    watching.until("10 of 10 checks passed")
    watching.until("All of these checks pass, and every method is written.")
    status, rest = watching.stop()
    assert status == 0 and rest.endswith("\nEnded.\n")


def test_a_method_at_a_time(folder):  # noqa: F811
    status, text = run(folder, "check.py", "Linear_Layer.forward", "activation.SIGMOID")
    assert status == 0
    assert len(re.findall("^  passed", text, re.M)) == 2
    for wrong, near in (
        ("linear_layer.foward", "Did you mean Linear_Layer.forward"),
        ("Modle", "Did you mean Model?"),
        ("backwards", "Activation.backward, Linear_Layer.backward or Model.backward"),
        ("convolution", "Not known: convolution\n"),
    ):
        status, text = run(folder, "check.py", wrong)
        assert (status, near in text) == (2, True), text


def test_what_is_not_written_is_told_with_its_line(folder):  # noqa: F811
    empty(folder)
    lines = (folder / "model.py").read_text(encoding="utf-8").splitlines()

    def place(method):
        line = lines.index(f'        raise NotImplementedError("Model.{method}")') + 1
        return f"Model.{method} (model.py, line {line})"

    _, text = run(folder, "check.py", "Model.forward")
    assert f"Not written yet: {place('Build')} and {place('forward')}. There, rep" in text


CALLS = """
import sys
from checks import student
from checks.parts import PARTS
from importlib import import_module
for part, about in PARTS.items():
    file = str(student.FOLDER / about.file)
    for name, check in vars(import_module(f"checks.test_{part}")).items():
        if not name.startswith("test_"):
            continue
        calls = set()
        def note(frame, event, argument):
            inside = frame.f_back and frame.f_back.f_code.co_filename == file
            if event == "call" and frame.f_code.co_filename == file and not inside:
                calls.add(frame.f_code.co_name)
        sys.setprofile(note)
        check()
        sys.setprofile(None)
        calls &= set(about.methods)
        assert set(check.methods) <= calls, (part, name, calls)
        assert calls == set(check.calls) & set(about.methods), (part, name, calls)
"""


def test_each_check_notes_what_it_calls(folder):  # noqa: F811
    assert run(folder, "-c", CALLS) == (0, "")


def test_every_method_has_a_check_and_the_points_are_the_lab_s(spoken_parts):
    lab = tomllib.loads((ROOT / "lab.toml").read_text(encoding="utf-8"))
    points = {part["name"]: part["points"] for part in lab["parts"]}
    parts = [*spoken_parts.PARTS.values(), *spoken_parts.BEYOND]
    assert points == {part.title: part.points for part in parts}
    for name, part in spoken_parts.PARTS.items():
        text = (PUBLIC / "checks" / f"test_{name}.py").read_text(encoding="utf-8")
        about = re.findall(r"^@about\((.*), points=(\d+)", text, re.M)
        assert sum(int(count) for _, count in about) == part.points
        assert {m for names, _ in about for m in re.findall(r'"(\w+)"', names)} == set(part.methods)
    assert spoken_parts.FILES == FILES


@pytest.fixture
def spoken_parts(monkeypatch):
    monkeypatch.syspath_prepend(PUBLIC)
    from checks import parts

    return parts


def test_what_is_graded_besides_names_no_hidden_check(spoken_parts):
    titles = set()
    for path in (ROOT / "tests" / "hidden").glob("test_*.py"):
        titles |= set(
            re.findall(r'^def test_.*\n    """(.*?)\.?"""', path.read_text("utf-8"), re.M)
        )
    assert len(titles) > 30
    for part in [*spoken_parts.PARTS.values(), *spoken_parts.BEYOND]:
        assert not [title for title in titles if title.lower() in part.graded.lower()]
        assert not re.search(r"\d", part.graded)


@pytest.mark.parametrize("encoding", ["cp1252", "cp950", "cp437", "ascii"])
def test_any_console_can_show_it(folder, encoding):  # noqa: F811
    empty(folder)
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    command = [sys.executable, "check.py", "activation", "--lang", "zh-TW"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=100)
    text = done.stdout.decode(encoding)
    assert (done.returncode, done.stderr) == (1, b"")
    # What can't show Chinese gets English.
    assert ("尚未完成" if encoding == "cp950" else "not written yet") in text


def test_consoles_of_taiwan_have_every_character():
    folders = (ROOT / "tests/public/checks/locale", ROOT / "autograder/public/locale")
    found = [path.read_text("utf-8") for place in folders for path in place.rglob("*.po")]
    assert len(found) == 3
    texts = re.findall(r'^(?:msgstr )?"(.*)"$', "\n".join(found), re.M)
    lacking = {c for text in texts for c in text if not c.encode("cp950", "ignore")}
    assert not lacking


def test_lines_may_end_as_on_windows(folder):  # noqa: F811
    path = folder / "linear_layer.py"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert run(folder, "check.py", "linear_layer")[0] == 0
