"""The variables of a traceback are described without running any of the student's code."""

import sys
import time
import types

import numpy as np
import pytest

from autograder.jail.inside.limits import (
    VARIABLE_LIMIT,
    VARIABLES_LIMIT,
    VARIABLES_TEXT_LIMIT,
)
from autograder.jail.inside.variables import Variables, describe
from tests.autograder.conftest import SECONDS

PLAIN = {
    "None": None,
    "True": True,
    "3": 3,
    "0.5": 0.5,
    "(1+2j)": 1 + 2j,
    "'a\\x1b'": "a\x1b",
    "b'a'": b"a",
    "[1, 2]": [1, 2],
    "(1,)": (1,),
    "{}": {},
    "{'a': [1]}": {"a": [1]},
    "[[[[…]]]]": [[[[1]]]],
    "[0, 1, 2, 3, 4, 5, … 94 more]": list(range(100)),
    "<an integer of 10001 bits>": 1 << 10000,
    "array of float64, shape (2,): [0.5, 1]": np.array([0.5, 1.0]),
    "array of int64, shape (): 3": np.array(3),
    "array of bool, shape (1,): [True]": np.array([True]),
    "array of no numbers, shape (1,)": np.array([object()]),
    "array of float64, shape (1, 1, 1, 1)": np.zeros((1, 1, 1, 1)),
    "array of float64, shape (9,): [0, 0, 0, 0, 0, 0] …": np.zeros(9),
    "1.5 (float32)": np.float32(1.5),
    "True (bool)": np.bool_(True),
    "<function describe>": describe,
    "<class Variables>": Variables,
    "<object>": object(),
}


@pytest.mark.parametrize(("text", "value"), PLAIN.items(), ids=PLAIN)
def test_plain_values_are_described(text, value):
    assert describe(value) == text


def test_an_object_shows_its_attributes():
    class Layer:
        def __init__(self):
            self.w, self.name = np.ones(2), "a"

    assert describe(Layer()) == "Layer(w=array of float64, shape (2,): [1, 1], name='a')"


def never(*_, **__):
    raise SystemExit("student code was run")


class Meta(type):
    __eq__ = __hash__ = __instancecheck__ = __subclasscheck__ = __repr__ = never
    __name__ = __class__ = __mro__ = __dict__ = property(never)


HOOKS = "__repr__ __str__ __format__ __len__ __iter__ __eq__ __hash__ __getattribute__ __bool__"
BODY = dict.fromkeys(HOOKS.split(), never) | dict.fromkeys(
    ["__dict__", "__class__"], property(never)
)


@pytest.mark.parametrize("base", [object, int, float, str, list, dict, tuple, set, np.ndarray])
def test_no_code_of_the_students_is_run(base):
    kind = type.__new__(Meta, "Trap", (base,), dict(BODY))
    value = base.__new__(kind, 1) if base is np.ndarray else base.__new__(kind)
    for each in (value, [value], {"a": value}, (value,), kind):
        assert len(describe(each)) <= VARIABLE_LIMIT
        assert "can't be shown" not in describe(each)


def test_what_an_attribute_is_called_can_be_anything():
    class Odd:
        pass

    odd = Odd()
    vars(odd).update({"a" * 10_000: 1, 3: 4, "b": odd})
    assert describe(odd).startswith("Odd(aaa") and len(describe(odd)) == VARIABLE_LIMIT


def test_printing_options_of_the_students_are_not_used():
    with np.printoptions(formatter={"float": never}):
        assert describe(np.ones(1)) == "array of float64, shape (1,): [1]"


LARGE = {
    "array": lambda: np.broadcast_to(np.float64(1), (1 << 20,) * 2),
    "axes": lambda: np.zeros((2,) * 20),
    "text": lambda: "x" * 10**7,
    "list": lambda: [[1.0] * 10**6] * 10,
    "deep": lambda: deep(100_000),
    "dict": lambda: {i: "x" * 1000 for i in range(10**5)},
    "circle": lambda: circle(),
}


def deep(levels):
    found = []
    for _ in range(levels):
        found = [found]
    return found


def circle():
    found = []
    found.append(found)
    return found


@pytest.mark.parametrize("make", LARGE.values(), ids=LARGE)
def test_a_large_value_takes_neither_time_nor_room(make):
    value = make()
    start = time.process_time()
    assert len(describe(value)) <= VARIABLE_LIMIT
    assert time.process_time() - start < SECONDS / 10


def frame_of(source, **space):
    try:
        exec(compile(source, "x.py", "exec"), space)
    except ZeroDivisionError as error:
        trace = error.__traceback__
        while trace.tb_next:
            trace = trace.tb_next
        return trace.tb_frame
    raise AssertionError


def test_variables_of_a_function_and_of_a_module():
    source = "import sys\n__x = 3\na = 1\ndef f(x, y=2):\n    z = x\n    1 / 0\n"
    assert Variables().of_frame(frame_of(f"{source}f(5)")) == [["x", "5"], ["y", "2"], ["z", "5"]]
    found = Variables().of_frame(frame_of(f"{source}1 / 0"))
    assert found == [["a", "1"], ["f", "<function f>"]]


def test_the_namespace_of_a_class_is_not_asked():
    source = """
class Space(dict):
    def __iter__(self): raise SystemExit
    keys = items = __len__ = __iter__
class Meta(type):
    __prepare__ = classmethod(lambda *_: Space())
class A(metaclass=Meta):
    1 / 0
"""
    assert Variables().of_frame(frame_of(source)) == []


def test_variables_are_bounded_in_number_and_in_all():
    many = "; ".join(f"v{i} = 'x' * 1000" for i in range(100))
    frame = frame_of(f"def f():\n    {many}\n    1 / 0\nf()")
    variables = Variables()
    found = variables.of_frame(frame)
    assert len(found) == VARIABLES_LIMIT
    total = 0
    for _ in range(20):
        total += sum(len(name) + len(text) for name, text in found)
        found = variables.of_frame(frame)
    assert total <= VARIABLES_TEXT_LIMIT and found == []


def test_a_frame_that_is_at_work_can_be_described():
    here = sys._getframe()
    assert isinstance(here, types.FrameType)
    assert Variables().of_frame(here)[0][0] == "here"
