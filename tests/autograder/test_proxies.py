"""A proxy behaves as the object would, whether its worker is jailed or a thread right here."""

import gc
import math
import time
import unittest.mock
import warnings

import numpy as np
import pytest

from autograder.checks import (
    Answer,
    Array,
    Keywords,
    Number,
    Text,
    each,
    errors_ignored,
    export,
    say,
    together,
)
from autograder.lab import LabError
from autograder.suites import budget as budgets
from autograder.suites.clock import Clock, Usage
from autograder.suites.errors import (
    FileProblem,
    StudentError,
    WorkerEnded,
    WorkerTimeout,
)
from autograder.suites.exception_text import explain_timeout
from autograder.suites.proxies import Proxy
from autograder.suites.student import RemoteStudent
from tests.autograder.conftest import AT_ONCE, ThreadJail

THING = """
import sys, warnings
import numpy as np

class Part:
    pass

class Text(str):
    pass

class Thing:
    kind = "class attribute"

    def __init__(self, *layers, gain=2.0):
        self.layers, self.gain, self.part = list(layers), gain, Part()

    def __call__(self, x):
        return x + 1

    def forward(self, x, *, offset=0.0):
        return self.gain * x + offset

    def give(self, *args, **kwargs):
        return [list(args), kwargs]

    def change(self, *arrays):
        for array in arrays:
            array[...] = -1.0

    def shout(self):
        print("loud", 1, file=sys.stdout)
        print("louder", file=sys.stderr)

    def warn(self):
        warnings.warn("careful", DeprecationWarning)
        np.array([1.0]) / np.array([0.0])

    def run(self, function, *args):
        return function(*args)

    def through(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def fail(self, name, *args):
        raise eval(name)(*args)

    def text(self):
        return Text("subclass")

    def make(self, source):
        return eval(source)

    def catch(self, function, *args):
        try:
            return function(*args)
        except BaseException as error:
            return [type(error).__name__, str(error)]
"""


@pytest.fixture(params=["thread", "jail"])
def student(request):
    """Give the submission `THING` in each kind of worker."""
    return request.getfixturevalue({"thread": "local", "jail": "remote"}[request.param])(THING)


class Spy:
    """A layer of the grader's."""

    def __init__(self):
        self.seen = []

    @export(x=Array())
    def forward(self, x):
        self.seen.append(x)
        return x * 10

    @export(rate=Number(), name=Text(5, optional=True))
    def update(self, rate, name=None):
        self.seen.append((rate, name))

    @export()
    def give_away(self):
        return Spy()

    def public(self):
        raise AssertionError("called")

    def _hidden(self):
        raise AssertionError("called")


def test_attributes_are_read_and_written(student):
    thing = student.Thing(gain=3.0)
    assert thing.gain == 3.0
    assert thing.kind == "class attribute"
    thing.gain = np.arange(3.0)
    assert thing.gain.tolist() == [0.0, 1.0, 2.0]
    thing.part = None
    assert thing.part is None


def test_a_method_that_is_replaced_is_read_afresh(student):
    thing = student.Thing()
    assert thing.forward(2.0) == 4.0
    spy = Spy()
    thing.forward = spy
    assert thing.forward is spy


def test_a_method_that_replaces_itself_is_read_afresh(remote):
    student = remote(
        "class Thing:\n    def step(self):\n        self.step = lambda: 2\n        return 1\n"
    )
    thing = student.Thing()
    assert [thing.step(), thing.step()] == [1, 2]


def test_what_is_missing_is_named(student):
    with pytest.raises(AttributeError) as caught:
        student.Thing().nothing  # noqa: B018
    assert caught.value.ours
    assert "nothing" in caught.value.text


def test_calls_take_positional_and_keyword_arguments(student):
    thing = student.Thing()
    assert thing.give(1, "two", a=[3.0], b=None) == [[1, "two"], {"a": [3.0], "b": None}]
    assert thing.forward(np.ones(2), offset=1.0).tolist() == [3.0, 3.0]
    assert thing(4) == 5


def test_an_object_keeps_its_identity(student):
    thing = student.Thing()
    assert thing.part is thing.part
    assert thing.part is not student.Thing().part
    part = thing.part
    thing.layers = [part]
    assert thing.layers[0] is part
    assert thing.give(thing)[0][0] is thing


