"""Student code can compute and nothing else: every attempt is made by a submission, in the jail.

Each case is the body of a function that a submission calls; what became of it comes back as plain
data. The lock-down is tested alone and inside bubblewrap, and bubblewrap alone as far as its own
promises go. To know that an attempt fails because of the jail and not by itself, the ones that do
no harm are also made without one.
"""

import os
import socket
import textwrap
from pathlib import Path

import pytest

from autograder.jail.sandbox import BUBBLEWRAP, LOCKDOWN
from tests.autograder.conftest import ROOT, alive

HARNESS = """
import ctypes, errno, mmap, os, signal, socket, struct, subprocess, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)

def syscall(x86_64, aarch64, *arguments):
    number = {"x86_64": x86_64, "aarch64": aarch64}[os.uname().machine]
    if number is None:
        raise PermissionError(errno.EPERM, "no such call on this machine")
    ctypes.set_errno(0)
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = libc.syscall(ctypes.c_long(number), *words)
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

def attempt(path, pid):
BODY

def Thing(path, pid):
    try:
        return ["done", repr(attempt(path, pid))]
    except BaseException as error:
        return ["refused", type(error).__name__, getattr(error, "errno", None) or 0, str(error)]
"""

LAYERS = [(LOCKDOWN,), (LOCKDOWN, BUBBLEWRAP)]
in_every_jail = pytest.mark.parametrize("layers", LAYERS, ids="+".join)


@pytest.fixture
def attempt(remote):
    """Give a function that has a submission run a body and gives what became of it."""

    def run(body, *layers, path="/", pid=1):
        source = HARNESS.replace("BODY", textwrap.indent(textwrap.dedent(body).strip(), "    "))
        student = remote(source, *layers)
        with student.watch():
            return student.Thing(str(path), pid)

    return run


def test_the_lock_down_alone_is_always_tested():
    assert LAYERS[0] == (LOCKDOWN,)


@in_every_jail
def test_code_that_only_computes_works(attempt, layers):
    body = """
    import decimal, fractions, itertools, json, math, random, re, statistics
    import numpy as np
    rng = np.random.default_rng(0)
    a = rng.normal(size=(50, 50))
    np.linalg.solve(a, a), np.fft.fft(a), np.linalg.svd(a), np.einsum("ij,jk", a, a)
    time.sleep(0.001), time.monotonic(), os.getpid(), sys.version
    signal.setitimer(signal.ITIMER_REAL, 0)
    return float(np.abs(a @ np.linalg.inv(a) - np.eye(50)).max()) < 1e-6
    """
    assert attempt(body, *layers) == ["done", "True"]


# Files -----------------------------------------------------------------------------------------

READS = {
    "a secret file": "return open(path).read()",
    "a secret file by its descriptor": "return os.read(os.open(path, os.O_RDONLY), 9)",
    "a secret file by mmap": "return mmap.mmap(os.open(path, os.O_RDONLY), 0, prot=mmap.PROT_READ)",
    "a secret file by numpy": "import numpy as np; return np.fromfile(path)",
    "a secret file through O_PATH": """
        descriptor = os.open(path, os.O_PATH)
        return open(f"/proc/self/fd/{descriptor}").read()""",
    "a secret file as a module": """
        import importlib.util
        spec = importlib.util.spec_from_file_location("m", path)
        return spec.loader.get_data(path)""",
    "its folder": "return os.listdir(os.path.dirname(path))",
    "the root folder": "return os.listdir('/')",
    "the passwords": "return open('/etc/passwd').read()",
    "the environment": "return open('/proc/self/environ').read()",
    "the memory map": "return open('/proc/self/maps').read()",
    "the parent's environment": "return open(f'/proc/{os.getppid()}/environ').read()",
    "the parent's descriptors": "return os.listdir(f'/proc/{os.getppid()}/fd')",
    "the command line of all": "return [open(f'/proc/{p}/cmdline').read() for p in range(1, 9)]",
    "the temporary folder": "return os.listdir('/tmp')",
    "the home folder": "return os.listdir(os.path.expanduser('~'))",
}


