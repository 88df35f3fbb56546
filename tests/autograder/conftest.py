"""What the engine's tests share: small labs, submissions, jails, and the coverage of forks.

Nothing here knows of lab 1: every test grades a little lab of its own.
"""

import contextlib
import os
import pickle
import re
import shutil
import signal
import socket
import sqlite3.dump  # noqa: F401  (a locked-down fork can't import it any more)
import sys
import threading
import time
import traceback
import tracemalloc
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import coverage
import pytest
from hypothesis import settings

from autograder import grading, preflight
from autograder.cli import main
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.examiner import processes as examiner_processes
from autograder.grading import Run, grade_entry
from autograder.intake.entries import Entry
from autograder.intake.gather import list_entries
from autograder.jail import probe
from autograder.jail.inside import worker
from autograder.jail.processes import tick
from autograder.jail.runtime import prepare
from autograder.jail.sandbox import BUBBLEWRAP, LOCKDOWN, Sandbox, SandboxError
from autograder.lab_file import load_lab
from autograder.languages.translations import load_language
from autograder.secret import VARIABLE
from autograder.suites.student import RemoteStudent
from autograder.text import clean
from tests.in_process import InProcess
from tests.jails import open_jail
from tests.services import need

ROOT = Path(__file__).parents[2]
# The same examples in every run, and nothing written beside the project.
settings.register_profile("engine", derandomize=True, database=None, deadline=None)
settings.load_profile("engine")
MEMORY, CPU = 1 << 30, 60
#: What takes time in proportion to its size takes a tenth of this, also where coverage is measured
#: and other processes share the cores; what does not takes minutes.
SECONDS = 6.0
#: In so much time a crowded machine ends what would otherwise take a minute or more.
AT_ONCE = 30.0
# The same draws everywhere, also in the commands that are run.
os.environ[VARIABLE] = PUBLIC_SECRET.hex()

# A little lab ---------------------------------------------------------------------------------

DOUBLER = "class Doubler:\n    def forward(self, x):\n        return 2.0 * x\n"
COUNTER = (
    "class Counter:\n"
    "    def __init__(self):\n"
    "        self.count = 0\n"
    "    def add(self, number):\n"
    "        self.count += number\n"
    "        return self.count\n"
)
RIGHT = {"doubler.py": DOUBLER, "counter.py": COUNTER}

SUITE_HEAD = """
import numpy as np
import pytest
from autograder.checks import Array, assert_array, assert_number, export, fail, say
"""
DOUBLER_SUITE = (
    SUITE_HEAD
    + '''
@pytest.mark.check(points=3)
def test_forward(student, rng):
    """forward doubles what it is given"""
    x = rng.normal(size=(4, 3))
    assert_array(student.Doubler().forward(x), 2.0 * x, "what forward returns")


@pytest.mark.check(points=1)
def test_zeros(student):
    """forward doubles zeros"""
    x = np.zeros((2, 5))
    assert_array(student.Doubler().forward(x), x, "what forward returns")
'''
)
COUNTER_SUITE = (
    SUITE_HEAD
    + '''
@pytest.mark.check(points=2)
def test_add(student, rng):
    """add gives the sum so far"""
    counter, total = student.Counter(), 0
    for number in rng.integers(1, 100, size=5).tolist():
        total += number
        if counter.add(number) != total:
            fail("add should give the sum so far.")
'''
)


def write_files(folder, files):
    """Write files, text or bytes, into a folder that need not be there."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def check_source(body, points=1, title="a title", name="test_it", more=""):
    """Write a suite of one check with this body."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return (
        f"{SUITE_HEAD}\n@pytest.mark.check(points={points}{more})\n"
        f'def {name}(student, rng, clock):\n    """{title}"""\n{lines}\n'
    )


