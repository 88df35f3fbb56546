"""Folders that go with the process that made them."""

import fcntl
import signal
import subprocess
import sys

import pytest

from autograder.jail.scratch import Scratch

KILLED = """
import os, signal, sys
from pathlib import Path
from autograder.jail.scratch import Scratch
Scratch(Path(sys.argv[1])).path.joinpath("hidden.py").write_text("42")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def place(tmp_path):
    tmp_path.chmod(0o755)
    return tmp_path


def leave_one(place):
    """Have a process make one that is killed before it can remove it; give the folder."""
    before = set(place.iterdir())
    done = subprocess.run([sys.executable, "-c", KILLED, str(place)])
    assert done.returncode == -signal.SIGKILL
    (left,) = set(place.iterdir()) - before
    assert (left / "hidden.py").read_text() == "42" and left.stat().st_mode & 0o777 == 0o700
    return left


def test_what_is_closed_is_removed_once(place):
    scratch = Scratch(place)
    (scratch.path / "file").touch()
    scratch.close()
    scratch.path.mkdir()  # somebody else's by now
    scratch.close()
    assert list(place.iterdir()) == [scratch.path]


def test_what_a_killed_process_left_is_removed_and_nothing_else(place):
    mine, others = Scratch(place), place / "python-0123"
    others.mkdir()
    left = leave_one(place)
    new = Scratch(place)
    assert not left.exists()
    assert set(place.iterdir()) == {mine.path, others, new.path}
    new.close()
    mine.close()


def test_nothing_is_removed_where_others_could_have_made_it(place):
    place.chmod(0o777)
    left = leave_one(place)
    Scratch(place).close()
    assert list(place.iterdir()) == [left]


def test_nothing_is_removed_where_no_folder_can_be_locked(place, monkeypatch):
    def refuse(*arguments):
        raise OSError(9, "Bad file descriptor")

    monkeypatch.setattr(fcntl, "flock", refuse)
    mine = Scratch(place)
    Scratch(place).close()
    assert list(place.iterdir()) == [mine.path]
    mine.close()
    assert not list(place.iterdir())
