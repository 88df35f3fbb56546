"""Generators, context managers, operators, dataclasses: given to student code, and got from it."""

import itertools
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from autograder.checks import (
    CheckFailed,
    List,
    Number,
    assert_equal,
    assert_items,
    export,
    say,
)
from autograder.lab import LabError
from autograder.suites import budget as budgets
from autograder.suites.errors import StudentError, WorkerEnded, WorkerTimeout
from tests.autograder.conftest import AT_ONCE, SUITE_HEAD, messages, outcomes, write_lab

KINDS = """
import contextlib, enum, itertools, time
from dataclasses import dataclass, field
import numpy as np

log = []

@dataclass
class Point:
    x: float
    y: float = 0.0
    tags: list = field(default_factory=list)

    @property
    def norm(self):
        return abs(complex(self.x, self.y))

class Color(enum.Enum):
    RED = 1
    BLUE = 2

class Vector:
    def __init__(self, *values):
        self.values = list(values)
    def __len__(self):
        return len(self.values)
    def __getitem__(self, index):
        return self.values[index]
    def __setitem__(self, index, value):
        self.values[index] = value
    def __delitem__(self, index):
        del self.values[index]
    def __contains__(self, value):
        return value in self.values
    def __add__(self, other):
        other = other.values if isinstance(other, Vector) else [other] * len(self)
        return Vector(*(a + b for a, b in zip(self.values, other)))
    __radd__ = __add__
    def __neg__(self):
        return Vector(*(-a for a in self.values))
    def __iter__(self):
        return iter(self.values)

class Timer:
    def __enter__(self):
        log.append("enter")
        return self
    def __exit__(self, kind, error, traceback):
        log.append(kind and kind.__name__)
        return True

@contextlib.contextmanager
def opened():
    log.append("open")
    try:
        yield 3
    finally:
        log.append("closed")

def squares(n):
    for i in range(n):
        yield np.full(2, i * i)

def same_array(n):
    a = np.zeros(1)
    for i in range(n):
        a += 1
        yield a

class Thing:
    def run(self, function, *args):
        return function(*args)
    def make(self, source):
        return eval(source)
    def catch(self, function, *args):
        try:
            return function(*args)
        except BaseException as error:
            return [type(error).__name__, str(error)]
"""


@pytest.fixture(params=["thread", "jail"])
def thing(request):
    """Give an object of `KINDS` in each kind of worker; `make` evaluates an expression."""
    student = request.getfixturevalue({"thread": "local", "jail": "remote"}[request.param])(KINDS)
    return student.Thing()


@pytest.fixture
def jailed(remote):
    """Give a submission in a jail."""
    return remote(KINDS)


@export()
@dataclass
class Pair:
    left: float
    right: list


@dataclass
class Hidden:
    secret: float = 0.123


class Numbers:
    """A sequence of the suite's, which can be entered and left."""

    def __init__(self, *values):
        self.values, self.left = list(values), []

    @export()
    def __len__(self):
        return len(self.values)

    @export(index=Number())
    def __getitem__(self, index):
        if not 0 <= index < len(self.values):
            raise IndexError(say("the index is too large"))
        return self.values[index]

    @export(other=Number())
    def __mul__(self, other):
        return [value * other for value in self.values]

    @export()
    def __enter__(self):
        return self

    @export()
    def __exit__(self, kind, error, traceback):
        self.left.append(kind)

    @export(size=Number())
    def batches(self, size):
        for start in range(0, len(self.values), size):
            yield self.values[start : start + size]

    @export()
    def give_hidden(self):
        return Hidden()

    @export()
    def give_file(self):
        return Path(__file__).open()

    @export(rows=List(List(Number()), size=2))
    def total(self, rows):
        return sum(map(sum, rows))


# Given to student code


def test_a_generator_of_the_suites_is_asked_one_item_at_a_time(thing):
    asked = []

    def numbers():
        for n in itertools.count():
            asked.append(n)
            yield np.full(1, n)

    first = thing.make("lambda items, n: [next(items)[0].item() for _ in range(n)]")
    items = numbers()
    assert thing.run(first, items, 3) == [0, 1, 2]
    assert asked == [0, 1, 2]
    assert thing.run(first, items, 1) == [3]
    assert thing.run(thing.make("sum"), iter([1, 2, 3])) == 6
    assert thing.run(thing.make("lambda items: [list(items), list(items)]"), iter("ab")) == [
        ["a", "b"],
        [],
    ]
    assert thing.run(thing.make("lambda items: iter(items) is items"), items)


