"""What students receive: made from the reference, up to date, and without its secrets."""

import sys

import pytest

from autograder.release.folder import (
    BEGIN,
    END,
    ReleaseError,
    check_release,
    hidden_passages,
    skeleton,
    solution_lines,
    write_release,
)
from tests.autograder.conftest import COUNTER_SUITE, write_files, write_lab

SOURCE = f'''"""A module."""

import numpy as np


class Doubler:
    """Doubles."""

    def __init__(self, gain=2.0):
        self.gain = gain

    @property
    def half(self):
        """Give half."""
        {BEGIN}
        return self.gain * 0.5 + 0.0
        {END}

    def forward(self, x):
        """Double."""
        {BEGIN}
        doubled = self.gain * x
        return doubled
        {END}


def helper():
    {BEGIN}
    return "a secret of the helper"
    {END}


LAST = 1
'''
RIGHT = {"doubler.py": SOURCE, "counter.py": "class Counter:\n    pass\n"}


@pytest.fixture
def lab(tmp_path):
    """Give a lab with markers in its reference and two copies."""
    copies = {"handout.md": "text/handout.md", "data": "data"}
    root = tmp_path / "lab"
    write_files(root, {"text/handout.md": "Read me.\n", "data/a/x.csv": "1,2\n", "data/.junk": "x"})
    lab = write_lab(root, copies=copies)
    write_files(lab.reference, RIGHT)
    return lab


def test_a_skeleton_needs_no_nbgrader(monkeypatch):
    for name in ("nbformat", "nbgrader"):  # as where the engine is installed alone
        monkeypatch.setitem(sys.modules, name, None)
    source = f"def f():\n    {BEGIN}\n    return 1\n    {END}\n"
    assert skeleton(source, "f.py") == 'def f():\n    raise NotImplementedError("f")\n'


def test_a_skeleton_has_a_stub_for_each_solution():
    text = skeleton(SOURCE, "doubler.py")
    compile(text, "doubler.py", "exec")
    assert text.count("raise NotImplementedError") == 3
    for name in ("Doubler.half", "Doubler.forward", "helper"):
        assert f'raise NotImplementedError("{name}")' in text
    assert "doubled" not in text
    assert "secret" not in text
    assert BEGIN not in text
    assert text.startswith('"""A module."""\n\nimport numpy as np\n')
    assert text.endswith("\n\n\nLAST = 1\n")
    assert '        """Double."""\n        raise NotImplementedError' in text


def test_a_module_without_solutions_stays_as_it_is():
    assert skeleton("x = 1\n", "x.py") == "x = 1\n"
    assert skeleton("", "x.py") == ""


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (f"{BEGIN}\nx = 1\n{END}\n", "outside of functions"),
        (f"def f():\n    {BEGIN}\n    return 1\n", f"x.py, line 2: '{END}' is missing"),
        (f"def f():\n    return 1\n    {END}\n", f"x.py, line 3: '{BEGIN}' is missing"),
        (
            f"def f():\n    {BEGIN}\n    pass\n\ndef g():\n    pass\n    {END}\n",
            f"line 2: '{END}' is missing",
        ),
        (f"def f():\n    {END}\n    pass\n    {BEGIN}\n", f"line 2: '{BEGIN}' is missing"),
        (f"def f():\n    {BEGIN}\n    pass\n    {BEGIN}\n    {END}", f"line 2: '{END}' is missing"),
    ],
)
def test_markers_that_are_wrong_are_named(source, text):
    with pytest.raises(ReleaseError, match=text):
        skeleton(source, "x.py")


def test_the_folder_is_made_and_then_up_to_date(lab):
    write_release(lab)
    folder = lab.root / "handed-out"
    made = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert made == {"doubler.py", "counter.py", "handout.md", "data/a/x.csv"}
    assert check_release(lab) == []
    (folder / "old.txt").write_text("x")
    write_release(lab)
    assert check_release(lab) == []
    assert not [p for p in lab.root.iterdir() if p.name.startswith(".release")]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda f: (f / "doubler.py").write_text("x"), "doubler.py is not what its source makes"),
        (lambda f: (f / "handout.md").unlink(), "handout.md is missing"),
        (lambda f: (f / "extra.txt").write_text("x"), "extra.txt should not be in"),
    ],
)
def test_every_difference_is_named(lab, change, text):
    write_release(lab)
    change(lab.root / "handed-out")
    (difference,) = check_release(lab)
    assert text in difference


def test_a_folder_that_is_not_there_is_missing_whole(lab):
    assert len(check_release(lab)) == 4


@pytest.mark.parametrize("line", ["        doubled = self.gain * x", "doubled=self.gain*x"])
def test_a_line_of_the_solution_is_found(lab, line):
    (lab.root / "text" / "handout.md").write_text(f"Read me.\n{line}\n")
    write_release(lab)
    assert check_release(lab) == ["handed-out/handout.md, line 2, is a line of the solution"]


def test_a_passage_of_a_hidden_suite_is_found(lab):
    (lab.root / "text" / "handout.md").write_text(COUNTER_SUITE.replace("\n", "\n\n  "))
    write_release(lab)
    (found,) = check_release(lab)
    assert found.startswith("handed-out/handout.md has lines of a hidden check")


def test_a_single_line_can_stand_in_anybodys_tests(lab):
    (lab.root / "text" / "handout.md").write_text(COUNTER_SUITE.splitlines()[-2])
    write_release(lab)
    assert check_release(lab) == []


def test_only_telling_lines_are_secret(lab):
    secret = solution_lines(lab)
    assert "doubled=self.gain*x" in secret
    assert "returndoubled" not in secret  # anybody's
    assert "importnumpyasnp" not in secret
    assert hidden_passages(lab)


def test_a_source_that_is_missing_is_an_error(lab):
    (lab.root / "text" / "handout.md").unlink()
    with pytest.raises(ReleaseError, match=r"handout\.md"):
        check_release(lab)
    with pytest.raises(ReleaseError, match=r"handout\.md"):
        write_release(lab)


def test_a_failure_leaves_the_earlier_folder(lab):
    write_release(lab)
    (lab.root / "text" / "handout.md").unlink()
    with pytest.raises(ReleaseError):
        write_release(lab)
    assert (lab.root / "handed-out" / "handout.md").is_file()
