"""The far side of the pipe: what it takes from a submission and from the grader."""

import io
import socket
import threading

import numpy as np
import pytest

from autograder.jail.inside import wire, worker
from autograder.jail.inside.loader import Sources
from autograder.jail.inside.worker import PRINT_LIMIT, HostObject, Prints, Worker


def test_prints_keep_what_there_is_room_for():
    prints = Prints()
    assert prints.writable()
    print("a", file=prints)
    assert prints.write("x" * PRINT_LIMIT) == PRINT_LIMIT
    assert prints.write("more") == 4
    text = prints.take()
    assert len(text) == PRINT_LIMIT
    assert text.startswith("a\nx")
    assert prints.take() == ""


def test_prints_have_no_file():
    with pytest.raises(io.UnsupportedOperation):
        Prints().fileno()


def test_a_worker_forgets_what_is_released():
    far = Worker(None)
    thing = object()
    reference = far.export(thing)
    assert far.export(thing) == reference
    number = reference["object"][0]
    far.release([number, 99])
    assert far.objects == far.numbers == {}
    assert far.export(thing) != reference


def test_a_host_object_is_one_object():
    far = Worker(None)
    first = far.resolve({"host": [3, ["forward"]]})
    assert far.resolve({"host": [3, ["forward"]]}) is first
    assert far.export(first) == {"host": 3}
    with pytest.raises(AttributeError, match="backward"):
        first.backward  # noqa: B018
    with pytest.raises(TypeError, match="called"):
        first()


def test_a_host_object_calls_through_its_worker():
    class Far:
        def call_host(self, *call):
            return call

    host = HostObject(Far(), 2, ["forward", "__call__"])
    assert host.forward(1, a=2) == (2, "forward", (1,), {"a": 2})
    assert host(1) == (2, "__call__", (1,), {})


@pytest.mark.parametrize("error", [SyntaxError(), SyntaxError("text", ("own.py", None, 1, "x"))])
def test_a_syntax_error_without_a_place_is_described(error):
    far = Worker(None)
    far.sources = Sources({"own.py": b""})
    told = far.describe(error)
    assert told["types"][0] == "SyntaxError"
    assert all(frame == ["own.py", 0, ""] for frame in told["frames"])


def test_a_worker_ends_when_the_grader_has_gone():
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=worker.run, args=(theirs,))
    thread.start()
    ours.close()
    thread.join(10)
    assert not thread.is_alive()
    theirs.close()


def test_the_grader_may_go_while_student_code_waits_for_it(local):
    """The worker is then gone as well."""
    ours, theirs = socket.socketpair()
    far = Worker(theirs)
    thread = threading.Thread(target=lambda: ended.append(run(far)))
    ended = []

    def run(far):
        host = far.resolve({"host": [0, ["__call__"]]})
        far.objects[1] = lambda: host()
        with pytest.raises(wire.Disconnected):
            far.serve()
        return True

    thread.start()
    frame, _ = wire.encode([1, "call", [Reference(1), [], {}], []], lambda r: {"object": r.number})
    ours.sendall(frame)
    message, _ = wire.decode(*wire.FrameReader().read(ours.recv), lambda node: node)
    assert message[1:4] == ["host", 0, "__call__"]
    ours.close()
    thread.join(10)
    assert ended == [True]
    theirs.close()


class Reference:
    """Stands for an object of the worker's."""

    def __init__(self, number):
        self.number = number


def test_a_call_changes_only_what_it_changed(local):
    student = local("def Thing(a, b): b[0] = 9.0\n")
    a, b = np.zeros(2), np.zeros(2)
    student.Thing(a, b)
    assert a.tolist() == [0.0, 0.0]
    assert b.tolist() == [9.0, 0.0]
