"""How suites are run: points, order, draws, and what becomes of each outcome of a check."""

import sys

import pytest

from autograder.draws import PUBLIC_SECRET, Draws
from autograder.grading import Run
from tests.autograder.conftest import (
    COUNTER,
    COUNTER_SUITE,
    DOUBLER,
    DOUBLER_SUITE,
    RIGHT,
    SUITE_HEAD,
    check_source,
    messages,
    outcomes,
    sandbox_of,
    write_lab,
)
from tests.in_process import InProcess

FILES = {name: text.encode() for name, text in RIGHT.items()}


def test_right_code_earns_every_point(lab, grade):
    result = grade(lab, RIGHT)
    assert (result.status, result.score, result.max_score) == ("graded", 6, 6)
    assert [(p.name, p.score, p.max_score) for p in result.parts] == [
        ("Doubler", 4, 4),
        ("Counter", 2, 2),
    ]
    assert messages(result) == "\n\n\n"
    assert result.sandbox == ("lockdown",)


def test_a_mistake_costs_its_own_points_only(lab, grade):
    wrong = RIGHT | {"doubler.py": DOUBLER.replace("2.0 *", "3.0 *")}
    result = grade(lab, wrong)
    assert outcomes(result) == {
        "test_forward": "failed",
        "test_zeros": "passed",
        "test_add": "passed",
    }
    assert result.score == 3
    assert "What forward returns has the right shape" in messages(result)


def test_checks_are_in_the_labs_order(tmp_path, grade):
    lab = write_lab(
        tmp_path / "lab", {"test_counter.py": COUNTER_SUITE, "test_doubler.py": DOUBLER_SUITE}
    )
    result = grade(lab, RIGHT)
    assert [c.part for c in result.checks] == ["Counter", "Doubler", "Doubler"]
    assert [c.id for c in result.checks][0] == "test_counter.py::test_add"
    assert result.checks[0].name == "add gives the sum so far"


def test_draws_depend_on_the_seed_the_secret_and_the_check_only(tmp_path, grade):
    body = "fail(str(rng.integers(10**6)))"
    suite = check_source(body) + check_source(body, name="test_other").removeprefix(SUITE_HEAD)
    lab = write_lab(tmp_path / "lab", {"test_doubler.py": suite})
    runs = [messages(grade(lab, RIGHT, seed=seed)).split() for seed in (0, 0, 1)]
    assert runs[0] == runs[1] != runs[2]
    assert runs[0] != messages(grade(lab, RIGHT, secret=bytes(range(32)))).split()
    assert runs[0][0] != runs[0][1]


@pytest.mark.parametrize(
    ("suite", "points", "text"),
    [
        (check_source("pass", points=0), None, "needs whole points"),
        (check_source("pass", points="'3'"), 1, "needs whole points"),
        (check_source("pass", points=1.5), 1, "needs whole points"),
        (check_source("pass", title=" "), None, "title"),
        (
            check_source("pass").replace("@pytest.mark.check(points=1)\n", ""),
            1,
            "needs whole points",
        ),
        (SUITE_HEAD, 4, "there are no checks in"),
        ("import nothing_of_this_name", 1, "nothing_of_this_name"),
        ("this is no Python", 1, "SyntaxError"),
        ("import pytest\npytest.skip('x', allow_module_level=True)", 1, "there are no checks in"),
        (
            check_source("pass").replace("student, rng", "student, nothing"),
            None,
            "fixture 'nothing'",
        ),
        (
            check_source("pass").replace(
                SUITE_HEAD, SUITE_HEAD + "@pytest.fixture\ndef rng(): 1 / 0\n"
            ),
            None,
            "ZeroDivisionError",
        ),
        (
            check_source("pass")
            .replace("@pytest.mark", "@pytest.mark.parametrize('a', [1, 2])\n@pytest.mark")
            .replace("(student", "(a, student"),
            None,
            "there twice",
        ),
    ],
)  # fmt: skip
def test_a_suite_that_is_not_whole_is_an_error_and_not_the_students(
    tmp_path, grade, suite, points, text
):
    lab = write_lab(tmp_path / "lab", {"test_doubler.py": suite}, points=points)
    result = grade(lab, RIGHT)
    assert result.status == "error"
    assert text in result.reason
    assert result.score == 0
    assert result.max_score == lab.max_score


@pytest.mark.parametrize(
    ("body", "outcome", "text"),
    [
        ("fail('What you see.')", "failed", "What you see."),
        ("pytest.fail('0.125')", "failed", "could not use"),
        ("assert 0.125 == 3", "failed", "could not use what your code gave (AssertionError)"),
        ("np.zeros(2) @ np.zeros(3)", "failed", "could not use what your code gave (ValueError)"),
        ("student.Doubler().nothing", "failed", "there is no nothing"),
        (
            "student.Doubler().forward()",
            "failed",
            "missing 1 required positional argument",
        ),
    ],
)
def test_what_a_check_finds_is_noted(tmp_path, grade, body, outcome, text):
    result = grade(write_lab(tmp_path / "lab", {"test_doubler.py": check_source(body)}), RIGHT)
    assert outcomes(result) == {"test_it": outcome}
    assert text in messages(result)
    assert "0.125" not in messages(result)


