"""What an examiner can do if it is taken over: a suite of the lab's is the code planted in it."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.draws import PUBLIC_SECRET, Draws
from autograder.examiner import supervisor
from autograder.examiner.examiners import Examiners
from autograder.grading import Run, grade_all
from autograder.intake.entries import list_entries
from autograder.jail.sandbox import BUBBLEWRAP, LOCKDOWN
from tests.autograder.conftest import (
    DOUBLER,
    SUITE_HEAD,
    bubblewrap_works,
    check_source,
    harmless,
    sandbox_of,
    write_files,
    write_lab,
)

HARM = """
import ctypes, os, signal, socket, subprocess, sys
root, other, parent = {root!r}, {other!r}, os.getppid()
libc = ctypes.CDLL(None, use_errno=True)

def call(*arguments):
    if libc.syscall(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")

def write(path):
    with open(path, "w") as file:
        file.write("harm")

def read(path):
    with open(path, "rb") as file:
        return file.read(1)

here = os.path.dirname(os.path.abspath(__file__))
harm = {{
    "write a file": lambda: write("/tmp/harm"),
    "write beside the suite": lambda: write(here + "/harm"),
    "change the suite": lambda: os.truncate(__file__, 0),
    "remove the suite": lambda: os.unlink(__file__),
    "make the suite another's": lambda: os.chmod(__file__, 0o777),
    "write to shared memory": lambda: write("/dev/shm/harm"),
    "write to the terminal": lambda: write("/dev/tty"),
    "make a folder": lambda: os.mkdir(here + "/harm"),
    "make a link": lambda: os.symlink("/etc/passwd", here + "/harm"),
    "open a socket": lambda: socket.socket(),
    "open a local socket": lambda: socket.socketpair(),
    "start a program": lambda: os.execv(sys.executable, [sys.executable, "-c", "pass"]),
    "run a command": lambda: subprocess.run(["true"], check=True),
    "make a process": lambda: os._exit(0) if os.fork() == 0 else None,
    "signal its parent": lambda: os.kill(parent, 0),
    "signal its group": lambda: os.kill(0, 0),
    "signal everybody": lambda: os.kill(-1, 0),
    "trace its parent": lambda: call(101, 16, parent, 0, 0),
    "read its parent's memory": lambda: read(f"/proc/{{parent}}/mem"),
    "read memory by a system call": lambda: call(310, parent, 0, 0, 0, 0, 0),
    "get another's descriptor": lambda: call(438, os.open(here, 0), 0, 0),
    "read the users": lambda: read("/etc/passwd"),
    "list the root": lambda: os.listdir("/"),
    "read the description of the lab": lambda: read(root + "/lab.toml"),
    "read the solution": lambda: read(root + "/solution/doubler.py"),
    "read the original of the suite": lambda: read(root + "/hidden/test_doubler.py"),
    "read another submission": lambda: read(other + "/doubler.py"),
    "read a record": lambda: read(root + "/grades/s0/grade.json"),
    "read the secret": lambda: read(root + "/.secret"),
    "read its own environment": lambda: read("/proc/self/environ"),
    "become root": lambda: os.setuid(0) or os.setgid(0),
    "lift its limits": lambda: __import__("resource").setrlimit(9, (-1, -1)),
    "make a mount": lambda: call(165, b"/", b"/", 0, 0, 0),
    "make a namespace": lambda: call(272, 0x10000000),
    "load a program into the kernel": lambda: call(321, 0, 0, 0),
    "use another ring": lambda: call(425, 1, 0),
}}
done = []
for what, attempt in harm.items():
    try:
        attempt()
    except (OSError, ImportError, ValueError):
        continue
    done.append(what)
assert student.Doubler
assert student._jail.start.__self__ is not None
if done:
    fail("it can " + ", ".join(done))
"""


def class_of(tmp_path, *names):
    """Hand in for these students."""
    for name in names:
        write_files(tmp_path / "class" / name, {"doubler.py": DOUBLER})
    return list_entries(tmp_path / "class")


def graded(tmp_path, body, *layers, students=("s0",), **limits):
    """Grade a class by a lab of one check with this body; give the grades by name."""
    suite = check_source(body)
    lab = write_lab(
        tmp_path / "lab", {"test_doubler.py": suite}, tasks={"Doubler": "doubler.py"}, limits=limits
    )
    run = Run(lab, sandbox_of(*(layers or (LOCKDOWN,))), Draws(0, PUBLIC_SECRET))
    return {grade.student: grade for grade in grade_all(run, class_of(tmp_path, *students), 2)}


@pytest.mark.parametrize("layers", [(LOCKDOWN,), (LOCKDOWN, BUBBLEWRAP)], ids="+".join)
def test_code_in_the_examiner_can_do_no_harm(tmp_path, layers):
    if BUBBLEWRAP in layers and not bubblewrap_works():
        pytest.skip("bubblewrap does not work here")
    root, other = tmp_path / "lab", tmp_path / "class" / "other"
    write_files(root, {"grades/s0/grade.json": "{}", ".secret": "x", "solution/doubler.py": "x"})
    body = HARM.format(root=str(root), other=str(other))
    grades = graded(tmp_path, body, *layers, students=("s0", "other"))
    for grade in grades.values():
        assert (grade.status, grade.reason) == ("graded", None)
        assert grade.checks[0].message == ""
        assert grade.score == 1
    assert not Path("/tmp/harm").exists()


def test_what_an_examiner_is_told_holds_no_secret(tmp_path):
    body = """
import gc
found = [o for o in gc.get_objects() if type(o).__name__ == "Draws"]
if found or type(student).__name__ != "RemoteStudent":
    fail("it knows the draws of every run")
"""
    assert graded(tmp_path, body)["s0"].score == 1


# The deadline -------------------------------------------------------------------------------------

ENDLESS = {
    "busy": "while True:\n    pass",
    "busy and deaf": (
        "import signal\n"
        "for number in range(1, 32):\n"
        "    try:\n"
        "        signal.signal(number, signal.SIG_IGN)\n"
        "    except (OSError, ValueError):\n"
        "        pass\n"
        "while True:\n    pass"
    ),
    "asleep": "import time\ntime.sleep(1e6)",
    "asking": (
        "import os\nwhile True:\n"
        "    student._jail.start().close()\n"
        "    for descriptor in student._jail.times():\n"
        "        os.close(descriptor)\n"
        "    student._jail.end()"
    ),
    "silent": "import select\nselect.select([student._jail._channel.pipe], [], [])",
    "waiting for what never comes": "student._jail._channel.receive()",
}


@pytest.mark.parametrize("body", ENDLESS.values(), ids=ENDLESS)
def test_no_examiner_outlives_its_deadline(tmp_path, monkeypatch, body):
    monkeypatch.setattr(supervisor, "IDLE_SECONDS", 1.0)
    start = time.monotonic()
    limits = {"examiner_cpu": 2, "sleep": 1, "submission": 2}
    grades = graded(tmp_path, body, students=("s0", "s1", "s2"), **limits)
    assert time.monotonic() - start < 60
    for grade in grades.values():
        assert grade.status == "error"
        assert "busy for too long" in grade.reason


# What it says -------------------------------------------------------------------------------------

FORGED = {
    "no frame": "student._jail._channel.pipe.sendall(b'x' * 100_000)",
    "a frame that is too large": "student._jail._channel.pipe.sendall(bytes([255]) * 8)",
    "no request": "student._jail._channel.send(['anything', 1])",
    "a worker too many": "student._jail.start(); student._jail.start()",
    "no worker to end": "student._jail.end()",
    "a mistake that is none": "student._jail.fingerprints({'none': ['x']})",
    "fingerprints of nothing": "student._jail._channel.send(['fingerprints', [1]])",
    "no answer": "student._jail._channel.send(['done', 1])",
    "an empty answer": "student._jail._channel.send(['done', b''])",
    "no JSON": "student._jail._channel.send(['done', b'[' * 100_000])",
    "another answer": "student._jail._channel.send(['done', b'{\"score\": 100}'])",
    "its end": "student._jail._channel.pipe.close()",
    "a death": "import os\nos._exit(0)",
    "a crash": "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)",
    "no memory": "kept = bytearray(1 << 30)",
}


@pytest.mark.parametrize("body", FORGED.values(), ids=FORGED)
def test_whatever_an_examiner_says_is_one_students(tmp_path, body):
    grades = graded(tmp_path, body + "\nimport time\ntime.sleep(0.5)")
    (grade,) = grades.values()
    assert grade.score == 0
    assert grade.status == ("graded" if "bytearray" in body else "error")
    assert harmless(grade.reason or "")


@pytest.mark.parametrize(
    "change",
    [
        {"id": "test_other.py::test_it"},
        {"outcome": "perfect"},
        {"seconds": -1},
        {"seconds": "1"},
        {"said": {"text": "{x}" * 2000, "values": {}}},
        {"said": {"text": "{a}", "values": {"a": {"text": "x"}}}},
        {"figures": {}},
        {"figures": [1]},
        {"figures": [{}] * 99},
        {"figures": [{"kind": "x" * 100_000}]},
        {"certain": 1},
        {"reason": []},
        {"reason": ["x" * 99, True, [], None]},
        {"reason": ["x", True, ["no-such-mistake"], None]},
        {"reason": ["x", 1, [], None]},
        {"reason": ["x", True, [], "text"]},
    ],
    ids=str,
)
def test_an_answer_is_read_strictly(tmp_path, change):
    result = {"id": "test_doubler.py::test_it", "outcome": "passed", "said": None, "seconds": 0.1}
    result |= {"figures": [], "certain": True, "reason": None} | change
    answer = {"digest": "x", "remarks": [], "checks": [result]}
    body = f"student._jail._channel.send(['done', {json.dumps(answer).encode()!r}])"
    grade = graded(tmp_path, body)["s0"]
    assert (grade.status, grade.score) == ("error", 0)
    assert "is no answer" in grade.reason


def test_an_answer_gives_no_more_than_the_lab_has(tmp_path):
    """A taken-over examiner can lie about its own submission, and about nothing else."""
    result = {"id": "test_doubler.py::test_it", "outcome": "passed", "said": None, "seconds": 0.1}
    result |= {
        "figures": [],
        "certain": True,
        "reason": None,
        "points": 99,
        "max_points": 99,
        "name": "forged",
    }
    answer = {"digest": "x", "remarks": [], "checks": [result]}
    body = f"student._jail._channel.send(['done', {json.dumps(answer).encode()!r}])"
    grade = graded(tmp_path, body)["s0"]
    assert (grade.score, grade.max_score, grade.checks[0].name) == (1, 1, "a title")


# The supervisor -----------------------------------------------------------------------------------


def test_a_lab_that_cannot_be_collected_is_one_sentence(tmp_path):
    lab = write_lab(
        tmp_path / "lab", {"test_doubler.py": SUITE_HEAD + "import nothing_at_all\n"}, points=1
    )
    run = Run(lab, sandbox_of(LOCKDOWN), Draws(0, PUBLIC_SECRET))
    with pytest.raises(Exception, match="the suites can't be run: .*nothing_at_all") as caught:
        list(grade_all(run, class_of(tmp_path, "s0"), 1))
    assert harmless(str(caught.value))


def test_nothing_of_one_submission_reaches_the_next(tmp_path):
    body = "import builtins\nassert not hasattr(builtins, 'kept')\nbuiltins.kept = 1"
    grades = graded(tmp_path, body, students=("s0", "s1", "s2"))
    assert [grade.score for grade in grades.values()] == [1, 1, 1]


def test_the_staged_copy_is_gone_afterwards(tmp_path, monkeypatch):
    lab = write_lab(tmp_path / "lab")
    with Examiners(lab, sandbox_of(LOCKDOWN), Draws(0, PUBLIC_SECRET), 1) as examiners:
        folder = examiners._stage.folder
        assert (folder / "hidden" / "test_doubler.py").exists()
        assert not (folder / "solution").exists()
        for path in (folder, *folder.rglob("*")):
            assert path.stat().st_mode & 0o007 == 0
    assert not folder.exists()


def test_the_grading_process_does_not_import_what_runs_suites():
    """It is the examiner's business, and takes its time."""
    code = "import sys, autograder.grading; print('pytest' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr
