"""Submissions that fight the grader: each costs itself its own checks and gains nothing."""

import re
import time

import pytest

from autograder.jail.sandbox import BUBBLEWRAP, LOCKDOWN
from tests.autograder.conftest import (
    AT_ONCE,
    RIGHT,
    SUITE_HEAD,
    bubblewrap_works,
    harmless,
    messages,
    outcomes,
    write_lab,
)

#: Three checks of three points: the first calls what misbehaves, the others must be unharmed.
SUITE = (
    SUITE_HEAD
    + '''
@pytest.mark.check(points=3)
def test_act(student, rng):
    """act gives the input back"""
    x = rng.normal(size=(3, 2))
    assert_array(student.Doubler().act(x), x, "what act returns")


@pytest.mark.check(points=3)
def test_after(student, rng):
    """forward doubles"""
    x = rng.normal(size=(3, 2))
    assert_array(student.Doubler().forward(x), 2.0 * x, "what forward returns")
'''
)
HEAD = """
import ctypes, gc, os, signal, socket, struct, sys, time, resource
import numpy as np
PIPES = []
for number in range(3, 64):
    try:
        if os.fstat(number).st_mode >> 12 == 0o14:
            PIPES.append(number)
    except OSError:
        pass
def pipe():
    return socket.socket(fileno=os.dup(PIPES[0]))
"""


def student(body, after="        return 2.0 * x\n", head=""):
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    methods = f"    def act(self, x):\n{lines}    def forward(self, x):\n{after}"
    return f"{HEAD}{head}\nclass Doubler:\n{methods}"


@pytest.fixture
def small(tmp_path):
    """Give a lab with short limits."""
    limits = {"call": 0.5, "check": 3.0, "submission": 30.0}
    return write_lab(
        tmp_path / "small",
        {"test_doubler.py": SUITE},
        tasks={"Doubler": "doubler.py"},
        limits=limits,
    )


DEATHS = {
    # What the worker says of where it is then comes in the midst of it.
    "half a header": (
        "os.write(PIPES[0], bytes(4)); time.sleep(1000)",
        "your code sent something that is not an answer",
    ),
    "os._exit": ("os._exit(0)", "ended its own process"),
    "os._exit with a status": ("os._exit(3)", "ended its own process"),
    "os.abort": ("os.abort()", "SIGABRT"),
    "a segmentation fault": ("ctypes.string_at(0)", "SIGSEGV"),
    "SIGKILL": ("os.kill(os.getpid(), 9)", "SIGKILL"),
    "SIGTERM": ("os.kill(os.getpid(), 15)", "killed by a signal"),
    "a closed pipe": ("[os.close(n) for n in PIPES]; time.sleep(60)", "your code"),
    "all closed": ("os.closerange(0, 64); time.sleep(60)", "your code"),
    "a shut pipe": ("pipe().shutdown(2); time.sleep(60)", "your code"),
    "deep recursion in C": (
        "sys.setrecursionlimit(10**9)\nclass C:\n"
        "    def __getattr__(self, n): return getattr(self, n + 'x')\nC().x",
        "",
    ),
    "an exhausted stack": ("x = []\nfor _ in range(10**6): x = [x]\nrepr(x)", ""),
    "noise on the pipe": ("os.write(PIPES[0], b'noise' * 9); return x", "not an answer"),
    "noise everywhere": (
        "for n in range(64):\n    try: os.write(n, os.urandom(99))\n"
        "    except OSError: pass\nreturn x",
        "not an answer",
    ),
    "a huge frame": ("os.write(PIPES[0], struct.pack('>II', 2**32 - 1, 2**32 - 1))", "larger"),
    "a frame too large": ("os.write(PIPES[0], struct.pack('>II', 9, 2**24 + 1))", "larger"),
}
HANGS = {
    "a loop": "while True: pass",
    "a loop that ignores signals": """
for n in range(1, 65):
    try: signal.signal(n, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: pass""",
    "sleep": "time.sleep(1000)",
    "stopped": "os.kill(os.getpid(), signal.SIGSTOP)",
    "a loop that catches all": "while 1:\n    try: time.sleep(9)\n    except BaseException: pass",
    "half a frame": "os.write(PIPES[0], struct.pack('>II', 1000, 1000)); time.sleep(1000)",
    "a frame drop by drop": """
os.write(PIPES[0], struct.pack('>II', 1000, 1000))
while True: os.write(PIPES[0], b' '); time.sleep(0.1)""",
    "a long computation in C": "return sum(range(10**12))",
    "a large power": "return 7 ** 7 ** 9",
    "a regular expression": "import re; re.match('(a*)*b', 'a' * 60)",
    "a lock": "import threading; l = threading.Lock(); l.acquire(); l.acquire()",
    "a read from the pipe": "while True: os.read(PIPES[0], 99)",
}