@in_every_jail
@pytest.mark.parametrize("what", READS)
def test_nothing_but_the_runtime_can_be_read(attempt, layers, what, tmp_path):
    tmp_path.chmod(0o755)
    secret = tmp_path / "secret.py"
    secret.write_text("hidden = 'the hidden suite'\n")
    assert attempt(READS[what], *layers, path=secret)[0] == "refused"


@in_every_jail
@pytest.mark.parametrize("folder", ["autograder", "tests/autograder", "pyproject.toml"])
def test_the_grader_and_its_suites_cannot_be_read(attempt, layers, folder):
    body = "return os.listdir(path) if os.path.isdir(path) else open(path).read()"
    assert attempt(body, path=ROOT / folder)[0] == "refused"


@in_every_jail
@pytest.mark.parametrize("name", ["pytest", "_pytest", "hypothesis", "rich", "coverage"])
def test_site_packages_are_not_there(attempt, layers, name):
    assert attempt(f"import {name}; return 1", *layers)[1] == "ModuleNotFoundError"


@in_every_jail
def test_of_the_engine_only_the_jail_is_there(attempt, layers):
    assert attempt("import autograder.jail.inside.worker; return 1", *layers)[0] == "done"
    for name in ("checks", "suites", "grading", "intake"):
        assert attempt(f"import autograder.{name}", *layers)[1] == "ModuleNotFoundError"


@in_every_jail
def test_no_descriptor_but_the_pipe_is_open(attempt, layers):
    body = """
    found = []
    for number in range(64):
        try:
            found.append([number, os.fstat(number).st_mode >> 12, os.fstat(number).st_rdev])
        except OSError:
            pass
    return found
    """
    done, found = attempt(body, *layers)
    null = Path("/dev/null").stat().st_rdev
    found = eval(found)
    assert [entry for entry in found if entry[2] != null] == [[found[-1][0], 0o14, 0]]


WRITES = {
    "write to a file": "return open(path, 'w').write('x')",
    "append to a file": "return open(path, 'a').write('x')",
    "open it for both": "return os.open(path, os.O_RDWR)",
    "make a file beside it": "return open(path + '.new', 'x')",
    "make a nameless file": "return os.open(os.path.dirname(path), os.O_TMPFILE | os.O_RDWR)",
    "make a folder": "return os.mkdir(path + '.new')",
    "make a pipe": "return os.mkfifo(path + '.new')",
    "make a link": "return os.symlink('x', path + '.new')",
    "make a hard link": "return os.link(path, path + '.new')",
    "rename it": "return os.rename(path, path + '.new')",
    "remove it": "return os.unlink(path)",
    "truncate it": "return os.truncate(path, 0)",
    "change its mode": "return os.chmod(path, 0o777)",
    "change its owner": "return os.chown(path, os.getuid(), os.getgid())",
    "change its times": "return os.utime(path)",
    "set an attribute": "return os.setxattr(path, 'user.x', b'x')",
    "make a temporary file": "import tempfile; return tempfile.TemporaryFile()",
    "write to /tmp": "return open('/tmp/from-the-jail', 'w')",
    "write to shared memory": "return open('/dev/shm/from-the-jail', 'w')",
    "remove its folder": "return os.rmdir(os.path.dirname(path))",
    "write to /proc": "return open('/proc/self/comm', 'w').write('x')",
    "open to truncate": "return os.open(path, os.O_RDONLY | os.O_TRUNC)",
}
#: What an ordinary user may do to a file of their own.
HARMLESS = {
    *("write to a file", "append to a file", "open it for both", "make a file beside it"),
    *("make a folder", "make a pipe", "make a link", "make a hard link", "truncate it"),
    *("change its mode", "change its times", "open to truncate", "remove it"),
}


