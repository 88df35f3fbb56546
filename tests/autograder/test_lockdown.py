"""Each layer of the lock-down by itself, in forks that are measured like everything else."""

import ctypes
import errno
import os
import platform
import resource
import socket
import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.jail.inside import lockdown
from autograder.jail.inside.lockdown import (
    Limits,
    LockdownError,
    filter_program,
    filter_system_calls,
    landlock_version,
    limit_resources,
    lock_down,
    prctl,
    restrict_files,
)
from autograder.jail.inside.syscalls import ALLOWED, CLONE3, CONDITIONAL, FIRST_UNKNOWN
from tests.autograder.conftest import in_fork

PLENTY = Limits(memory=64 << 30, cpu=60)


def error_of(function):
    """Give the number of the system's error that a function raises, 0 if none."""
    try:
        function()
    except OSError as error:
        return error.errno
    return 0


def readable():
    """Give what Python needs to go on importing."""
    return [Path(path) for path in [*sys.path, sys.base_prefix] if path and Path(path).exists()]


# The filter, interpreted here ------------------------------------------------------------------

KILL, ALLOW, EPERM, ENOSYS = 0x80000000, 0x7FFF0000, 0x50001, 0x50026
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def run_filter(program, architecture, number, arguments=()):
    """Run a classic BPF program as the kernel would."""
    words = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, architecture, 0, *(w & (2**64 - 1) for w in words))
    steps = list(struct.iter_unpack("=HBBI", program))
    place, accumulator = 0, 0
    while True:
        code, yes, no, value = steps[place]
        place += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == 0x06:
            return value
        else:
            test = {0x15: accumulator == value, 0x35: accumulator >= value}.get(code)
            if code == 0x45:
                test = bool(accumulator & value)
            assert test is not None, f"an instruction {code:#x} that is not expected"
            place += yes if test else no


def numbers(table, machine):
    column = MACHINES[machine][0]
    return {name: n[column] for name, n in table.items() if n[column] is not None}


@pytest.fixture(params=MACHINES)
def machine(request):
    return request.param


def decide(machine, number, *arguments, pid=1234):
    return run_filter(filter_program(machine, pid), MACHINES[machine][1], number, arguments)


def test_what_computing_needs_is_allowed(machine):
    assert {decide(machine, n) for n in numbers(ALLOWED, machine).values()} == {ALLOW}


def test_everything_else_is_refused(machine):
    known = {*numbers(ALLOWED, machine).values(), *numbers(CONDITIONAL, machine).values(), CLONE3}
    others = [n for n in range(FIRST_UNKNOWN) if n not in known]
    assert {decide(machine, n) for n in others} == {EPERM}


def test_what_the_c_library_can_do_without_is_not_there(machine):
    assert decide(machine, CLONE3) == ENOSYS
    assert {decide(machine, n) for n in (FIRST_UNKNOWN, 500, 0x3FFFFFFF)} == {ENOSYS}


def test_another_machine_is_deadly(machine):
    program = filter_program(machine, 1)
    for architecture in (0x40000003, 0x40000028, 0, *(a for _, a in MACHINES.values())):
        if architecture != MACHINES[machine][1]:
            assert run_filter(program, architecture, 0) == KILL


def test_the_second_table_is_deadly(machine):
    assert {decide(machine, n) for n in (0x40000000, 0x40000001, 2**32 - 1)} == {KILL}


def test_the_program_is_short_enough_for_the_kernel(machine):
    assert len(filter_program(machine, 1)) % 8 == 0
    assert len(filter_program(machine, 1)) // 8 < 4096


@pytest.mark.parametrize("name", ["kill", "tkill", "tgkill"])
def test_signals_go_to_the_process_itself_only(machine, name):
    number = numbers(CONDITIONAL, machine)[name]
    assert decide(machine, number, 1234, 9) == ALLOW
    for target in (0, 1, 1233, -1, -1234, 2**32 - 1):
        assert decide(machine, number, target, 9) == EPERM


