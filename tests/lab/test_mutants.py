"""The suites fail what cosmic-ray makes of the reference; what survives is listed with a reason."""

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.lab_file import load_lab
from tests import mutants
from tests.mutants import Mutant, all_mutants, find_survivors, judge, mutant, read_listed

ROOT = Path(__file__).parents[2]
FILE = "linear_layer.py"


@pytest.fixture(scope="module")
def lab():
    return load_lab(ROOT / "lab.toml")


@pytest.fixture(scope="module")
def of_layer(lab):
    return all_mutants(lab, [FILE])


def changed(lab, old, new):
    """Return a mutant of our own making."""
    source = (lab.reference / FILE).read_text(encoding="utf-8")
    assert source.count(old) == 1
    return mutant(FILE, "", source, source.replace(old, new))


@pytest.mark.slow
def test_only_those_survive_that_are_listed(lab, of_layer):
    listed = {key for key in read_listed() if key[0] == FILE}
    chosen = [m for m in of_layer if m.key in listed or m.line % 7 == 0]
    assert len(chosen) > len(listed) > 0
    survivors = find_survivors(lab, chosen, 2)
    assert {m.key for m in survivors} == listed


def test_an_optimizer_that_sorts_behind_another_is_unknown_too(lab, of_layer):
    after = [m for m in of_layer if m.new == 'elif optimizer >= "sgdm":']
    assert len(after) == 1
    assert find_survivors(lab, after, 1) == []


def test_a_mutant_without_end_does_not_survive(lab, monkeypatch):
    monkeypatch.setattr(mutants, "CHECK_SECONDS", 0.5)
    endless = changed(lab, "self.pre_input = x", "self.pre_input = x; exec('while True: pass')")
    assert find_survivors(lab, [endless], 1) == []


def test_nothing_is_proved_by_suites_that_the_reference_fails(lab, tmp_path):
    for file in lab.files:
        text = (lab.reference / file).read_text(encoding="utf-8")
        (tmp_path / file).write_text(text.replace("grad @ self.w", "-grad @ self.w"))
    with pytest.raises(RuntimeError, match=r"the reference fails test_linear_layer\.py::"):
        find_survivors(replace(lab, reference=tmp_path), [], 1)


def test_all_is_told_that_is_wrong_with_the_list():
    one, two = Mutant("a.py", "f", "x > 0", "x >= 0"), Mutant("a.py", "f", "x + 1", "x - 1")
    assert judge([one], {one.key: "It is."}, [one, two]) == []
    (problem,) = judge([one], {}, [one, two])
    assert "a.py, f: x > 0  ->  x >= 0 survives" in problem
    assert "equivalent_mutants.toml" in problem
    assert "fails a check" in judge([], {two.key: "It is."}, [one, two])[0]
    assert "no such mutant" in judge([], {two.key: "It is."}, [one])[0]
    assert "without a reason" in judge([one], {one.key: " "}, [one])[0]


def test_a_line_that_moves_is_still_listed(lab):
    before = "def f(x):\n    return x + 1\n"
    moved = mutant("a.py", "f", f"# more\n{before}", f"# more\n{before}".replace("+", "-"))
    here = mutant("a.py", "f", before, before.replace("+", "-"))
    assert (here.key, here.line, moved.line) == (moved.key, 2, 3)
