"""The notebook and the docstrings in another language: what is translated, and what is kept."""

import ast
import doctest
import json
import re
import shutil
from pathlib import Path

import pytest

from autograder.lab_file import load_lab
from autograder.languages.extraction import docstring_messages, missing
from autograder.languages.translations import read_translations, translations_path
from tests.lab.test_public_checks import CHINESE, run

ROOT = Path(__file__).resolve().parents[2]
RELEASED = ROOT / "assignment"
LAB = load_lab(ROOT / "lab.toml")
SOURCES = LAB.release.docstrings
TAGS = [tag for tag in LAB.languages if tag != "en"]
tags = pytest.mark.parametrize("tag", TAGS)


@pytest.fixture
def folder(tmp_path):
    """Give what the command needs of the students' folder."""
    for name in (*SOURCES, "language.py", "check.py", "gradient_check.py", "lab1.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(RELEASED / name, tmp_path / name)
    shutil.copytree(RELEASED / "checks", tmp_path / "checks")
    return tmp_path


def translations(tag):
    path = translations_path(LAB.root / LAB.release.locale, tag, "docstrings")
    return read_translations(path, tag)


def examples(docstring):
    return [(e.source, e.want) for e in doctest.DocTestParser().get_examples(docstring)]


def docstrings(source):
    nodes = (ast.Module, ast.ClassDef, ast.FunctionDef)
    found = (ast.get_docstring(n) for n in ast.walk(ast.parse(source)) if isinstance(n, nodes))
    return [text for text in found if text]


# What is translated -----------------------------------------------------------------------------


@tags
def test_every_docstring_is_translated_with_the_same_examples(tag):
    known = translations(tag)
    assert missing(known) == []
    for file, line, text in docstring_messages(LAB):
        found = known.get(text)
        assert found and not found.fuzzy, f"{file}, line {line}: run make messages"
        assert examples(found.string) == examples(text), f"{file}, line {line}"
        names = [re.findall(r"^ *([\w, ]+) : ", one, re.M) for one in (text, found.string)]
        assert names[0] == names[1], f"{file}, line {line}"  # the parameters
        assert not re.search(r'\\|"""', text + found.string)  # would need another literal


@tags
def test_files_are_translated_whole_and_back(folder, tag):
    known = translations(tag)
    assert run(folder, "language.py", tag)[0] == 0
    other = {name: (folder / name).read_bytes() for name in SOURCES}
    for name in SOURCES:
        english = docstrings((RELEASED / name).read_bytes())
        assert docstrings(other[name]) == [known.get(text).string for text in english]
        assert b"# To do" not in other[name]
    assert run(folder, "language.py", tag)[0] == 0
    assert other == {name: (folder / name).read_bytes() for name in SOURCES}
    assert run(folder, "language.py", "en")[0] == 0
    assert all((folder / name).read_bytes() == (RELEASED / name).read_bytes() for name in SOURCES)


def test_the_command_knows_the_same_files_as_the_lab():
    described = json.loads((RELEASED / "checks" / "lab.json").read_text("utf-8"))
    assert tuple(described["docstrings"]) == SOURCES == LAB.release.docstrings


# What is kept -----------------------------------------------------------------------------------

MINE = b"""\
'''The fully connected layer of the network.'''

class Linear_Layer:
    def forward(self, x):
        \"\"\"Compute dL/dw and dL/dx from dL/dz, by the chain rule.\"\"\"
        text = "An all-zero ``w`` stays as it is."  # To do: w, delta_w and momentum_w.
        return text, "# To do: w, delta_w and momentum_w."

    def update(self): \"\"\"The fully connected layer of the network.\"\"\"; return '\xe5\xad\x97'
"""


def test_what_was_changed_and_every_line_of_code_are_kept(folder):
    (folder / "linear_layer.py").write_bytes(MINE)
    assert run(folder, "language.py", "zh-TW")[0] == 0
    assert (folder / "linear_layer.py").read_bytes() == MINE.replace(
        b"# To do: w, delta_w and momentum_w.\n",
        "# \u5f85\u5b8c\u6210\uff1aw\u3001delta_w \u8207 momentum_w\u3002\n".encode(),
    )


def test_ends_of_lines_and_a_byte_order_mark_are_kept(folder):
    windows = b"\xef\xbb\xbf" + (RELEASED / "model.py").read_bytes().replace(b"\n", b"\r\n")
    (folder / "model.py").write_bytes(windows)
    assert run(folder, "language.py", "zh-TW")[0] == 0
    other = (folder / "model.py").read_bytes()
    assert other.startswith(b"\xef\xbb\xbf") and other.count(b"\n") == other.count(b"\r\n") > 200
    assert all(CHINESE.search(text) for text in docstrings(other))
    assert run(folder, "language.py", "en")[0] == 0
    assert (folder / "model.py").read_bytes() == windows


def test_the_command_changes_all_files_and_keeps_answers(folder):
    notebook = folder / "lab1.ipynb"
    before = json.loads(notebook.read_text("utf-8"))
    next(c for c in before["cells"] if c["id"] == "question-layers")["source"][-1] = "mine"
    notebook.write_text(json.dumps(before, indent=1, ensure_ascii=False) + "\n", "utf-8")
    (folder / "model.py").chmod(0o600)
    status, text = run(folder, "language.py", "zh-TW")
    assert status == 0 and "\u3001experiments/__init__.py" in text
    changed = json.loads(notebook.read_text("utf-8"))
    for cell in changed["cells"]:
        if cell["cell_type"] == "markdown":
            assert "".join(cell["source"]).startswith(cell["metadata"]["languages"]["zh-TW"])
    answer = next(c for c in changed["cells"] if c["id"] == "question-layers")
    assert answer["source"][-1] == "mine"
    assert all(CHINESE.search((folder / name).read_text("utf-8")) for name in SOURCES)
    assert (folder / "model.py").stat().st_mode & 0o777 == 0o600
    status, text = run(folder, "check.py", "Activation.update", lang="en_US.UTF-8")
    assert status == 1 and "\u5c1a\u672a\u5b8c\u6210" in text  # not written yet
    assert "not written yet" in run(folder, "check.py", "Activation.update", "--lang", "en")[1]
    assert run(folder, "language.py", "en")[0] == 0
    status, text = run(folder, "check.py", "Activation.update", lang="zh_TW.UTF-8")
    assert status == 1 and "activation.py, line " in text and "not written yet" in text
    assert json.loads(notebook.read_text("utf-8")) == before
    assert all((folder / name).read_bytes() == (RELEASED / name).read_bytes() for name in SOURCES)
    assert not list(folder.glob("*.tmp"))


def test_what_can_not_be_translated_is_named_and_the_rest_is_done(folder):
    (folder / "lab1.ipynb").write_text("[]", "utf-8")
    (folder / "activation.py").write_text("def f(:\n", "utf-8")
    (folder / "linear_layer.py").write_bytes(b"# \xa4\xa4\n")  # Big5
    (folder / "experiments/__init__.py").unlink()
    before = {name: (folder / name).read_bytes() for name in ("activation.py", "linear_layer.py")}
    status, text = run(folder, "language.py", "zh-TW")
    assert status == 1 and "Traceback" not in text
    assert "lab1.ipynb" in text and "UTF-8" in text and "experiments/__init__.py" in text
    assert "activation.py: \u7b2c 1 \u884c" in text
    assert before == {name: (folder / name).read_bytes() for name in before}
    assert CHINESE.search((folder / "model.py").read_text("utf-8"))


@pytest.mark.parametrize("arguments", [(), ("fr",), ("en", "zh-TW"), ("--fast",)])
def test_wrong_usage_changes_nothing(folder, arguments):
    before = (folder / "lab1.ipynb").read_bytes()
    status, text = run(folder, "language.py", *arguments)
    assert status == 2
    told = "There are no texts in 'fr'. Choose one of en, zh-TW.\n"
    assert text == told if "fr" in arguments else text.startswith("usage: python language.py en|")
    assert (folder / "lab1.ipynb").read_bytes() == before


def test_it_explains_itself(folder):
    status, text = run(folder, "language.py", "--help", lang="zh_TW.UTF-8")
    assert status == 0 and text.startswith("\u7528\u6cd5\uff1apython language.py")
    assert text.count("python language.py") == 2