@pytest.mark.parametrize(
    ("flags", "verdict"),
    [
        (os.O_RDONLY, ALLOW),
        (os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY, ALLOW),
        (os.O_WRONLY, EPERM),
        (os.O_RDWR, EPERM),
        (os.O_CREAT, EPERM),
        (os.O_TRUNC, EPERM),
        (os.O_APPEND, EPERM),
        (os.O_TMPFILE | os.O_RDWR, EPERM),
    ],
)
def test_files_are_opened_for_reading_only(machine, flags, verdict):
    calls = numbers(CONDITIONAL, machine)
    assert decide(machine, calls["openat"], -100, 0, flags) == verdict
    if "open" in calls:
        assert decide(machine, calls["open"], 0, flags) == verdict


@pytest.mark.parametrize("pointer", [0, 1, 1 << 32, 2**64 - 1])
def test_limits_are_read_and_not_set(machine, pointer):
    verdict = decide(machine, numbers(CONDITIONAL, machine)["prlimit64"], 0, 7, pointer)
    assert verdict == (EPERM if pointer else ALLOW)


@pytest.mark.parametrize("command", [8, 10, 15, 1024, 1026, 1033])
def test_descriptors_send_no_signals(machine, command):
    assert decide(machine, numbers(CONDITIONAL, machine)["fcntl"], 0, command) == EPERM
    assert decide(machine, numbers(CONDITIONAL, machine)["fcntl"], 0, 1) == ALLOW


@given(
    st.sampled_from(sorted(MACHINES)),
    st.integers(0, 2**32 - 1),
    st.lists(st.integers(), max_size=6),
)
@settings(max_examples=300)
def test_every_call_has_a_verdict(machine, number, arguments):
    assert decide(machine, number, *arguments) in {KILL, ALLOW, EPERM, ENOSYS}


def test_the_numbers_are_those_of_this_machine():
    """As far as the C library's headers can tell."""
    headers = list(Path("/usr/include").glob("**/asm/unistd_64.h"))
    if not headers or platform.machine() != "x86_64":
        pytest.skip("no headers of the kernel for x86_64 here")
    lines = [line.split() for line in headers[0].read_text().splitlines()]
    known = {f[1].removeprefix("__NR_"): int(f[2]) for f in lines if len(f) == 3 and f[2].isdigit()}
    for name, number in (numbers(ALLOWED, "x86_64") | numbers(CONDITIONAL, "x86_64")).items():
        assert known[name] == number, name


# Landlock, seccomp and limits, each alone --------------------------------------------------------


def test_landlock_alone_bounds_files(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "file").write_text("in")
    (tmp_path / "out").write_text("out")

    def attempt():
        prctl(lockdown.PR_SET_NO_NEW_PRIVS, 1)
        restrict_files([tmp_path / "in", tmp_path / "missing", Path(platform.__file__)])
        return [
            error_of(lambda: (tmp_path / "in" / "file").read_text()),
            error_of(lambda: os.listdir(tmp_path / "in")),
            error_of(lambda: Path(platform.__file__).read_text()),
            error_of(lambda: (tmp_path / "out").read_text()),
            error_of(lambda: os.listdir(tmp_path)),
            error_of(lambda: (tmp_path / "in" / "file").write_text("x")),
            error_of(lambda: (tmp_path / "in" / "file").unlink()),
            error_of(lambda: (tmp_path / "in" / "new").mkdir()),
            error_of(lambda: (tmp_path / "in" / "link").symlink_to("a")),
            error_of(lambda: (tmp_path / "in" / "file").rename(tmp_path / "in" / "other")),
            error_of(lambda: os.truncate(tmp_path / "in" / "file", 0)),
        ]

    result = in_fork(attempt)
    if landlock_version() < 3:  # older ones do not know about truncation; seccomp does
        result[-1] = errno.EACCES
    assert result == [0, 0, 0] + [errno.EACCES] * 8