@pytest.mark.parametrize("what", DEATHS)
def test_a_worker_that_dies_costs_its_own_check(small, grade, what):
    body, text = DEATHS[what]
    result = grade(small, {"doubler.py": student(body)})
    assert outcomes(result)["test_after"] == "passed"
    assert outcomes(result)["test_act"] in ("crashed", "failed", "timeout")
    assert text in messages(result)
    assert result.score == 3
    assert result.seconds < AT_ONCE


@pytest.mark.parametrize("what", HANGS)
def test_a_worker_that_hangs_costs_its_own_check(small, grade, what):
    result = grade(small, {"doubler.py": student(HANGS[what].strip())})
    assert outcomes(result)["test_after"] == "passed"
    assert outcomes(result)["test_act"] == "timeout"
    assert "Out of time: a call took over 0.5 s." in messages(result)
    assert result.seconds < AT_ONCE


def test_bubblewrap_ends_hanging_workers_as_well(small, grade):
    if not bubblewrap_works():
        pytest.skip("bubblewrap does not work here")
    result = grade(small, {"doubler.py": student("while True: pass")}, LOCKDOWN, BUBBLEWRAP)
    assert list(outcomes(result).values()) == ["timeout", "passed"]


@pytest.mark.parametrize("what", ["while True: pass", "import time; time.sleep(1000)"])
def test_a_file_that_hangs_when_it_is_imported_is_out_of_time(tmp_path, grade, what):
    suite = SUITE + SUITE.removeprefix(SUITE_HEAD).replace("def test_", "def test_more_")
    lab = write_lab(
        tmp_path / "lab",
        {"test_doubler.py": suite},
        tasks={"Doubler": "doubler.py"},
        limits={"call": 0.5, "timeouts": 2},
    )
    result = grade(lab, {"doubler.py": what})
    assert list(outcomes(result).values()) == ["timeout", "timeout", "not reached", "not reached"]
    assert "Not reached: 2 checks of this part ran out of time before it." in messages(result)
    assert result.seconds < AT_ONCE


def test_another_part_is_reached_after_time_outs(tmp_path, grade):
    lab = write_lab(
        tmp_path / "lab", {"test_doubler.py": SUITE, "test_again.py": SUITE},
        tasks={"Doubler": "doubler.py"}, limits={"call": 0.5, "timeouts": 1},
    )  # fmt: skip
    result = grade(lab, {"doubler.py": student("while True: pass")})
    assert [check.outcome for check in result.checks] == ["timeout", "not reached"] * 2


def test_the_submission_has_a_deadline(tmp_path, grade):
    lab = write_lab(
        tmp_path / "lab", {"test_doubler.py": SUITE, "test_again.py": SUITE},
        tasks={"Doubler": "doubler.py"}, limits={"submission": 1.0},
    )  # fmt: skip
    result = grade(lab, {"doubler.py": student("time.sleep(60)")})
    assert [check.outcome for check in result.checks] == ["timeout"] + ["not reached"] * 3
    assert "the submission as a whole took too long" in messages(result)
    assert result.seconds < AT_ONCE


def test_a_check_has_a_deadline(tmp_path, grade):
    suite = SUITE.replace(
        'assert_array(student.Doubler().act(x), x, "what act returns")',
        "layer = student.Doubler()\n    for _ in range(1000):\n        layer.act(x)",
    )
    lab = write_lab(
        tmp_path / "lab", {"test_doubler.py": suite}, tasks={"Doubler": "doubler.py"},
        limits={"call": 5.0, "check": 0.5},
    )  # fmt: skip
    result = grade(lab, {"doubler.py": student("time.sleep(0.05)")})
    assert outcomes(result)["test_act"] == "timeout"
    assert "the check as a whole" in messages(result)


