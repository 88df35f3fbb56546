"""What students are told is true: of wrong submissions that are not built like the solution."""

import tomllib

import pytest

from autograder.draws import PUBLIC_SECRET, Draws
from autograder.grading import Run, _explained
from autograder.jail.probe import find_sandbox
from autograder.pages.steps import find_steps
from autograder.records import PASSED, mistakes_of
from tests.autograder.conftest import ROOT
from tests.bench.mixed import measure
from tests.in_process import InProcess
from tests.lab.test_suites import LAB

FOLDER = ROOT / "tests" / "lab" / "told"
RIGHT = {file: (FOLDER / file).read_text() for file in LAB.tasks.values()}
CASES = tomllib.loads((FOLDER / "cases.toml").read_text())
SUITES = [part.suite for part in LAB.parts if not part.uses]
#: Of the failed checks of mixed mistakes so many must have a hint.
SHARE = 0.75


@pytest.fixture(scope="module")
def grade():
    """Give a function that grades files, without the checks of the whole network."""
    run = Run(LAB, find_sandbox(LAB), Draws(5, PUBLIC_SECRET))
    examiner = InProcess(run)

    def graded(files):
        encoded = {file: text.encode() for file, text in files.items()}
        return _explained(run, examiner.examine(run.draws, SUITES, (encoded, {})))

    return graded


def changed(case):
    files = dict(RIGHT)
    for file, old, new in case["changes"]:
        assert files[file].count(old) == 1, (file, old)
        files[file] = files[file].replace(old, new)
    return files


def test_what_the_cases_change_is_right(grade):
    assert all(check.outcome == PASSED for check in grade(RIGHT))


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_the_first_thing_told_is_the_mistake_and_no_other_is_named(grade, name):
    case = CASES[name]
    checks = grade(changed(case))
    shown = [Shown(check) for check in checks]
    first = find_steps(checks, shown, LAB)[0].checks[0].result
    named = {mistake for check in checks for mistake in mistakes_of(check)}
    assert mistakes_of(first) == (case["first"],)
    assert named == {case["first"], *case.get("also", ())}
    silent = [c.id for c in checks if c.outcome != PASSED and not c.diagnosis["hints"]]
    assert silent == []


class Shown:
    """A check as `find_steps` needs it."""

    def __init__(self, result):
        self.result, self.passed = result, result.outcome == PASSED
        self.points, self.max_points = result.points, result.max_points


def test_most_of_what_several_mistakes_fail_has_a_hint_and_none_is_false():
    told = measure(4, seed=1, wanted=SUITES)
    assert told.false == []
    assert told.failed > 10 and told.share >= SHARE