def test_an_object_of_the_graders_comes_back_as_itself(student):
    spy, other = Spy(), Spy()
    thing = student.Thing(spy, other, spy)
    assert thing.layers[0] is spy
    assert thing.layers[1] is other
    assert thing.layers[2] is spy
    assert thing.through(np.ones(2)).tolist() == [1000.0, 1000.0]
    assert len(spy.seen) == 2


def test_a_proxy_says_nothing_of_itself_to_python(student):
    thing = student.Thing()
    assert repr(thing) == "<an object of the submission>"
    assert not hasattr(thing, "__array__")
    with pytest.raises(AttributeError):
        thing.__len__  # noqa: B018
    with pytest.raises(TypeError):
        len(thing)


def test_an_array_changed_in_place_is_changed_here(student):
    x, y, fixed = np.ones((2, 3)), np.arange(3), np.ones(2)
    fixed.flags.writeable = False
    student.Thing().change(x, y, fixed)
    assert (x == -1.0).all()
    assert (y == -1).all()
    assert (fixed == 1.0).all()


def test_an_array_that_came_back_is_a_copy(student):
    thing = student.Thing(gain=np.zeros(2))
    thing.gain[0] = 7.0
    assert thing.gain.tolist() == [0.0, 0.0]


def test_callables_are_called_here(student):
    thing = student.Thing()
    assert thing.run(export(a=Number(), b=Number())(lambda a, b: a - b), 5, 3) == 2
    assert thing.run(thing.forward, 2.0) == 4.0  # one of the student's own


def test_callbacks_may_ask_the_student_in_their_turn(student):
    thing = student.Thing()

    @export(depth=Number())
    def down(depth):
        return 0 if depth == 0 else 1 + thing.run(down, depth - 1)

    assert thing.run(down, 5) == 5


def test_callbacks_that_go_round_in_circles_end(student):
    thing = student.Thing()

    @export()
    def circle():
        return thing.run(circle)

    with pytest.raises(WorkerEnded, match="circles"), student.watch():
        thing.run(circle)
    assert student.Thing().gain == 2.0  # a fresh worker


def test_an_exception_of_a_callback_reaches_the_student_by_name(student):
    def fail(error):
        raise error

    class Own(Exception):
        pass

    catch = student.Thing().catch
    assert catch(export()(lambda: fail(ValueError(say("no"))))) == ["ValueError", "no"]
    assert catch(export()(lambda: fail(Own(say("no"))))) == ["RuntimeError", "no"]


@pytest.mark.parametrize("name", ["_hidden", "__init__", "__class__", "seen", "public", "nothing"])
def test_students_reach_only_what_a_graders_object_exports(student, name):
    thing = student.Thing(Spy())
    result = thing.catch(thing.make("lambda spy, name: getattr(spy, name)"), Spy(), name)
    if name == "__class__":
        assert result.__student_type__ == "type"  # HostObject, the jail's own
    elif name == "__init__":
        assert isinstance(result, Proxy)  # of the HostObject as well
    else:
        assert result[0] == "AttributeError"


@pytest.mark.parametrize(
    "call",
    [
        "forward(Part())",
        "forward(spy)",
        "forward([1.0])",
        "forward([2**62])",
        "forward(np.zeros(200_000))",
        "forward(np.zeros(2, complex))",
        "forward(np.zeros(2), 1)",
        "forward(y=np.zeros(2))",
        "forward()",
        "update(np.ones((1, 1)))",
        "update(np.ones(()))",
        "update(True)",
        "update('0.1')",
        "update(0.1, 'too long')",
        "update(0.1, name=b'sgd')",
    ],
)
def test_arguments_of_another_kind_are_refused_before_the_method_runs(student, call):
    thing, spy = student.Thing(), Spy()
    caught = thing.catch(thing.make(f"lambda spy: spy.{call}"), spy)
    assert caught[0] == "TypeError"
    assert spy.seen == []


@pytest.mark.parametrize(
    "call", ["update(0.5)", "update(np.float32(0.5), 'sgd')", "update(rate=1)"]
)
def test_arguments_of_the_declared_kind_arrive(student, call):
    thing, spy = student.Thing(), Spy()
    assert thing.run(thing.make(f"lambda spy: spy.{call}"), spy) is None
    assert len(spy.seen) == 1


