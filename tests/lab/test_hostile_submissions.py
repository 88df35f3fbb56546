"""Submissions that attack the grader's own process gain nothing, and cost little."""

import json
import subprocess
import sys

import pytest

from tests.lab.hostile import CASES, LAB

pytestmark = pytest.mark.slow

#: Far above what any of them takes on an idle machine.
SECONDS, MEMORY_MIB = 130, 700


@pytest.mark.parametrize("name", CASES)
def test_an_attack_on_the_graders_process_gains_nothing(name, tmp_path):
    case, path = CASES[name], tmp_path / "written"
    command = [sys.executable, "-m", "tests.lab.hostile", name, str(path)]
    done = subprocess.run(command, cwd=LAB.root, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert not path.exists()
    assert found["seconds"] < SECONDS and found["memory"] < MEMORY_MIB
    outcomes = {check: outcome for check, (outcome, _) in found["checks"].items()}
    assert set(case.checks) <= set(outcomes)
    passed = [check for check, outcome in outcomes.items() if outcome == "passed"]
    if case.unharmed:
        assert passed == list(outcomes), found
    elif case.stub:
        assert passed == []
