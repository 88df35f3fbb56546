"""A worker that does not keep to the protocol ends; it does nothing else."""

import contextlib
import socket
import struct
import threading
import time
import warnings

import numpy as np
import pytest

from autograder.checks import Array, export
from autograder.jail.inside import frames, wire
from autograder.jail.processes import tick
from autograder.suites.budget import Budget
from autograder.suites.clock import Clock
from autograder.suites.connection import Connection
from autograder.suites.errors import (
    StudentError,
    WorkerEnded,
    WorkerTimeout,
    error_class,
    student_error,
    worker_end,
)
from tests.autograder.conftest import AT_ONCE


class Spy:
    """A layer of the grader's."""

    def __init__(self):
        self.seen = []

    @export(x=Array())
    def forward(self, x):
        self.seen.append(x)
        return x * 10

    def public(self):
        raise AssertionError("called")

    def _hidden(self):
        raise AssertionError("called")


#: Nothing printed, warned of or changed.
NOTHING = ["", [], []]


@pytest.fixture
def pipe():
    """Give a connection and the socket on which its worker would be."""
    ours, theirs = socket.socketpair()
    tick(ours)
    connection = Connection(ours, Clock(call_seconds=2.0), Budget())
    connection.hosts.reference(Spy())
    with ours, theirs:
        yield connection, theirs


def answer_with(theirs, *frames):
    """Wait for a request, then send these: messages, or bytes as they are."""

    def serve():
        theirs.recv(1 << 16)
        for frame in frames:
            if not isinstance(frame, bytes):
                frame, _ = wire.encode(frame, lambda node: node)
            theirs.sendall(frame)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


class Reference:
    """What `wire` sends as this JSON object."""

    def __repr__(self):  # in the names of tests, where an address would be new each time
        return "Reference()"

    def __init__(self, node):
        self.node = node


def frame_of(tree, payload=b""):
    frame, _ = wire.encode(tree, lambda reference: reference.node)
    return frame + payload


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        [1],
        [1, "return"],
        [1, "return", 3],
        [1, "return", 3, None],
        [1, "return", 3, {}],
        [1, "return", 3, []],
        [1, "return", 3, ["", [], 3]],
        [1, "return", 3, [3, [], []]],
        [2, "return", 3, NOTHING],
        ["1", "return", 3, NOTHING],
        [1, "raise", "text", NOTHING],
        [1, "host", "0", "forward", [], {}],
        [1, "host", 0, 3, [], {}],
        [1, "explode"],
        {"a": 1},
        b"\xff" * 100,
        struct.pack(">II", 1 << 30, 0),
        struct.pack(">II", 0, 0),
    ],
    ids=str,
)
def test_what_is_not_an_answer_ends_the_worker(pipe, message):
    connection, theirs = pipe
    answer_with(theirs, message)
    with pytest.raises(WorkerEnded, match="not an answer"):
        connection.request("get")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        3,
        [],
        [1, 2],
        [[1, 2], None, None],
        [[1], None],
        [[1, 2, 3], None],
        [[1, 2], {}],
        [[1], "text"],
        {"a": 1},
        [{1, 2}, None],
        [{"a": 1}, None],
    ],
    ids=str,
)
def test_what_is_not_an_answer_to_several_steps_ends_the_worker(pipe, answer):
    connection, theirs = pipe
    answer_with(theirs, [1, "return", answer, NOTHING])
    with pytest.raises(WorkerEnded, match="not an answer"):
        connection.together([("get", None, "w"), ("get", None, "b")])


@pytest.mark.parametrize("error", [{}, {"types": 3, "text": [], "frames": "a"}, {1: 2}], ids=str)
def test_what_a_step_raised_is_an_exception_whatever_is_said_of_it(pipe, error):
    connection, theirs = pipe
    answer_with(theirs, [1, "return", [[1], error], NOTHING])
    answers, raised = connection.together([("get", None, "w"), ("get", None, "b")])
    assert answers == [1]
    assert type(raised) is StudentError


@pytest.mark.parametrize(
    "answer",
    [1, [], [[1]], [[1], 2], [[1], 0], [{}, 1], [{}, -1], [[1], [2, 3]], [[1], {}, {}]],
    ids=str,
)
def test_what_is_not_an_answer_to_each_of_several_steps_ends_the_worker(pipe, answer):
    connection, theirs = pipe
    answer_with(theirs, [1, "return", answer, NOTHING])
    with pytest.raises(WorkerEnded, match="not an answer"):
        connection.each([("get", None, "w"), ("get", None, "b")])


def test_of_several_steps_the_names_are_noted_and_not_what_is_done(pipe):
    connection, theirs = pipe
    answer_with(theirs, [1, "return", [[None] * 2, None], NOTHING])
    connection.together([("get", None, "w"), ("call_method", None, "go", [np.zeros(3)], {"x": 1})])
    assert list(connection.sent.names) == ["w", "go", "x"]
    assert list(connection.sent.shapes) == [(3,)]


def test_an_array_in_place_of_a_number_ends_the_worker(pipe):
    connection, theirs = pipe
    answer_with(theirs, [np.array([1, 2]), "return", 3, NOTHING])
    with pytest.raises(WorkerEnded, match="not an answer"):
        connection.request("get")


@pytest.mark.parametrize(
    "node",
    [{"host": 1}, {"host": -1}, {"host": "0"}, {"object": 3}, {"object": ["1", "x"]}, {"odd": 1}],
    ids=str,
)
def test_a_reference_to_nothing_ends_the_worker(pipe, node):
    connection, theirs = pipe
    answer_with(theirs, frame_of([1, "return", Reference(node), NOTHING]))
    with pytest.raises(WorkerEnded, match="reference"):
        connection.request("get")


