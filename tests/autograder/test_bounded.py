"""Work on untrusted bytes in a fork: what it can do, and that it always ends."""

import os
import signal
import socket
import time

import numpy as np
import pytest

from autograder.jail import bounded as module
from autograder.jail.bounded import Unbounded, bounded


def test_plain_data_come_back(tmp_path):
    path = tmp_path / "file"
    path.write_text("content")
    for readable in (tmp_path, path):
        found = bounded(lambda: [path.read_text(), b"x", 1, None], [readable])
        assert found == ["content", b"x", 1, None]


def test_it_can_do_no_harm(tmp_path):
    (tmp_path / "other").write_text("secret")
    (tmp_path / "readable").mkdir()
    assert bounded(lambda: tried(tmp_path), [tmp_path / "readable"]) == []


def tried(tmp_path):
    """Give what of the harm can be done."""
    attempts = {
        "write": lambda: (tmp_path / "harm").write_text("x"),
        "read": lambda: (tmp_path / "other").read_text(),
        "list": lambda: os.listdir("/"),
        "socket": socket.socket,
        "fork": lambda: os._exit(0) if os.fork() == 0 else None,
        "signal": lambda: os.kill(os.getppid(), 0),
    }
    done = []
    for name, attempt in attempts.items():
        try:
            attempt()
        except OSError:
            continue
        done.append(name)
    return done


def endless():
    while True:
        pass


ENDS = {
    "memory": lambda: bytearray(4 << 30),
    "an exception": lambda: 1 / 0,
    "a death": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "no plain data": lambda: object(),
    "too much": lambda: np.zeros(1 << 24),
    "deep": lambda: __import__("functools").reduce(lambda x, _: [x], range(99), 1),
}


@pytest.mark.parametrize("work", ENDS.values(), ids=ENDS)
def test_whatever_happens_is_said(work):
    with pytest.raises(Unbounded):
        bounded(work, [])


@pytest.mark.parametrize("work", [endless, lambda: time.sleep(1e6)], ids=["busy", "asleep"])
def test_it_always_ends(monkeypatch, work):
    monkeypatch.setattr(module, "CPU", 1)
    monkeypatch.setattr(module, "SECONDS", 3.0)
    start = time.monotonic()
    with pytest.raises(Unbounded):
        bounded(work, [])
    assert time.monotonic() - start < 60
