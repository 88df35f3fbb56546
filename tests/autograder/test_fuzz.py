"""Hostile frames, for some seconds; `python -m tests.fuzz.frames` tries them for longer."""

import pytest

from tests.autograder.conftest import SECONDS
from tests.fuzz import frames


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_no_frame_harms_the_side_that_receives_it(monkeypatch):
    monkeypatch.setattr(frames, "FRAME_SECONDS", SECONDS)
    run, counted = frames.tries(100, derandomize=True)
    run()
    assert counted["frames"] > 100


@pytest.mark.parametrize(
    "harm",
    [lambda value: {}["missing"], lambda value: sum(i for i in range(10**7))],
    ids=["a crash", "a hang"],
)
def test_harm_would_be_found(harm, monkeypatch):
    monkeypatch.setattr(frames, "look_at", harm)
    monkeypatch.setattr(frames, "FRAME_SECONDS", 0.1)
    with pytest.raises((KeyError, frames.Harm)):
        frames.receive([frames.Frame([1, "return", 3, ["", [], []]]).made()])