def test_a_generator_gives_plain_data_only(thing):
    with pytest.raises(LabError, match="plain data"):
        thing.run(thing.make("next"), iter([object()]))


def test_a_generator_of_the_suites_that_never_ends_ends_the_check(thing, monkeypatch):
    monkeypatch.setattr(budgets, "CALLS_LIMIT", 200)
    connection = thing._connection
    connection.budget.calls = 200
    with pytest.raises(WorkerEnded, match="without end"):
        thing.run(thing.make("list"), itertools.count())


def test_a_generator_that_is_at_work_is_not_asked_again(thing):
    given = []

    def numbers():
        yield given[0](given[1])

    items = numbers()
    given += [thing.make("lambda items: 7 if items is None else next(items)"), items]
    name, text = thing.catch(thing.make("lambda items: next(items)"), items)
    assert (name, text) == (
        "ValueError",
        "the iterator was asked for an item while it was making one",
    )


def test_a_dataclass_that_was_exported_is_read_like_a_record(thing):
    pair = Pair(1.5, [1, 2])
    assert thing.run(thing.make("lambda p: p.left + len(p.right)"), pair) == 3.5
    # As with any object, the content stays what student code made of it; the suite's own is safe.
    grow = thing.make("lambda p: [p.right.append(3), p.right][1]")
    assert thing.run(grow, pair) == [1, 2, 3]
    assert pair.right == [1, 2]
    assert thing.catch(thing.make("lambda p: p.middle"), pair)[0] == "AttributeError"
    assert thing.catch(thing.make("lambda p: p._call(p._number, '__getattribute__',"
                                  " ('__class__',), {})"), pair)[0] == "AttributeError"  # fmt: skip


def test_a_dataclass_that_was_not_exported_shows_nothing(thing):
    assert thing.catch(thing.make("lambda p: p.secret"), Hidden())[0] == "AttributeError"
    with pytest.raises(TypeError, match="Numbers is no dataclass"):
        export()(Numbers)

    class More(Pair):
        pass

    assert thing.catch(thing.make("lambda p: p.left"), More(1, []))[0] == "AttributeError"


def test_an_object_of_the_suites_is_used_as_python_writes_it(thing):
    numbers = Numbers(2, 3, 5)
    assert thing.run(thing.make("lambda x: [len(x), x[1], x * 2, list(x)]"), numbers) == [
        *(3, 3, [4, 6, 10]),
        [2, 3, 5],
    ]
    assert thing.catch(thing.make("lambda x: x['a']"), numbers)[0] == "TypeError"
    assert thing.catch(thing.make("lambda x: x + 1"), numbers)[0] == "TypeError"
    batches = thing.make("lambda x: list(x.batches(2))")
    assert thing.run(batches, numbers) == [[2, 3], [5]]
    assert thing.run(thing.make("lambda x: x.total([(1, 2), [3]])"), numbers) == 6
    for rows in ("[['a']]", "[[1], [2], [3]]", "[[[1]]]", "3"):
        assert thing.catch(thing.make(f"lambda x: x.total({rows})"), numbers)[0] == "TypeError"


def test_a_context_of_the_suites_is_entered_and_left(thing):
    numbers = Numbers(1)
    source = (
        "def use(x, error):\n with x as y:\n  assert y is x\n  if error:\n   raise error\n return 1"
    )
    space = {}
    exec(source, space)
    use = thing.make(f"(lambda s: [exec({source!r}, s), s][1])(dict())['use']")
    assert thing.run(use, numbers, None) == 1
    for error in ("KeyError()", "KeyboardInterrupt()", "type('__class__', (Exception,), {})()"):
        raised = thing.make(error)
        with pytest.raises(Exception):  # noqa: B017, PT011 (of any kind)
            thing.run(use, numbers, raised)
    assert numbers.left == [None, KeyError, Exception, Exception]


@pytest.mark.parametrize("method", ["give_hidden", "give_file"])
def test_what_a_method_returns_is_not_handed_out_by_accident(thing, method):
    with pytest.raises(LabError, match="return plain data"):
        thing.run(thing.make(f"lambda x: x.{method}()"), Numbers())


# Got from student code


