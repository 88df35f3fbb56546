"""Does a piece of work on untrusted bytes in a fork that has given up everything else."""

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

from autograder.jail.inside import frames, wire
from autograder.jail.inside.lockdown import (
    Limits,
    end_with,
    landlock_version,
    limit_resources,
    lock_down,
)

#: What the work may take beyond what this process has: MiB and processor seconds; and seconds by
#: the clock on the wall, after which it is given up, however busy the machine is.
MEMORY_MIB, CPU, SECONDS = 512, 20, 300.0


class Unbounded(Exception):
    """The work took too much, or ended without a result."""


def bounded(
    work: Callable[[], Any], readable: list[Path], memory_mib: int = MEMORY_MIB, cpu: int = CPU
) -> Any:
    """Return what a function gives, which is run in a locked-down fork of this process.

    Parameters
    ----------
    work
        Gives plain data of lists, strings, bytes and numbers. All that it imports must have been
        imported, but for the standard library.
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
        _work(work, theirs, parent, readable, (memory_mib, cpu))
    theirs.close()
    try:
        with ours:
            return _receive(ours)
    except (frames.Disconnected, frames.WireError, OSError) as error:
        raise Unbounded("it takes too much memory or time to read") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _receive(pipe: socket.socket) -> Any:
    deadline, reader = time.monotonic() + SECONDS, frames.FrameReader()

    def some(size: int) -> bytes:
        if not select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise frames.Disconnected
        return pipe.recv(size)

    return wire.Decoder(wire.plain_data_only).decode(*reader.read(some))[0]


def _work(
    work: Callable[[], Any],
    pipe: socket.socket,
    parent: int,
    readable: list[Path],
    most: tuple[int, int],
) -> NoReturn:
    try:
        gc.freeze()  # looking through all that this process has would copy it
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        limits = Limits(_address_space() + (most[0] << 20), most[1])
        if sys.platform == "linux":
            end_with(parent)
        if sys.platform == "linux" and landlock_version():
            # Some modules are imported when they are needed, such as those of encodings.
            lock_down(limits, [*readable, Path(sysconfig.get_path("stdlib"))])
        else:  # whoever grades without a sandbox has chosen to
            limit_resources(limits)
        pipe.sendall(wire.encode(work(), wire.plain_data_only)[0])
    finally:
        os._exit(0)


def _address_space() -> int:
    """Return how many bytes of address space this process has, as far as that can be told."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[0]
    except OSError:
        return 8 << 30
    return int(pages) * resource.getpagesize()
