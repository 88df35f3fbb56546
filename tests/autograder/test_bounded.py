"""Work on untrusted bytes in a fork: what it can do, and that it always ends."""

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from autograder.course import reader
from autograder.course.folder import CourseError
from autograder.jail import bounded as module
from autograder.jail.apart import Apart
from autograder.jail.bounded import Unbounded, bounded
from autograder.jail.sandbox import SandboxError
from tests.autograder.conftest import ROOT


def nothing():
    pass


@pytest.fixture(scope="module")
def apart():
    process = Apart(nothing)
    yield process
    process.close()


@pytest.fixture(params=["of this process", "of a small one"])
def do(request, apart):
    return bounded if request.param == "of this process" else apart.bounded


def test_plain_data_come_back(tmp_path, do):
    path = tmp_path / "file"
    path.write_text("content")
    for readable in (tmp_path, path):
        assert do(functools.partial(plain, path), [readable]) == ["content", b"x", 1, None]


def plain(path):
    return [path.read_text(), b"x", 1, None]


def test_a_process_with_many_open_files_reads_as_well(tmp_path, do):
    path = tmp_path / "file"
    path.write_text("content")
    with contextlib.ExitStack() as many:
        for _ in range(100):
            many.enter_context(Path(os.devnull).open())
        assert do(functools.partial(plain, path), [path])[0] == "content"
        assert 60 <= do(opened, []) < 500


def opened():
    """Open files without end; return how many it were."""
    files = []
    with contextlib.suppress(OSError):
        while len(files) < 1000:
            files.append(os.dup(0))
    return len(files)


def test_it_can_do_no_harm(tmp_path, do):
    (tmp_path / "other").write_text("secret")
    (tmp_path / "readable").mkdir()
    assert do(functools.partial(tried, tmp_path), [tmp_path / "readable"]) == []


def tried(tmp_path):
    """Give what of the harm can be done."""
    attempts = {
        "write": lambda: (tmp_path / "harm").write_text("x"),
        "read": lambda: (tmp_path / "other").read_text(),
        "list": lambda: os.listdir("/"),
        "socket": socket.socket,
        "fork": lambda: os._exit(0) if os.fork() == 0 else None,
        "signal": lambda: os.kill(os.getppid(), 0),
        "trace": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
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


def much_memory():
    return bytearray(4 << 30)


def failure():
    return 1 / 0


def death():
    os.kill(os.getpid(), signal.SIGKILL)


def too_much():
    return np.zeros(1 << 24)


def deep():
    return functools.reduce(lambda x, _: [x], range(99), 1)


@pytest.mark.parametrize("work", [much_memory, failure, death, object, too_much, deep])
def test_whatever_happens_is_said(work, do):
    with pytest.raises(Unbounded):
        do(work, [])


@pytest.mark.parametrize("work", [endless, functools.partial(time.sleep, 1e6)])
def test_it_always_ends(monkeypatch, work, do):
    monkeypatch.setattr(module, "SECONDS", 3.0)
    start = time.monotonic()
    with pytest.raises(Unbounded):
        do(work, [], cpu=1)
    assert time.monotonic() - start < 60


def test_what_cannot_be_locked_down_is_not_done(monkeypatch):
    def refused(*_, **__):
        raise module.forking.LockdownError("no")

    monkeypatch.setattr(module.forking, "lock_down", refused)
    with pytest.raises(Unbounded, match="safely"):
        bounded(nothing, [])


def test_nothing_of_one_piece_of_work_reaches_the_next(apart):
    seen = {apart.bounded(leave_and_look, []) for _ in range(3)}
    assert seen == {"not there"}


def leave_and_look():
    found = getattr(os, "left", "not there")
    os.left = "of another student"
    return found


def test_each_is_in_a_fork_of_its_own_of_another_process(apart):
    forks = {tuple(apart.bounded(ids, [])) for _ in range(3)}
    assert len(forks) == 3 and len({parent for _, parent in forks}) == 1
    assert os.getpid() not in {number for fork in forks for number in fork}


def ids():
    return [os.getpid(), os.getppid()]


def test_it_ends_with_whoever_started_it():
    code = """
from autograder.jail.apart import Apart
from tests.autograder.test_bounded import ids, nothing
apart = Apart(nothing)
print(apart.bounded(ids, [])[1], flush=True)
input()
"""
    command = [sys.executable, "-c", code]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:
        number = int(process.stdout.readline())
        assert Path(f"/proc/{number}").exists()
        process.kill()
    end = time.monotonic() + 30
    while running(number) and time.monotonic() < end:
        time.sleep(0.05)
    assert not running(number)


def running(number):
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_one_that_is_gone_is_started_anew(monkeypatch):
    monkeypatch.setattr(reader, "prepare", nothing)
    reader.close_reader()
    first = reader.read_apart(ids, [])[1]
    assert reader.read_apart(ids, [])[1] == first
    os.kill(first, signal.SIGKILL)
    assert reader.read_apart(ids, [])[1] != first
    reader.close_reader()


def test_one_that_cannot_be_started_is_told(monkeypatch):
    with pytest.raises(SandboxError, match="ZeroDivisionError"):
        Apart(failure)
    monkeypatch.setattr(reader, "prepare", failure)
    reader.close_reader()
    with pytest.raises(CourseError, match="what was handed in can't be read"):
        reader.read_apart(ids, [])


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
