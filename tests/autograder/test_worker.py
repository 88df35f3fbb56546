"""The far side of the pipe: what it takes from a submission and from the grader."""

import io
import socket
import threading
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from autograder.jail.inside import wire, worker
from autograder.jail.inside.frames import Disconnected, FrameReader
from autograder.jail.inside.hosts import host_object
from autograder.jail.inside.loader import Sources
from autograder.jail.inside.printed import Printed
from autograder.jail.inside.worker import INTERNED_LENGTH, INTERNED_LIMIT, Worker


def test_what_is_printed_is_kept_while_there_is_room():
    printed = Printed(100)
    text = printed.text_file()
    assert text.writable()
    print("a", file=text)
    assert text.write("x" * 100) == 100
    assert text.write("more") == 4
    assert printed.take() == "a\n" + "x" * 98
    assert printed.take() == ""
    print("é \udc80", file=text)
    assert printed.take() == "é \\udc80\n"


def test_what_is_printed_has_no_file():
    with pytest.raises(io.UnsupportedOperation):
        Printed(100).text_file().fileno()


def test_the_bound_holds_for_bytes_of_any_kind():
    printed = Printed(10)
    assert printed.write(np.zeros(3)) == 24
    assert printed.write(memoryview(b"abc")) == 3
    assert printed.take() == "\0" * 10
    with pytest.raises(TypeError):
        printed.write("text")


PRINTING = [
    "print(number)",
    "print(number, file=sys.stderr)\nprint(number)",
    "sys.stdout.reconfigure(encoding='utf-8', line_buffering=True)\nprint(number, flush=True)",
    "sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-8')\nprint(number)",
    "sys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding='utf-8')\nprint(number)",
    "sys.stdout = codecs.getwriter('utf-8')(sys.stdout.buffer)\nprint(number)",
    "sys.stdout.buffer.write(b'%d\\n' % number)",
    "print(number)\nsys.stdout.close()",
    "print(number)\nsys.stdout = None",
    "print(number)\ndel sys.stdout",
    "print(number)\nsys.stdout = Bad()",
]


@pytest.mark.parametrize("lines", PRINTING)
@pytest.mark.parametrize("where", ["import", "call"])
def test_standard_output_can_be_used_as_in_a_process_of_its_own(remote, capsys, lines, where):
    source = (
        "import codecs, io, sys\n"
        "class Bad:\n    def write(self, text): 1 / 0\n    def flush(self): sys.exit(1)\n"
    )
    if where == "import":
        source += f"number = 0\n{lines}\ndef Thing(number):\n    print(number)\n"
    else:
        body = lines.replace("\n", "\n    ")
        source += f"def Thing(number):\n    {body}\n"
    student = remote(source)
    student.Thing(1)
    capsys.readouterr()
    student.Thing(2)
    student.Thing(3)
    assert capsys.readouterr().out == "2\n3\n"


def test_short_strings_are_those_of_student_code(remote):
    source = (
        "def Thing(*given, **more):\n"
        "    seen = [*given, *given[0], *given[1], *given[1].values(), *more.values()]\n"
        "    return [x is 'sgd' or x is 'sgdm' for x in seen if isinstance(x, str)]\n"
    )
    student = remote(f"import warnings\nwarnings.simplefilter('ignore')\n{source}")
    given = ["".join(["s", "gd"]), "".join(["sg", "dm"])]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = student.Thing(given, {given[0]: given[1]}, given[0], other=given[1])
    assert found == [True] * 6


def test_not_all_strings_are_kept_as_those_of_student_code():
    far = Worker(None)
    many = [f"text {number}" for number in range(2 * INTERNED_LIMIT)]
    assert far.as_here(many) == many
    assert len(far.interned) == INTERNED_LIMIT
    assert Worker(None).as_here("x" * (INTERNED_LENGTH + 1)) == "x" * (INTERNED_LENGTH + 1)
    far = Worker(None)
    far.as_here(["x" * (INTERNED_LENGTH + 1)])
    assert not far.interned


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
    first = far.resolve({"host": [3, ["forward"], []]})
    assert far.resolve({"host": [3, ["forward"], []]}) is first
    assert far.export(first) == {"host": 3}
    with pytest.raises(AttributeError, match="backward"):
        first.backward  # noqa: B018
    with pytest.raises(TypeError, match="called"):
        first()


def test_a_host_object_calls_through_its_worker():
    host = host_object(lambda *call: call, 2, ["forward", "__call__"], [])
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
        host = far.resolve({"host": [0, ["__call__"], []]})
        far.objects[1] = lambda: host()
        with pytest.raises(Disconnected):
            far.serve()
        return True

    thread.start()
    request = [1, "call", [Reference(1), [], {}], [], None]
    frame, _ = wire.encode(request, lambda r: {"object": r.number})
    ours.sendall(frame)
    message, _ = wire.Decoder(lambda node: node).decode(*FrameReader().read(ours.recv))
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


def test_a_note_of_the_place_never_reaches_student_code(monkeypatch):
    """The handler of a signal runs in the midst of student code, at any moment."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        working = Worker(theirs)
        monkeypatch.setattr(working.sources, "files", {"a.py": b"while True:\n    pass\n"})
        code = SimpleNamespace(co_filename="a.py", co_firstlineno=1)
        for line in (None, 0, 10**9, 2):
            working.number = 1
            frame = SimpleNamespace(f_code=code, f_lineno=line, f_back=None)
            working.look, working.stack = worker.LOOK_SECONDS, []
            working.tell_where(0, frame)
        assert working.number == 1
        ours.close()
        working.tell_where(0, frame)
        assert working.number == 0
