"""Grades on a scheduler and workers that are processes, of which some are killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from autograder.cluster import cluster as clusters
from autograder.cluster.connection import connected, read_address
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.grading import Run
from autograder.intake.entries import Entry
from autograder.jail.probe import find_sandbox
from autograder.records import ERROR, FILE_NAME
from tests.autograder.conftest import wait_until
from tests.lab.hostile import CASES, LAB, REFERENCE, files_of

pytestmark = pytest.mark.slow

#: Attacks on the grader's own process that end soon; ``ALL_ATTACKS=1`` adds those that take long.
SHORT = (
    "handle-on-an-object-array",
    "methods-that-are-not-exported",
    "objects-as-arguments",
    "learning-rate-with-axes",
    "a-flood-of-warnings",
    "colliding-keys-in-a-call",
)
ATTACKS = tuple(CASES) if os.environ.get("ALL_ATTACKS") else SHORT
#: What a scheduler writes when a client has come.
HELLO = "Receive client connection"
#: Ends if anything is unpickled; else it is the command line.
COORDINATOR = """
import os, sys, traceback
import distributed.client, distributed.protocol.pickle

def never(*_, **__):
    traceback.print_stack()
    os._exit(99)

distributed.client.loads = distributed.protocol.pickle.loads = never
from autograder.cli import main
sys.exit(main(sys.argv[1:]))
"""
#: Loaded by every worker: one submission kills the worker that examines it.
PRELOAD = """
import os, signal
from autograder.cluster.place import Place

# Bound here: Dask loads it twice.
def examine_or_die(self, parcel, examine=Place.examine):
    if b"kills its worker" in parcel.files.get("model.py", b""):
        os.kill(os.getpid(), signal.SIGKILL)
    return examine(self, parcel)

Place.examine = examine_or_die
"""


class Cluster:
    """A scheduler and workers, each a process.

    Parameters
    ----------
    folder
        Where they write.
    """

    def __init__(self, folder):
        self.folder, self.file = folder, folder / "scheduler.json"
        (folder / "preload.py").write_text(PRELOAD)
        self.processes = []
        # The second worker that a submission kills is one too many.
        more = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
        self.scheduler = self.start("scheduler", "--port", "0", "--host", "127.0.0.1", **more)
        wait_until(self.file.exists)
        self.workers = [self.worker("--no-nanny"), self.worker(), self.worker()]

    def start(self, kind, *words, **more):
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard"]
        command += ["--scheduler-file", str(self.file), *words]
        with (self.folder / f"{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=LAB.root, stdout=log, stderr=log, env=os.environ | more
            )
        self.processes.append(process)
        return process

    def worker(self, *words):
        options = ["--nthreads", "1", "--preload", str(self.folder / "preload.py")]
        options += ["--local-directory", str(self.folder)]
        return self.start("worker", *options, *words)

    def close(self):
        for process in self.processes[::-1]:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    running = Cluster(tmp_path_factory.mktemp("cluster"))
    yield running
    running.close()


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """Give the sample class, some attacks, and a submission that kills workers."""
    folder = tmp_path_factory.mktemp("class")
    shutil.copytree(LAB.sample, folder, dirs_exist_ok=True)
    students = {name: files_of(CASES[name], folder / "written") for name in ATTACKS}
    students["killer"] = REFERENCE | {"model.py": REFERENCE["model.py"] + b"\n# kills its worker\n"}
    for student, files in students.items():
        (folder / student).mkdir()
        for name, content in files.items():
            (folder / student / name).write_bytes(content)
    return folder


def command(out, handed_in, *words):
    return ["grade", str(handed_in), "--out", str(out), *map(str, words)]


def start(out, handed_in, cluster, *words):
    more = ["--cluster", cluster.file, *words]
    return subprocess.Popen(
        [sys.executable, "-c", COORDINATOR, *command(out, handed_in, *more)],
        cwd=LAB.root, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def said(errors):
    """Give what a run has said, but for that it waits, as on a busy machine it may."""
    return [line for line in errors.splitlines() if "waiting for workers of" not in line]


def records(out):
    """Give every record as it is written, without its times."""

    def plain(path):
        table = json.loads(path.read_text("utf-8"))
        for each in (table, *table["checks"]):
            each["seconds"] = 0
        return json.dumps(table, indent=1)

    return {path.parent.name: plain(path) for path in sorted(out.glob(f"*/{FILE_NAME}"))}


def test_grades_are_those_of_one_machine_though_a_worker_is_killed(cluster, handed_in, tmp_path):
    everybody = sorted(path.name for path in handed_in.iterdir())
    only = ",".join(name.partition(".")[0] for name in everybody if name != "killer")
    workers = cluster.workers
    there = start(tmp_path / "there", handed_in, cluster, "--only", only)
    wait_until(lambda: len(list((tmp_path / "there").glob(f"*/{FILE_NAME}"))) >= 5, 90)
    workers[0].send_signal(signal.SIGKILL)
    out, errors = there.communicate(timeout=900)
    assert there.returncode == 0 and not said(errors), out + errors
    here = [sys.executable, "-m", "autograder"]
    here += command(tmp_path / "here", handed_in, "--jobs", 2, "--only", only)
    done = subprocess.run(here, cwd=LAB.root, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    found, expected = records(tmp_path / "there"), records(tmp_path / "here")
    assert len(expected) == len(everybody) - 1
    assert found == expected
    assert not (handed_in / "written").exists()


def test_a_submission_that_kills_workers_is_a_row_with_its_reason(cluster, handed_in):
    run = Run(LAB, find_sandbox(LAB), Draws(0, PUBLIC_SECRET))
    address = read_address(str(cluster.file))
    with connected(address) as client, clusters.Cluster(client, address, run) as at:
        wait_until(lambda: len(at._fit) >= 2)
        grade = at.grade(Entry("killer", handed_in / "killer")).result(60)
        assert grade.status == ERROR
        assert grade.reason == (
            "it could not be graded: too many workers were lost while they graded it"
        )
        # Those that Dask has started anew.
        right = at.grade(Entry("right", handed_in / "s01-perfect-other-style")).result(90)
        assert right.score == 100, right.reason


def test_without_a_scheduler_the_run_ends_in_a_sentence(cluster, handed_in, tmp_path):
    log = cluster.folder / "0.log"
    known = log.read_text().count(HELLO)
    run = start(tmp_path, handed_in, cluster, "--only", "s02-slow-but-right,s09-endless-loop")
    wait_until(lambda: log.read_text().count(HELLO) > known)
    time.sleep(3)  # to be in the middle
    cluster.scheduler.kill()
    out, errors = run.communicate(timeout=60)
    assert run.returncode == 2, out + errors
    (line,) = said(errors)
    assert line.startswith("autograder: the cluster at tcp://127.0.0.1:")
    assert line.endswith("the same command goes on from there")
