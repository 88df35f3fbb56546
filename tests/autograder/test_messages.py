"""Messages that can be said again in another language, however hostile their values are."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.messages import Message, and_also, join, message_of, render, say, then, to_data

texts = st.text(max_size=20)
CHINESE = {"{what} is {number}.": "{what}：{number}。", "the sum": "總和"}


def chinese(text):
    return CHINESE.get(text, text)


def test_a_message_is_its_english_text():
    message = say("{what} is {number}.", what="the sum", number=3)
    assert message == "the sum is 3." and isinstance(message, str)
    assert pickle.loads(pickle.dumps(message)).values == {"what": "the sum", "number": 3}


def test_what_is_stored_is_said_again_with_its_values():
    said = to_data(say("{what} is {number}.", what="the sum", number=3))
    assert said == {"text": "{what} is {number}.", "values": {"what": "the sum", "number": "3"}}
    assert render(said, chinese) == "總和：3。"
    assert render(said, str) == "the sum is 3."


def test_messages_stand_within_messages():
    inner = say("{what} is {number}.", what="the sum", number=3)
    outer = join(and_also, [inner, "the sum", say("end")])
    assert outer == "the sum is 3.; the sum; end"
    assert render(to_data(outer), chinese) == "總和：3。; 總和; end"


def test_a_message_need_not_be_stored_to_be_said_in_another_language():
    message = say("{what} is {number}.", what=say("the sum"), number=3)
    assert render(message, chinese) == render(to_data(message), chinese) == "總和：3。"
    two = then(message, "the sum")
    assert two == "the sum is 3. the sum" and render(two, chinese) == "總和：3。 總和"


def test_a_literal_is_a_template_without_values():
    assert render(to_data("the sum"), chinese) == "總和"
    assert to_data("") is None and to_data(None) is None


def test_nothing_in_a_value_is_looked_at():
    hostile = "{what.__class__} {0} {number!r} %(what)s"
    said = to_data(say("{what} is {number}.", what=hostile, number="{what}"))
    assert render(said, str) == f"{hostile} is {{what}}."


def test_an_empty_value_is_not_the_header_of_a_catalogue():
    assert render(to_data(say("a{x}b", x="")), lambda text: text or "Project-Id-Version") == "ab"


def test_values_are_made_harmless():
    said = to_data(say("{x}", x="a\x1b[31m\u202eb" + "c" * 1000))
    assert "\x1b" not in said["values"]["x"] and len(said["values"]["x"]) <= 500


@pytest.mark.parametrize("said", [None, 3, [], {}, {"text": 3, "values": {}}, {"text": "a"}])
def test_data_of_another_kind_do_no_harm(said):
    assert isinstance(render(said, str), str)


def test_data_that_are_too_deep_are_cut_off():
    said = to_data(say("x"))
    for _ in range(5000):
        said = {"text": "{inner}", "values": {"inner": said}}
    assert render(said, str) == ""


def test_an_exception_keeps_its_message():
    message = say("{x} is missing", x="a")
    assert message_of(ValueError(message)) is message
    assert message_of(ValueError("plain")) == "plain" and message_of(ValueError()) == ""


@given(texts, texts)
def test_what_is_rendered_is_what_was_said(first, second):
    message = say("{first}; {second}", first=first, second=second)
    assert isinstance(message, Message) and message == f"{first}; {second}"
