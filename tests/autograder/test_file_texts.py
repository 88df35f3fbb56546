"""What is wrong with a file is said by its name, with the line and what to type instead."""

import ast
import re
import sys

import numpy as np
import pytest

from autograder.languages.translations import load_language
from autograder.suites import import_texts, syntax_texts
from autograder.suites.errors import WorkerTimeout
from autograder.suites.exception_text import explain_timeout
from autograder.suites.syntax_texts import why_unreadable
from tests.autograder.conftest import DOUBLER, RIGHT, harmless, outcomes, write_lab

PYTHON = f"Python {sys.version_info.major}.{sys.version_info.minor} cannot read the file"
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def told(lab, grade):
    """Give a function that grades a file and gives what its first check says, in two languages."""

    def tell(doubler, **more):
        grade_of = grade(more.pop("lab", lab), RIGHT | {"doubler.py": doubler} | more)
        first = grade_of.checks[0]
        assert first.outcome != "passed"
        assert harmless(first.message)
        return first.message, load_language("zh-TW").say(first.said)

    return tell


CHARACTERS = [
    (
        "    def forward",
        "\u00a0   def forward",
        "no-break space (U+00A0)",
        "type an ordinary space",
    ),
    ("2.0 * x", "2.0\u3000* x", "full-width space (U+3000)", "type an ordinary space"),
    ("2.0 * x", "2.0\u2009* x", "special space (U+2009)", "type an ordinary space"),
    ("2.0 * x", "2.0 * \u200bx", "invisible character (U+200B)", "delete it"),
    ("2.0 * x", "2.0 * x + len(“”)", "curly quote, “ (U+201C)", 'type " instead'),
    ("2.0 * x", "2.0 * x + len(‘’)", "curly quote, ‘ (U+2018)", "type ' instead"),
    ("2.0 * x", '2.0 * x + len("”)', "curly quote, ” (U+201D)", 'type " instead'),
    ("2.0 * x", '"“" and 2.0 * x # ，\n        （x）', "full-width character （", "type ( instead"),
    ("(self, x)", "(self， x)", "full-width character ， (U+FF0C)", "type , instead"),
    ("(self, x)", "(self、 x)", "full-width character 、 (U+3001)", "type , instead"),
    ("x):", "x)：", "full-width character ： (U+FF1A)", "type : instead"),
    ("2.0 * x", "２.0 * x", "full-width character ２ (U+FF12)", "type 2 instead"),
    ("2.0 * x", "2.0 × x", "character × (U+00D7)", "type * instead"),
    ("2.0 * x", "0 – 2.0 * x", "character – (U+2013)", "type - instead"),
    ("2.0 * x", "2.0 * x §", "character § (U+00A7)", "delete it"),
]


@pytest.mark.parametrize(("old", "new", "name", "advice"), CHARACTERS, ids=lambda c: ascii(c)[:30])
def test_a_character_is_named_with_what_to_type_instead(told, old, new, name, advice):
    source = DOUBLER.replace(old, new)
    # The last line with such a character: those before are in comments and strings.
    line = max(i for i, text in enumerate(source.splitlines(), 1) if not text.isascii())
    english, chinese = told(source)
    assert english.startswith(f"Your code raised SyntaxError at doubler.py, line {line} (")
    assert f"{PYTHON}: there is " in english
    assert name in english and advice in english
    assert re.search(r"U\+[0-9A-F]{4}", english)[0] in chinese
    assert re.search("請(?:改打|刪掉)", chinese)


def test_what_stands_for_a_character_is_what_python_knows():
    for table in (syntax_texts._QUOTES, syntax_texts._CHINESE, syntax_texts._SIGNS):
        for character, ordinary in table.items():
            assert syntax_texts.is_foreign(character) and ordinary.isascii(), character
    assert not any(map(syntax_texts.is_foreign, "aé變β_ \t9"))


def test_a_file_of_another_encoding_is_named(told):
    assert "save it as UTF-8" in told(DOUBLER.encode("utf-16"))[0]


@pytest.mark.parametrize("code", ["def (", "x = 1 +", "if True\n    pass", "x = f(1"])
def test_the_python_that_graded_is_named(told, code):
    english, chinese = told(f"{DOUBLER}\n{code}\n")
    assert f": {PYTHON}: " in english
    assert "讀不懂這個檔案" in chinese