def test_an_exported_method_cannot_give_an_object_away(student):
    thing = student.Thing()
    with pytest.raises(LabError, match="plain data"):
        thing.run(thing.make("lambda spy: spy.give_away()"), Spy())


def test_a_method_of_an_array_is_no_handle_on_it(student):
    thing = student.Thing()
    assert thing.catch(np.array([3.0, 4.0]).tofile, "x") == [
        "TypeError",
        "this object cannot be called",
    ]


def test_what_a_check_may_receive_is_bounded(student, monkeypatch):
    monkeypatch.setattr(budgets.Budget, "renew", lambda self: None)
    thing, spy = student.Thing(), Spy()
    student.budget.calls = 50
    flood = thing.make("lambda spy: [spy.forward(np.zeros(1)) for _ in range(100)]")
    with pytest.raises(WorkerEnded, match="without end"), student.watch():
        thing.run(flood, spy)
    assert len(spy.seen) == 50
    student.budget.bytes = 100_000
    thing = student.Thing()
    with pytest.raises(WorkerEnded, match="more data"), student.watch():
        thing.give(np.zeros(20_000))


def test_what_a_check_may_receive_is_renewed_for_each(student):
    student.budget.bytes = student.budget.calls = student.budget.warnings = 0
    student.seed = 5
    assert student.budget == budgets.Budget()


def test_an_export_names_parameters_that_there_are():
    with pytest.raises(TypeError, match="has no parameter y"):
        export(y=Number())(lambda x: x)


def test_what_cannot_be_called_says_so(student):
    thing = student.Thing()
    assert thing.catch(thing.make("lambda spy: spy(1)"), Spy())[0] == "TypeError"


@pytest.mark.parametrize(
    "name",
    "ValueError TypeError KeyError IndexError ZeroDivisionError NotImplementedError OSError "
    "AssertionError RecursionError MemoryError AttributeError ImportError".split(),
)
def test_an_exception_arrives_as_what_it_is(student, name):
    with pytest.raises(StudentError) as caught:
        student.Thing().fail(name, "text")
    assert caught.value.type_name == name
    assert type(caught.value).__name__ == name
    assert isinstance(caught.value, eval(name))
    assert caught.value.text == "text"
    assert caught.value.file.endswith("thing.py")
    assert caught.value.line == 1 + THING.splitlines().index("        raise eval(name)(*args)")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("SystemExit", "SystemExit"),
        ("KeyboardInterrupt", "KeyboardInterrupt"),
        ("GeneratorExit", "GeneratorExit"),
        ("StopIteration", "StopIteration"),
        ("BaseException", "BaseException"),
        ("__import__('unittest').SkipTest", "SkipTest"),
        ("type('Skipped', (BaseException,), {})", "Skipped"),
        ("type('Failed', (BaseException,), {})", "Failed"),
        ("type('Exit', (Exception,), {})", "Exit"),
        ("type('CheckFailed', (Exception,), {})", "CheckFailed"),
        ("type('WorkerTimeout', (Exception,), {})", "WorkerTimeout"),
    ],
)
def test_an_exception_that_would_stop_the_suite_is_only_an_error(student, source, name):
    with pytest.raises(StudentError) as caught:
        student.Thing().fail(source, "text")
    assert caught.value.type_name == name
    assert type(caught.value) is StudentError
    assert not isinstance(caught.value, unittest.SkipTest)


def test_a_subclass_of_an_exception_arrives_as_its_base(student):
    with pytest.raises(ValueError) as caught:
        student.Thing().fail("type('Mine', (ValueError,), {})", "text")
    assert caught.value.type_name == "ValueError"


@pytest.mark.parametrize(
    "source",
    [
        "type('Mute', (Exception,), {'__str__': lambda self: 1 / 0})",
        "type('Mute', (Exception,), {'__str__': lambda self: exit(0)})",
        "KeyError",
    ],
)
def test_an_exception_that_cannot_say_anything_says_nothing(student, source):
    with pytest.raises(StudentError) as caught:
        student.Thing().fail(source)
    assert caught.value.text == ""


