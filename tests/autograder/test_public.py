"""The checker that students receive, put together for a little lab of its own."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from autograder.lab import LabError
from autograder.lab_file import load_lab
from autograder.public.assemble import extracted, has_checker
from autograder.records import FAILED, NOT_REACHED, PASSED
from autograder.release.folder import check_release, write_folder, write_release
from tests.autograder.conftest import DOUBLER_SUITE, SUITE_HEAD, write_files, write_lab
from tests.watching import Watching, save

COUNTER = '''
FIRST = 3
SECRET = 4711


def counted(counter, numbers):
    """Add numbers, and return what the last one gave."""
    return [counter.add(number) for number in numbers][-1]


@pytest.mark.check(points=2, where="both")
def test_add(student):
    """add gives the sum so far"""
    assert_number(counted(student.Counter(), [FIRST, 4]), 7, "what add returns")


@pytest.mark.check(points=1, requires="test_add")
def test_secret(student, rng):
    """add adds large numbers"""
    assert_number(student.Counter().add(SECRET), SECRET, "what add returns")


@pytest.mark.check(points=1, where="public", requires=("test_add",))
def test_easy(student, rng):
    """add gives a number"""
    assert_number(student.Counter().add(rng.integers(1, 2)), 1, "what add returns")
'''
SUITES = {"test_doubler.py": DOUBLER_SUITE, "test_counter.py": SUITE_HEAD + COUNTER}
WRONG = "class Counter:\n    def add(self, number):\n        return number\n"


@pytest.fixture
def lab(tmp_path):
    marked = "    def add(self, number):\n        ### BEGIN SOLUTION\n"
    lab = write_lab(tmp_path / "lab", SUITES, languages=("en",))
    text = (lab.reference / "counter.py").read_text()
    text = text.replace("    def add(self, number):\n", marked) + "        ### END SOLUTION\n"
    (lab.reference / "counter.py").write_text(text)
    return load_lab(lab.root / "lab.toml")


def made(lab, folder, files=()):
    write_folder(lab, folder)
    write_files(folder, dict(files))
    return folder


def run(folder, *arguments, command="check.py"):
    command = [sys.executable, command, *arguments]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PY", "LAB_"))}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_students_receive_what_is_marked_and_what_it_uses(lab, tmp_path):
    (text,) = extracted(lab).values()
    assert "def test_add" in text and "def test_easy" in text and "FIRST = 3" in text
    assert "SECRET" not in text and "test_secret" not in text and "pytest" not in text
    assert "autograder" not in text
    assert has_checker(lab) and not has_checker(write_lab(tmp_path / "plain"))


def test_a_check_without_its_requirement_is_not_run(lab, tmp_path):
    right = {"counter.py": (lab.reference / "counter.py").read_text()}
    folder = made(lab, tmp_path / "out", right)
    status, text = run(folder)
    assert status == 0, text
    assert "2 of 2 checks, which stand for 4 of 4 points" in text
    assert re.search(r"Doubler +4 points, not estimated here", text)
    (folder / "counter.py").write_text(WRONG)
    status, text = run(folder, "Counter.add")
    assert status == 1
    assert "FAILED           add gives the sum so far" in text
    assert "not run          add gives a number" in text
    assert re.search(r"found: +4\n +expected: 7", text)


def test_of_languages_is_said_what_there_is(lab, tmp_path):
    spoken = (("en", "zh-TW"), ("en",))
    folders = [made(replace(lab, languages=tags), tmp_path / str(len(tags))) for tags in spoken]
    for folder, several in zip(folders, (True, False), strict=True):
        for command in ("check.py", "hand_in.py"):
            status, text = run(folder, "--help", command=command)
            assert (status, "--lang" in text, "language.py" in text) == (0, several, several)
            status, text = run(folder, "--lang", "de", command=command)
            assert status == 2 and re.fullmatch("There are no texts in 'de'. Choose .*\n", text)
    assert run(folders[1], "--help", "--lang", "en_US")[0] == 0


IMPORTING = """from doubler import Doubler


class Counter:
    def __init__(self):
        self.total = 0

    def add(self, number):
        self.total += Doubler().forward(number) / 2
        return self.total
"""
DOUBLER_CODE = """class Doubler:
    def forward(self, x):
        return 2.0 * x
"""


@pytest.fixture
def importing(lab, tmp_path):
    """Give a student's folder in which one file imports another."""
    path = lab.root / "lab.toml"
    suite = 'suite = "test_counter.py"'
    path.write_text(path.read_text().replace(suite, f'{suite}\nuses = ["Doubler"]'))
    files = {"counter.py": IMPORTING, "doubler.py": DOUBLER_CODE}
    return made(load_lab(path), tmp_path / "importing", files)


