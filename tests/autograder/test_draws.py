"""The draws of a check can be computed by who has the secret, and by nobody else."""

import numpy as np
import pytest

from autograder.draws import PUBLIC_SECRET, Draws
from autograder.jail.inside import wire
from tests.autograder.conftest import SUITE_HEAD, messages, outcomes, write_lab

OTHER_SECRET = bytes(range(32))
CHECKS = ["test_doubler.py::test_one", "test_doubler.py::test_two"]

DRAWING_SUITE = (
    SUITE_HEAD
    + """
@pytest.mark.check(points=1)
def test_one(student, rng):
    \"\"\"forward doubles what it is given\"\"\"
    x = rng.normal(size=(4, 3))
    assert_array(student.Doubler().forward(x), 2.0 * x, "what forward returns")


@pytest.mark.check(points=1)
def test_two(student, rng):
    \"\"\"forward doubles what else it is given\"\"\"
    x = rng.normal(size=(2, 5))
    assert_array(student.Doubler().forward(x), 2.0 * x, "what forward returns")
"""
).replace('\\"', '"')


@pytest.fixture
def lab(tmp_path):
    return write_lab(
        tmp_path / "lab", {"test_doubler.py": DRAWING_SUITE}, tasks={"Doubler": "doubler.py"}
    )


def test_draws_depend_on_all_of_secret_seed_and_check():
    starts = {
        (kind, secret, seed, check): getattr(Draws(seed, secret), kind)(check)
        for kind in ("of_check", "of_student")
        for secret in (PUBLIC_SECRET, OTHER_SECRET)
        for seed in (0, 1, 11)
        for check in (*CHECKS, "1" + CHECKS[0])
    }
    assert len(set(starts.values())) == len(starts)
    for (kind, secret, seed, check), start in starts.items():
        assert getattr(Draws(seed, secret), kind)(check) == start
    firsts = {np.random.default_rng(start).random() for start in starts.values()}
    assert len(firsts) == len(starts)


def test_the_start_of_a_checks_draws_can_not_be_guessed():
    assert min(Draws(seed, PUBLIC_SECRET).of_check("c") for seed in range(50)) > 2**200
    assert all(0 <= Draws(seed, PUBLIC_SECRET).of_student("c") < 2**32 for seed in range(50))


def test_a_secret_has_a_name_and_is_never_shown():
    one, two = Draws(3, OTHER_SECRET), Draws(4, OTHER_SECRET)
    assert one.secret_id == two.secret_id != Draws(3, PUBLIC_SECRET).secret_id
    assert len(one.secret_id) == 16 and int(one.secret_id, 16)
    for text in (repr(one), str(one), f"{[one]}"):
        assert repr(OTHER_SECRET) not in text and OTHER_SECRET.hex() not in text
    assert one.secret_id not in OTHER_SECRET.hex()


GUESSING = """
import gc
import random
import numpy as np

def numbers(things):
    for thing in things:
        if type(thing) is int:
            yield abs(thing)
        elif isinstance(thing, (list, tuple)) and len(thing) < 1000:
            yield from (abs(part) for part in thing if type(part) is int)

class Doubler:
    def forward(self, x):
        known = []
        for thing in gc.get_objects():
            if type(thing).__name__ in ("Worker", "Sources"):
                known += vars(thing).values()
        known += [np.random.get_state()[1][:1].tolist(), list(range(20))]
        for start in {*numbers(known)}:
            if np.array_equal(np.random.default_rng(start).normal(size=x.shape), x):
                return 2.0 * x
        if %s in str(known):
            return 2.0 * x
        raise ValueError("it is not here")
"""


def test_student_code_finds_nothing_to_draw_from(lab, grade):
    result = grade(lab, {"doubler.py": GUESSING % "'test' + '_one'"})
    assert outcomes(result) == {"test_one": "failed", "test_two": "failed"}
    assert messages(result).count("Your code raised ValueError") == 2


def test_that_attack_would_work_if_the_start_were_there(lab, grade, monkeypatch):
    """So that the test above can fail."""
    monkeypatch.setattr(Draws, "of_check", Draws.of_student)
    result = grade(lab, {"doubler.py": GUESSING % "'no such name'"})
    assert outcomes(result) == {"test_one": "passed", "test_two": "passed"}


def test_neither_start_nor_name_crosses(lab, grade, monkeypatch):
    draws, sent = Draws(5, OTHER_SECRET), bytearray()
    encode = wire.encode

    def recording(message, export):
        frame, arrays = encode(message, export)
        sent.extend(frame)
        return frame, arrays

    monkeypatch.setattr(wire, "encode", recording)
    right = "class Doubler:\n    def forward(self, x):\n        return 2.0 * x\n"
    assert grade(lab, {"doubler.py": right}, seed=5, secret=OTHER_SECRET).score == 2
    assert b"Doubler" in sent
    for check in CHECKS:
        assert str(draws.of_student(check)).encode() in sent
        start = draws.of_check(check)
        for text in (str(start), f"{start:x}", check, *check.split("::")):
            assert text.encode() not in sent, text
        for order in ("big", "little"):
            whole = start.to_bytes(32, order)
            assert not [part for part in (whole, whole[:8], whole[-8:]) if part in sent]
    for secret in (OTHER_SECRET, OTHER_SECRET.hex().encode(), draws.secret_id.encode()):
        assert secret not in sent


def test_student_codes_own_draws_are_the_same_in_every_run(lab, grade):
    source = (
        "import numpy as np\nclass Doubler:\n    def forward(self, x):\n"
        "        return x * (2.0 if np.random.rand() < 0.5 else 3.0)\n"
    )
    runs = [
        [outcomes(grade(lab, {"doubler.py": source}, seed=seed)) for seed in range(6)]
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert {outcome for run in runs[0] for outcome in run.values()} == {"passed", "failed"}