def test_a_generator_is_asked_one_item_at_a_time(thing):
    make = thing.make("squares")
    assert [item.tolist() for item in make(3)] == [[0, 0], [1, 1], [4, 4]]
    assert [item[0] for item in itertools.islice(make(10**9), 2)] == [0, 1]
    assert_items(make(3), [np.full(2, n * n) for n in range(3)], "what squares gives")
    assert_items(thing.make("same_array")(3), [np.full(1, n) for n in (1.0, 2.0, 3.0)], "it")
    assert_items(thing.make("range(3)"), [0, 1, 2], "it")
    assert_items(thing.make("{'a': 1}.items()"), [("a", 1)], "it")
    assert [color.name for color in thing.make("Color")] == ["RED", "BLUE"]
    assert_items(thing.make("itertools.count()"), [0, 1], "it", ends=False)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("itertools.count()", "it has too many elements."),
        ("iter([0])", "it has too few elements."),
        ("iter([0, 2])", "it has wrong values in one of its entries."),
        ("Point(1)", "it should be an iterator or a list, not an object of your own."),
        ("'01'", "it should be an iterator or a list, not str."),
        ("None", "it should be an iterator or a list, not None (is a return missing?)."),
    ],
)
def test_wrong_items_are_told(thing, source, message):
    with pytest.raises(CheckFailed) as caught:
        assert_items(thing.make(source), [0, 1], "it")
    assert str(caught.value) == message


def test_a_generator_that_gives_other_code_a_turn(thing):
    """A generator of the student's asks one of the suite's, item by item."""
    doubled = thing.make("lambda items: (2 * x for x in items)")
    assert_items(thing.run(doubled, iter([1, 2, 3])), [2, 4, 6], "what it gives")


@pytest.mark.parametrize(
    "source",
    [
        "itertools.count()",
        "iter(int, 1)",
        "type('Odd', (), {'__getitem__': lambda self, i: i})()",
        "type('Odd', (), {'__iter__': lambda self: self, '__next__': lambda self: 0,"
        " '__len__': lambda self: 3})()",
    ],
)
def test_items_without_end_end_the_check(thing, source):
    thing._connection.budget.uses = 50
    with pytest.raises(WorkerEnded, match="items without end"):
        list(thing.make(source))


@pytest.mark.parametrize("length", ["10**9", "2**62", "True", "10**5 + 1"])
def test_a_length_that_lies_takes_no_memory(thing, length):
    odd = thing.make(f"type('Odd', (), {{'__len__': lambda self: {length},"
                     " '__iter__': lambda self: iter([1])})()")  # fmt: skip
    start = time.monotonic()
    if length == "True":
        assert len(odd) == 1
        return
    with pytest.raises(WorkerEnded, match="without end"):
        list(odd)
    assert time.monotonic() - start < AT_ONCE


@pytest.mark.parametrize("length", ["-1", "'x'", "2**70", "None"])
def test_a_length_that_is_none_is_the_students_exception(thing, length):
    odd = thing.make(f"type('Odd', (), {{'__len__': lambda self: {length}}})()")
    with pytest.raises(StudentError):
        len(odd)


def test_an_iterator_that_sleeps_is_out_of_time(remote):
    student = remote(KINDS, seconds=0.3)
    thing = student.Thing()
    odd = thing.make("type('Odd', (), {'__iter__': lambda self: time.sleep(60)})()")
    with pytest.raises(WorkerTimeout), student.watch():
        list(odd)


def test_what_has_no_such_methods_is_no_sequence(thing):
    point = thing.make("Point(1, 2)")
    for use in (iter, len, next, lambda x: x[0], lambda x: x + 1, lambda x: 1 in x):
        with pytest.raises(TypeError):
            use(point)


def test_operators_are_used_as_python_writes_them(thing):
    vector = thing.make("Vector(1.0, 2.0)")
    assert len(vector) == 2
    assert vector[1] == 2.0
    assert 2.0 in vector
    assert 3.0 not in vector
    vector[0] = 5.0
    assert list(vector) == [5.0, 2.0]
    del vector[0]
    assert list(vector + vector) == [4.0]
    assert list(1.0 + vector) == list(np.float64(1.0) + vector) == [3.0]
    assert list(-vector) == [-2.0]
    with pytest.raises(IndexError):
        vector[7]
    with pytest.raises(TypeError):
        vector * 2
    assert vector != thing.make("Vector(2.0)")  # equality is not the student's to say


def test_a_context_is_entered_and_left(thing):
    with thing.make("Timer()") as timer:
        assert timer.__student_type__ == "Timer"
    with thing.make("opened")() as number:
        assert number == 3
    assert list(thing.make("log")) == ["enter", None, "open", "closed"]


@pytest.mark.parametrize(
    ("error", "told"),
    [(CheckFailed("no"), "Exception"), (ValueError(), "ValueError"), (LabError("x"), "Exception")],
)
def test_a_context_swallows_nothing_that_a_check_has_found(thing, error, told):
    with pytest.raises(type(error)), thing.make("Timer()"):
        raise error
    assert list(thing.make("log")) == ["enter", told]


