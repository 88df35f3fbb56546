"""A lab far from deep learning: functions, tuples, a data file, generators, an import.

It lies in ``tests/labs/kmeans`` and is in English only.
"""

import pytest

from autograder.draws import PUBLIC_SECRET, Draws
from autograder.grading import Run
from autograder.intake.gather import list_entries
from autograder.jail.probe import find_sandbox
from autograder.lab_file import load_lab
from autograder.progress import Progress
from autograder.records import PASSED, mistakes_of
from autograder.release.folder import write_folder
from autograder.verify import OTHER_SEED, verify
from tests.autograder.conftest import ROOT, forget, grade_here, messages

LAB = load_lab(ROOT / "tests" / "labs" / "kmeans" / "lab.toml")


@pytest.fixture(scope="module")
def run():
    """Give what is needed to grade by it."""
    return Run(LAB, find_sandbox(LAB), Draws(OTHER_SEED, PUBLIC_SECRET))


def test_it_is_proved(run):
    """Every mistake is caught where it belongs, and named; a wrong distance shows in clusters."""
    with Progress() as progress:
        verdict = verify(run, 2, 1, progress)
    assert verdict.problems == verdict.notes == []
    assert verdict.together == {
        "farthest-point": {"test_clusters.py::test_assign", "test_clusters.py::test_learn"}
    }


def test_a_class_is_graded(run):
    ada, ben = (grade_here(run, entry) for entry in list_entries(LAB.sample, LAB))
    forget(LAB)
    assert (ada.student, ada.score) == ("ada", ada.max_score) == ("ada", 14)
    assert ben.score == 14 - 6
    named = {check.name: mistakes_of(check) for check in ben.checks if check.outcome != PASSED}
    assert set(map(tuple, named.values())) == {("farthest-center",)}
    assert "has too few elements" in messages(ben)


def test_it_is_handed_out(tmp_path):
    write_folder(LAB, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *("clusters.py", "geometry.py", "points.csv"),
    ]
    assert "min(" not in (tmp_path / "out" / "clusters.py").read_text()