def own_file(tmp_path):
    """Make a file that the jail's user owns, in a folder that it owns, where that can be."""
    for folder in [tmp_path, *tmp_path.parents[:2]]:
        folder.chmod(0o755)
    folder = tmp_path / "own"
    folder.mkdir()
    file = folder / "file"
    file.write_text("whole")
    if os.getuid() == 0:
        os.chown(folder, 65534, 65534)
        os.chown(file, 65534, 65534)
    return file


def state(folder):
    return [(p.name, p.lstat().st_mode, p.lstat().st_mtime_ns, p.lstat().st_nlink, p.read_text())
            for p in folder.iterdir()]  # fmt: skip


@in_every_jail
@pytest.mark.parametrize("what", WRITES)
def test_nothing_can_be_written_changed_or_removed(attempt, layers, what, tmp_path):
    file = own_file(tmp_path)
    before = state(file.parent)
    assert attempt(WRITES[what], *layers, path=file)[0] == "refused"
    assert state(file.parent) == before


@pytest.mark.parametrize("what", sorted(HARMLESS))
def test_the_same_works_without_a_jail(attempt_freely, what, tmp_path):
    assert attempt_freely(WRITES[what], path=own_file(tmp_path))[0] == "done"


@pytest.fixture
def attempt_freely(jails, attempt, remote):
    """Like `attempt`, without any layer."""

    def run(body, **arguments):
        jail = jails()
        source = HARNESS.replace("BODY", textwrap.indent(textwrap.dedent(body).strip(), "    "))
        student = remote(source)
        student._jail = jail
        with student.watch():
            return student.Thing(str(arguments.get("path", "/")), arguments.get("pid", 1))

    return run


# Sockets, processes, threads, signals ----------------------------------------------------------

FAMILIES = sorted(
    {getattr(socket, name) for name in dir(socket) if name.startswith("AF_")}, key=int
)


@in_every_jail
def test_no_socket_of_any_family_can_be_made(attempt, layers):
    body = f"""
    made = []
    for family in {[int(family) for family in FAMILIES]}:
        for kind in (1, 2, 3, 5):
            try:
                made.append([family, kind, socket.socket(family, kind)])
            except PermissionError:
                pass
    return made
    """
    assert attempt(body, *layers) == ["done", "[]"]


