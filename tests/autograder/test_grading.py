"""Submissions become grades, whatever happens to the processes that make them."""

import os
import signal
import time
from dataclasses import replace

import pytest

from autograder import grading
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.examiner import examiners
from autograder.examiner import processes as examiner_processes
from autograder.examiner.processes import Beginning
from autograder.grading import Run, grade_all, grade_entry
from autograder.jail.processes import Jail
from autograder.jail.sandbox import SandboxError
from autograder.lab import LabError
from autograder.records import Grade
from tests.autograder.conftest import (
    AT_ONCE,
    DOUBLER,
    RIGHT,
    SUITE_HEAD,
    alive,
    children_of,
    entries_of,
    grade_here,
    outcomes,
    sandbox_of,
    wait_until,
    write_files,
    write_lab,
)

#: A suite that kills its own process for some students, as a lack of memory would.
DEADLY = (
    SUITE_HEAD
    + '''
@pytest.mark.check(points=2)
def test_name(student):
    """name is given"""
    import os, signal, time
    name = student.Doubler.name
    if name == "deadly":
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "slow":
        time.sleep(60)
'''
)


@pytest.fixture
def deadly(tmp_path):
    """Give a run of a lab with a deadly suite, and a function that makes its class."""
    lab = write_lab(tmp_path / "lab", {"test_doubler.py": DEADLY}, tasks={"Doubler": "doubler.py"})

    def class_of(*names):
        for number, name in enumerate(names):
            source = f"class Doubler:\n    name = {name!r}\n"
            write_files(tmp_path / "class" / f"s{number}", {"doubler.py": source})
        return entries_of(tmp_path / "class")

    return Run(lab, sandbox_of("lockdown"), Draws(0, PUBLIC_SECRET)), class_of


def test_a_process_that_dies_costs_only_its_submission(deadly):
    run, class_of = deadly
    grades = list(grade_all(run, class_of("a", "deadly", "b", "deadly", "c"), 2))
    found = {grade.student: (grade.status, grade.score) for grade in grades}
    assert len(grades) == 5
    assert found == {
        "s0": ("graded", 2),
        "s1": ("error", 0),
        "s2": ("graded", 2),
        "s3": ("error", 0),
        "s4": ("graded", 2),
    }
    died = "it could not be graded: the process that ran the suites ended (SIGKILL)"
    assert {grade.reason for grade in grades} == {None, died}


def test_a_process_that_is_killed_once_costs_nothing(deadly):
    run, class_of = deadly
    entries = class_of("a", "b", "c")
    before = children_of(os.getpid())
    grades = grade_all(run, entries, 1)
    first = next(grades)
    for pid in children_of(os.getpid()) - before:
        os.kill(pid, signal.SIGKILL)
    rest = list(grades)
    assert sorted(grade.student for grade in [first, *rest]) == ["s0", "s1", "s2"]
    assert {grade.status for grade in [first, *rest]} == {"graded"}


def test_a_run_that_is_given_up_leaves_no_process(deadly):
    run, class_of = deadly
    before = children_of(os.getpid())
    grades = grade_all(run, class_of("a", "slow", "slow"), 2)
    assert next(grades).status == "graded"
    started = wait_until(lambda: children_of(os.getpid()) - before)
    grades.close()
    wait_until(lambda: not any(map(alive, started)))


def test_a_refused_entry_is_a_grade_with_its_reason(lab, tmp_path):
    run = Run(lab, sandbox_of("lockdown"), Draws(7, PUBLIC_SECRET))
    write_files(tmp_path / "class", {"s1.rar": "x", "s2.zip": "x"})
    one, two = (grade_here(run, entry) for entry in entries_of(tmp_path / "class"))
    assert (one.status, one.score, one.max_score, one.seed) == ("rejected", 0, 6, 7)
    assert one.reason == "it is not a folder, .zip or .tar.gz"
    assert [part.score for part in one.parts] == [0, 0]
    assert one.checks == ()
    assert two.status == "rejected"