def test_a_dataclass_is_compared_field_by_field(thing):
    point = thing.make("Point(1.0, 2.0, ['a'])")
    assert [point.x, point.tags, point.norm] == [1.0, ["a"], abs(1 + 2j)]

    @dataclass
    class Right:
        x: float
        y: float
        tags: list

    assert_equal(point, Right(1.0, 2.0, ["a"]), "the point")
    with pytest.raises(CheckFailed, match="^tags of the point has too few elements"):
        assert_equal(point, Right(1.0, 2.0, ["a", "b"]), "the point")
    with pytest.raises(CheckFailed, match="should be an object with x, y, tags, not tuple"):
        assert_equal((1.0, 2.0, ["a"]), Right(1.0, 2.0, ["a"]), "the point")
    with pytest.raises(CheckFailed, match="the color has no x"):
        assert_equal(thing.make("Color.RED"), Right(1.0, 2.0, []), "the color")


def test_complex_numbers_and_sets_of_sets_cross(thing):
    for value in (1 + 2j, [complex("nan")], {frozenset({1, 2}), frozenset()}, {((1, 2), 3): 4j}):
        back = thing.run(thing.make("lambda x: x"), value)
        assert repr(back) == repr(value)
    assert_equal(thing.make("2j"), 2j, "it")


def test_special_methods_that_are_forged_are_not_believed(remote):
    """A class may say of itself whatever it likes; only names that are known are taken."""
    student = remote(
        "class Meta(type):\n"
        "    def __len__(cls): raise SystemExit\n"
        "    def __iter__(cls): raise SystemExit\n"
        "class Thing(metaclass=Meta):\n"
        "    __len__ = None\n"
        "    __getattr__ = lambda self, name: self\n"
        "    __iter__ = property(lambda self: 1 / 0)\n"
        "    locals()['x' * 10**6] = locals()['__evil__'] = len\n"
    )
    thing = student.Thing()
    with pytest.raises(TypeError):
        len(thing)
    with pytest.raises(TypeError):
        iter(thing)
    with pytest.raises(StudentError):
        len(student.Thing)


# In a grade

SUITE = (
    SUITE_HEAD
    + '''

@pytest.mark.check(points=3)
def test_batches(student):
    """batches gives two numbers at a time"""
    from autograder.checks import assert_items
    given = iter(range(5))
    assert_items(student.batches(given, 2), [[0, 1], [2, 3], [4]], "what batches gives")
'''
)
GENERATORS = {
    "right": ("passed", "", "batch = []\n    for n in items:\n        batch.append(n)\n"
              "        if len(batch) == size:\n            yield batch\n            batch = []\n"
              "    if batch:\n        yield batch\n"),
    "a list": ("passed", "", "items = list(items)\n"
               "    return [items[i:i + size] for i in range(0, len(items), size)]\n"),
    "the rest is lost": ("failed", "has too few elements", "while True:\n        try:\n"
                         "            yield [next(items) for _ in range(size)]\n"
                         "        except StopIteration:\n            return\n"
                         "        except RuntimeError:\n            return\n"),
    "never ends": ("failed", "has too many elements",
                   "yield [0, 1]\n    yield [2, 3]\n    while True:\n        yield [4]\n"),
    "raises": ("failed", "raised ValueError at own.py, line 2", "raise ValueError\n    yield 1\n"),
    "sleeps": ("timeout", "a call took over", "import time\n    yield time.sleep(60)\n"),
    "nothing": ("failed", "should be an iterator or a list, not None", "pass\n"),
    "its end": ("crashed", "ended its own process", "import os\n    os._exit(0)\n    yield 1\n"),
}  # fmt: skip


@pytest.fixture(scope="module")
def batches_lab(tmp_path_factory):
    """Give a lab of a function that takes an iterator and gives one."""
    return write_lab(
        tmp_path_factory.mktemp("batches"),
        {"test_batches.py": SUITE},
        tasks={"batches": "own.py"},
        limits={"call": 0.5},
    )


@pytest.mark.parametrize("name", GENERATORS)
def test_a_function_with_iterators_is_graded(batches_lab, grade, name):
    outcome, message, body = GENERATORS[name]
    result = grade(batches_lab, {"own.py": f"def batches(items, size):\n    {body}"})
    assert list(outcomes(result).values()) == [outcome], messages(result)
    assert message in messages(result)
