"""What an examiner answers is read strictly, whatever it is."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.examiner.answers import DEPTH_LIMIT, Answer, BadAnswer, read_answer
from autograder.lab import Check
from autograder.messages import Message, from_data, join, render, say, then, to_data
from autograder.records import Grade
from tests.autograder.conftest import SECONDS, harmless

CHECKS = [Check("test_a.py::test_one", "A", "one", 3, False)]
RESULT = {"id": CHECKS[0].id, "outcome": "failed", "said": to_data(say("wrong {x}", x=say("y")))}
RESULT |= {
    "seconds": 0.5,
    "figures": [],
    "certain": True,
    "reason": ["0f", True, False, ["known"], to_data("a text")],
}
ANSWER = {"digest": "sha256:0", "remarks": [to_data("a remark")], "checks": [RESULT]}

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(list(RESULT)), inner)
    ),
    max_leaves=20,
)


def read(answer):
    return read_answer(json.dumps(answer).encode(), CHECKS, {"known"})


def test_a_right_answer_is_read():
    answer = read(ANSWER)
    (result,) = answer.checks
    assert (result.message, result.points, result.max_points) == ("wrong y", 0, 3)
    assert answer.reasons[result.id].mistakes == ("known",)
    assert [str(remark) for remark in answer.remarks] == ["a remark"]
    assert read({"refused": to_data(say("it is empty"))}).refused == "it is empty"


@given(st.sampled_from([*ANSWER, *RESULT]), ANYTHING)
def test_one_odd_entry_is_read_or_refused(key, value):
    answer = (
        ANSWER | {key: value} if key in ANSWER else ANSWER | {"checks": [RESULT | {key: value}]}
    )
    read_or_refused(answer)


@given(ANYTHING)
def test_anything_is_read_or_refused(value):
    read_or_refused(value)
    read_or_refused({"refused": value})


def read_or_refused(value):
    """See that what is read makes a whole record of harmless text."""
    try:
        answer = read(value)
    except BadAnswer:
        return
    assert isinstance(answer, Answer)
    grade = Grade("s", "graded", 0, 3, 0, checks=tuple(answer.checks))
    assert Grade.from_json(grade.to_json()).max_score == 3
    for result in answer.checks:
        assert harmless(result.message) and len(result.message) <= 1000
        assert 0 <= result.points <= result.max_points == 3


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[" * 10**6,
        b"1" * 10**6,
        b'{"checks": ' * 10**5,
        b"null",
        b"[]",
        b'"x"',
        1,
        None,
    ],
    ids=lambda data: str(data)[:12],
)
def test_what_is_no_json_is_refused_at_once(data):
    start = time.process_time()
    with pytest.raises(BadAnswer):
        read_answer(data, CHECKS, ())
    assert time.process_time() - start < SECONDS


def test_messages_come_back_as_they_went():
    for message in (say("a {b}", b=say("{c}", c="d")), join(then, [say("x."), say("y.")])):
        again = from_data(json.loads(json.dumps(to_data(message))))
        assert isinstance(again, Message) and again == message
        assert render(again, str.upper) == render(message, str.upper)


def test_a_message_can_not_grow_without_end():
    data = {"text": "x" * 1000, "values": {}}
    for _ in range(10):
        data = {"text": "{a}" * 300, "values": {"a": data}}
    with pytest.raises(ValueError, match="none"):
        from_data(data)
    deep = {"text": "x", "values": {}}
    for _ in range(DEPTH_LIMIT):
        deep = {"text": "{a}", "values": {"a": deep}}
    with pytest.raises(ValueError, match="none"):
        from_data(deep)