OTHERS = {
    "a pair of sockets": "return socket.socketpair()",
    "a connection": "return socket.create_connection(('127.0.0.1', 9), 1)",
    "fork": "pid = os.fork(); pid or os._exit(0); return pid",
    "vfork": "return syscall(58, None)",
    "clone": "pid = syscall(56, 220, 17, 0, 0, 0, 0); pid or os._exit(0); return pid",
    "clone a thread": "return syscall(56, 220, 0x3d0f00, 0, 0, 0, 0)",
    "clone3": """
        arguments = ctypes.create_string_buffer(struct.pack("11Q", 0, 0, 0, 0, 17, *[0] * 6))
        pid = syscall(435, 435, arguments, 88)
        pid or os._exit(0)
        return pid""",
    "posix_spawn": "return os.posix_spawn(sys.executable or '/bin/sh', ['x', '-c', ''], {})",
    "a subprocess": "return subprocess.run(['/bin/true'])",
    "the shell": "status = os.system('true'); assert status == 0; return status",
    "execve": "os.execv(path, [path])",
    "execveat": "return syscall(322, 281, -100, path.encode(), 0, 0, 0)",
    "a thread": "t = threading.Thread(target=print); t.start(); return t",
    "a pool of processes": """
        from concurrent.futures import ProcessPoolExecutor
        return ProcessPoolExecutor().submit(print).result(5)""",
    "kill another": "return os.kill(pid, 0)",
    "kill the parent": "return os.kill(os.getppid(), signal.SIGTERM)",
    "kill the group": "return os.kill(0, 0)",
    "kill all": "return os.kill(-1, 0)",
    "kill a group": "return os.killpg(os.getpgrp(), 0)",
    "tkill another": "return syscall(200, 130, pid, 0)",
    "tgkill another": "return syscall(234, 131, pid, pid, 0)",
    "queue a signal": "return syscall(129, 138, pid, 0, ctypes.create_string_buffer(128))",
    "queue a signal to a thread": """
        return syscall(297, 240, pid, pid, 0, ctypes.create_string_buffer(128))""",
    "a descriptor of a process": "return os.pidfd_open(pid)",
    "a signal by descriptor": "return syscall(424, 424, 0, 0, 0, 0)",
    "a descriptor of another": "return syscall(438, 438, 0, 0, 0)",
    "own a descriptor's signals": "import fcntl; return fcntl.fcntl(0, fcntl.F_SETOWN, pid)",
    "own them by structure": """
        import fcntl
        return fcntl.fcntl(0, 15, struct.pack("ii", 1, pid))""",
    "choose its signal": "import fcntl; return fcntl.fcntl(0, fcntl.F_SETSIG, signal.SIGKILL)",
    "a lease": "import fcntl; return fcntl.fcntl(0, fcntl.F_SETLEASE, 0)",
    "notify of a folder": "import fcntl; return fcntl.fcntl(0, fcntl.F_NOTIFY, 1)",
    "own a socket's signals": "import fcntl; return fcntl.ioctl(3, 0x8901, struct.pack('i', pid))",
    "own its signals": "import fcntl; return fcntl.ioctl(3, 0x8902, struct.pack('i', pid))",
    "type into a terminal": "import fcntl; return fcntl.ioctl(0, 0x5412, b'x')",
    "lower a limit of another": """
        import resource
        return resource.prlimit(pid, resource.RLIMIT_CPU, (1, 1))""",
    "lower a limit of its own": """
        import resource
        return resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))""",
    "set a priority": "return os.setpriority(os.PRIO_PROCESS, pid, 5)",
    "set its own priority": "return os.nice(1)",
    "set a scheduler": "return os.sched_setscheduler(pid, os.SCHED_BATCH, os.sched_param(0))",
    "bind to a processor": "return os.sched_setaffinity(pid, {0})",
    "set an i/o priority": "return syscall(251, 30, 1, pid, 0)",
    "trace": "return syscall(101, 117, 16, pid, 0, 0)",
    "be traced": "return syscall(101, 117, 0, 0, 0, 0)",
    "read another's memory": "return syscall(310, 270, pid, 0, 0, 0, 0, 0)",
    "write another's memory": "return syscall(311, 271, pid, 0, 0, 0, 0, 0)",
    "compare processes": "return syscall(312, 272, os.getpid(), pid, 0, 0, 0)",
    "io_uring": "return syscall(425, 425, 8, ctypes.create_string_buffer(120))",
    "enter io_uring": "return syscall(426, 426, 0, 0, 0, 0, 0, 0)",
    "asynchronous i/o": "return syscall(206, 0, 8, ctypes.byref(ctypes.c_ulong()))",
    "bpf": "return syscall(321, 280, 0, ctypes.create_string_buffer(128), 128)",
    "perf": "return syscall(298, 241, ctypes.create_string_buffer(128), 0, -1, -1, 0)",
    "unshare": "return syscall(272, 97, 0x10000000)",
    "enter a namespace": "return syscall(308, 268, 0, 0)",
    "mount": "return syscall(165, 40, b'none', b'/tmp', b'tmpfs', 0, 0)",
    "unmount": "return syscall(166, 39, b'/tmp', 0)",
    "open a tree": "return syscall(428, 428, -100, b'/', 1)",
    "move a mount": "return syscall(429, 429, -100, b'/', -100, b'/tmp', 0)",
    "open a file system": "return syscall(430, 430, b'tmpfs', 0)",
    "pivot the root": "return syscall(155, 41, b'/', b'/')",
    "change the root": "return os.chroot('/')",
    "openat2": "return syscall(437, 437, -100, b'/', ctypes.create_string_buffer(24), 24)",
    "open by handle": "return syscall(304, 265, -100, ctypes.create_string_buffer(16), 0)",
    "a memory file": "return os.memfd_create('x')",
    "a secret memory file": "return syscall(447, 447, 0)",
    "shared memory of System V": "return syscall(29, 194, 0, 4096, 0o1600)",
    "semaphores of System V": "return syscall(64, 190, 0, 1, 0o1600)",
    "messages of System V": "return syscall(68, 186, 0, 0o1600)",
    "POSIX messages": "return syscall(240, 180, b'x', 0o102, 0o600, 0)",
    "the keyring": "return syscall(250, 219, 0, -3, 1)",
    "add a key": "return syscall(248, 217, b'user', b'x', b'y', 1, -3)",
    "user faults": "return syscall(323, 282, 1)",
    "watch files": "return syscall(294, 26, 0)",
    "watch all files": "return syscall(300, 262, 0, 0)",
    "an event descriptor": "return os.eventfd(0)",
    "a signal descriptor": "return syscall(289, 74, -1, ctypes.create_string_buffer(8), 8, 0)",
    "a timer descriptor": "return syscall(283, 85, 1, 0)",
    "epoll": "import select; return select.epoll()",
    "a module of the kernel": "return syscall(313, 273, 0, b'', 0)",
    "a new kernel": "return syscall(246, 104, 0, 0, 0, 0)",
    "restart": "return syscall(169, 142, 0, 0, 0, 0)",
    "the log of the kernel": "return syscall(103, 116, 2, ctypes.create_string_buffer(9), 9)",
    "the clock": "return time.clock_settime(time.CLOCK_REALTIME, 0)",
    "the name of the host": "return socket.sethostname('x')",
    "become another user": "return os.setuid(0)",
    "become a group": "return os.setgid(0)",
    "drop groups": "return os.setgroups([0])",
    "capabilities": "return syscall(126, 91, ctypes.create_string_buffer(8), 0)",
    "a session": "return os.setsid()",
    "a process group": "return os.setpgid(0, 0)",
    "survive the grader": "assert libc.prctl(1, 0, 0, 0, 0) == 0, 'no'; return 0",
    "be dumped": "assert libc.prctl(4, 1, 0, 0, 0) == 0, 'no'; return 0",
    "another filter": "assert libc.prctl(22, 1, 0, 0, 0) == 0, 'no'; return 0",
    "seccomp": "return syscall(317, 277, 0, 0, 0)",
    "another ruleset": "return syscall(444, 444, 0, 0, 1)",
    "a personality": "return syscall(135, 92, 0x0040000)",
    "quotas": "return syscall(179, 60, 0, 0, 0, 0)",
    "swap": "return syscall(167, 224, b'/tmp', 0)",
    "accounting": "return syscall(163, 89, 0)",
    "lock memory": "return syscall(149, 228, 0, 4096)",
    "copy between descriptors": "return os.sendfile(0, 0, 0, 1)",
    "send a descriptor": """
        import stat
        for number in range(3, 64):
            try:
                if stat.S_ISSOCK(os.fstat(number).st_mode):
                    break
            except OSError:
                pass
        peer = socket.socket(fileno=os.dup(number))
        return socket.send_fds(peer, [b'x'], [0])""",
    "listen": "return syscall(50, 201, 3, 1)",
    "accept": "return syscall(43, 202, 3, 0, 0)",
    "bind": "return syscall(49, 200, 3, b'\\1\\0x', 3)",
    "connect": "return syscall(42, 203, 3, b'\\1\\0x', 3)",
    "set an option of a socket": "return syscall(54, 208, 3, 1, 7, 0, 0)",
    "a call of the future": "return syscall(600, 600)",
}