@pytest.mark.parametrize(
    "effects",
    [
        ["", [3, [], ["a"], [1, 2]], [3, [], [0, 1], ["0", None]]],
        ["", [], [[99, np.zeros(2)], [-1, np.zeros(2)]]],
        ["", [], [[0, np.zeros(3)], [0, np.zeros(2, int)]]],
    ],
    ids=str,
)
def test_senseless_effects_do_nothing(pipe, effects):
    connection, theirs = pipe
    array = np.ones(2)
    answer_with(theirs, [1, "return", "value", effects])
    assert connection.request("call", array) == "value"
    assert array.tolist() == [1.0, 1.0]


def test_a_warning_category_is_a_warning_or_it_is_replaced(pipe):
    connection, theirs = pipe
    noted = [["exit", "a"], ["int", "b"], ["__import__", "c"], ["no such", "d"], ["Warning", "e"]]
    answer_with(theirs, [1, "return", None, ["", noted, []]])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        connection.request("get")
    assert [entry.category for entry in caught] == [UserWarning] * 4 + [Warning]


@pytest.mark.parametrize(
    ("host", "method", "args", "kwargs"),
    [
        (0, "_hidden", [], {}),
        (0, "__init__", [], {}),
        (0, "__class__", [], {}),
        (0, "__reduce__", [], {}),
        (0, "__call__", [], {}),
        (0, "seen", [], {}),
        (0, "public", [], {}),
        (0, "forward", [1], {}),
        (0, "forward", [[1.0]], {}),
        (0, "forward", [np.zeros(1), np.zeros(1)], {}),
        (0, "forward", [], {}),
        (0, "", [], {}),
        (0, "\ud800", [], {}),
        (9, "forward", [1], {}),
        (-1, "forward", [1], {}),
        (0, "forward", [1], {"y": 2}),
        (0, "forward", [1], {3: 2}),
        (0, "forward", [Reference({"object": [1, "x", [], []]})], {}),
        (0, "forward", [{"a": (Reference({"object": [1, "x", [], []]}),)}], {}),
    ],
    ids=str,
)
def test_a_call_that_is_not_allowed_is_answered_with_an_error(pipe, host, method, args, kwargs):
    connection, theirs = pipe
    call = frame_of([5, "host", host, method, args, kwargs])
    thread = answer_with(theirs, call, frame_of([1, "return", "value", NOTHING]))
    assert connection.request("get") == "value"
    thread.join()
    answer, _ = wire.Decoder(lambda node: node).decode(*frames.FrameReader().read(theirs.recv))
    assert answer[:2] == [5, "raise"]
    assert connection.hosts.find(0).seen == []
    assert connection.unanswered == 0


def test_a_pipe_that_closes_is_the_workers_end(pipe):
    connection, theirs = pipe
    theirs.close()
    with pytest.raises(WorkerEnded):
        connection.request("get")


def test_a_worker_that_does_not_read_is_out_of_time(pipe):
    connection, _ = pipe
    connection.clock.call_seconds = 0.3
    with pytest.raises(WorkerTimeout):
        connection.request("call", [np.zeros(10**6)] * 2)


def test_a_worker_that_answers_byte_by_byte_is_out_of_time(pipe):
    connection, theirs = pipe
    connection.clock.call_seconds = 0.4

    def drip():
        theirs.recv(1 << 16)
        with contextlib.suppress(OSError):
            for byte in frame_of([1, "return", "x" * 1000, NOTHING]):
                theirs.send(bytes([byte]))
                time.sleep(0.1)

    threading.Thread(target=drip, daemon=True).start()
    start = time.monotonic()
    with pytest.raises(WorkerTimeout):
        connection.request("get")
    assert time.monotonic() - start < AT_ONCE


def test_time_that_is_over_before_a_call_is_out_of_time(pipe):
    connection, _ = pipe
    connection.clock.begin_check(0.0)
    with pytest.raises(WorkerTimeout, match="check"):
        connection.request("get")


def test_a_lost_object_cannot_be_given_to_another_worker(pipe):
    connection, theirs = pipe
    answer_with(theirs, frame_of([1, "return", Reference({"object": [1, "x", [], []]}), NOTHING]))
    proxy = connection.request("get")
    other, far = socket.socketpair()
    with other, far, pytest.raises(WorkerEnded, match="afresh"):
        Connection(other, Clock(), Budget()).request("call", proxy)


@pytest.mark.parametrize(
    ("error", "name", "text"),
    [
        ({}, "Exception", ""),
        ({"types": 3, "text": 4, "frames": 5}, "Exception", ""),
        ({"types": [1, "Odd"], "text": "t", "frames": [["f", "1", ""]]}, "Odd", "t"),
        ({"types": ["\ud800", "a b", "x" * 101, "Odd"]}, "Odd", ""),
        ({"types": ["Odd"] * 20 + ["ValueError"]}, "Odd", ""),
        ({"text": "t" * 5000}, "Exception", "t" * 1000),
        ({"frames": [["f", 10**6, ""]]}, "Exception", ""),
        ({"frames": [["f", -1, ""]]}, "Exception", ""),
        ({"types": ["Odd", "ValueError", "TypeError"]}, "ValueError", ""),
    ],
)
def test_an_error_is_made_of_whatever_came(error, name, text):
    result = student_error(error)
    assert (result.type_name, result.text, result.file, result.line) == (name, text, "", 0)


def test_error_classes_are_made_once():
    assert error_class("ValueError") is error_class("ValueError")
    assert error_class("SystemExit") is StudentError


@pytest.mark.parametrize(
    ("end", "text"),
    [
        (None, "ended"),
        (-24, "processor time"),
        (-11, "SIGSEGV"),
        (3, "ended its own process"),
    ],
)
def test_the_end_of_a_worker_is_told(end, text):
    assert text in worker_end(end)
