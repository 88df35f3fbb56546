"""Grading on a cluster whose scheduler and worker are threads of this process."""

import copy
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import dask.config
import numpy as np
import pytest
from distributed import LocalCluster
from distributed.security import Security

from autograder.cluster import cluster as clusters
from autograder.cluster import connection, place, replies, worker
from autograder.cluster.cluster import Cluster, grade_on
from autograder.cluster.connection import ClusterError, connected, read_address
from autograder.cluster.replies import pack
from autograder.commands import INTERRUPTED, LOW, OK, USAGE
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.grading import Run, grade_all
from autograder.intake.entries import Entry
from autograder.jail.probe import find_sandbox
from autograder.jail.sandbox import LOCKDOWN, SandboxError
from autograder.records import ERROR, GRADED, REJECTED, Grade
from autograder.results.keys import SANDBOX, key_of_layers
from tests.autograder.conftest import (
    AT_ONCE,
    DOUBLER,
    RIGHT,
    children_of,
    sandbox_of,
    wait_until,
    write_files,
)
from tests.services import need

WRONG = {"doubler.py": DOUBLER.replace("2.0", "3.0"), "counter.py": RIGHT["counter.py"]}
SLOW = {"doubler.py": "import time\ntime.sleep(40)\n" + DOUBLER, "counter.py": "pass\n"}


