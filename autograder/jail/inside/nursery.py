"""Starts workers quickly: imports NumPy once, then forks.

Importing NumPy is most of what starting a process costs, and every part of a submission gets a
fresh worker. So each grading process has one nursery, inside bubblewrap where that works; it runs
no student code and forks locked-down workers that do.

The grader speaks to it on a socket: one byte and, with ``START``, the worker's end of a pipe and
a null device of its own, for one that all workers share could carry something from one to the
next. It answers ``END`` with a JSON object, and a new worker says on its own
pipe whether it is ready.
"""

from __future__ import annotations

import array
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import NoReturn

import numpy as np
import numpy.random  # noqa: F401  (NumPy imports it lazily; every submission draws weights)

from autograder.jail.inside import worker
from autograder.jail.inside.lockdown import Limits, LockdownError, end_with, lock_down

START, END = b"s", b"e"
READY, REFUSED = b".", b"!"


def main() -> None:
    """Serve until the grader closes the control socket.

    The only argument is a JSON object: ``control`` (the socket's descriptor), ``parent`` (see
    `end_with`), ``lockdown`` (false only if the instructor said so), ``memory``, ``cpu``,
    ``readable`` and, for root, ``user``.
    """
    settings = json.loads(sys.argv[1])
    control = socket.socket(fileno=settings["control"])
    try:
        if settings["user"] is not None:
            become(settings["user"])
        if sys.platform == "linux":
            end_with(settings["parent"])
        limits = Limits(settings["memory"], settings["cpu"])
        readable = [Path(path) for path in settings["readable"]] if settings["lockdown"] else None
    except (OSError, LockdownError) as error:
        reply(control, {"error": str(error)})
        return
    reply(control, {"numpy": np.__version__})
    child, own = 0, os.getpid()
    while True:
        request, fds = receive(control)
        if request == START:
            child = os.fork()
            if child == 0:
                control.close()
                run_worker(own, socket.socket(fileno=fds[0]), fds[1], limits, readable)
            for descriptor in fds:
                os.close(descriptor)
        elif request == END:
            reply(control, {"status": end(child)})
            child = 0
        else:  # the grader is gone; the worker goes with this process
            return


def receive(control: socket.socket) -> tuple[bytes, list[int]]:
    """Take one request and the descriptors that came with it."""
    fds = array.array("i")
    request, ancillary, _, _ = control.recvmsg(1, socket.CMSG_SPACE(8))
    for _, _, data in ancillary:
        fds.frombytes(data[: len(data) // 4 * 4])
    return request, list(fds)


def reply(control: socket.socket, message: dict[str, object]) -> None:
    """Answer the grader."""
    control.sendall(json.dumps(message).encode() + b"\n")


def end(child: int) -> int:
    """End the worker, if it has not ended; give its exit status, or minus the signal."""
    if not child:
        raise ProcessLookupError("no worker to end")  # a signal to 0 goes to the whole group
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def become(user: int) -> None:
    """Change from root to a user that owns nothing."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def run_worker(
    parent: int, pipe: socket.socket, null: int, limits: Limits, readable: list[Path] | None
) -> NoReturn:
    """Lock this process down, say so on the pipe, and serve on it."""
    try:
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        os.close(null)
        if sys.platform == "linux":
            end_with(parent)
        if readable is not None:
            lock_down(limits, readable)
        pipe.sendall(READY)
    except Exception as error:
        pipe.sendall(REFUSED + str(error).encode()[:200])
        os._exit(1)
    try:
        worker.run(pipe)
        os._exit(0)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
