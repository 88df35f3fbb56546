"""The nursery, run in a fork of its own so that it can be measured."""

import contextlib
import json
import os
import signal
import socket
import sys
from pathlib import Path

import numpy as np
import pytest

from autograder.jail.inside import forking, nursery
from autograder.jail.inside.forking import END, READY, REFUSED, START
from autograder.jail.inside.lockdown import Limits, LockdownError, end_with
from autograder.jail.sandbox import BUBBLEWRAP, LOCKDOWN
from autograder.suites.budget import Budget
from autograder.suites.clock import Clock
from autograder.suites.connection import Connection
from tests.autograder.conftest import Exited, bubblewrap_works, in_fork, sandbox_of
from tests.autograder.test_lockdown import readable
from tests.jails import open_jail

LIMITS = Limits(memory=64 << 30, cpu=60)


def settings_of(**changes):
    settings = {"lockdown": False, "memory": 1 << 36, "cpu": 60, "user": None, "readable": []}
    settings["folder"] = "."
    settings["parent"] = os.getppid()  # asked for in the fork that becomes the nursery
    return settings | changes


def run_worker(pipe, limits, readable):
    """Become a worker of the nursery that is this process's parent."""
    null = os.open(os.devnull, os.O_RDWR)
    nursery.run_worker(os.getppid(), pipe, null, limits, readable)


class Grader:
    """The other side of the control socket, which a test's fork speaks to through a helper."""

    def __init__(self, control):
        self.control = control

    def line(self):
        data = b""
        while not data.endswith(b"\n"):
            part = self.control.recv(1)
            assert part, "the nursery is gone"
            data += part
        return json.loads(data)

    def start(self):
        ours, theirs = socket.socketpair()
        with theirs:
            null = os.open(os.devnull, os.O_RDWR)
            socket.send_fds(self.control, [START], [theirs.fileno(), null])
            os.close(null)
        ours.settimeout(20)
        return ours


def with_nursery(grader, **changes):
    """Run the nursery in a fork, and a function of its grader in a fork of that."""
    ours, theirs = socket.socketpair()

    def serve():
        os.dup2(os.open("/dev/null", os.O_RDWR), 1)
        sys.argv = ["nursery", json.dumps(settings_of(control=theirs.detach(), **changes))]
        with contextlib.suppress(SystemExit):
            nursery.main()

    pid = os.fork()
    if pid == 0:
        leave = os._exit
        theirs.close()
        status = 1
        try:
            ours.settimeout(20)
            grader(Grader(ours))
            status = 0
        finally:
            leave(status)
    ours.close()  # the nursery ends when its grader closes it
    try:
        result = in_fork(serve)
    finally:
        theirs.close()
        _, status = os.waitpid(pid, 0)
    assert status == 0, "the grader's side failed"
    return result


def test_it_starts_and_ends_workers_until_the_grader_goes():
    def grader(side):
        assert side.line() == {"numpy": np.__version__}
        for _ in range(2):
            with side.start() as pipe:
                assert pipe.recv(1) == READY
                connection = Connection(pipe, Clock(20.0), Budget())
                connection.request("start", {"m.py": b"def f(x): return x + 1"})
                assert connection.request("load", "m", "f")(2) == 3
            side.control.sendall(END)
            end = side.line()
            assert end["status"] in (0, -signal.SIGKILL)

    with_nursery(grader)


def test_a_fork_becomes_a_worker(monkeypatch):
    ours, theirs = socket.socketpair()
    pipe, _ = socket.socketpair()
    socket.send_fds(ours, [START], [pipe.fileno(), pipe.fileno()])

    def work(parent, pipe, null, limits, readable):
        raise Exited

    monkeypatch.setattr(os, "fork", lambda: 0)
    monkeypatch.setattr(nursery, "run_worker", work)
    monkeypatch.setattr(forking, "end_with", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["", json.dumps(settings_of(control=theirs.detach()))])
    with pytest.raises(Exited):
        nursery.main()
    ours.close()


def test_it_says_why_it_cannot_start(monkeypatch):
    def refuse(user):
        raise PermissionError("not allowed")

    monkeypatch.setattr(forking, "become", refuse)
    with_nursery(lambda side: side.line()["error"] == "not allowed" or 1 / 0, user=65534)