def test_a_hang_in_a_callback_is_out_of_time(tmp_path, grade):
    suite = SUITE.replace("student.Doubler().act(x)", "student.Doubler().act(export()(lambda: x))")
    lab = write_lab(
        tmp_path / "lab", {"test_doubler.py": suite}, tasks={"Doubler": "doubler.py"},
        limits={"call": 0.5},
    )  # fmt: skip
    result = grade(lab, {"doubler.py": student("while True: x()")})
    assert outcomes(result) == {"test_act": "timeout", "test_after": "passed"}


def test_a_hang_when_an_object_dies_is_out_of_time(small, grade):
    head = "class Trap:\n    def __del__(self):\n        while True: pass\n"
    result = grade(small, {"doubler.py": student("Trap(); return x", head=head)})
    assert outcomes(result) == {"test_act": "timeout", "test_after": "passed"}


def test_a_trap_in_a_released_object_is_the_submissions_own(small, grade):
    head = "class Trap:\n    def __del__(self):\n        os._exit(0)\n"
    result = grade(small, {"doubler.py": student("return Trap()", head=head)})
    assert result.status == "graded"
    assert result.score <= 3


FLOODS = {
    "a gigabyte of prints": "for _ in range(1000): print('x' * 10**6)\nreturn x",
    "a gigabyte of errors": "for _ in range(1000): sys.stderr.write('x' * 10**6)\nreturn x",
    "many short prints": "for _ in range(10**5): print()\nreturn x",
    "the real output": """
for _ in range(1000): os.write(1, bytes(10**6)); os.write(2, bytes(10**6))
return x""",
    "many warnings": """
import warnings
for i in range(1000): warnings.warn('x' * 999 + str(i))
return x""",
}


@pytest.mark.parametrize("what", FLOODS)
def test_a_flood_of_output_does_no_harm(small, grade, what):
    result = grade(small, {"doubler.py": student(FLOODS[what].strip())})
    assert outcomes(result)["test_after"] == "passed"
    assert outcomes(result)["test_act"] in ("passed", "timeout")


def test_frames_that_nobody_asked_for_do_no_harm(small, grade):
    body = """
frame = b'[1,"return",1.5,["",[],[]]]'
for _ in range(1000): os.write(PIPES[0], struct.pack('>II', len(frame), 0) + frame)
return x"""
    result = grade(small, {"doubler.py": student(body.strip())})
    assert outcomes(result)["test_act"] != "passed"
    assert result.score <= 3


def test_a_flood_of_frames_without_end_does_no_harm(small, grade):
    body = "while True: os.write(PIPES[0], bytes(65536))"
    result = grade(small, {"doubler.py": student(body)})
    assert outcomes(result) == {"test_act": "crashed", "test_after": "passed"}


def test_an_answer_that_is_sent_ahead_gains_nothing_that_computing_would_not(small, grade):
    """It can send what it knows, which is what it was asked; never what is right."""
    body = """
for number in range(2, 60):
    frame = b'[%d,"return",true,["",[],[]]]' % number
    os.write(PIPES[0], struct.pack('>II', len(frame), 0) + frame)
return x"""
    result = grade(small, {"doubler.py": student(body.strip())})
    assert "passed" not in outcomes(result)["test_act"]


