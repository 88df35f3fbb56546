"""A grade names every mistake of a submission, one in each class too."""

import pytest

from autograder.diagnosis.mistakes import load_catalogue
from autograder.draws import Draws
from autograder.grading import Run
from autograder.jail.probe import find_sandbox
from tests.in_process import InProcess
from tests.lab.test_suites import LAB, REFERENCE

MISTAKES = [m for m in load_catalogue(LAB) if m.trusted and not m.unrecognised]
PARTS = {part.name: part.suite for part in LAB.parts if not part.uses}
BY_PART = {part: [m for m in MISTAKES if m.part == part] for part in PARTS}
ROUNDS = 6


@pytest.fixture(scope="module")
def run():
    return Run(LAB, find_sandbox(LAB), Draws(77, bytes(range(32))))


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_mistake_in_each_class_is_named_in_each(run, number):
    made = {part: known[number * len(known) // ROUNDS] for part, known in BY_PART.items()}
    files = dict(REFERENCE)
    for mistake in made.values():
        files |= {name: text for name, text in mistake.files.items() if text != REFERENCE[name]}
    answer = InProcess(run).examine(run.draws, list(PARTS.values()), (files, {}))
    named = {part: set() for part in PARTS}
    for check in answer.checks:
        if check.id in answer.reasons:
            named[check.part] |= set(answer.reasons[check.id].mistakes)
    assert {part: mistake.kind in named[part] for part, mistake in made.items()} == dict.fromkeys(
        PARTS, True
    )
