"""Work on untrusted bytes in a fork: what it can do, and that it always ends."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

from autograder.jail import bounded as module
from autograder.jail.bounded import Unbounded, bounded
from tests.autograder.conftest import ROOT


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


@pytest.mark.parametrize("name", ["s.zip", "s.tar.gz"])
def test_an_archive_is_read(tmp_path, name):
    kind = "zip" if name.endswith("zip") else "gztar"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "größe.py").write_text("x = 1")
    made = shutil.make_archive(str(tmp_path / "s"), kind, tmp_path / "in")
    code = f"""
from pathlib import Path
from autograder.intake.entries import Entry
from autograder.intake.submission import read_entry
from autograder.jail.bounded import bounded
from autograder.lab import Limits
entry = Entry("s", Path({made!r}))
print(bounded(lambda: read_entry(entry, Limits(), {{"größe.py": 1}}).files, [entry.path]))
"""
    # In a fresh process, in which nothing was imported by chance.
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "{'größe.py': b'x = 1'}\n", done.stderr