GREEDY = {
    "memory": ("return np.ones(10**9)", "MemoryError"),
    "memory bit by bit": ("y = []\nwhile True: y.append(bytes(10**6))", "MemoryError"),
    "recursion": ("def f(): return f()\nreturn f()", "maximum recursion depth exceeded"),
    "descriptors": ("y = []\nwhile True: y.append(os.dup(0))", "OSError"),
    "pipes": ("y = []\nwhile True: y.append(os.pipe())", "OSError"),
    "a process": ("os.fork()", "PermissionError"),
    "a thread": (
        "import threading\nthreading.Thread(target=print).start()",
        "can't start new thread",
    ),
    "a large answer": ("return np.zeros(10**7)", "the answer is too large"),
    "a deep answer": ("y = []\nfor _ in range(99): y = [y]\nreturn y", "the answer is too large"),
    "an endless answer": ("y = []\ny.append(y)\nreturn y", "the answer is too large"),
    "a large number": ("return 10**400", "the answer is too large"),
    "SystemExit": ("sys.exit(0)", "raised SystemExit at"),
    "exit": ("exit()", "NameError"),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "SkipTest": ("import unittest; raise unittest.SkipTest('x')", "SkipTest"),
    "an exception of pytest's": (
        "raise type('Skipped', (BaseException,), {'__module__': '_pytest.outcomes'})('x')",
        "Skipped",
    ),
    "a group": ("raise ExceptionGroup('g', [ValueError(1)])", "ExceptionGroup"),
    "an exception that hides": (
        "class E(Exception):\n    __class__ = int\n    def __str__(self): raise self\nraise E()",
        "raised an exception",
    ),
}


@pytest.mark.parametrize("what", GREEDY)
def test_greed_is_an_error_of_the_students_own(small, grade, what):
    body, text = GREEDY[what]
    result = grade(small, {"doubler.py": student(body)})
    assert outcomes(result) == {"test_act": "failed", "test_after": "passed"}
    assert text in messages(result)


def test_processor_time_is_bounded_and_named(small, grade):
    result = grade(small, {"doubler.py": student("while True: pass")}, cpu=1)
    # One second of processor time is over before or after one second of a call.
    assert outcomes(result)["test_act"] in ("timeout", "crashed")


def test_used_up_processor_time_is_said(tmp_path, grade):
    lab = write_lab(
        tmp_path / "lab", {"test_doubler.py": SUITE}, tasks={"Doubler": "doubler.py"},
        limits={"call": 10.0},
    )  # fmt: skip
    result = grade(lab, {"doubler.py": student("while True: pass")}, cpu=1)
    assert outcomes(result) == {"test_act": "crashed", "test_after": "passed"}
    assert "processor time" in messages(result)


# What a message can carry ------------------------------------------------------------------------

#: The hidden suite's own input, and ways to bring it out.
SECRET = "0.1234567890123456"
SECRET_SUITE = (
    SUITE_HEAD
    + f'''
@pytest.mark.check(points=3)
def test_act(student):
    """act gives the input back"""
    x = np.full((2, 2), {SECRET})
    assert_array(student.Doubler().act(x), 2 * x, "what act returns")


@pytest.mark.check(points=3)
def test_number(student):
    """act gives a number"""
    assert_number(student.Doubler().act(np.float64({SECRET})), 2.0, "what act returns")


class Spy:
    @export(x=Array())
    def forward(self, x):
        if x.ndim != 2 or x.shape[1] != 2:
            raise ValueError(say("forward takes two columns"))
        return np.asarray(x, dtype=float) @ np.eye(2)


@pytest.mark.check(points=3)
def test_spy(student):
    """act uses a layer"""
    layer = student.Doubler()
    layer.spy = Spy()
    assert_array(layer.act(np.full((2, 2), {SECRET})), np.ones((2, 2)), "what act returns")
'''
)
LEAKS = {
    "the text of an exception": "raise ValueError(repr(x))",
    "the text of many": "raise Exception(*x.ravel().tolist())",
    "the key of a KeyError": "return {}[repr(x)]",
    "the class of an exception": "raise type(f'x{x}', (Exception,), {})",
    "a class in a KeyError": "raise type('x' + repr(x.ravel()[0])[2:], (KeyError,), {})",
    "an identifier": "raise type('x' + repr(float(np.ravel(x)[0]))[2:], (Exception,), {})()",
    "a missing name": "return eval('x' + repr(float(np.ravel(x)[0]))[2:])",
    "a missing attribute": "return getattr(self, 'x' + repr(float(np.ravel(x)[0]))[2:])",
    "a missing module": "__import__('x' + repr(float(np.ravel(x)[0]))[2:])",
    "the class of an answer": "return type(repr(float(np.ravel(x)[0])), (), {})()",
    "an attribute of an answer": "return type('T', (), {'type_name': repr(x), 'a': 1})()",
    "prints": "print(x); print(x, file=sys.stderr); return x",
    "a warning": "import warnings; warnings.warn(repr(x)); return x",
    "a warning that is an error": "import warnings as w; w.simplefilter('error'); w.warn(repr(x))",
    "a syntax error": "raise SyntaxError(repr(x), ('doubler.py', 3, 1, repr(x)))",
    "a file's name": "exec(compile('1/0', repr(x), 'exec'))",
    "a list": "return x.tolist()",
    "a string": "return repr(x)",
    "bytes": "return repr(x).encode()",
    "a dict": "return {repr(x): 1}",
    "a string's subclass": "return type('S', (str,), {'__repr__': lambda s: s})(repr(x))",
    "a masked array": "return np.ma.array(x, mask=True)",
    "an object array": "return np.array([repr(x)], dtype=object)",
    "a string array": "return np.array([repr(x)])",
    "a record array": "return np.zeros(2, dtype=[(repr(x), float)])",
    "a subclass of ndarray": "return x.view(type(repr(x), (np.ndarray,), {}))",
    "a shape": "return np.zeros((12, 34, 56, 78, 90, 12, 34, 56, 0))",
    "an infinite answer": "return x * np.inf",
    "a class that lies": "return type('L', (), {'__class__': np.ndarray, 'dtype': x.dtype})()",
    "a fake exception group": "raise ExceptionGroup(repr(x), [ValueError(repr(x))])",
    "notes of an exception": "e = ValueError(); e.add_note(repr(x)); raise e",
    "a cause": "raise ValueError from KeyError(repr(x))",
}


