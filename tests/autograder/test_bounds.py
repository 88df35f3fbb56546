"""Every bound is checked by the side that receives, whatever the side that sends has agreed to."""

import time
import warnings

import numpy as np
import pytest

from autograder.checks import Array, CheckFailed, export, fail, say
from autograder.checks.failure import KEPT_LIMIT
from autograder.diagnosis.symptoms import symptom_of
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.jail.inside import limits, wire
from autograder.lab import LabError
from autograder.suites import budget as budgets
from autograder.suites import connection as connections
from autograder.suites.errors import StudentError, WorkerEnded
from autograder.suites.proxies import Proxy
from tests.autograder.conftest import SECONDS, peak_of
from tests.fuzz.worker_end import Reference, connected, frame_of, raw_frame

DRAWS = Draws(0, PUBLIC_SECRET)

NOTHING = ["", [], []]


class Spy:
    """A layer of the grader's."""

    def __init__(self):
        self.seen = []

    @export(x=Array())
    def forward(self, x):
        self.seen.append(x)
        return x * 10

    @export()
    def refuse(self):
        raise ValueError(say("not now"))

    @export()
    def refuse_oddly(self):
        raise LookupError(say("not at all"))

    @export()
    def end(self):
        fail("Do not call end.")

    @export()
    def break_down(self):
        return {}["a mistake of the suite's"]

    @export()
    def give_another(self):
        return [{"other": Spy()}]

    @export()
    def give_too_much(self):
        return 2**70

    @export()
    def give_an_array(self):
        return np.array([1.0, object()])


def answer(value, number=1, effects=NOTHING):
    return frame_of([number, "return", value, effects])


def call(method, *args, number=5, host=0, **kwargs):
    return frame_of([number, "host", host, method, list(args), kwargs])


def thing(number, name="Thing", methods=(), special=()):
    return Reference({"object": [number, name, list(methods), list(special)]})


# Calls of the suite's objects -------------------------------------------------------------------


def test_calls_are_counted():
    spy = Spy()
    frames = [call("forward", np.zeros(1)) for _ in range(51)]
    with connected(*frames, answer(1), hosts=[spy]) as (connection, _):
        connection.budget.calls = 50
        with pytest.raises(WorkerEnded, match="without end"):
            connection.request("get")
    assert len(spy.seen) == 50


def test_calls_of_nothing_count_as_well():
    with connected(*[call("no")] * 51, answer(1)) as (connection, _):
        connection.budget.calls = 50
        with pytest.raises(WorkerEnded, match="without end"):
            connection.request("get")


def test_a_refusal_goes_to_the_student_and_comes_back_as_ours():
    error = {"types": ["ValueError"], "text": "not now", "frames": []}
    frames = [call("refuse"), call("refuse_oddly"), frame_of([1, "raise", error, NOTHING])]
    with connected(*frames, hosts=[Spy()]) as (connection, end):
        with pytest.raises(StudentError) as caught:
            connection.request("get")
        connection.pipe.close()
        assert caught.value.ours and caught.value.text.template == "not now"
        assert [m[1:] for m in end.messages()[1:]] == [
            ["raise", ["ValueError", "not now"]],
            ["raise", ["LookupError", "not at all"]],
        ]


def test_what_a_suite_said_in_an_earlier_check_is_no_longer_its_own():
    error = {"types": ["ValueError"], "text": "not now", "frames": []}
    frames = [call("refuse"), answer(1), frame_of([2, "raise", error, NOTHING])]
    with connected(*frames, hosts=[Spy()]) as (connection, _):
        connection.request("get")
        connection.hosts.forget()
        with pytest.raises(StudentError) as caught:
            connection.request("get")
    assert not caught.value.ours


@pytest.mark.parametrize(
    ("method", "error", "text"),
    [
        ("end", CheckFailed, "Do not call end"),
        ("break_down", LabError, "Spy.break_down raised KeyError"),
        ("give_another", LabError, "returned a Spy"),
        ("give_too_much", LabError, "cannot cross"),
        ("give_an_array", LabError, "returned a ndarray"),
    ],
)
def test_what_a_suite_did_not_mean_to_tell_the_student_ends_the_call(method, error, text):
    with connected(call(method), answer("right"), hosts=[Spy()]) as (connection, end):
        with pytest.raises(error, match=text):
            connection.request("get")
        assert connection.unanswered == 1  # so that the worker is replaced
        connection.pipe.close()
        assert len(end.messages()) == 1  # of which nothing was said to it