def write_lab(
    root,
    suites=None,
    *,
    tasks=None,
    limits=None,
    copies=None,
    points=None,
    notebook=None,
    languages=("en", "zh-TW"),
    locale=None,
    free_points=None,
    name="small",
    more="",
):
    """Write a lab and load it; each suite is a part, named after it, with its checks' points.

    Unless told otherwise, code that does nothing may earn them all. What more the table [lab] says
    is `more`.
    """
    suites = suites or {"test_doubler.py": DOUBLER_SUITE, "test_counter.py": COUNTER_SUITE}
    tasks = tasks or {"Doubler": "doubler.py", "Counter": "counter.py"}
    lines = ["[lab]", f'name = "{name}"', 'title = "A small lab"', 'suite = "hidden"']
    lines += [f"free_points = {1000 if free_points is None else free_points}"]
    lines += [f"languages = {list(languages)}"] + ([f'locale = "{locale}"'] if locale else [])
    lines += ['reference = "solution"', 'sample = "submissions"', more, "[tasks]"]
    lines += [f'{name} = "{file}"' for name, file in tasks.items()]
    for name, source in suites.items():
        total = sum(map(int, re.findall(r"points=(\d+)", source))) if points is None else points
        part = name.removeprefix("test_").removesuffix(".py").title()
        lines += ["[[parts]]", f'name = "{part}"', f'suite = "{name}"', f"points = {total}"]
    lines += ["[limits]", *(f"{name} = {value}" for name, value in (limits or {}).items())]
    files = list(dict.fromkeys(tasks.values()))
    lines += ["[release]", 'folder = "handed-out"', f"skeletons = {files}"]
    lines += ([f'notebook = "{notebook}"'] if notebook else []) + ["[release.copies]"]
    lines += [f'"{target}" = "{source}"' for target, source in (copies or {}).items()]
    write_files(root, {"lab.toml": "\n".join(lines) + "\n"})
    write_files(root / "hidden", suites)
    stubs = {
        file: "".join(f"{task} = None\n" for task, place in tasks.items() if place == file)
        for file in files
    }
    write_files(root / "solution", {name: RIGHT.get(name, stub) for name, stub in stubs.items()})
    return load_lab(root / "lab.toml")


@pytest.fixture
def lab(tmp_path):
    """Give the little lab of a Doubler and a Counter."""
    return write_lab(tmp_path / "lab")


@pytest.fixture(scope="session")
def bare_lab(tmp_path_factory):
    """Give a function that makes a lab of which only the classes are used."""
    lab = write_lab(tmp_path_factory.mktemp("bare"))
    return lambda tasks: replace(lab, tasks=tasks)


# Jails -----------------------------------------------------------------------------------------


def sandbox_of(*layers, memory=MEMORY, cpu=CPU):
    """Give a sandbox of exactly these layers."""
    runtime = prepare() if layers else None
    return Sandbox(layers, memory, cpu, runtime)


def bubblewrap_works():
    """Tell whether there is a bubblewrap here that can start anything."""
    if not shutil.which("bwrap"):
        return False
    try:
        with open_jail(sandbox_of(LOCKDOWN, BUBBLEWRAP)) as jail:
            jail.try_out()
    except SandboxError:
        return False
    return True


@pytest.fixture(scope="session")
def jails():
    """Give a function that opens the jail of these layers once; each test forks its worker."""
    with contextlib.ExitStack() as stack:
        opened = {}

        def jail_of(*layers):
            if layers not in opened:
                if BUBBLEWRAP in layers:
                    need("bwrap")
                if BUBBLEWRAP in layers and not bubblewrap_works():
                    pytest.skip("bubblewrap is installed but not allowed to work here")
                opened[layers] = stack.enter_context(open_jail(sandbox_of(*layers)))
            return opened[layers]

        yield jail_of


@pytest.fixture
def remote(jails, bare_lab):
    """Give a function that starts a submission of one file and gives its class ``Thing``."""
    started = []

    def start(source, *layers, seconds=20.0, seed=0):
        for student in started:  # a jail has one worker at a time
            student.restart()
        student = RemoteStudent(
            jails(*(layers or (LOCKDOWN,))),
            bare_lab({"Thing": "thing.py", "Other": "other.py"}),
            {"thing.py": source.encode(), "other.py": b"class Other: pass\n"},
            {},
        )
        student.seed = seed
        student.clock.call_seconds = seconds
        started.append(student)
        return student

    yield start
    for student in started:
        student.restart()