def test_the_text_of_a_key_error_is_its_key(student):
    with pytest.raises(KeyError) as caught:
        student.Thing().fail("KeyError", "missing")
    assert caught.value.text == "missing"


def test_a_long_text_is_cut(student):
    with pytest.raises(ValueError) as caught:
        student.Thing().fail("ValueError", "x" * 100_000)
    assert len(caught.value.text) == 1000


def test_what_cannot_cross_is_the_students_type_error(student):
    with pytest.raises(TypeError, match="too large"):
        student.Thing().make("10 ** 100")
    with pytest.raises(TypeError, match="too large"):
        student.Thing().make("np.zeros(10 ** 7)")
    assert student.Thing().gain == 2.0  # and the worker lives on


def test_a_subclass_of_plain_data_stays_with_the_student(student):
    thing = student.Thing()
    assert repr(thing.text()) == "<an object of the submission>"
    assert repr(thing.make("np.ma.array([1.0])")) == "<an object of the submission>"
    assert repr(thing.make("np.array([object()])")) == "<an object of the submission>"
    assert thing.text().__student_type__ == "Text"


def test_a_file_that_python_cannot_read_fails_alone(student):
    if isinstance(student._jail, ThreadJail):
        with pytest.raises(SyntaxError) as caught:
            student.Other  # noqa: B018
        assert (caught.value.type_name, caught.value.line) == ("SyntaxError", 1)
    assert student.Thing().gain == 2.0


def test_a_name_that_is_no_class_of_the_lab_is_an_attribute_error(student):
    with pytest.raises(AttributeError, match="Nothing"):
        student.Nothing  # noqa: B018


def test_a_file_that_was_refused_says_why(bare_lab):
    student = RemoteStudent(None, bare_lab({"A": "a.py"}), {}, {"a.py": "a.py is missing"})
    with pytest.raises(FileProblem, match=r"a\.py is missing"):
        student.A  # noqa: B018


def test_warnings_are_issued_here(student):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        student.Thing().warn()
    assert [entry.category for entry in caught] == [DeprecationWarning, RuntimeWarning]
    assert str(caught[0].message) == "careful"


