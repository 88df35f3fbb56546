"""What kinds of mistakes cost: one cause has one price in its class, whatever is drawn."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from autograder.draws import SECRET_SIZE, Draws
from autograder.suites.local import run_local
from autograder.suites.session import Suites, quiet_session
from tests.lab.test_suites import LAB, REFERENCE

CODE = tomllib.loads(Path(__file__).with_name("wrong_code.toml").read_text(encoding="utf-8"))
SEEDS = range(6)
# So many seeds of the checks that take long, for those of the wrong code that train rightly.
LONG_SEEDS = (0, 7)


def files(case):
    """Put what is wrong at the end of the reference's files."""
    return {n: text + case.get(n.removesuffix(".py"), "").encode() for n, text in REFERENCE.items()}


WRONG = {name: files(case) for name, case in CODE.items()}


def draws(seed):
    return Draws(seed, bytes([seed] * SECRET_SIZE))


@pytest.fixture(scope="module")
def checks():
    """Return the checks of the lab."""
    found = []
    quiet_session(LAB, Suites(LAB, lambda suites: found.extend(suites.checks)))
    return {check.id: check for check in found}


def failed(variants, seed, wanted=None, quick=False):
    """Return what each variant fails with the draws of a seed."""
    found = run_local(LAB, variants, draws(seed), wanted, quick=quick)
    return {name: {f.check for f in found if f.error and f.variant == name} for name in variants}


def price(fails, checks, part):
    return sum(checks[check].points for check in fails if checks[check].part == part)


def test_a_mistake_costs_its_price_in_its_class_and_nothing_elsewhere(checks):
    classes = ("Activation", "Linear_Layer", "Model")
    paid = {
        name: {part: price(fails, checks, part) for part in classes}
        for name, fails in failed(WRONG, 0, quick=True).items()
    }
    assert paid == {
        n: {part: case["lost"].get(part, 0) for part in classes} for n, case in CODE.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_costs_its_price_in_the_whole_network(name, checks):
    network = [check.id for check in checks.values() if check.part == "Network"]
    for seed in LONG_SEEDS:
        fails = failed({name: WRONG[name]}, seed, dict.fromkeys(network, [name]))[name]
        assert price(fails, checks, "Network") == CODE[name]["lost"].get("Network", 0), seed


@pytest.mark.slow
def test_points_of_wrong_code_are_equal_with_every_seed():
    first, *others = (failed(WRONG, seed, quick=True) for seed in SEEDS)
    for seed, other in enumerate(others, 1):
        assert other == first, f"seed {seed}"


def test_what_is_drawn_differs_from_seed_to_seed(monkeypatch):
    """So that equal points do not come of equal draws."""
    drawn = {}

    class Noting(np.random.Generator):
        def normal(self, *args, **kwargs):
            values = super().normal(*args, **kwargs)
            drawn.setdefault(self.seed, []).append(np.sum(values))
            return values

    def generator(start):
        made = Noting(np.random.PCG64(start))
        made.seed = current
        return made

    monkeypatch.setattr("autograder.suites.session.np.random.default_rng", generator)
    wanted = dict.fromkeys(
        [f"test_linear_layer.py::{name}" for name in ("test_forward", "test_sgdm", "test_beta")],
        [""],
    )
    for current in SEEDS:
        run_local(LAB, {"": REFERENCE}, draws(current), wanted)
    numbers = [number for values in drawn.values() for number in values]
    assert len(drawn) == len(SEEDS) and len(numbers) > 10 * len(SEEDS)
    assert len(set(numbers)) == len(numbers)
