"""A submission that tries to tell a hidden input finds it nowhere in what students are given."""

import math
import re

import pytest

from autograder.languages.translations import lab_languages
from autograder.outputs.formats.gradescope import results_json
from autograder.outputs.formats.junit import report_xml
from autograder.pages.write import write_pages
from autograder.records import FILE_NAME
from tests.autograder import leaks
from tests.autograder.conftest import ROOT, write_lab

#: What nobody but the check and the submission knows, and what the submission can do with it.
HIDDEN = "314159265358979"
SUITE = f'''
import numpy as np
import pytest
from autograder.checks import Known, assert_array, assert_equal, assert_number, assert_numbers

DIGITS = {HIDDEN!r}
X = np.array([[float(DIGITS[:15]), 1.5], [2.5, -3.5], [0.25, 4.0]])


@pytest.mark.check(points=1)
def test_array(student):
    """an array"""
    known = Known(given={{"x": X}})
    assert_array(student.Leak().array(X.copy()), 2.0 * X, "what array returns", known=known)


@pytest.mark.check(points=1)
def test_number(student):
    """a number"""
    assert_number(student.Leak().number(X.copy()), 0.5, "what number returns")


@pytest.mark.check(points=1)
def test_numbers(student):
    """several numbers"""
    assert_numbers([student.Leak().number(X.copy()) for _ in range(3)], [1.0, 2.0, 3.0], "them")


@pytest.mark.check(points=1)
def test_value(student):
    """a plain value"""
    assert_equal(student.Leak().value(X.copy()), {{"a": [1, 2.5]}}, "value", keys=["a"])


@pytest.mark.check(points=1)
def test_attribute(student):
    """an attribute"""
    leak = student.Leak()
    leak.array(X.copy())
    assert_array(leak.attribute, X, "attribute")
'''
HEAD = """
import os, sys, time, warnings
import numpy as np

def digits(x):
    return str(int(x[0, 0]))

class Leak:
    def array(self, x):
        return self.act(x, digits(x))
    number = value = array
"""

#: What `act` does, with ``x`` and its digits ``d``.
WAYS = {
    "a shape": "return np.zeros((0, int(d)))",
    "a shape of many axes": "return np.zeros([int(c) for c in d[:8]])",
    "a flat shape": "return np.zeros(int(d[:6]))",
    "an exception's text": "raise ValueError(d)",
    "a text of NumPy's": (
        "raise ValueError('operands could not be broadcast together with shapes '"
        "f'({d[:3]},{d[3:6]}) ({d[6:9]},{d[9:12]}) ')"
    ),
    "a text of Python's": (
        "raise TypeError(f'w{d[:5]}() takes {d[5:9]} positional arguments but {d[9:]} were given')"
    ),
    "an index": "raise IndexError(f'index {d[:5]} is out of bounds for axis 0 with size {d[5:]}')",
    "an attribute of a text": (
        """raise AttributeError(f"'w{d}' object has no attribute 'w{d}'. Did you mean: 'x{d}'?")"""
    ),
    "a compiler's text": (
        "raise SyntaxError(f'unterminated string literal (detected at line {d[:7]})')"
    ),
    "a key error": "raise KeyError(d)",
    "an exception's class": "raise type('E' + d, (Exception,), {'__doc__': d})(d)",
    "an exception's notes": "e = ValueError(d); e.add_note(d); raise e",
    "an exception's name of Python's": "raise type('Value' + d, (ValueError,), {})",
    "a group of exceptions": "raise ExceptionGroup(d, [ValueError(d)])",
    "a cause": "raise ValueError(d) from KeyError(d)",
    "a warning": "warnings.warn('w' + d); warnings.warn(d, type('W' + d, (Warning,), {}))",
    "many warnings": "[warnings.warn(f'{i}') for i in range(int(d[:3]))]",
    "printed text": "print(d); print(d, file=sys.stderr)",
    "much printed text": "print('x' * int(d[:5]))",
    "a type": "return type('T' + d, (), {'__doc__': d, '__module__': d})()",
    "a type of many": "return type('T' + d, (list,), {})([d])",
    "a type of an array": "return np.zeros(3, dtype=[('f' + d, 'f8')])",
    "strings": "return np.zeros(3, dtype='U' + d[:4])",
    "an array of text": "return np.array([d])",
    "numbers": "return x * float(d)",
    "one number": "return float(d)",
    "an integer": "return int(d)",
    "text": "return d",
    "a list": "return [d] * 7",
    "a list's length": "return [0.0] * int(d[:4])",
    "keys": "return {d: d, 'k' + d: 1}",
    "a known key": "return {'a': [int(d), float(d)]}",
    "a set": "return {d, int(d)}",
    "bytes": "return d.encode()",
    "a tuple": "return (d, int(d))",
    "a factor": "return x * int(d[:3])",
    "an offset": "return 2.0 * x + float(d)",
    "infinities": "y = 2.0 * x; y.flat[:int(d[0])] = np.inf; return y",
    "a name of a function": "f = lambda: d; f.__name__ = f.__qualname__ = 'f' + d; return f",
    "a name of a module": "import types; return types.ModuleType('m' + d, d)",
    "an attribute": "setattr(self, 'a' + d, d); self.attribute = np.zeros((int(d[:5]), 2))",
    "a property": "type(self).attribute = property(lambda self: d); return d",
    "an exit status": "os._exit(int(d[:2]))",
    "a signal": "os.kill(os.getpid(), int(d[:2]))",
    "an exit": "sys.exit(d)",
    "a file's name": "exec(compile('raise ValueError', 'f' + d, 'exec'))",
    "a line's number": (
        "exec(compile(chr(10) * int(d[:4]) + 'raise ValueError(1)', 'leak.py', 'exec'))"
    ),
    "an argument": "x[:] = float(d); return x",
}