def test_a_save_runs_again_what_imports_the_file(importing):
    path = importing / "doubler.py"
    watching = Watching(importing)
    assert "2 of 2 checks passed." in watching.until("Waiting for you to save a file")
    save(path, DOUBLER_CODE.replace("2.0", "3.0"))
    text = watching.until("Do first: Counter, “add gives the sum so far”")
    assert "Counter (doubler.py): Doubler.forward changed; 2 of 2 checks again" in text
    save(path, "class Doubler(\n")
    assert "doubler.py: not valid Python at the moment" in watching.until("  line ")
    save(path, DOUBLER_CODE)
    watching.until("2 of 2 checks passed.")
    save(path, "SIZE = 1\n" + DOUBLER_CODE)
    watching.until(r"..:..:.. Counter \(doubler.py\): changed; 2 of 2 checks again")
    watching.until("2 of 2 checks passed.")
    assert watching.stop()[0] == 0


def test_what_is_wrong_with_an_imported_file_is_told_as_of_any(importing):
    (importing / "doubler.py").write_text("class Doubler(\n")
    assert "doubler.py is not valid Python (line 1: " in run(importing)[1]
    (importing / "doubler.py").write_text("import scipy\n" + DOUBLER_CODE)
    assert "doubler.py, line 1: `scipy` is imported, but" in run(importing)[1]
    unwritten = 'raise NotImplementedError("Doubler.forward")'
    (importing / "doubler.py").write_text(DOUBLER_CODE.replace("return 2.0 * x", unwritten))
    status, text = run(importing)
    assert "Not written yet: Doubler.forward (doubler.py, line 3)" in text, text


def test_a_special_method_has_the_checks_that_use_its_class(lab, tmp_path):
    length = "    def __len__(self):\n        ### BEGIN SOLUTION\n        return 0\n"
    source = lab.reference / "counter.py"
    source.write_text(source.read_text() + "\n" + length + "        ### END SOLUTION\n")
    folder = made(lab, tmp_path / "out", {"counter.py": source.read_text()})
    status, text = run(folder, "counter.__len__")
    assert (status, "2 of 2 checks passed." in text) == (0, True), text
    lab_json = folder / "checks" / "lab.json"
    lab_json.write_text(lab_json.read_text().replace('"__len__"', '"size"'))
    status, text = run(folder, "Counter.size")  # which no check is about
    assert (status, "2 of 2 checks passed." in text) == (0, True), text


def test_the_skeleton_is_not_written_yet(lab, tmp_path):
    status, text = run(made(lab, tmp_path / "out"))
    assert status == 1
    assert "Not written yet: Counter.add (counter.py, line 5)" in text, text


def test_pytest_runs_the_same(lab, tmp_path):
    folder = made(lab, tmp_path / "out", {"counter.py": WRONG})
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert "it builds on “add gives the sum so far”" in done.stdout, done.stdout
    assert "2 failed" in done.stdout


def test_the_released_checks_are_no_secret(lab):
    write_release(lab)
    assert check_release(lab) == []
    described = json.loads((lab.root / "handed-out" / "checks" / "lab.json").read_text())
    assert described["parts"]["counter"]["methods"] == ["add"]
    path = lab.root / "handed-out" / "stolen.py"
    path.write_text(DOUBLER_SUITE)
    assert any("lines of a hidden check" in problem for problem in check_release(lab))


def test_a_graded_check_without_its_requirement_is_not_reached(lab, grade):
    right = {"doubler.py": "class Doubler:\n    def forward(self, x):\n        return 2.0 * x\n"}
    found = {c.id.partition("::")[2]: c for c in grade(lab, right | {"counter.py": WRONG}).checks}
    assert "test_easy" not in found
    assert found["test_add"].outcome == FAILED
    assert found["test_secret"].outcome == NOT_REACHED
    said = "Not reached: it builds on “add gives the sum so far”, which does not pass."
    assert found["test_secret"].message == said
    again = WRONG.replace("return number", "self.n = getattr(self, 'n', 0) + number; return self.n")
    found = grade(lab, right | {"counter.py": again}).checks
    assert {check.outcome for check in found} == {PASSED}


HELPERS = """
import math
from autograder.checks import Number, assert_items, export

LIMIT = 2


@export(x=Number())
def halved(x):
    return x / LIMIT


def started(counter):
    counter.add(math.floor(1.5))
    return counter


def unused():
    return "a secret"
"""
HELPED = '''

@pytest.mark.check(points=1, where="both")
def test_helped(student):
    """add goes on from where it was"""
    assert_items([started(student.Counter()).add(halved(6.0))], [4.0], "what add returns")
'''


