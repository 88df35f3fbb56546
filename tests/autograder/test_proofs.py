"""What is proved of a lab without a mistake's help, on little labs of its own."""

from dataclasses import replace

import numpy as np
import pytest

from autograder import proofs
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.grading import Run
from autograder.jail.sandbox import LOCKDOWN
from autograder.lab import Check
from autograder.lab_file import load_lab
from autograder.languages.translations import translations_path
from autograder.progress import Progress
from autograder.verify import OTHER_SEED, SEED, right_code, verify
from tests.autograder.conftest import SUITE_HEAD, sandbox_of, write_files, write_lab

SUITE = '''
@pytest.mark.check(points=1, where="both")
def test_it(student):
    """forward doubles what it is given"""
    assert_number(student.Doubler().forward(3.0), 6.0, "what forward returns")
'''
MARKED = '''
class Doubler:
    def forward(self, x):
        """Double x."""
        ### BEGIN SOLUTION
        result = 2.0 * x + 0.0 * x
        ### END SOLUTION
        return result
'''


def checks(*titles):
    return [Check(f"test_a.py::test_{n}", "A", title, 1, False) for n, title in enumerate(titles)]


def test_titles_are_told_apart_and_say_something():
    assert proofs.titles(checks("forward adds", "backward adds", "\u5411\u524d\u50b3\u905e")) == []
    (problem,) = proofs.titles(checks("forward adds", "forward adds"))
    assert problem == "2 checks are called 'forward adds'; give each a title of its own"
    (problem,) = proofs.titles(checks("forward"))
    assert problem.startswith("test_a.py::test_0 is called 'forward', which says too little")


def test_what_is_not_translated_is_named_and_nothing_is_written(tmp_path):
    lab = write_lab(tmp_path, {"test_doubler.py": SUITE_HEAD + SUITE}, locale="words")
    found = proofs.translations(lab)
    assert any("'forward doubles what it is given'" in problem for problem in found)
    assert all(problem.startswith("words/zh_TW/") for problem in found)
    assert not translations_path(lab.locale, "zh-TW").exists()
    assert proofs.translations(replace(lab, languages=("en",))) == []


@pytest.fixture
def lab(tmp_path):
    suites = {"test_doubler.py": SUITE_HEAD + SUITE}
    tasks = {"Doubler": "doubler.py"}
    lab = write_lab(tmp_path / "lab", suites, tasks=tasks, languages=("en",), free_points=0)
    write_files(lab.reference, {"doubler.py": MARKED})
    return load_lab(lab.root / "lab.toml")


def test_what_students_receive_is_proved(lab):
    assert proofs.release(lab, right_code(lab)) == []
    leaking = replace(lab.release, copies={"notes.txt": "notes.txt"})
    write_files(lab.root, {"notes.txt": "result = 2.0 * x + 0.0 * x\n"})
    (problem,) = proofs.release(replace(lab, release=leaking), {})
    assert problem == "handed-out/notes.txt, line 1, is a line of the solution"


def test_the_solution_passes_the_public_checks_and_the_skeleton_does_not(lab):
    path = lab.suite / "test_doubler.py"
    suite = path.read_text()
    path.write_text(suite.replace("6.0", "7.0"))
    (problem,) = proofs.release(lab, right_code(lab))
    said = "the reference is right, but does not pass the public check 'forward doubles what it is"
    assert problem.startswith(said) and "found: 6 expected: 7" in problem
    path.write_text(suite.replace("student.Doubler().forward(3.0)", "6.0"))
    (problem,) = proofs.release(lab, right_code(lab))
    assert problem.startswith("what is handed out passes all public checks")
    path.write_text(suite.replace("6.0", "nothing(6.0)") + "\nnothing = __import__('nowhere')\n")
    (problem,) = proofs.release(lab, right_code(lab))
    assert problem.startswith("the public checks can't be run:") and "nowhere" in problem


def test_right_solutions_in_other_styles_pass_the_public_checks(lab):
    right = {"doubler.py": b"class Doubler:\n    def forward(self, x):\n        return x + x\n"}
    numbers = {"doubler.py": right["doubler.py"].replace(b"x + x", b"[x + x]")}
    (problem,) = proofs.release(lab, {"sum": right, "list": numbers})
    assert problem.startswith("list is right, but does not pass the public check") and (
        "should be a number, but is of type list" in problem
    )


LUCKY = '''
@pytest.mark.check(points=1)
def test_lucky(student, rng):
    """forward gives zero for zero"""
    shown = (rng.uniform() {sign} {limit})
    assert_number(student.Doubler().forward(0.0) * shown, 0.0, "what forward returns")


@pytest.mark.check(points=1)
def test_certain(student):
    """forward gives zero for a whole zero"""
    assert_number(student.Doubler().forward(0.0), 0.0, "what forward returns")
'''
ADDS = """
part = "Doubler"
[mistakes.adds]
method = "Doubler.forward"
old = "+ 0.0 * x"
new = "+ 1.0"
en = "Look at what becomes of 0."
"""


def test_verify_names_what_depends_on_a_seed(lab):
    first, second = (
        np.random.default_rng(Draws(seed, PUBLIC_SECRET).of_check("test_doubler.py::test_lucky"))
        for seed in (SEED, OTHER_SEED)
    )
    drawn = first.uniform(), second.uniform()
    text = LUCKY.format(sign=">" if drawn[0] > drawn[1] else "<", limit=sum(drawn) / 2)
    (lab.suite / "test_doubler.py").write_text(SUITE_HEAD + text)
    write_files(lab.root / "wrong", {"doubler.toml": ADDS})
    lab = replace(lab, mistakes=lab.root / "wrong", free_points=2)
    run = Run(lab, sandbox_of(LOCKDOWN), Draws(OTHER_SEED, PUBLIC_SECRET))
    with Progress() as progress:
        found = verify(run, 1, 1, progress).problems
    said = "adds fails test_lucky with seed 0, and passes as a submission with seed 20"
    assert any(problem.startswith(said) for problem in found), found
