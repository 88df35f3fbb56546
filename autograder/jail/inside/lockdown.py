"""Give up, for good, everything that a computation does not need.

Linux only, no root and no install needed: resource limits, ``no_new_privs``, Landlock (files) and
seccomp (system calls), in this order, by ctypes, because no maintained binding is published.
Structures and constants are those of ``linux/landlock.h``, ``linux/seccomp.h`` and
``linux/bpf_common.h``; the kernel's documentation describes both interfaces.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.jail.inside.syscalls import (
    ALLOWED,
    CLONE3,
    CONDITIONAL,
    FIRST_UNKNOWN,
    RECEIVING,
)

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2


class LockdownError(Exception):
    """This kernel cannot do what the lock-down needs, or did not do it."""


@dataclass(frozen=True)
class Limits:
    """What one locked-down process may use.

    Attributes
    ----------
    memory
        Address space in bytes.
    cpu
        Processor seconds.
    files
        Descriptors, those that are open already included.
    """

    memory: int
    cpu: int
    files: int = 64


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def prctl(option: int, *arguments: object) -> None:
    """Call prctl(2).

    Raises
    ------
    LockdownError
        If the kernel refuses.
    """
    words = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
    if _libc().prctl(option, *words, *[ctypes.c_ulong(0)] * (4 - len(words))) != 0:
        raise LockdownError(f"prctl({option}): {os.strerror(ctypes.get_errno())}")


def end_with(parent: int | None, how: int = signal.SIGKILL) -> None:
    """Have this process end when its parent does, at once if that is gone already.

    Parameters
    ----------
    parent
        The parent's id, as the parent itself knew it; None if it can't be known in here.
    how
        The signal.

    Raises
    ------
    LockdownError
        If the kernel refuses.
    """
    prctl(PR_SET_PDEATHSIG, how)
    if parent is not None and os.getppid() != parent:
        os._exit(1)  # it died before the signal was asked for, which will not come


def prepare(readable: list[Path], *, receives: bool = False) -> None:
    """Make beforehand what `lock_down` needs, for processes that are forked from this one.

    It takes most of the time of a lock-down.

    Parameters
    ----------
    readable, receives
        As in `lock_down`.

    Raises
    ------
    LockdownError
        If this kernel has no Landlock, or refuses.
    """
    _ruleset(tuple(readable))
    _filter_steps(platform.machine(), receives)


def lock_down(limits: Limits, readable: list[Path], *, receives: bool = False) -> None:
    """Lock this process down.

    Parameters
    ----------
    limits
        What it may use from now on.
    readable
        Folders and files that stay readable, contents included. Nothing stays writable.
    receives
        Whether it may take descriptors that another process hands to it.

    Raises
    ------
    LockdownError
        If one of the layers does not hold. The process must then not run a submission.
    """
    limit_resources(limits)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    restrict_files(readable)
    filter_system_calls(receives)
    _prove(readable)


def limit_resources(limits: Limits) -> None:
    """Set the hard limits of memory, time, files and core dumps."""
    for which, value in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        # One second more before SIGKILL: SIGXCPU, which comes first, says what it was.
        extra = 1 if which == resource.RLIMIT_CPU and value != hard else 0
        resource.setrlimit(which, (value, value + extra))


# Landlock -----------------------------------------------------------------------------------

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
#: Number of file rights that each version of the interface knows (1: 13, REFER, TRUNCATE, ...).
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_NET_RIGHTS = 0b11  # bind and connect TCP, from version 4 on
_SCOPES = 0b11  # abstract sockets and signals, from version 6 on


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"  # asked for by Python 3.14 where _pack_ is given
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def landlock_version() -> int:
    """Return which version of Landlock this kernel has, 0 for none."""
    version = _libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    return max(0, int(version))


def _landlock(number: int, *arguments: object) -> int:
    result = _libc().syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise LockdownError(f"Landlock: {os.strerror(ctypes.get_errno())}")
    return int(result)


@cache
def _ruleset(readable: tuple[Path, ...]) -> int:
    """Return the descriptor of a ruleset with which only these can be read."""
    version = landlock_version()
    if version < 1:
        raise LockdownError("this kernel has no Landlock")
    handled = [(1 << _FILE_RIGHTS[min(version, 5)]) - 1]
    if version >= 4:
        handled.append(_NET_RIGHTS)
    if version >= 6:
        handled.append(_SCOPES)
    attributes = struct.pack(f"={len(handled)}Q", *handled)
    size = ctypes.c_size_t(len(attributes))
    ruleset = _landlock(_CREATE_RULESET, attributes, size, ctypes.c_uint32(0))
    for path in readable:
        try:
            parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except (FileNotFoundError, PermissionError):  # what we cannot read stays unreadable
            continue
        rights = _READ_FILE | _EXECUTE | (_READ_DIR if path.is_dir() else 0)
        rule = _PathBeneath(rights, parent)
        _landlock(_ADD_RULE, ruleset, 1, ctypes.byref(rule), ctypes.c_uint32(0))
        os.close(parent)
    return ruleset


def restrict_files(readable: list[Path]) -> None:
    """Make everything but `readable` unreadable, and everything unwritable.

    Raises
    ------
    LockdownError
        If the kernel has no Landlock or refuses.
    """
    ruleset = _ruleset(tuple(readable))
    _landlock(_RESTRICT_SELF, ruleset, ctypes.c_uint32(0))
    os.close(ruleset)
    _ruleset.cache_clear()


# seccomp ------------------------------------------------------------------------------------

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_X32 = 0x40000000  # the second system-call table of x86_64

_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Descriptor flags, not owner and signal (F_SETOWN, F_SETSIG): those send signals to others.
_FCNTL = (0, 1, 2, 3, 4, 1030)
#: Terminal size, bytes waiting, blocking, close on exec; not SIOCSPGRP and FIOSETOWN, as above.
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
#: The name of a thread or a mapping; not the signal at the parent's death.
_PRCTL = (15, 16, 0x53564D41)


def _argument(index: int) -> int:
    """Return the offset of an argument's low half in seccomp_data (both machines little-endian)."""
    return 16 + 8 * index