NEWER = [
    ((3, 12), 'a = {"b": 1}\nX = f"{a["b"]}"', "an f-string with its own kind of quotes"),
    ((3, 12), "a = ['b']\nX = f\"{'\\n'.join(a)}\"", "an f-string with a backslash inside"),
    ((3, 12), "type X = int", "a type statement"),
    ((3, 12), "def f[T](x: T) -> T: return x", "type parameters in brackets"),
    ((3, 12), "class A[T]: pass", "type parameters in brackets"),
    ((3, 13), "class A[T = int]: pass", "a type parameter with a default"),
    ((3, 14), 'X = t"{1}"', "a template string"),
]


@pytest.mark.parametrize(("version", "code", "what"), NEWER, ids=lambda c: str(c)[:20])
def test_syntax_of_a_newer_python_is_named(told, version, code, what):
    if sys.version_info[:2] >= version:
        compile(code, "m.py", "exec")  # it is what it is said to be
        older, line = (3, 11), code.splitlines()[-1]
        english = why_unreadable("invalid syntax", line, older)
        assert english == why_unreadable("invalid syntax", line, (version[0], version[1] - 1))
        assert why_unreadable("invalid syntax", line, version) is None
    else:
        english, chinese = told(f"{DOUBLER}\n{code}\n")
        assert f"{PYTHON}: " in english
        assert f"Python {version[0]}.{version[1]} 以上" in chinese
    assert f"needs Python {version[0]}.{version[1]} or later, since it has {what}" in english


@pytest.mark.parametrize(
    "line",
    [
        'x = f"{a["b]}"',
        'x = f"{a}", "{b}"',
        'x = f"{a" + "b"',
        'print(f"{a}" "b", "c"',
        "return x[T]",
        "types = [",
        "lists(x)['t']",
        "class A(T[int]):",
        "defined[1] = = 2",
    ],
)
def test_other_errors_are_not_taken_for_newer_syntax(line):
    assert why_unreadable("invalid syntax", line, (3, 11)) is None


@pytest.mark.parametrize("text", ["invalid character", "unterminated string literal", "invalid"])
def test_a_long_line_takes_no_time(text):
    for piece in ('f"{', "f'{\"", "f\"{a'", "type a[", "def a [", "“", '"', "\u00a0a"):
        why_unreadable(text, piece * 100_000, (3, 11))


# Names of NumPy ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("np.Inf", "np.Inf", "np.inf"),
        ("np.float_(1)", "np.float_", "np.float64"),
        ("np.float(1)", "np.float", "float"),
        ("np.product([1])", "np.product", "np.prod"),
        ("np.ones(2).ptp()", "x.ptp", "np.ptp(x)"),
    ],
)
def test_a_name_that_is_gone_is_told_with_the_new_one(told, code, old, new):
    english, chinese = told(f"import numpy as np\n{DOUBLER}\n\nBIG = {code}\n")
    assert f"at doubler.py, line 7 (BIG = {code}): NumPy {np.__version__}" in english
    assert f"has no {old} any more; use {new}." in english
    assert f"NumPy {np.__version__}" in chinese and f"改用 {new}" in chinese


def test_a_name_that_is_gone_is_told_in_an_import_and_in_a_method(told):
    english, _ = told(f"from numpy import Inf\n{DOUBLER}")
    assert "line 1 (from numpy import Inf)" in english and "use np.inf." in english
    english, _ = told("import numpy as np\n" + DOUBLER.replace("2.0 * x", "2.0 * x + np.NaN"))
    assert "line 4 (return 2.0 * x + np.NaN)" in english and "use np.nan." in english


def test_names_that_numpy_never_had_are_not_said_to_be_gone(told):
    english, _ = told(f"import numpy as np\n{DOUBLER}\nnp.relu(1)\n")
    assert "module 'numpy' has no attribute 'relu'." in english


@pytest.mark.parametrize("name", import_texts.GONE)
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_the_names_are_gone_and_the_new_ones_are_there(name):
    names = {"np": np, "ast": ast, "x": np.ones((2, 2)), "dtype": float}
    assert eval(import_texts.GONE[name], names) is not None
    assert not hasattr(np, name) or name == "row_stack"  # which is going


# Imports -----------------------------------------------------------------------------------------


def test_a_file_that_lies_beside_is_told(told):
    english, chinese = told(f"import helpers\n{DOUBLER}", **{"helpers.py": "y = 1\n"})
    assert "line 1 (import helpers): No module named 'helpers'; where your code" in english
    assert "of your own files, doubler.py, counter.py: another file, even if" in english
    assert "move what you use of it into one of these" in english
    assert "就算放在旁邊" in chinese