def test_a_locked_down_worker_serves():
    ours, theirs = socket.socketpair()

    def work():
        ours.close()
        run_worker(theirs, LIMITS, readable())

    pid = os.fork()
    if pid == 0:
        leave = os._exit
        status = 1
        try:
            theirs.close()
            ours.settimeout(20)
            assert ours.recv(1) == READY
            connection = Connection(ours, Clock(20.0), Budget())
            source = b"import os\ndef f():\n    return open('/etc/passwd').read()\n"
            connection.request("start", {"m.py": source})
            try:
                connection.request("load", "m", "f")()
            except PermissionError:
                status = 0
        finally:
            leave(status)
    ours.close()
    assert in_fork(work) == ("exited", 0)
    theirs.close()
    assert os.waitpid(pid, 0)[1] == 0


def test_a_worker_that_cannot_be_locked_down_says_so(monkeypatch):
    ours, theirs = socket.socketpair()

    def refuse(*_, **__):
        raise LockdownError("this kernel has no Landlock")

    monkeypatch.setattr(forking, "lock_down", refuse)
    assert in_fork(lambda: run_worker(theirs, LIMITS, [Path("/")])) == ("exited", 1)
    theirs.close()
    assert ours.recv(100) == REFUSED + b"this kernel has no Landlock"


def test_a_worker_that_fails_ends_with_an_error(monkeypatch):
    ours, theirs = socket.socketpair()

    def fail(pipe):
        raise RuntimeError

    monkeypatch.setattr(nursery.worker, "run", fail)
    assert in_fork(lambda: run_worker(theirs, LIMITS, None)) == ("exited", 1)
    theirs.close()
    assert ours.recv(1) == READY


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_root_becomes_somebody_who_owns_nothing():
    def change():
        forking.become(65534)
        return os.getresuid(), os.getresgid(), os.getgroups()

    assert in_fork(change) == ((65534,) * 3, (65534,) * 3, [])


@pytest.mark.skipif(os.getuid() == 0, reason="root can")
def test_nobody_else_can():
    with pytest.raises(PermissionError):
        forking.become(65534)


def test_becoming_drops_groups_before_it_loses_the_right_to(monkeypatch):
    """For an ordinary user, who cannot try it for real."""
    calls = []
    for name in ("setgroups", "setresgid", "setresuid"):
        monkeypatch.setattr(os, name, lambda *ids, name=name: calls.append(name))
    forking.become(65534)
    assert calls == ["setgroups", "setresgid", "setresuid"]


def test_the_end_of_a_worker_is_its_own_if_it_had_ended():
    pid = os.fork()
    if pid == 0:
        os._exit(7)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert forking.end(pid)[0] == 7


def test_other_systems_have_no_signal_at_the_parents_death(monkeypatch):
    monkeypatch.setattr(sys, "platform", "other")
    monkeypatch.setattr(forking, "end_with", lambda *_: 1 / 0)
    monkeypatch.setattr(os, "close", lambda _: None)
    ours, theirs = socket.socketpair()
    ours.shutdown(socket.SHUT_WR)

    def leave(status):
        raise Exited

    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setattr(os, "dup2", lambda *_: None)
    with pytest.raises(Exited):
        run_worker(theirs, LIMITS, None)
    ours.close()
    theirs.close()


@pytest.mark.parametrize("layers", [(LOCKDOWN,), (LOCKDOWN, BUBBLEWRAP)], ids="+".join)
def test_each_worker_has_a_null_device_of_its_own(layers):
    """Flags belong to what was opened: one that is shared would carry them to the next."""
    code = (
        b"import fcntl\n"
        b"def f():\n"
        b"    before = [fcntl.fcntl(n, fcntl.F_GETFL) for n in (0, 1, 2)]\n"
        b"    for n in (0, 1, 2):\n"
        b"        fcntl.fcntl(n, fcntl.F_SETFL, before[n] | 0o6000)\n"
        b"    return before, [fcntl.fcntl(n, fcntl.F_GETFL) for n in (0, 1, 2)]\n"
    )
    if BUBBLEWRAP in layers and not bubblewrap_works():
        pytest.skip("bubblewrap does not work here")
    seen = []
    with open_jail(sandbox_of(*layers)) as jail:
        for _ in range(2):
            with jail.start() as pipe:
                connection = Connection(pipe, Clock(20.0), Budget())
                connection.request("start", {"m.py": code})
                seen.append(connection.request("load", "m", "f")())
            jail.end()
    assert seen[0] == seen[1]
    assert seen[0][0] != seen[0][1]


@pytest.mark.parametrize("gone", [True, False])
def test_what_depends_on_a_parent_that_is_gone_ends(gone):
    """The signal at its death comes only if it was asked for before."""

    def work():
        end_with(2**22 + 1 if gone else os.getppid())
        return "lives"

    assert in_fork(work) == (("exited", 1) if gone else "lives")