class ThreadJail:
    """A jail without walls: its worker is a thread of this process, so that it is measured."""

    def start(self):
        ours, self.theirs = socket.socketpair()
        tick(ours)
        self.thread = threading.Thread(target=worker.run, args=(self.theirs,), daemon=True)
        self.thread.start()
        return ours

    def times(self):
        return -1, -1  # no process of its own

    def end(self):
        with contextlib.suppress(OSError):
            self.theirs.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)
        self.theirs.close()
        return 0


@pytest.fixture
def local(monkeypatch, bare_lab):
    """Like `remote`, with a `ThreadJail`."""
    # The worker takes over the standard output of its process, which here is ours.
    fake = SimpleNamespace(meta_path=sys.meta_path, stdout=None, stderr=None)
    monkeypatch.setattr(worker, "sys", fake)
    before, modules = list(sys.meta_path), set(sys.modules)
    started = []

    def start(source, seconds=20.0):
        student = RemoteStudent(
            ThreadJail(),
            bare_lab({"Thing": "local_thing.py", "Other": "local_other.py"}),
            {"local_thing.py": source.encode(), "local_other.py": b"class Other(: pass\n"},
            {},
        )
        student.clock.call_seconds = seconds
        started.append(student)
        return student

    yield start
    for student in started:
        student.restart()
    sys.meta_path[:] = before
    for name in set(sys.modules) - modules:
        if name.startswith("local_"):
            del sys.modules[name]


def forget(lab):
    """Unload a lab's suites, whose modules are called like those of the next test's lab."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        if name.split(".")[0] == "hidden" or file.startswith(f"{lab.root}/"):
            del sys.modules[name]


def entries_of(folder):
    """List what is to be graded in a folder, by a lab in which nothing is unusual."""
    return list_entries(folder, load_lab(ROOT / "lab.toml"))


def grade_here(run, entry):
    """Grade in this process."""
    try:
        return grade_entry(run, entry, InProcess(run))
    except SandboxError as error:
        return run.failed(entry.student, error)


@pytest.fixture
def grade(tmp_path):
    """Give a function that grades files by a lab, in this process, in the jail of these layers."""

    def run(lab, files, *layers, seed=0, secret=PUBLIC_SECRET, student="s1", **limits):
        folder = write_files(tmp_path / "handed-in" / student, files)
        sandbox = sandbox_of(*(layers or (LOCKDOWN,)), **limits)
        environment, path = dict(os.environ), list(sys.path)
        try:
            return grade_here(Run(lab, sandbox, Draws(seed, secret)), Entry(student, folder))
        finally:
            sys.path[:] = path
            for name in set(os.environ) - set(environment):
                del os.environ[name]
            forget(lab)

    return run


def outcomes(grade):
    """Give the outcome of every check, by its function's name."""
    assert grade.status == "graded", grade.reason
    return {check.id.partition("::")[2]: check.outcome for check in grade.checks}


def messages(grade):
    """Give everything that a student reads of a grade."""
    return "\n".join([*(check.message for check in grade.checks), grade.reason or ""])


# Processes -------------------------------------------------------------------------------------


class Exited(BaseException):
    """Stands for os._exit in a fork that must still report."""


def in_fork(function):
    """Call a function in a fork; give what it returns or raise what it raised.

    The fork may lock itself down, and could then not write coverage data to disk: it measures
    in memory and sends what it found along with the result. Its os._exit is caught, and the
    result is then the ``("exited", status)`` of the first.
    """
    outer = coverage.Coverage.current()
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _fork(function, theirs, outer)
    theirs.close()
    with ours:
        data = b"".join(iter(lambda: ours.recv(1 << 16), b""))
    _, status = os.waitpid(pid, 0)
    if not data:
        return "died", os.waitstatus_to_exitcode(status)
    kind, value, measured = pickle.loads(data)
    if measured:
        found = coverage.CoverageData(no_disk=True)
        found.loads(measured)
        outer.get_data().update(found)
    if kind == "raised":
        raise value
    return value