def test_a_check_may_use_what_the_suites_share_and_hand_it_out(lab, tmp_path):
    path = lab.suite / "test_counter.py"
    head = (
        "from hidden.helpers import halved, started\nfrom autograder.checks import assert_items\n"
    )
    path.write_text(head + path.read_text() + HELPED)
    write_files(lab.suite, {"helpers.py": HELPERS})
    (text,) = extracted(lab).values()
    assert "import math" in text and "LIMIT = 2" in text and "secret" not in text.lower()
    right = {"counter.py": (lab.reference / "counter.py").read_text()}
    folder = made(lab, tmp_path / "out", right)
    assert run(folder)[0] == 0
    (folder / "counter.py").write_text(WRONG)
    assert re.search(r"found: +\[3.0\]\n +expected: \[4.0\]", run(folder)[1])
    path.write_text(path.read_text() + "\n\nLIMIT = 3\n")
    with pytest.raises(LabError, match="both define LIMIT"):
        extracted(lab)


EQUAL = """
import dataclasses, numpy as np
from checks.asserts import assert_equal, assert_items
from checks.student import CheckError

@dataclasses.dataclass
class Cluster:
    center: tuple
    points: list

right = [Cluster((0.0, 1.0), [np.ones(2)])]
assert_equal([Cluster((0.0, 1.0 + 1e-12), [np.ones(2)])], right, "x", tol=1e-9)
assert_equal({"a": [1]}, {"a": [1]}, "x")
assert_items((n * n for n in range(3)), [0, 1, 4], "x")
assert_items(iter(int, 1), [0, 0], "x", ends=False)
for actual, expected in (
    ([Cluster((0.0, 1.1), [np.ones(2)])], right), ([1.0], right), ([1], [1.0]), ((1,), [1]),
    ([True], [1]), ([1, 2], [1]), ("a", "b"), ([np.ones(3)], [np.ones(2)]), (None, [1]),
):
    for compare in (assert_equal, assert_items) if isinstance(actual, list) else (assert_equal,):
        try:
            compare(actual, expected, "x", tol=1e-9)
        except CheckError:
            continue
        raise SystemExit(f"{actual} passes for {expected}")
try:
    assert_items(range(9), [0, 1], "x")
except CheckError as error:
    assert "[0, 1, 2]" in str(error)
"""


def test_values_are_compared_as_when_they_are_graded(lab, tmp_path):
    folder = made(lab, tmp_path / "out")
    done = subprocess.run([sys.executable, "-c", EQUAL], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("def test_easy(student, rng)", "def test_easy(student, clock)", "asks for 'clock'"),
        (
            "import numpy as np",
            "from hidden.helpers import counted as np",
            "which they do not have",
        ),
        (
            "import Array, assert_array, assert_number",
            "import together as assert_number",
            "uses together, which their folder does not have",
        ),
    ],
)
def test_what_students_do_not_have_is_named(lab, old, new, said):
    path = lab.suite / "test_counter.py"
    text = path.read_text().replace("FIRST = 3", "FIRST = int(np.array(3))")
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(LabError, match=said):
        extracted(lab)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('requires="test_add"', 'requires="test_ad"', "requires test_ad, which is no check before"),
        ('requires="test_add"', 'requires="test_secret"', "requires test_secret, which is no"),
        ('where="public"', 'where="everybody"', "should be hidden, public, both"),
    ],
)
def test_a_wrong_mark_is_named(lab, grade, old, new, said):
    path = lab.suite / "test_counter.py"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    assert said in grade(lab, {"doubler.py": "", "counter.py": WRONG}).reason


@pytest.mark.parametrize("where", ['"publik"', "WHO"])
def test_who_a_check_is_for_is_refused_where_it_is_taken_out(lab, where):
    path = lab.suite / "test_counter.py"
    path.write_text(path.read_text().replace('where="public"', f"where={where}"))
    with pytest.raises(LabError, match=r"\.py::test_easy should be hidden, public, both"):
        write_release(lab)


def test_a_check_may_define_a_class_that_the_suite_has_another_of(lab):
    suite = lab.suite / "test_counter.py"
    inner = '    class Secret:\n        """Its own."""\n\n    Secret()\n    assert_number('
    text = suite.read_text().replace("    assert_number(", inner, 1)
    suite.write_text(text + "\n\nclass Secret:\n    number = SECRET\n")
    (made,) = extracted(lab).values()
    assert "    class Secret" in made and "number = SECRET" not in made and "4711" not in made


def test_a_part_has_all_tasks_of_its_file(lab):
    folder = lab.root / "of"
    (lab.root / "lab.toml").write_text(
        (lab.root / "lab.toml")
        .read_text()
        .replace('Counter = "counter.py"', 'Counter = "counter.py"\nzero = "counter.py"')
    )
    source = lab.reference / "counter.py"
    source.write_text(
        source.read_text()
        + "\n\ndef zero():\n    ### BEGIN SOLUTION\n    return 0\n    ### END SOLUTION\n"
    )
    write_folder(load_lab(lab.root / "lab.toml"), folder)
    described = json.loads((folder / "checks" / "lab.json").read_text())
    assert described["parts"]["counter"]["methods"] == ["Counter.add", "zero"]
    assert described["functions"] == ["zero"]