@pytest.fixture(scope="module")
def address():
    """Start a scheduler and a worker; give the address."""
    with (
        dask.config.set({"distributed.worker.memory.terminate": False}),
        LocalCluster(
            n_workers=1,
            threads_per_worker=2,
            processes=False,
            protocol="tcp",
            dashboard_address=None,
            worker_dashboard_address=None,
        ) as running,
    ):
        yield running.scheduler_address


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Wait less, and leave nothing behind."""
    for name, seconds in {
        "PATIENCE_SECONDS": 0.2,
        "UNFIT_SECONDS": 0.5,
        "LOOK_SECONDS": 0.1,
    }.items():
        monkeypatch.setattr(clusters, name, seconds)
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 3.0)
    yield
    for key in list(worker._places):
        worker._end(key)


def class_of(folder, **students):
    for student, files in students.items():
        write_files(folder / student, files)
    return [Entry(student, folder / student) for student in students]


def run_of(lab, *layers):
    sandbox = sandbox_of(*layers) if layers else find_sandbox(lab)
    return Run(lab, sandbox, Draws(0, PUBLIC_SECRET))


def graded(address, run, entries):
    with connected(address) as client:
        return {grade.student: grade for grade in grade_on(client, address, run, entries)}


def without_times(grade):
    table = json.loads(grade.to_json())
    for each in (table, *table["checks"]):
        each["seconds"] = 0
    return table


# Grades ------------------------------------------------------------------------------------------


def test_grades_are_those_of_one_machine(address, lab, tmp_path):
    run = run_of(lab)
    entries = class_of(tmp_path / "class", ann=RIGHT, bob=WRONG, eve={"notes.txt": "x"})
    here = {grade.student: grade for grade in grade_all(run, entries, 2)}
    there = graded(address, run, entries)
    assert {s: without_times(g) for s, g in there.items()} == {
        s: without_times(g) for s, g in here.items()
    }
    assert (there["ann"].score, there["bob"].score, there["eve"].status) == (6, 3, REJECTED)
    wait_until(lambda: not worker._places)


def test_a_grade_names_the_layers_of_the_machine_that_graded(address, lab, tmp_path, monkeypatch):
    monkeypatch.setattr(place, "find_sandbox", lambda lab, wanted: sandbox_of(LOCKDOWN))
    run = run_of(lab, LOCKDOWN, "bubblewrap")
    entries = class_of(tmp_path / "class", ann=RIGHT, eve={"notes.txt": "x"})
    monkeypatch.setattr(clusters, "Examiners", lambda *_: Here(run.lab))
    there = graded(address, run, entries)
    assert there["ann"].sandbox == (LOCKDOWN,) and there["ann"].score == 6
    assert there["eve"].sandbox == run.sandbox.layers  # nothing of it was run


class Here:
    """Collects the checks where this machine's own sandbox can't be had."""

    def __init__(self, lab):
        from autograder.examiner.examiners import Examiners

        self.real = Examiners(lab, sandbox_of(LOCKDOWN), Draws(0, PUBLIC_SECRET), 1)

    def __enter__(self):
        return self.real

    def __exit__(self, *_):
        self.real.close()


def test_a_command_goes_on_where_it_was_stopped_whatever_the_layers(
    address, here, lab, tmp_path, monkeypatch
):
    monkeypatch.setattr(place, "find_sandbox", lambda lab, wanted: sandbox_of(LOCKDOWN))
    words = ("grade", "--out", "out", "--cluster", address)
    assert here(*words) == OK
    path = tmp_path / "out/s1/grade.json"
    grade, written = Grade.from_json(path.read_text()), path.stat().st_mtime_ns
    assert grade.sandbox == (LOCKDOWN,)
    assert grade.made_from[SANDBOX] == key_of_layers([LOCKDOWN])
    write_files(lab.sample / "s2", WRONG)
    assert here(*words) == OK
    assert path.stat().st_mtime_ns == written
    assert Grade.from_json((tmp_path / "out/s2/grade.json").read_text()).score == 3


def test_an_interruption_ends_what_is_being_done(address, here, lab, tmp_path, capsys):
    write_files(lab.sample / "s0", SLOW)
    (lab.sample / "s1").rename(tmp_path / "s1")
    before = children_of(os.getpid())

    def stop():
        wait_until(lambda: worker._places and next(iter(worker._places.values())).idle == 0)
        os.kill(os.getpid(), signal.SIGINT)

    signal.signal(signal.SIGINT, signal.default_int_handler)
    thread = threading.Thread(target=stop)
    thread.start()
    began = time.monotonic()
    assert here("grade", "--out", "out", "--cluster", address) == INTERRUPTED
    thread.join()
    assert time.monotonic() - began < AT_ONCE
    assert "interrupted after 0 of 1 submission" in capsys.readouterr().err
    assert not (tmp_path / "out/s0/grade.json").exists()
    wait_until(lambda: children_of(os.getpid()) <= before)


# Workers that are not fit ------------------------------------------------------------------------


def refused(address, run, entries, capsys):
    with pytest.raises(ClusterError) as raised:
        graded(address, run, entries)
    assert "none of its 1 worker can grade" in str(raised.value)
    (line,) = (line for line in capsys.readouterr().err.splitlines() if "takes no work" in line)
    assert "autograder: the worker tcp://" in line
    return line.partition("takes no work: ")[2]


def test_another_version_of_anything_takes_no_work(address, lab, tmp_path, monkeypatch, capsys):
    real = clusters.versions
    monkeypatch.setattr(clusters, "versions", lambda names: real(names) | {"NumPy": "0.9"})
    why = refused(address, run_of(lab, LOCKDOWN), class_of(tmp_path, ann=RIGHT), capsys)
    assert why == (
        f"it has NumPy {np.__version__} where this machine has 0.9; install the same on both"
    )


def test_a_worker_without_a_sandbox_takes_no_work(address, lab, tmp_path, monkeypatch, capsys):
    def no_sandbox(*_):
        raise SandboxError("submissions cannot be locked down on this machine")

    monkeypatch.setattr(place, "find_sandbox", no_sandbox)
    why = refused(address, run_of(lab, LOCKDOWN), class_of(tmp_path, ann=RIGHT), capsys)
    assert why == "submissions cannot be locked down on this machine"
    assert not worker._places


def fail(*_):
    raise OSError


@pytest.mark.parametrize("what", [fail, lambda *_: b"no reply"])
def test_a_worker_that_can_not_run_the_grader_takes_no_work(
    address, lab, tmp_path, monkeypatch, capsys, what
):
    monkeypatch.setattr(worker, "prepare", what)
    why = refused(address, run_of(lab, LOCKDOWN), class_of(tmp_path, ann=RIGHT), capsys)
    assert why.startswith("it can't run this grader; install the same autograder[cluster]")


def test_one_waits_for_workers_and_says_so(address, lab, monkeypatch, capsys):
    monkeypatch.setattr(clusters, "_workers", lambda client: {})
    with connected(address) as client, Cluster(client, address, run_of(lab, LOCKDOWN)) as cluster:
        waiting = cluster.grade(Entry("ann", write_files(lab.sample / "ann", RIGHT)))
        wait_until(lambda: "waiting for workers of tcp://" in capsys.readouterr().err)
        assert not waiting.done() and cluster.window == clusters.LEAST
        monkeypatch.undo()
        assert waiting.result(30).score == 6


# Workers that lie --------------------------------------------------------------------------------


class Evil:
    """Runs code where it is unpickled."""

    def __reduce__(self):
        return sys.exit, ("unpickled",)


def one(address, lab, tmp_path):
    entries = class_of(tmp_path / "class", ann=RIGHT)
    return graded(address, run_of(lab, LOCKDOWN), entries)["ann"]


EXAMINED = {"layers": ["lockdown"], "seconds": 1, "failed": None}


ANSWERS = [
    (lambda *_: Evil(), "no bytes"),
    (lambda *_: [b"x"], "no bytes"),
    (lambda *_: np.zeros(3), "no bytes"),
    (lambda *_: pickle.dumps(Evil()), "it can't be read"),
    (lambda *_: bytes(replies.SENT_LIMIT + 1), "it is too large"),
    (lambda *_: pack({"layers": ["lockdown"]}), "has not all"),
    (lambda *_: pack(EXAMINED, b"null"), "it can't be read"),
    (lambda *_: pack(EXAMINED, b'{"digest":"","remarks":[],"checks":[]}'), "has not all"),
    (lambda *_: pack(EXAMINED | {"failed": {"text": "it broke", "values": {}}}), "it broke"),
    (fail, "the cluster could not run the grader on it"),
]


def test_an_answer_that_is_none_is_a_row_with_its_reason(address, lab, tmp_path, monkeypatch):
    (entry,) = class_of(tmp_path, ann=RIGHT)
    with connected(address) as client, Cluster(client, address, run_of(lab, LOCKDOWN)) as cluster:
        for what, said in ANSWERS:
            monkeypatch.setattr(worker, "examine", what)
            grade = cluster.grade(entry).result()
            assert grade.status == ERROR and said in grade.reason
        monkeypatch.undo()
        assert cluster.grade(entry).result().score == 6


def test_a_failure_replaces_no_grade(address, here, tmp_path, monkeypatch):
    words = ("grade", "--out", "out", "--cluster", address, "--fresh")
    assert here(*words) == OK
    monkeypatch.setattr(worker, "examine", fail)
    assert here(*words) == LOW
    grade = Grade.from_json((tmp_path / "out/s1/grade.json").read_text())
    assert (grade.status, grade.score) == (GRADED, 6) and "could not run" in grade.stale


examine, lost = worker.examine, []


def lose_the_lab_once(key, parcel):
    if not lost:
        lost.append(key)
        worker._end(key)
    return examine(key, parcel)


def test_a_worker_that_lost_the_lab_gets_it_again(address, lab, tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "examine", lose_the_lab_once)
    assert one(address, lab, tmp_path).score == 6
    assert lost


def test_a_submission_at_which_every_sandbox_breaks_is_a_row(address, lab, tmp_path, monkeypatch):
    def breaks(*_):
        raise SandboxError("the nursery is gone")

    monkeypatch.setattr(place.Supervisor, "ask", breaks)
    grade = one(address, lab, tmp_path)
    assert grade.status == ERROR
    assert "the grader failed: the nursery is gone" in grade.reason


def test_a_place_that_nobody_uses_ends(address, lab, monkeypatch):
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.3)
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.1)
    before = children_of(os.getpid())
    with connected(address) as client, Cluster(client, address, run_of(lab, LOCKDOWN)) as cluster:
        wait_until(lambda: cluster._fit)
        wait_until(lambda: not worker._places)
        wait_until(lambda: children_of(os.getpid()) <= before)
        again = cluster.grade(Entry("ann", write_files(lab.sample / "ann", RIGHT)))
        assert again.result(60).score == 6


def test_submissions_of_lost_workers_are_handed_out_again_a_few_times(
    address, lab, tmp_path, monkeypatch
):
    gone = {"tcp://127.0.0.1:1": 1}
    monkeypatch.setattr(Cluster, "_wait_for_fit", lambda self: gone)
    grade = one(address, lab, tmp_path)
    assert grade.status == ERROR
    assert "the workers that it was given to were lost, 3 times" in grade.reason


# The scheduler -----------------------------------------------------------------------------------


@pytest.fixture
def port():
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


def test_where_nobody_listens_it_is_one_sentence(here, port, monkeypatch, capsys):
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 0.5)
    assert here("grade", "--cluster", f"127.0.0.1:{port + 1}") == USAGE
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"autograder: cannot connect to tcp://127.0.0.1:{port + 1}: nobody")


def answer(server, data):
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            connection.sendall(data)
            connection.settimeout(1)
            while True:
                try:
                    if not connection.recv(1 << 16):
                        break
                except OSError:
                    break


@pytest.mark.parametrize(
    "data",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", (1 << 40).to_bytes(8, "little"), bytes(64)],
    ids=["http", "large", "zeros"],
)
def test_what_is_no_scheduler_is_one_sentence(monkeypatch, data):
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer, args=(server, data), daemon=True).start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(ClusterError, match="cannot connect to tcp://"), connected(address):
            pass


def test_tls_needs_certificates(here, port, capsys):
    assert here("grade", "--cluster", f"tls://127.0.0.1:{port}") == USAGE
    (line,) = capsys.readouterr().err.splitlines()
    assert "by TLS" in line and "distributed.comm.tls" in line


@pytest.fixture
def certificate(tmp_path):
    """Give the files of a certificate that vouches for itself, and of its key."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=x"
    command = [need("openssl"), *words.split(), "-out", str(cert), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


def test_a_file_of_dasks_configuration_is_enough_for_tls(
    here, own_configuration, certificate, tmp_path, capsys
):
    cert, key = map(str, certificate)
    tls = {"ca-file": cert}
    tls |= {role: {"cert": cert, "key": key} for role in ("client", "scheduler", "worker")}
    table = {"distributed": {"comm": {"require-encryption": True, "tls": tls}}}
    before = copy.deepcopy(dask.config.config)
    dask.config.update(dask.config.config, table)
    with LocalCluster(
        n_workers=1, processes=False, protocol="tls", security=Security(), dashboard_address=":0"
    ) as running:
        address = running.scheduler_address
        assert address.startswith("tls://")
        with pytest.raises(ClusterError), connected(address.replace("tls", "tcp")):
            pass
        dask.config.config.clear()
        dask.config.config.update(before)
        assert here("grade", "--out", "out", "--cluster", address) == USAGE
        assert "by TLS" in capsys.readouterr().err
        table["scheduler-address"] = address
        write_files(tmp_path, {"dask.yaml": json.dumps(table)})
        assert here("grade", "--out", "out", "--cluster", "dask.yaml") == OK
    assert Grade.from_json((tmp_path / "out/s1/grade.json").read_text()).score == 6


def test_a_scheduler_that_is_lost_ends_the_run_in_a_sentence(lab, tmp_path, monkeypatch):
    run, entries = run_of(lab, LOCKDOWN), class_of(tmp_path / "class", ann=SLOW, bob=SLOW)
    with LocalCluster(
        n_workers=0, processes=False, protocol="tcp", dashboard_address=":0"
    ) as running:
        address = running.scheduler_address
        with (
            connected(address) as client,
            pytest.raises(ClusterError, match="can't be used any more.*goes on from there"),
        ):
            grades = grade_on(client, address, run, entries)
            threading.Timer(2, running.close).start()
            list(grades)


# What is given -----------------------------------------------------------------------------------


@pytest.fixture
def own_configuration():
    """Leave Dask's configuration as it was."""
    before = copy.deepcopy(dask.config.config)
    yield
    dask.config.config.clear()
    dask.config.config.update(before)


def test_addresses_and_files_are_read(own_configuration, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_address("localhost:8786") == "tcp://localhost:8786"
    assert read_address("tls://[::1]:1") == "tls://[::1]:1"
    Path("scheduler.json").write_text('{"address": "tls://10.0.0.1:8786", "type": "Scheduler"}')
    assert read_address("scheduler.json") == "tls://10.0.0.1:8786"
    Path("dask.yaml").write_text(
        "scheduler-address: tls://host:8786\ndistributed: {comm: {tls: {ca-file: /etc/ca.pem}}}\n"
    )
    before = dask.config.get("distributed.comm.timeouts")
    assert read_address("dask.yaml") == "tls://host:8786"
    assert dask.config.get("distributed.comm.tls.ca-file") == "/etc/ca.pem"
    assert dask.config.get("distributed.comm.timeouts") == before


@pytest.mark.parametrize(
    "name, content, said",
    [
        ("gone.yaml", None, "there is no file gone.yaml, and it is no address; give a scheduler's"),
        ("http://host:8786", None, "is no address of a scheduler; write tcp://host:8786"),
        ("inproc://1", None, "there is no file inproc://1, and it is no address"),
        (".", None, "cannot read .: Is a directory"),
        ("a.yaml", "scheduler-address: [", "a.yaml is no file of Dask's configuration: "),
        ("a.yaml", b"\xff\xfe", "a.yaml is no file of Dask's configuration: "),
        ("a.yaml", "!!python/object/apply:os.system [x]", "is no file of Dask's configuration: "),
        ("a.yaml", "- 1", "a.yaml is no file of Dask's configuration; give"),
        ("a.yaml", "1: 2", "a.yaml is no file of Dask's configuration; give"),
        ("a.yaml", "distributed: {}", "a.yaml names no scheduler; write scheduler-address:"),
        ("a.yaml", "scheduler-address: ucx://h:1", "ucx://h:1, in a.yaml, is no address of a"),
        ("a.json", "{", "a.json is no file of Dask's configuration: "),
        ("a.json", "[" * 100_000, "a.json is no file of Dask's configuration: "),
        ("a.json", "{}", "a.json names no scheduler; write"),
    ],
)
def test_what_names_no_cluster_is_one_sentence(
    here, own_configuration, tmp_path, capsys, name, content, said
):
    if content is not None:
        write_files(tmp_path, {name: content})
    assert here("grade", "--out", "out", "--cluster", name) == USAGE
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not Path("out").exists()


def test_without_dask_it_is_said_what_to_install(here, monkeypatch, capsys):
    for name in ("connection", "unread"):
        monkeypatch.delitem(sys.modules, f"autograder.cluster.{name}")
    for name in ("dask", "dask.config", "distributed", "msgpack"):
        monkeypatch.setitem(sys.modules, name, None)
    assert here("grade", "--cluster", "tcp://host:8786") == USAGE
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("autograder: this needs dask, which is not installed; ")