def test_seccomp_alone_bounds_system_calls(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("text")

    def attempt():
        prctl(lockdown.PR_SET_NO_NEW_PRIVS, 1)
        filter_system_calls()
        return [
            error_of(lambda: secret.read_text()),  # seccomp sees no paths
            error_of(lambda: secret.write_text("x")),
            error_of(lambda: secret.chmod(0o777)),
            error_of(lambda: os.utime(secret)),
            error_of(lambda: secret.unlink()),
            error_of(lambda: socket.socket()),
            error_of(lambda: os.fork() or os._exit(0)),
            error_of(lambda: os.kill(os.getppid(), 0)),
            error_of(lambda: os.kill(os.getpid(), 0)),
        ]

    assert in_fork(attempt) == [0] + [errno.EPERM] * 7 + [0]


def test_limits_alone_bound_resources():
    def attempt():
        limit_resources(Limits(memory=32 << 30, cpu=7))
        return [
            resource.getrlimit(which)
            for which in (
                *(resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE),
                *(resource.RLIMIT_NOFILE, resource.RLIMIT_CORE),
            )
        ]

    assert in_fork(attempt) == [(32 << 30,) * 2, (7, 8), (0, 0), (64, 64), (0, 0)]


def test_limits_only_ever_fall():
    def attempt():
        resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
        limit_resources(PLENTY)
        return resource.getrlimit(resource.RLIMIT_CPU)

    assert in_fork(attempt) == (5, 5)


def test_all_together_hold_and_prove_it():
    def attempt():
        lock_down(PLENTY, readable())
        return [
            error_of(lambda: os.listdir("/")),
            error_of(lambda: Path("/etc/passwd").read_text()),
            error_of(lambda: socket.socket()),
        ]

    assert in_fork(attempt) == [errno.EACCES, errno.EACCES, errno.EPERM]


@pytest.mark.parametrize("missing", ["restrict_files", "filter_system_calls"])
def test_a_layer_that_does_not_hold_is_noticed(monkeypatch, missing):
    def attempt():
        monkeypatch.setattr(lockdown, missing, lambda *_: None)
        lock_down(PLENTY, readable())

    with pytest.raises(LockdownError, match="does not hold"):
        in_fork(attempt)


def test_a_runtime_that_cannot_be_read_is_noticed(tmp_path):
    with pytest.raises(LockdownError, match="runtime"):
        in_fork(lambda: lock_down(PLENTY, [tmp_path / "missing"]))


def test_a_kernel_without_landlock_is_refused(monkeypatch):
    monkeypatch.setattr(lockdown, "landlock_version", lambda: 0)
    with pytest.raises(LockdownError, match="no Landlock"):
        restrict_files([])


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5, 6, 7])
def test_every_version_of_landlock_gets_what_it_knows(monkeypatch, version):
    """The kernel refuses a ruleset with rights it does not know; here all up to its own are."""
    if version > landlock_version():
        pytest.skip("this kernel's Landlock is older")

    def attempt():
        monkeypatch.setattr(lockdown, "landlock_version", lambda: version)
        prctl(lockdown.PR_SET_NO_NEW_PRIVS, 1)
        restrict_files([])
        return error_of(lambda: os.listdir("/"))

    assert in_fork(attempt) == errno.EACCES


def test_landlock_that_refuses_is_an_error(monkeypatch):
    class Refusing:
        def syscall(self, *_):
            ctypes.set_errno(errno.EOPNOTSUPP)
            return -1

    monkeypatch.setattr(lockdown, "landlock_version", lambda: 1)
    monkeypatch.setattr(lockdown, "_libc", Refusing)
    with pytest.raises(LockdownError, match="Landlock: "):
        restrict_files([])


def test_an_unknown_machine_is_refused(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(LockdownError, match="riscv64"):
        filter_system_calls()


def test_a_refusal_of_the_kernel_is_an_error():
    with pytest.raises(LockdownError, match="prctl"):
        prctl(-1)