@in_every_jail
@pytest.mark.parametrize("what", OTHERS)
def test_nothing_beside_computing_is_allowed(attempt, layers, what):
    outcome = attempt(OTHERS[what], *layers, path="/bin/true", pid=os.getpid())
    assert outcome[0] == "refused", outcome
    expected = {"PermissionError", "RuntimeError", "AssertionError", "ValueError"}
    unknown = {"clone3", "a call of the future"}
    assert outcome[1] in expected or (what in unknown and outcome[2] == 38), outcome
    assert alive(os.getpid())


@pytest.mark.parametrize(
    "what",
    [
        *("a pair of sockets", "fork", "a subprocess", "the shell", "a thread", "kill another"),
        *(
            "tkill another",
            "tgkill another",
            "clone",
            "own a descriptor's signals",
            "a memory file",
        ),
        *("shared memory of System V", "semaphores of System V", "epoll", "an event descriptor"),
        *("set its own priority", "lower a limit of its own", "watch files", "be dumped"),
        *("choose its signal", "a descriptor of a process", "a timer descriptor", "a session"),
    ],
)
def test_it_is_the_jail_that_refuses(attempt_freely, what):
    outcome = attempt_freely(OTHERS[what], path="/bin/true", pid=os.getpid())
    if what == "a session":  # refused if it leads a group already
        return
    assert outcome[0] == "done", outcome
    if what.endswith("System V"):
        kind = {"shared memory of System V": "-m", "semaphores of System V": "-s"}[what]
        os.system(f"ipcrm {kind} {outcome[1]} 2>/dev/null")


