"""Serving a course: what is said when it can't be, and that nothing is left running."""

import os
import socket
import sys

import pytest

from autograder.course import server
from autograder.course.folder import CourseError
from tests.autograder.conftest import children_of, wait_until
from tests.autograder.course import write_course

pytestmark = pytest.mark.slow


@pytest.fixture
def course(tmp_path, monkeypatch):
    for name in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / name))
    return write_course(tmp_path)


def test_a_port_that_is_taken_is_said(course):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CourseError, match="is port .* taken"):
            server.serve(course.root, taken.getsockname()[1])


def test_a_server_that_does_not_answer_is_ended(course, monkeypatch):
    monkeypatch.setattr(server, "START_SECONDS", 0)
    before = children_of(os.getpid())
    with pytest.raises(CourseError, match="does not answer"):
        server.serve(course.root, 0)
    assert children_of(os.getpid()) == before


def test_ctrl_c_ends_it(course, monkeypatch, capsys):
    def interrupt(process, port):
        raise KeyboardInterrupt

    monkeypatch.setattr(server, "_wait", interrupt)
    assert server.serve(course.root, 0) == 0


def test_a_server_that_does_not_end_is_killed(course, monkeypatch, tmp_path):
    stubborn = tmp_path / "stubborn"
    stubborn.write_text("#!/bin/sh\ntrap '' TERM\ntouch up\nexec sleep 600\n")
    stubborn.chmod(0o755)

    def interrupt(process, port):
        wait_until((course.root / "up").exists)
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "executable", str(stubborn))
    monkeypatch.setattr(server, "_wait", interrupt)
    monkeypatch.setattr(server, "END_SECONDS", 0.2)
    before = children_of(os.getpid())
    assert server.serve(course.root, 0) == 0
    assert children_of(os.getpid()) == before