def test_whatever_goes_wrong_is_a_grade(lab, tmp_path, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("\x1b[2J no")

    monkeypatch.setattr(grading, "open_entry", fail)
    (entry,) = entries_of(write_files(tmp_path / "class", {"s1/x": "x"}))
    grade = grade_entry(Run(lab, sandbox_of("lockdown"), Draws(0, PUBLIC_SECRET)), entry, None)
    assert grade.status == "error"
    assert grade.reason == "the grader failed: ZeroDivisionError: \\x1b[2J no"


@pytest.mark.parametrize(("times", "status"), [(1, "graded"), (2, "error"), (99, "error")])
def test_processes_that_are_lost_are_replaced_once(deadly, monkeypatch, times, status):
    run, class_of = deadly
    begin, failures = Jail.start, [SandboxError("no process can be started")] * times

    def unsteady(self):
        if failures:
            raise failures.pop()
        return begin(self)

    monkeypatch.setattr(Jail, "start", unsteady)
    (grade,) = grade_all(run, class_of("a"), 1)
    assert grade.status == status
    assert status == "graded" or "no process can be started" in grade.reason


def test_what_was_begun_is_used_first_and_ended(deadly):
    run, class_of = deadly
    entries = class_of("a", "b", "c")
    meanwhile = []
    with Beginning(run.lab) as begun:
        run = replace(run, sandbox=begun.trial.sandbox())
        first = begun.trial._started.warm._process
        grades = grade_all(run, entries, 2, begun, lambda: meanwhile.append(begun.trial._started))
        assert {grade.status for grade in grades} == {"graded"}
        assert meanwhile == [None] and first.returncode is not None
        assert begun.stage.folder.is_dir()
    assert not begun.stage.folder.exists()


def test_suites_that_broke_meanwhile_are_said(tmp_path, monkeypatch):
    monkeypatch.setattr(examiners, "Processes", None)  # it need not be tried again
    lab = write_lab(tmp_path / "lab", {"test_doubler.py": "1 / 0"})
    write_files(lab.sample / "s1", RIGHT)
    with Beginning(lab) as begun:
        run = Run(lab, begun.trial.sandbox(), Draws(0, PUBLIC_SECRET))
        warm = begun.trial._started.warm._process
        wait_until(lambda: warm.poll() is not None)
        with pytest.raises(LabError, match="the suites can't be run"):
            list(grade_all(run, entries_of(lab.sample), 1, begun))


def test_what_was_begun_in_vain_is_ended_at_once(deadly):
    run, _ = deadly
    start = time.monotonic()
    with Beginning(run.lab) as begun:
        started = begun.trial._started
    assert time.monotonic() - start < AT_ONCE
    assert {p._process.returncode for p in (started.warm, started._nursery)} == {-signal.SIGKILL}
    assert not begun.stage.folder.exists()


def test_a_nursery_that_does_not_start_is_said_once(deadly, monkeypatch):
    run, class_of = deadly

    def fail(*_):
        raise SandboxError("there is no bubblewrap")

    monkeypatch.setattr(examiner_processes, "Starting", fail)
    grades = list(grade_all(run, class_of("a", "b"), 2))
    assert [grade.status for grade in grades] == ["error", "error"]
    assert all("there is no bubblewrap" in grade.reason for grade in grades)


def test_grades_can_be_repeated(lab, grade):
    files = RIGHT | {"doubler.py": DOUBLER.replace("2.0 * x", "x + np.random.rand()")}
    files["doubler.py"] = "import numpy as np\n" + files["doubler.py"]
    one, two = grade(lab, files, seed=3), grade(lab, files, seed=3)

    def timeless(g):
        return replace(g, seconds=0, checks=tuple(replace(c, seconds=0) for c in g.checks))

    assert timeless(one) == timeless(two)
    assert one.seed == 3
    assert Grade.from_json(one.to_json()) == one


def test_one_submission_leaves_nothing_to_the_next(lab, grade):
    """They share a nursery."""
    first = RIGHT | {
        "doubler.py": "import builtins, sys, numpy as np\nbuiltins.left = np.left = sys.left = 1\n"
        + DOUBLER
    }
    second = RIGHT | {
        "doubler.py": "import builtins, sys, numpy as np\n"
        "assert not any(hasattr(m, 'left') for m in (builtins, sys, np))\n" + DOUBLER
    }
    assert grade(lab, first, student="one").score == 6
    assert grade(lab, second, student="two").score == 6


def test_no_check_disappears(tmp_path, grade):
    suite = SUITE_HEAD + (
        '\n@pytest.mark.check(points=2)\ndef test_skips(student):\n    """a title"""\n'
        "    pytest.skip('not today')\n"
    )
    lab = write_lab(tmp_path / "lab", {"test_doubler.py": suite})
    result = grade(lab, RIGHT)
    assert result.status == "error" or len(outcomes(result)) == 1


def test_a_grade_takes_the_time_it_says(lab, grade):
    start = time.monotonic()
    seconds = grade(lab, RIGHT).seconds
    # Times are noted in tenths of a second.
    assert 0 < seconds <= round(time.monotonic() - start + 0.01, 1)