def filter_program(machine: str, pid: int, receives: bool = False) -> bytes:
    """Write the filter for a machine.

    Parameters
    ----------
    machine
        ``"x86_64"`` or ``"aarch64"``.
    pid
        The process that it is for: the only one to which it may send signals.
    receives
        As in `lock_down`.

    Returns
    -------
    bytes
        Instructions of classic BPF, 8 bytes each.
    """
    own = _step(_JUMP_EQUAL, pid, yes=1)
    return b"".join(own if step is None else step for step in _filter_steps(machine, receives))


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)


@cache
def _filter_steps(machine: str, receives: bool) -> tuple[bytes | None, ...]:
    """Return the filter's instructions, None for one that allows what is for the process itself.

    Raises
    ------
    LockdownError
        If it is not known for this machine.
    """
    if machine not in _MACHINES:
        raise LockdownError(f"no system-call filter for {machine}")
    column, audit = _MACHINES[machine]

    def one_of(index: int, values: tuple[int, ...]) -> tuple[bytes, ...]:
        tests = [_step(_JUMP_EQUAL, v, yes=len(values) - i) for i, v in enumerate(values)]
        return _step(_LOAD, _argument(index)), *tests, refuse, allow

    def none_of_bits(index: int, bits: int) -> tuple[bytes, ...]:
        test = _step(_JUMP_ANY_BIT, bits, no=1)
        return _step(_LOAD, _argument(index)), test, refuse, allow

    allow, refuse = _step(_RETURN, _ALLOW), _step(_RETURN, _ERRNO | errno.EPERM)
    unknown = _step(_RETURN, _ERRNO | errno.ENOSYS)
    to_itself = _step(_LOAD, _argument(0)), None, refuse, allow
    null_pointer = [
        _step(_LOAD, _argument(2)),
        _step(_JUMP_EQUAL, 0, no=2),
        _step(_LOAD, _argument(2) + 4),
        _step(_JUMP_EQUAL, 0, yes=1),
        refuse,
        allow,
    ]
    judged: dict[str, Sequence[bytes | None]] = {
        "open": none_of_bits(1, _WRITE_FLAGS),
        "openat": none_of_bits(2, _WRITE_FLAGS),
        "kill": to_itself,
        "tkill": to_itself,
        "tgkill": to_itself,
        "prctl": one_of(0, _PRCTL),
        "fcntl": one_of(1, _FCNTL),
        "ioctl": one_of(1, _IOCTL),
        "prlimit64": null_pointer,  # to read limits, not to set them
    }
    program: list[bytes | None] = [
        _step(_LOAD, 4),
        _step(_JUMP_EQUAL, audit, yes=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, 0),
        _step(_JUMP_AT_LEAST, _X32, no=1),
        _step(_RETURN, _KILL),
    ]
    for name, numbers in CONDITIONAL.items():
        if (number := numbers[column]) is not None:
            block = judged[name]
            program += [_step(_JUMP_EQUAL, number, no=len(block)), *block]
    allowed = ALLOWED | (RECEIVING if receives else {})
    plain = [n for numbers in allowed.values() if (n := numbers[column]) is not None]
    # After the plain ones: clone3 and newer calls (2 steps each), the refusal, the permission.
    program += [_step(_JUMP_EQUAL, n, yes=len(plain) - i + 4) for i, n in enumerate(plain)]
    program += [_step(_JUMP_EQUAL, CLONE3, no=1), unknown]
    program += [_step(_JUMP_AT_LEAST, FIRST_UNKNOWN, no=1), unknown, refuse, allow]
    return tuple(program)


def filter_system_calls(receives: bool = False) -> None:
    """Let this process make the system calls of `autograder.jail.inside.syscalls` and no others.

    Raises
    ------
    LockdownError
        On another machine, or where the kernel has no seccomp filters.
    """
    program = filter_program(platform.machine(), os.getpid(), receives)
    instructions = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]

    pointer = ctypes.byref(Program(len(program) // 8, ctypes.addressof(instructions)))
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, pointer)


def _prove(readable: list[Path]) -> None:
    """Try what must still work and what must not work any more.

    Raises
    ------
    LockdownError
        If one is not as it should be.
    """
    for folder in readable[:1]:  # modules of the standard library are imported when needed
        try:
            os.listdir(folder)
        except NotADirectoryError:
            continue
        except OSError as error:
            raise LockdownError(f"the runtime cannot be read: {error}") from error
    attempts: dict[str, Callable[[], object]] = {
        "list the root folder": lambda: os.listdir("/"),
        "make a socket": lambda: socket.socket(socket.AF_UNIX),
        "make a process": lambda: os._exit(0) if os.fork() == 0 else None,
        "write a file": lambda: os.open("/dev/null", os.O_WRONLY),
    }
    for what, attempt in attempts.items():
        try:
            attempt()
        except OSError:
            continue
        raise LockdownError(f"the lock-down does not hold: it can still {what}")