def test_a_file_of_the_lab_that_was_not_handed_in_is_told(lab, grade):
    found = grade(lab, {"doubler.py": f"from counter import Counter\n{DOUBLER}"})
    message = found.checks[0].message
    assert "No module named 'counter', since counter.py was not handed in, or not read." in message


def test_a_part_of_the_standard_library_that_is_left_out_is_told(told):
    english, _ = told(f"import tkinter\n{DOUBLER}")
    assert "this part of the standard library is not there" in english


@pytest.mark.parametrize(
    "line", ["from .counter import Counter", "from . import counter", "from .. import counter"]
)
def test_a_relative_import_is_told(told, line):
    english, chinese = told(f"{line}\n{DOUBLER}")
    assert f"line 1 ({line}): an import with a dot in front of the name" in english
    assert "leave the dot out" in english
    assert "相對匯入" in chinese


def test_a_circle_of_imports_is_told(told):
    english, _ = told(
        f"from counter import Counter\n{DOUBLER}",
        **{"counter.py": "from doubler import Doubler\nclass Counter: pass\n"},
    )
    assert "counter.py, line 1 (from doubler import Doubler): your files import each" in english


def test_a_name_that_another_file_lacks_is_told(told):
    english, _ = told(f"from counter import Count\n{DOUBLER}")
    assert (
        "line 1 (from counter import Count): cannot import name 'Count' from 'counter'" in english
    )
    assert RIGHT["counter.py"] and "/" not in english.partition(": cannot")[2]


# What runs while a file is imported --------------------------------------------------------------

SLOW = {
    "loop": ("while True: pass", "while True: pass"),
    "sleep": ("import time\ntime.sleep(1000)", "time.sleep(1000)"),
    "call": ("def train():\n    while True: pass\ntrain()", "while True: pass"),
    "not to be interrupted": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "while True: pass",
    ),
}


@pytest.fixture
def hasty(tmp_path):
    """A lab in which a call has half a second."""
    return write_lab(tmp_path / "hasty", limits={"call": 0.5, "check": 2.0})


@pytest.mark.parametrize("kind", SLOW)
def test_code_that_runs_while_a_file_is_imported_is_told_with_its_line(told, hasty, kind):
    code, line = SLOW[kind]
    english, chinese = told(f"{DOUBLER}\n{code}\n", lab=hasty)
    assert english.startswith("Out of time: doubler.py did not finish being imported")
    assert "(a call took over 0.5 s)" in english
    assert re.search(rf"still at doubler\.py, line \d+ \({re.escape(line)}\);", english), english
    assert 'put it below if __name__ == "__main__".' in english
    assert "沒有在時間內匯入完成" in chinese


def test_a_line_of_another_file_that_is_imported_is_told(told, hasty):
    english, _ = told(
        f"import counter\n{DOUBLER}", lab=hasty, **{"counter.py": "while True: pass\n"}
    )
    assert "doubler.py did not finish" in english and "still at counter.py, line 1" in english


def test_a_place_that_cannot_be_told_is_left_out(told, hasty):
    code = "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass\n"
    english, _ = told(code + DOUBLER, lab=hasty)
    assert "did not finish being imported" in english and "still at" not in english


def test_an_import_that_takes_its_time_is_no_failure(hasty, grade):
    slow = f"import time\ntime.sleep(0.45)\n{DOUBLER}"
    assert outcomes(grade(hasty, RIGHT | {"doubler.py": slow}))["test_zeros"] == "passed"


def test_an_endless_call_is_not_said_to_be_an_import(told, hasty):
    english, _ = told(DOUBLER.replace("return 2.0 * x", "while True: pass"), lab=hasty)
    assert english == (
        "Out of time: a call took over 0.5 s. Your code was then in Doubler.forward, in "
        "the loop at doubler.py, line 3 (while True: pass). Does every round of this loop bring it "
        "nearer to its end?"
    )


def test_of_loops_the_innermost_that_runs_is_named():
    code = b"def f(x):\n  while x:\n    for y in x:\n      y()\n    x()\n  def g():\n    g()\n"
    late = WorkerTimeout("late")
    late.file = "a.py"
    for line, told in {
        4: "line 3 (for y in x:)",
        5: "line 2 (while x:)",
        7: "line 7 (g())",
    }.items():
        late.line = line
        assert told in explain_timeout(late, {"a.py": code})