@pytest.fixture
def secret_lab(tmp_path):
    return write_lab(
        tmp_path / "lab", {"test_doubler.py": SECRET_SUITE}, tasks={"Doubler": "doubler.py"}
    )


def carries(result):
    """Tell whether a student can read the hidden number, or a good part of it."""
    text = messages(result)
    assert all(harmless(check.message) for check in result.checks)
    digits = re.sub(r"\D", "", text)
    return "12345678" in digits or "12345678" in result.to_json()


@pytest.mark.parametrize("what", LEAKS)
def test_no_message_holds_a_hidden_number(secret_lab, grade, what):
    result = grade(secret_lab, {"doubler.py": student(LEAKS[what])})
    assert result.status == "graded", result.reason
    assert result.score == 0
    assert not carries(result), messages(result)


DIGITS = "float(np.ravel(x)[0])"
SUBTLE = {
    "a dotted name": f'raise NameError("name \'x." + repr({DIGITS})[2:] + "\' is not defined")',
    "an indented block": f"""
word = "".join("abcdefghij"[int(d)] for d in repr({DIGITS})[2:])
raise SyntaxError("expected an indented block after " + word + " on line 1")""",
    "a method of a spy": f"""
try: self.spy._worker.call_host(self.spy._number, repr({DIGITS}), (), {{}})
except Exception as error: text = str(error)
raise ValueError(text)""",
    "an argument of a spy": f"""
try: self.spy.forward(**{{repr({DIGITS}): 1}})
except Exception as error: text = str(error)
raise ValueError(text)""",
    "a string for a spy": f"""
try: self.spy.forward(repr({DIGITS}) + "?")
except Exception as error: text = str(error)
raise ValueError(text)""",
    "a shape for a spy": f"""
try: self.spy.forward(np.zeros((0, int(repr({DIGITS})[2:]))))
except Exception as error: text = str(error)
raise ValueError(text)""",
}


@pytest.mark.parametrize(
    "what",
    [
        *("a dotted name", "an indented block", "a method of a spy", "an argument of a spy"),
        "a string for a spy",
        "a shape for a spy",
    ],
)
def test_no_message_of_pythons_own_is_forged_around_a_hidden_number(secret_lab, grade, what):
    result = grade(secret_lab, {"doubler.py": student(SUBTLE[what].strip())})
    assert result.status == "graded", result.reason
    text = messages(result)
    assert "bcdefghi" not in text
    assert not carries(result), text


