"""Does a piece of work on untrusted bytes in a fork of this process that has given up all else."""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import select
import signal
import socket
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from autograder.jail.inside import forking, frames, wire
from autograder.jail.inside.lockdown import Limits, landlock_version, limit_resources

#: What the work may take beyond what the process has that is forked: MiB and processor seconds; and
#: seconds by the clock on the wall, after which it is given up, however busy the machine is.
MEMORY_MIB, CPU, SECONDS = 512, 20, 300.0
#: Files that it may open.
FILES = 64
#: Gives plain data of lists, strings, bytes and numbers. All that it imports must have been
#: imported, but for the standard library.
Work = Callable[[], Any]


class Unbounded(Exception):
    """The work took too much, or ended without a result."""


def bounded(work: Work, readable: list[Path], memory_mib: int = MEMORY_MIB, cpu: int = CPU) -> Any:
    """Return what a function gives, which is run in a locked-down fork of this process.

    A fork costs as much as this process is large; see `autograder.jail.apart`.

    Parameters
    ----------
    work
        What is done.
    readable
        What it reads.
    memory_mib, cpu
        What it may take: MiB beyond what this process has, and processor seconds.

    Raises
    ------
    Unbounded
        If it takes too much memory or time, or what it gives can't cross.
    """
    ours, theirs = socket.socketpair()
    parent, child = os.getpid(), os.fork()
    if child == 0:
        ours.close()
        gc.freeze()  # looking through all that this process has would copy it
        null = os.open(os.devnull, os.O_RDWR)
        answer(parent, theirs, null, work, readable, memory_mib, cpu)
    theirs.close()
    try:
        with ours:
            if ours.recv(1) != forking.READY:
                raise Unbounded("it can't be read safely on this machine")
            return receive(ours)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def receive(pipe: socket.socket) -> Any:
    """Receive what the work gave.

    Raises
    ------
    Unbounded
        If nothing comes, or no plain data.
    """
    deadline, reader = time.monotonic() + SECONDS, frames.FrameReader()

    def some(size: int) -> bytes:
        if not select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise frames.Disconnected
        return pipe.recv(size)

    try:
        return wire.Decoder(wire.plain_data_only).decode(*reader.read(some))[0]
    except (frames.Disconnected, frames.WireError, OSError) as error:
        raise Unbounded("it takes too much memory or time to read") from error


def answer(
    parent: int,
    pipe: socket.socket,
    null: int,
    work: Work,
    readable: list[Path],
    memory_mib: int,
    cpu: int,
) -> NoReturn:
    """Lock this fork down, do the work, send what it gives, and end.

    Parameters
    ----------
    parent, pipe, null
        As in `autograder.jail.inside.forking.settle`.
    work, readable, memory_mib, cpu
        As in `bounded`.
    """
    try:
        limits = Limits(_address_space() + (memory_mib << 20), cpu, _descriptors() + FILES)
        # Some modules are imported when they are needed, such as those of encodings.
        paths = [Path(sysconfig.get_path("stdlib")), *readable]
        if sys.platform == "linux" and landlock_version():
            forking.settle(parent, pipe, null, limits, paths)
        else:  # whoever grades without a sandbox has chosen to
            limit_resources(limits)
            forking.settle(parent, pipe, null, limits, None)
        pipe.sendall(wire.encode(work(), wire.plain_data_only)[0])
    finally:
        os._exit(0)


def _descriptors() -> int:
    """Return a number that no descriptor of this process reaches."""
    with contextlib.suppress(OSError):
        return max(map(int, os.listdir("/dev/fd"))) + 1
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _address_space() -> int:
    """Return how many bytes of address space this process has, as far as that can be told."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[0]
    except OSError:
        return 8 << 30
    return int(pages) * resource.getpagesize()