def test_an_unknown_warning_is_a_user_warning(remote):
    student = remote(
        "import warnings\nclass Mine(Warning): pass\n"
        "def Thing():\n    for i in range(100): warnings.warn(f'{i}', Mine)\n"
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        student.Thing()
    assert [entry.category for entry in caught] == [UserWarning] * 20


def test_prints_are_printed_here(remote, capsys):
    remote(THING).Thing().shout()
    assert capsys.readouterr().out == "loud 1\n"  # standard error is dropped


def test_prints_are_bounded(remote, capsys):
    remote("def Thing():\n    for _ in range(1000): print('x' * 1000)\n").Thing()
    assert len(capsys.readouterr().out) <= 1 << 16


def test_printing_what_is_not_unicode_does_no_harm(remote, capfd):
    student = remote("def Thing():\n    print('\\ud800')\n    return 3\n")
    assert student.Thing() == 3


def test_the_students_draws_can_be_repeated(remote):
    source = (
        "import random\nimport numpy as np\ndef Thing():\n"
        "    return [random.random(), np.random.rand(), np.random.default_rng().random()]\n"
    )
    one = remote(source, seed=1).Thing()
    two = remote(source, seed=1).Thing()
    assert one[:2] == two[:2]
    assert one[:2] != remote(source, seed=2).Thing()[:2]


def test_draws_start_afresh_with_each_check_and_go_on_within_it(remote):
    student = remote("import numpy as np\ndef Thing():\n    return np.random.rand()\n", seed=1)
    first, second = student.Thing(), student.Thing()
    student.seed = 2
    other = student.Thing()
    student.seed = 1
    assert student.Thing() == first
    assert len({first, second, other}) == 3


# References ------------------------------------------------------------------------------------


def test_a_proxy_that_is_gone_is_released(local):
    student = local(THING)
    thing = student.Thing()
    for _ in range(20):
        thing.part = thing.make("Part()")
    gc.collect()
    assert thing.gain == 2.0
    assert len(student._connection.proxies) <= 3
    assert len(student._connection.released) <= 1


def test_a_proxy_that_dies_during_a_call_and_comes_back_can_be_used(remote):
    student = remote(THING)
    thing = student.Thing()

    @export()
    def look_and_forget():
        assert thing.part is not None

    first = thing.make("lambda thing, callback: [callback(), thing.part][1]")
    part = first(thing, look_and_forget)
    with student.watch():
        assert thing.gain == 2.0  # this request carries the release
        part.name = "x"
        assert part.name == "x"


def test_a_proxy_of_an_ended_worker_says_so(student):
    thing = student.Thing()
    student.restart()
    with pytest.raises(WorkerEnded, match="afresh"), student.watch():
        student.Thing().give(thing)


def test_the_end_of_no_worker_is_nothing(student):
    assert student.restart() is None


# Time ------------------------------------------------------------------------------------------

SLOW = (
    "import time\nclass Thing:\n    def wait(self, s): time.sleep(s)\n    def ask(self, f): f()\n"
)


def test_a_call_has_its_own_limit(remote):
    student = remote(SLOW)
    thing = student.Thing()
    student.clock.call_seconds = 0.2
    thing.wait(0.0)
    start = time.monotonic()
    with pytest.raises(WorkerTimeout, match=r"a call took over 0\.2 s"), student.watch():
        thing.wait(60)
    assert time.monotonic() - start < AT_ONCE
    student.clock.call_seconds = 10
    student.Thing().wait(0.0)


@pytest.mark.parametrize("which", ["check", "submission"])
def test_many_short_calls_have_a_limit_together(remote, which):
    student = remote(SLOW)
    thing = student.Thing()
    setattr(student.clock, f"{which}_seconds", 0.3)
    with pytest.raises(WorkerTimeout, match=f"the {which} as a whole"), student.watch():
        for _ in range(1000):
            thing.wait(0.05)


def test_a_callback_counts_towards_the_call(remote):
    student = remote(SLOW)
    thing = student.Thing()
    student.clock.call_seconds = 0.3
    with pytest.raises(WorkerTimeout), student.watch():
        thing.ask(export()(lambda: thing.wait(60)))


def test_the_deadline_is_the_earliest():
    used = Usage(wall=6.0, computed=6.0, counted=6.0)
    assert Clock(7.0, check_seconds=5.0).over(used) == "the check as a whole took too long"
    assert "5 s" in Clock(5.0).over(used)
    assert Clock(7.0, 7.0, 7.0).over(used) is None


def test_numbers_that_are_not_finite_cross_whole(student):
    values = student.Thing().give(math.inf, -0.0, np.float32(1.5))[0]
    assert values == [math.inf, 0.0, np.float32(1.5)]
    assert math.copysign(1, values[1]) == -1
    assert type(values[2]) is np.float32


ENDLESS = """
class Thing:
    def help(self):
        return sum(range(1000))

    def go(self):
        n = 0
        while n < 1:
            for _ in range(10):
                self.help()
            self.help()

    def straight(self):
        return sum(1 for _ in iter(int, 1))
"""


@pytest.mark.parametrize(("method", "lines"), [("go", (8,)), ("straight", (14,))])
def test_a_call_that_never_ends_is_told_where_it_is(remote, method, lines):
    student = remote(ENDLESS)
    thing = student.Thing()
    student.clock.call_seconds = 2.0
    with pytest.raises(WorkerTimeout) as caught, student.watch():
        getattr(thing, method)()
    assert caught.value.file == "thing.py" and caught.value.line in lines
    said = explain_timeout(caught.value, {"thing.py": ENDLESS.encode()})
    assert f"thing.py, line {caught.value.line} (" in said


def test_a_place_that_is_none_is_not_named():
    late = WorkerTimeout("a call took over 5 s")
    assert explain_timeout(late, {"thing.py": b"x"}) == "Out of time: a call took over 5 s."
    late.file, late.line = "thing.py", 7
    assert explain_timeout(late, {"thing.py": b"x"}) == "Out of time: a call took over 5 s."


class Thing:
    """What `together` meets where suites and code are in one process."""

    gain = 2.0

    def forward(self, x, *, offset=0.0):
        return self.gain * x + offset

    def fail(self, name, text):
        raise {"ValueError": ValueError, "AttributeError": AttributeError}[name](text)

    def change(self, array):
        array[...] = -1.0


def test_several_steps_go_with_one_message(student):
    for thing in (student.Thing(), Thing()):
        steps = [(thing.forward, 3.0), (setattr, thing, "gain", 5.0), (getattr, thing, "gain")]
        before = getattr(getattr(thing, "_connection", None), "count", 0)
        assert together(*steps, (thing.forward, 3.0)) == [6.0, None, 5.0, 15.0]
        assert getattr(getattr(thing, "_connection", None), "count", 1) == before + 1
    assert together((student.Thing, 3))[0].layers == [3]


def test_a_step_can_use_what_an_earlier_one_gave(student):
    for kind in (student.Thing, Thing):
        before = getattr(getattr(kind, "_connection", None), "count", 0)
        made, *_, sums, last = together(
            (kind,),
            (setattr, Answer(0), "gain", np.array([1.0, 2.0])),
            (Answer(0).forward, 3.0),
            (np.subtract, Answer(2), 1.0),
            (Answer(0).forward, Answer(3)),
        )
        assert getattr(getattr(kind, "_connection", None), "count", 1) == before + 1
        assert sums.tolist() == [2.0, 5.0]
        assert last.tolist() == [2.0, 10.0]
        assert made.forward(0.0).tolist() == [0.0, 0.0]
        default = together((getattr, made, "nothing", None), (getattr, made, "gain", None))
        assert [default[0], default[1].tolist()] == [None, [1.0, 2.0]]


def test_an_answer_can_stand_in_a_list(student):
    *_, given = together((student.Thing,), (student.Thing,), (Answer(0).give, [Answer(1), 2]))
    assert given[0][0][1] == 2
    assert given[0][0][0].gain == 2.0


def test_a_step_tells_what_it_gave_and_not_what_became_of_it(student):
    for thing in (student.Thing(), Thing()):
        array = np.zeros(2)
        together((setattr, thing, "gain", array))
        steps = (getattr, thing, "gain"), (thing.change, Answer(0)), (getattr, thing, "gain")
        before, _, after = together(*steps)
        assert before.tolist() == [0.0, 0.0]
        assert after.tolist() == [-1.0, -1.0]


def test_what_an_answer_lacks_is_named(student):
    for step in ((getattr, Answer(0), "nothing"), (Answer(0).nothing, 1.0)):
        with pytest.raises(AttributeError) as caught:
            together((student.Thing,), step)
        assert caught.value.text == "there is no nothing"
        assert caught.value.ours
    with pytest.raises(AttributeError) as caught:
        together((student.Thing,), (Answer(0).fail, "AttributeError", "a"))
    assert (caught.value.text, caught.value.method) == ("a", "fail")


def test_arrays_that_a_step_changes_are_changed(student):
    first, second = np.zeros(2), np.zeros(3)
    thing = student.Thing()
    together((thing.give, first), (thing.change, second))
    assert (first == 0.0).all()
    assert (second == -1.0).all()


def test_the_first_of_several_steps_that_fails_is_the_one_that_is_told(student):
    thing = student.Thing()
    with pytest.raises(ValueError) as caught:
        together((setattr, thing, "gain", 5.0), (thing.fail, "ValueError", "a"), (thing.give,))
    assert caught.value.text == "a"
    assert caught.value.method == "fail"
    assert thing.gain == 5.0
    with pytest.raises(AttributeError) as caught:
        together((setattr, thing, "gain", 6.0), (getattr, thing, "loss"), (thing.give,))
    assert caught.value.text == "there is no loss"
    assert caught.value.ours
    with pytest.raises(StudentError) as caught:
        together((student.Thing, 1), (thing.fail, "SystemExit"), (thing.give,))
    assert caught.value.type_name == "SystemExit"


def test_a_step_can_have_keyword_arguments(student):
    for kind in (student.Thing, Thing):
        forward = Answer(0).forward, 3.0, Keywords(offset=0.5)
        *_, first, second = together((kind,), forward, (Answer(0).forward, Answer(1)))
        assert (first, second) == (6.5, 13.0)
        assert list(each((kind,), forward))[1:] == [6.5]
    assert together((student.Thing, 1, Keywords(gain=3.0)))[0].forward(1.0) == 3.0


def test_what_each_step_gives_is_looked_at_before_what_the_next_one_raises(student):
    for kind in (student.Thing, Thing):
        before = getattr(getattr(kind, "_connection", None), "count", 0)
        outcomes = each(
            (kind,),
            (Answer(0).forward, 3.0),
            (Answer(0).fail, "ValueError", "a"),
            (Answer(2).forward, 1.0),
            (np.add, Answer(1), Answer(2)),
            (setattr, Answer(0), "gain", 5.0),
            (Answer(0).nothing,),
            (Answer(0).forward, Answer(1)),
        )
        assert getattr(getattr(kind, "_connection", None), "count", 1) == before + 1
        thing = next(outcomes)
        assert next(outcomes) == 6.0
        for _ in range(3):  # the steps that would use what the first of them gives fail with it
            with pytest.raises(ValueError, match="a"):
                next(outcomes)
        assert next(outcomes) is None
        with pytest.raises(AttributeError, match="nothing"):
            next(outcomes)
        assert next(outcomes) == 30.0
        assert thing.gain == 5.0
        assert next(outcomes, "the end") == "the end"


def test_an_exception_of_each_step_names_what_was_called(student):
    thing = student.Thing()
    steps = (getattr, thing, "loss"), (Answer(1).nothing,), (thing.give, [Answer(2)])
    outcomes = each((thing.fail, "ValueError", "a"), *steps)
    with pytest.raises(ValueError) as caught:
        next(outcomes)
    assert (caught.value.text, caught.value.method) == ("a", "fail")
    for _ in steps:  # those that would use what is missing raise the same
        with pytest.raises(AttributeError) as missing:
            next(outcomes)
        assert (missing.value.text, missing.value.ours) == ("there is no loss", True)


def test_arrays_that_each_step_changes_are_changed_although_another_one_fails(student):
    first, second, third = np.zeros(2), np.zeros(3), np.zeros(3)
    thing = student.Thing()
    outcomes = each(
        (thing.change, first),
        (thing.fail, "ValueError", "a"),
        (thing.give, second),
        (thing.change, third),
    )
    with errors_ignored():
        next(outcomes)
        outcomes.skip()
        assert len(list(outcomes)) == 2
    assert [(array == -1.0).all() for array in (first, second, third)] == [True, False, True]


def test_a_listener_is_told_of_each_step(student):
    thing = student.Thing()
    listener = thing._connection.listener = unittest.mock.Mock()
    outcomes = each((thing.forward, 3.0), (thing.fail, "ValueError", "a"), (np.add, Answer(0), 1.0))
    assert next(outcomes) == 6.0
    with pytest.raises(ValueError, match="a"):
        next(outcomes)
    assert list(outcomes) == [7.0]
    with pytest.raises(ValueError, match="a"):
        together((thing.fail, "ValueError", "a"), (thing.forward, 3.0))
    names = [call.args[1][1] for call in listener.asked.call_args_list]
    assert names == ["forward", "fail", "fail"]


def test_an_attribute_set_among_several_steps_hides_a_method(student):
    thing, double = student.Thing(), export(x=Number())(lambda x: 2.0 * x)
    together((setattr, thing, "forward", double), (getattr, thing, "gain"))
    assert thing.forward(4.0) == 8.0


def test_a_suites_object_can_be_called_in_a_step(student):
    thing, seen = student.Thing(), []
    note = export(x=Number())(lambda x: seen.append(x))
    together((thing.run, note, 1.0), (thing.run, note, 2.0))
    assert seen == [1.0, 2.0]


def test_an_instructor_is_shown_each_of_several_steps(student):
    thing = student.Thing()
    asked = []
    listener = unittest.mock.Mock(asked=lambda operation, arguments: asked.append(operation))
    thing._connection.listener = listener
    assert together((thing.forward, 3.0), (getattr, thing, "gain")) == [6.0, 2.0]
    assert asked == ["call_method", "get"]
    asked.clear()
    steps = (student.Thing,), (Answer(0).forward, 3.0), (np.add, Answer(1), 1.0)
    assert together(*steps)[1:] == [6.0, 7.0]
    assert asked == ["call", "call_method"]