def test_student_errors_can_be_expected_by_name(tmp_path, grade):
    body = "with pytest.raises(TypeError):\n    student.Doubler().forward()"
    result = grade(write_lab(tmp_path / "lab", {"test_doubler.py": check_source(body)}), RIGHT)
    assert outcomes(result) == {"test_it": "passed"}


def test_a_check_may_set_its_own_limits(tmp_path, grade):
    slow = {"doubler.py": "import time\nclass Doubler:\n    forward = time.sleep\n"}
    suite = (
        check_source("student.Doubler.forward(0.4)", more=", call_seconds=0.2", name="test_a")
        + check_source("student.Doubler.forward(0.4)", more=", call_seconds=5", name="test_b")
        + check_source("clock.call_seconds = 0.2\nstudent.Doubler.forward(0.4)", name="test_c")
        + check_source("student.Doubler.forward(0.01)", more=", seconds=3", name="test_d")
    )
    lab = write_lab(tmp_path / "lab", {"test_doubler.py": suite}, limits={"timeouts": 9})
    result = outcomes(grade(lab, RIGHT | slow))
    assert list(result.values()) == ["timeout", "passed", "timeout", "passed"]


def test_chosen_checks_are_run_alone(lab):
    run = Run(lab, sandbox_of("lockdown"), Draws(0, PUBLIC_SECRET))
    answer = InProcess(run).examine(run.draws, ["test_doubler.py::test_zeros"], (FILES, {}))
    assert [result.id for result in answer.checks] == ["test_doubler.py::test_zeros"]


def test_nothing_is_printed(lab, capfd, grade):
    loud = RIGHT | {
        "doubler.py": DOUBLER.replace("        return", "        print(x)\n        return")
    }
    assert grade(lab, loud).score == 6
    out, err = capfd.readouterr()
    assert out == err == ""


def test_every_part_has_a_fresh_worker(tmp_path, grade):
    keeping = {
        "doubler.py": "import builtins\n" + DOUBLER + "builtins.kept = 1\n",
        "counter.py": "import builtins\nkept = hasattr(builtins, 'kept')\n"
        + COUNTER.replace("return self.count", "return self.count + 1000 * kept"),
    }
    assert grade(write_lab(tmp_path / "lab"), keeping).score == 6


def test_surroundings_do_not_change_how_suites_are_run(lab, grade, monkeypatch, tmp_path):
    """Neither a configuration beside the lab nor pytest's variables do."""
    (lab.root / "pytest.ini").write_text("[pytest]\naddopts = -x --nothing\n")
    (lab.suite / "pytest.ini").write_text("[pytest]\naddopts = --nothing\n")
    assert grade(lab, RIGHT).score == 6


@pytest.mark.parametrize("options", ["--maxfail=1", "-k zeros", "--collect-only", "--nothing"])
def test_pytests_variable_does_not_change_how_suites_are_run(lab, grade, monkeypatch, options):
    monkeypatch.setenv("PYTEST_ADDOPTS", options)
    wrong = RIGHT | {"doubler.py": DOUBLER.replace("2.0 *", "3.0 *")}
    result = grade(lab, wrong)
    assert result.status == "graded", result.reason
    assert len(result.checks) == 3


def test_files_that_are_missing_cost_their_own_part(lab, grade):
    result = grade(lab, {"doubler.py": DOUBLER})
    assert (result.status, result.score) == ("graded", 4)
    assert result.reason == "counter.py is missing"
    assert "counter.py is missing." in messages(result)


def test_a_nursery_that_dies_is_an_error_and_not_the_students(lab, tmp_path, grade):
    """As when the machine runs out of memory."""
    body = "import os, signal\nnursery = student._jail._jail()._process\n"
    body += "os.kill(nursery.pid, signal.SIGKILL)\nnursery.wait()\nstudent.Doubler()\n"
    lab = write_lab(tmp_path / "other", {"test_doubler.py": check_source(body)})
    assert grade(lab, RIGHT).status == "error"


def test_results_come_with_the_run(lab):
    run = Run(lab, sandbox_of("lockdown"), Draws(0, PUBLIC_SECRET))
    answer = InProcess(run).examine(run.draws, None, (FILES, {}))
    assert [result.points for result in answer.checks] == [3, 1, 2]


@pytest.mark.parametrize(
    "source", ["raise SystemExit(9)\n", "import sys\nsys.exit = None\n1 / 0\n"]
)
def test_a_conftest_above_the_lab_changes_nothing(tmp_path, grade, source):
    (tmp_path / "conftest.py").write_text(source)
    lab = write_lab(tmp_path / "deep" / "lab")
    (tmp_path / "deep" / "conftest.py").write_text(source)
    (tmp_path / "deep" / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    assert grade(lab, RIGHT).score == 6


def test_no_folder_above_the_lab_is_listed(tmp_path, grade):
    """One that can't be listed would end pytest: a home of mode 0711, say."""
    lab = write_lab(tmp_path / "deep" / "lab")
    listed, watching = [], [True]

    def watch(event, arguments):
        if watching and event in ("os.scandir", "os.listdir"):
            listed.append(str(arguments[0]))

    sys.addaudithook(watch)  # it stays, so it must be told when to stop
    assert grade(lab, RIGHT).score == 6
    watching.clear()
    assert listed
    assert not [path for path in listed if path in map(str, lab.root.parents)]
