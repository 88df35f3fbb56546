"""What counts as a submission's time: what it computes and sleeps, not what it waits for."""

import math
import os
import subprocess
import sys
import time

import pytest

from autograder.jail.processes import open_times
from autograder.jail.sandbox import BUBBLEWRAP, LOCKDOWN
from autograder.suites.clock import Clock, Stopwatch, Usage
from autograder.suites.errors import WorkerTimeout
from tests.autograder.conftest import children_of

WORK = """
import time
class Thing:
    def compute(self, seconds):
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass
    def sleep(self, seconds):
        time.sleep(seconds)
"""


@pytest.fixture
def crowded():
    """Keep every processor busy with three other processes."""
    code = "while True: pass"
    count = 3 * len(os.sched_getaffinity(0))
    crowd = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(count)]
    yield
    for process in crowd:
        process.kill()
        process.wait()


@pytest.mark.slow
@pytest.mark.usefixtures("crowded")
def test_waiting_for_a_processor_does_not_count(remote):
    student = remote(WORK)
    thing = student.Thing()
    student.clock.begin_check(1.2)
    student.clock.call_seconds = 1.2
    start = time.monotonic()
    thing.compute(0.8)
    assert time.monotonic() - start > 1.2, "the machine was not crowded"
    with pytest.raises(WorkerTimeout, match="check"), student.watch():
        thing.compute(60)


@pytest.mark.parametrize("layers", [(LOCKDOWN,), (LOCKDOWN, BUBBLEWRAP)])
def test_computing_and_sleeping_count(remote, layers):
    student = remote(WORK, *layers)
    thing = student.Thing()
    student.clock.begin_check(math.inf)
    thing.compute(0.2)
    assert 0.2 <= student.clock._check < 2
    assert student.clock._slept < 0.2
    thing.sleep(0.3)
    assert 0.2 <= student.clock._slept < 2


def test_sleep_below_every_limit_is_stopped_in_all(remote):
    student = remote(WORK)
    thing = student.Thing()
    student.clock.sleep_seconds = 0.5
    with pytest.raises(WorkerTimeout, match="slept"), student.watch():
        for _ in range(100):
            student.clock.begin_check(1.0)
            thing.sleep(0.1)
    assert student.clock.used_up == "your code slept or waited for too long in all"


@pytest.mark.parametrize("layers", [(LOCKDOWN,), (LOCKDOWN, BUBBLEWRAP)])
def test_the_process_that_is_measured_is_the_workers(remote, layers):
    student = remote("import os\nclass Thing:\n    pid = os.getpid()\n", *layers)
    seen = student.Thing.pid
    assert student._jail.worker in children_of(os.getpid())
    assert BUBBLEWRAP in layers or seen == student._jail.worker


def test_all_time_counts_where_a_process_cannot_be_measured():
    for times in ((-1, -1), (open_times("no-process"), open_times("thread-self"))):
        watch = Stopwatch(*times)
        watch.start()
        watch.waited += 0.5
        assert watch.usage().counted == 0.5
        watch.close()


def test_the_clock_on_the_wall_stands_far_behind():
    clock = Clock(call_seconds=5.0)
    assert clock.over(Usage(wall=100.0, computed=1.0, counted=1.0)) is None
    assert "5 s" in clock.over(Usage(wall=111.0, computed=1.0, counted=1.0))


def test_what_was_used_adds_up():
    clock = Clock(submission_seconds=10.0)
    for _ in range(2):
        clock.begin_check(7.0)
        assert clock.used_up is None
        clock.charge(Usage(wall=9.0, computed=4.0, counted=5.0))
        assert clock.shortest <= 5.0
    assert clock.used_up == "the submission as a whole took too long"