def longest(text):
    """Return the longest piece of the hidden number, of either end, that stands in a text."""
    found = [n for n in range(len(HIDDEN) + 1) for i in range(len(HIDDEN) - n + 1)
             if HIDDEN[i : i + n] in text]  # fmt: skip
    return max(found, default=0)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    root = tmp_path_factory.mktemp("leaks")
    return write_lab(root, {"test_leak.py": SUITE}, tasks={"Leak": "leak.py"})


def submission(act):
    return {"leak.py": HEAD + f"    def act(self, x, d):\n        {act}\n"}


def told(lab, found, folder):
    """Return everything that is made of a grade, in text."""
    languages = lab_languages(lab)
    path = folder / found.student / FILE_NAME
    path.parent.mkdir(parents=True)
    path.write_text(found.to_json(), encoding="utf-8")
    write_pages(lab, folder)
    page = (path.parent / "index.html").read_text("utf-8")
    # What is drawn and numbered there by itself: styles, digests, coordinates.
    page = re.sub(r"(?s)<style.*?</style>|content=\"[^\"]*\"|sha256-\S+", "", page)
    record = re.sub(r'"(symptom|digest|secret)": "[0-9a-f]*"|"seconds": \S+', "", found.to_json())
    outputs = [results_json(found, languages), report_xml(found, languages)]
    return record + page + re.sub(r'execution_time\S+ \S+|time="\S+"', "", "".join(outputs))


@pytest.mark.parametrize("way", WAYS)
def test_a_hidden_number_stands_nowhere(way, lab, grade, tmp_path):
    found = grade(lab, submission(WAYS[way]))
    assert found.status == "graded" and found.score < found.max_score
    text = told(lab, found, tmp_path / "grades")
    assert longest(text) <= 3, way
    assert {check.seconds for check in found.checks} <= {0.0, *(2.0**n for n in range(-3, 8))}


# What a channel can carry -----------------------------------------------------------------------

#: What a submission can choose from within a channel, by what comes out of its own generator.
CHOICES = {
    "a shape": ("return np.zeros((n % 97, n % 89))", leaks.shape_texts),
    "an exception's class": (
        "raise type('E' + str(n), (Exception,), {})()",
        lambda: 1,
    ),
    "an exit status": ("os._exit(n % 256)", lambda: 1),
    "a place": (
        "y = 2.0 * x; y.flat[n % y.size] += 1.0; return y",
        lambda: leaks.pictures() * 3 * leaks.amounts(),
    ),
    "a size": ("return 2.0 * x * (1 + 10.0 ** -(n % 5) * (n % 7))", lambda: leaks.hints()),
    "a number of a text": (
        "raise IndexError(f'index {n} is out of bounds for axis {n % 7} with size {n % 50}')",
        lambda: leaks.variants("index NUMBER is out of bounds for axis COUNT with size NUMBER"),
    ),
    "a count": ("return [0.0] * (n % 1000)", lambda: 1),
}
RUNS = 24


@pytest.mark.parametrize("channel", CHOICES)
def test_a_channel_carries_no_more_than_is_said(channel, lab, grade, tmp_path):
    act, limit = CHOICES[channel]
    seen = set()
    for n in range(RUNS):
        # Student code's own generators start anew with each seed; nothing else differs.
        files = submission(f"n = int(np.random.randint(10**6)); {act}")
        found = grade(lab, files, student=f"s{n}", seed=n)
        check = next(check for check in found.checks if check.id.endswith("::test_array"))
        hints = (check.diagnosis or {}).get("hints")
        seen.add(str((check.outcome, check.said, check.figures, hints)))
    assert 1 <= len(seen) <= limit(), seen


def test_the_bound_is_what_the_documentation_says():
    table, failed = leaks.bits()
    page = (ROOT / "docs" / "protection.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| ([^|]+) \| ([\d.]+) \|$", page, re.M))
    assert {name: rows.get(name) for name in table} == {
        name: f"{bits:.1f}" for name, bits in table.items()
    }
    for document in ("README.md", "docs/protection.md"):
        assert f"at most {math.ceil(failed)} bits" in (ROOT / document).read_text("utf-8")


def test_less_than_a_number_fits_into_a_check():
    _, failed = leaks.bits()
    assert failed < 52  # bits of the digits of a float64