EXTREME = {
    "large": "return np.full_like(x, 1e308) * np.sign(x)",
    "large multiples": "return x * 1e307",
    "tiny multiples": "return x * 1e-320",
    "nan": "return x * np.nan",
    "large integers": "return np.full(x.shape, 2**63 - 1)",
    "half": "return np.full(x.shape, 65504, np.float16)",
    "complex": "return x * 1j",
    "booleans": "return x > 0",
    "empty": "return np.zeros((0, 2))",
    "huge and flat": "return np.zeros(2 * 10**6)",
    "many axes": "return np.zeros((1,) * 32)",
    "a scalar": "return np.float32(1)",
    "a long list": "return [1.5] * 100000",
    "a dict": "return {(1, 2): [None, {3: x}]}",
    "a surrogate": "return '\\ud800'",
    "a surrogate in print": "print('\\ud800'); return x",
    "a surrogate in an exception": "raise ValueError('\\ud800')",
    "a surrogate as a name": "return type('\\ud800', (), {})()",
    "a wild class": "return type('W', (), {'__class__': 3, '__eq__': None})()",
    "a class": "return Doubler",
    "a module": "return np",
    "a generator": "return (y for y in x)",
    "itself": "return self",
}


@pytest.mark.parametrize("what", EXTREME)
def test_an_answer_of_any_kind_is_a_failed_check_and_not_an_error(small, grade, what):
    result = grade(small, {"doubler.py": student(EXTREME[what])})
    assert result.status == "graded", result.reason
    if what != "a surrogate in print":
        assert outcomes(result)["test_act"] == "failed"
    assert outcomes(result)["test_after"] == "passed"


# Patches ----------------------------------------------------------------------------------------

PATCHES = {
    "allclose": "np.allclose = lambda *a, **k: True",
    "abs": "np.abs = lambda x: x * 0",
    "array equality": "np.array_equal = lambda *a, **k: True",
    "isinstance": "import builtins; builtins.isinstance = lambda *a: True",
    "all builtins": "import builtins; builtins.all = builtins.any = builtins.max = lambda *a: True",
    "assertion errors": "import builtins; builtins.AssertionError = int",
    "modules": "sys.modules['pytest'] = sys.modules['autograder.checks.arrays'] = sys",
    "imports": "sys.meta_path.clear(); sys.path[:] = []",
    "the worker": (
        "from autograder.jail.inside import worker; worker.Worker.do_call = lambda *a: 2.0"
    ),
    "the wire": "from autograder.jail.inside import wire; wire.encode = lambda *a: (b'', [])",
    "objects of the worker": """
for o in gc.get_objects():
    if type(o).__name__ == 'Worker': o.objects.clear(); o.numbers.clear()""",
    "the output": "sys.stdout = sys.stderr = None",
    "a trace": "sys.settrace(lambda *a: os._exit(0)); sys.setprofile(lambda *a: None)",
    "exit functions": "import atexit; atexit.register(lambda: os._exit(0))",
    "signals": "signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.alarm(1)",
    "warnings": "import warnings; warnings.warn = warnings.catch_warnings = None",
    "the JSON": "import json; json.dumps = lambda *a, **k: '[]'",
    "the hook of errors": "sys.excepthook = lambda *a: os._exit(0)",
    "a result file": "open('grade.json', 'w').write('{\"score\": 100}')",
    "the environment": "os.environ['PYTEST_ADDOPTS'] = '-k nothing'",
    "frames": "sys._getframe(3).f_locals.clear()",
    "gc": "gc.disable(); gc.collect = lambda: 0",
    "random": "np.random.seed(0); np.random.default_rng = lambda *a: None",
    "everything equal": "class E:\n    __eq__ = lambda s, o: True\n    __lt__ = __gt__ = __eq__\n",
}


@pytest.mark.parametrize("what", PATCHES)
def test_a_stub_that_patches_gains_nothing(small, grade, what):
    stub = "class Doubler:\n    def act(self, x): return x * 0.0\n    forward = act\n"
    result = grade(small, {"doubler.py": f"{HEAD}{PATCHES[what]}\n{stub}"})
    assert result.status == "graded"
    assert result.score == 0


def test_the_grader_is_as_before_after_hostile_submissions(lab, small, grade):
    for what in list(PATCHES)[::5]:
        grade(small, {"doubler.py": f"{HEAD}{PATCHES[what]}\nclass Doubler: pass\n"})
    start = time.monotonic()
    assert grade(lab, RIGHT).score == 6
    assert time.monotonic() - start < AT_ONCE