@in_every_jail
def test_a_signal_to_itself_is_its_own_affair(attempt, layers):
    body = """
    seen = []
    signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
    os.kill(os.getpid(), signal.SIGUSR1)
    return seen
    """
    assert attempt(body, *layers) == ["done", "[1]"]


@in_every_jail
def test_the_wrong_table_of_system_calls_is_deadly(attempt, layers):
    if os.uname().machine != "x86_64":
        pytest.skip("only x86_64 has a second table")
    from autograder.suites.errors import WorkerEnded

    with pytest.raises(WorkerEnded, match="killed by a signal"):
        attempt("return syscall(0x40000000 + 39, None)", *layers)


@in_every_jail
def test_memory_is_bounded(attempt, layers):
    assert attempt("return len(bytearray(3 << 30))", *layers)[1] == "MemoryError"


@in_every_jail
def test_a_jail_started_by_root_is_not_root(attempt, layers):
    user = 65534 if os.getuid() == 0 else os.getuid()
    body = "return [*os.getresuid(), *os.getresgid()][:1], len(os.getgroups())"
    ids, groups = eval(attempt(body, *layers)[1])
    assert ids == [user]
    assert groups == 0 or os.getuid() != 0


@in_every_jail
def test_the_environment_tells_nothing(attempt, layers):
    names = set(eval(attempt("return list(os.environ)", *layers)[1]))
    assert names <= {
        *("OPENBLAS_NUM_THREADS", "PYTHONHASHSEED", "LANG", "PYTHONHOME", "PYTHONPATH", "PWD"),
        "LC_CTYPE",
    }


# bubblewrap alone ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        READS["a secret file"],
        READS["the passwords"],
        READS["the environment"],
        READS["the temporary folder"],
        WRITES["write to a file"],
        WRITES["make a temporary file"],
        WRITES["write to /tmp"],
        OTHERS["kill another"],
        OTHERS["trace"],
        OTHERS["mount"],
        OTHERS["the name of the host"],
        OTHERS["a connection"],
        "return os.stat(path)",
        "return open('/new', 'w')",
        "return os.mkdir('/new')",
    ],
)
def test_bubblewrap_alone_hides_files_and_processes(attempt, body, tmp_path):
    assert attempt(body, BUBBLEWRAP, path=own_file(tmp_path), pid=os.getpid())[0] == "refused"


def test_bubblewrap_alone_has_no_network(attempt):
    with socket.create_server(("127.0.0.1", 0)) as server:
        body = f"return socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 2)"
        assert attempt(body, BUBBLEWRAP)[0] == "refused"


def test_the_attempts_name_files_that_are_there():
    assert Path("/etc/passwd").is_file()
    assert (ROOT / "autograder").is_dir()