def _fork(function, pipe, outer):
    leave, exits, pid = os._exit, [], os.getpid()

    def note_exit(status):
        if os.getpid() != pid:  # a fork of the fork
            leave(status)
        exits.append(status)
        raise Exited

    try:
        inner = None
        if outer:
            outer.stop()
            inner = coverage.Coverage(
                data_file=None,
                branch=outer.get_option("run:branch"),
                source=[str(ROOT / "autograder")],
                config_file=False,
            )
            inner.start()
        os._exit = note_exit
        try:
            answer = ("returned", function())
        except Exited:
            answer = ("returned", ("exited", exits[0]))
        except BaseException as error:
            answer = ("raised", error)
        measured = b""
        if inner:
            inner.stop()
            measured = inner.get_data().dumps()
        pipe.sendall(pickle.dumps((*answer, measured)))
        pipe.close()
    except BaseException:
        traceback.print_exc()
    finally:
        leave(0)


class TooLong(BaseException):
    """What a test does took too long."""


@contextlib.contextmanager
def at_most(seconds):
    """Raise `TooLong` if what is done inside does not end in time."""

    def stop(*_):
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def peak_of(function, *errors):
    """Give the memory in MiB that Python and NumPy have at most taken while a function ran."""
    tracemalloc.start()
    try:
        with contextlib.suppress(*errors):
            function()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def processes_with(text):
    """Give the ids of the processes, of all users that we can see, whose command has a text."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            with contextlib.suppress(OSError):
                if text.encode() in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
    return found


def children_of(pid):
    """Give the ids of a process's descendants."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                parents[int(folder.name)] = (int(fields[1]), fields[0])
    found, new = set(), {pid}
    while new:
        new = {p for p, (parent, state) in parents.items() if parent in new and state != "Z"}
        found |= new
    return found


def alive(pid):
    """Tell whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, seconds=60.0):
    """Wait for something to become true, and give it; fail if it does not."""
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return result


@pytest.fixture(autouse=True)
def _same_process():
    """See that no test leaves the process changed for the next."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    # The next little lab's suites have the same names, and pytest would take these for them.
    for name in [name for name in sys.modules if name.split(".")[0] == "hidden"]:
        del sys.modules[name]
    for number, handler in handlers.items():
        signal.signal(number, handler)


CHINESE = re.compile("[\u4e00-\u9fff]")


def in_chinese(message):
    """Say a message of the engine's in Chinese."""
    return load_language("zh-TW").say(message)


def harmless(text):
    """Tell whether a text can go to a terminal and a table as it is."""
    return clean(text, 10**6) == text


# The command line -----------------------------------------------------------------------------


class NothingBegun(contextlib.nullcontext):
    """Stands for `Beginning` where nothing is started."""

    def __init__(self, lab, wanted):
        super().__init__(self)
        self.trial = SimpleNamespace(sandbox=lambda: probe.find_sandbox(lab, wanted))


@pytest.fixture
def here(lab, tmp_path, monkeypatch):
    """Run commands in this process, and grade here as well, by a lab that need not be whole."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(preflight, "preflight", lambda *_: None)
    monkeypatch.setattr(
        grading, "grade_all", lambda run, entries, *_: (grade_here(run, e) for e in entries)
    )
    monkeypatch.setattr(examiner_processes, "Beginning", NothingBegun)
    write_files(lab.sample / "s1", RIGHT)

    def invoke(*words):
        path = list(sys.path)
        try:
            return main(["--lab", str(lab.root / "lab.toml"), *map(str, words)])
        finally:
            sys.path[:] = path
            os.environ.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD", None)

    yield invoke
    forget(lab)