def test_objects_of_an_earlier_check_are_forgotten_and_their_numbers_do_not_come_again():
    first, second = Spy(), Spy()
    frames = [call("forward", np.zeros(1)), answer(1), answer(Reference({"host": 0}), 2)]
    with connected(*frames, hosts=[first]) as (connection, end):
        connection.hosts.forget()
        assert connection.hosts.reference(second)["host"][0] == 1
        assert connection.request("get") == 1
        with pytest.raises(WorkerEnded, match="a reference to nothing"):
            connection.request("get")
        connection.pipe.close()
        assert end.messages()[1][1:] == ["raise", ["AttributeError", "there is no such method"]]
    assert not first.seen and not second.seen


def test_an_attribute_that_hides_an_exported_method_is_not_called():
    spy = Spy()
    spy.forward = lambda x: pytest.fail("it was called")
    with connected(call("forward", np.zeros(1)), answer(1), hosts=[spy]) as (connection, _):
        assert connection.request("get") == 1


@pytest.mark.parametrize("method", ["__call__", "forward", "tofile", "__array__"])
def test_plain_objects_export_nothing(method):
    host = np.array([object()])
    with connected(call(method), answer(1), hosts=[host]) as (connection, end):
        assert connection.request("get") == 1
        connection.pipe.close()
        assert end.messages()[1][2][0] == "AttributeError"


@pytest.mark.parametrize(
    "argument",
    [
        np.zeros(100_001),
        np.zeros((0, 100_001)),
        np.zeros(1, complex),
        np.float64(1.0),
        [1.0],
        None,
        "x",
        {"a": 1},
        Reference({"host": 0}),
        thing(1),
    ],
    ids=str,
)
def test_an_argument_of_another_kind_or_size_does_not_reach_the_method(argument):
    spy = Spy()
    with connected(call("forward", argument), answer(1), hosts=[spy]) as (connection, end):
        assert connection.request("get") == 1
        connection.pipe.close()
        assert end.messages()[1][2] == ["TypeError", "forward takes a NumPy array as x"]
    assert not spy.seen


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((), {}), ((np.zeros(1),) * 2, {}), ((), {"hidden 0.123": 1}), ((np.zeros(1),), {"x": 1})],
    ids=str,
)
def test_names_and_numbers_of_arguments_are_not_repeated(args, kwargs):
    with connected(call("forward", *args, **kwargs), answer(1), hosts=[Spy()]) as (connection, end):
        connection.request("get")
        connection.pipe.close()
        text = "forward was called with too few or too many arguments"
        assert end.messages()[1][2] == ["TypeError", text]


# Sizes ------------------------------------------------------------------------------------------


def test_bytes_are_counted_in_all():
    frames = [call("no", "x" * 1000) for _ in range(20)]
    with connected(*frames, answer(1)) as (connection, _):
        connection.budget.bytes = 10_000
        with pytest.raises(WorkerEnded, match="more data"):
            connection.request("get")
        assert 15 > budgets.CALLS_LIMIT - connection.budget.calls > 5


def test_empty_frames_count_as_well():
    with connected(raw_frame(b"")) as (connection, _):
        connection.budget.bytes = 7
        with pytest.raises(WorkerEnded, match="more data"):
            connection.request("get")


def test_what_a_check_may_receive_takes_little_more_memory_than_its_bytes():
    def ask():
        frames = [answer([float(i)] * 100_000, i + 1) for i in range(9)]
        with connected(*frames) as (connection, _):
            connection.budget.bytes, kept = 6_000_000, []
            with pytest.raises(WorkerEnded, match="more data"):
                while True:
                    kept.append(connection.request("get"))
            assert len(kept) == 7

    assert peak_of(ask) < 60


def test_objects_are_counted_and_a_frame_holds_few():
    many = [thing(i) for i in range(wire.REFERENCES_LIMIT + 1)]
    with connected(answer(many[1:]), answer(many, 2)) as (connection, _):
        assert len(connection.request("get")) == wire.REFERENCES_LIMIT
        with pytest.raises(WorkerEnded, match="too many references"):
            connection.request("get")
    with connected(answer(many[1:])) as (connection, _):
        connection.budget.references = 999
        with pytest.raises(WorkerEnded, match="more objects"):
            connection.request("get")


def test_objects_that_are_sent_twice_are_released_once_and_some_at_a_time():
    starts = [0, 0, 1000, 2000]
    frames = [answer([thing(s + i) for i in range(1000)], n) for n, s in enumerate(starts, 1)]
    rest = [answer(None, number) for number in range(5, 9)]
    start = time.process_time()
    with connected(*frames, *rest) as (connection, end):
        kept = [connection.request("get") for _ in starts]
        assert kept[0][7] is kept[1][7]
        kept.clear()
        for _ in rest:
            connection.request("get")
        assert not connection.released
        connection.pipe.close()
        released = [message[3] for message in end.messages()]
    assert [len(numbers) for numbers in released] == [0] * 4 + [connections.RELEASED] * 3 + [0]
    assert sorted(sum(released, [])) == list(range(3000))
    assert time.process_time() - start < SECONDS


def test_an_object_has_few_methods_with_names_of_methods():
    methods = [f"m{i}" for i in range(300)] + ["a b", "x" * 101, 3, "\ud800", None]
    with connected(answer(thing(1, "N" * 5000, methods[::-1]))) as (connection, _):
        found = connection.request("get")
    assert isinstance(found, Proxy)
    assert len(found._methods) == limits.METHODS_LIMIT - 5
    assert all(name.isidentifier() for name in found._methods)
    assert len(found.__student_type__) == limits.NAME_LIMIT


@pytest.mark.parametrize(
    "error",
    [
        {"types": ["X" * 200_000], "text": "t" * 200_000, "frames": []},
        {"types": ["X"] * 50_000, "text": "", "frames": [["f" * 200_000, 1, "n" * 200_000]]},
        {"types": ["\ud800"], "text": "\ud800", "frames": [["\ud800", 1, "\ud800"]]},
        {"types": [], "text": "", "frames": [["f", 2**62, ""]] * 20_000},
    ],
    ids=["a long name", "many names", "halves of characters", "many lines"],
)
def test_an_exception_is_short_whatever_is_sent(error):
    with (
        connected(frame_of([1, "raise", error, NOTHING])) as (connection, _),
        pytest.raises(StudentError) as caught,
    ):
        connection.request("get")
    found = caught.value
    assert len(found.type_name) <= limits.NAME_LIMIT and found.type_name.isidentifier()
    assert len(found.text) <= limits.TEXT_LIMIT and len(found.file) <= limits.NAME_LIMIT
    assert found.line < limits.LINES_LIMIT
    assert symptom_of(found).digest


def warned(*counts, room=budgets.WARNINGS_LIMIT):
    """Count the warnings that arrive of answers with so many."""
    frames = [
        answer(None, number, ["", [["RuntimeWarning", f"w{i}" * 3000] for i in range(count)], []])
        for number, count in enumerate(counts, 1)
    ]
    with warnings.catch_warnings(record=True) as caught, connected(*frames) as (connection, _):
        warnings.simplefilter("always")
        connection.budget.warnings = room
        for _ in counts:
            connection.request("get")
    assert all(len(str(one.message)) <= limits.TEXT_LIMIT for one in caught)
    return len(caught)


def test_warnings_are_few_in_a_call_and_in_a_check():
    assert warned(100) == limits.WARNING_LIMIT
    assert warned(10, 10, 10) == 30
    assert warned(10, 10, 10, room=25) == 25


def test_printed_text_is_short_in_a_call_and_in_a_check(capsys):
    many = [answer(None, number, ["x" * 100_000, [], []]) for number in range(1, 41)]
    with connected(*many) as (connection, _):
        connection.request("get")
        assert len(capsys.readouterr().out) == limits.PRINT_LIMIT
        for _ in many[1:]:
            connection.request("get")
        assert len(capsys.readouterr().out) == budgets.PRINTS_LIMIT - limits.PRINT_LIMIT


def test_half_a_character_can_be_printed(capsys):
    with connected(answer(3, effects=["a\ud800b", [], []])) as (connection, _):
        assert connection.request("get") == 3
    assert capsys.readouterr().out == "a?b"


def test_changes_of_arguments_are_no_more_than_arguments():
    changed = [[0, np.full(2, float(i))] for i in range(1000)]
    with connected(answer(3, effects=["", [], changed])) as (connection, _):
        array = np.zeros(2)
        connection.request("call", array)
    assert array.tolist() == [0.0, 0.0]


# What a check keeps -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (np.zeros(KEPT_LIMIT), True),
        (np.zeros((0, 3)), True),
        (np.float32(2), True),
        (7, True),
        (np.zeros(KEPT_LIMIT + 1), False),
        ([1.0] * 100_000, False),
        ("x" * 100_000, False),
        ({1: 2}, False),
    ],
    ids=lambda value: f"{type(value).__name__} {np.size(value)}",
)
def test_a_failure_keeps_what_the_diagnosis_can_use(value, kept):
    error = CheckFailed("no", "it", value, np.zeros(3))
    assert (error.actual is value) if kept else error.actual is None
    start = time.process_time()
    symptom = symptom_of(error)
    assert symptom.digest and symptom.telling in (True, False)
    assert symptom.reason is None or str(symptom.reason)
    assert time.process_time() - start < SECONDS
