"""Forks locked-down processes for whoever started this one, and ends them.

Whoever started it speaks to it on a socket: one byte and, with ``START``, the new process's end of
a pipe and a null device of its own, for one that all share could carry something from one to the
next. It answers ``END`` with a JSON object, and a new process says on its own pipe whether it is
ready. ``END`` ends the youngest of those that were started and not ended.
"""

from __future__ import annotations

import array
import gc
import json
import os
import pickle
import signal
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from autograder.jail.inside.lockdown import Limits, LockdownError, end_with, lock_down, prepare

START, END = b"s", b"e"
READY, REFUSED = b".", b"!"
_SIZE = struct.Struct(">I")

#: What becomes of a fork: it gets the id of the process it was forked from, its pipe and its null
#: device, and does not return.
Work = Callable[[int, socket.socket, int], NoReturn]


def enter(
    settings: dict[str, Any], *, receives: bool = False
) -> tuple[socket.socket, Limits, list[Path] | None]:
    """Become what the settings of a nursery ask for; one that can't says why, and ends.

    Parameters
    ----------
    settings
        ``control`` (the socket's descriptor), ``parent`` (see `end_with`), ``lockdown`` (false
        only if the instructor said so), ``memory``, ``cpu``, ``readable``, ``folder`` (in
        which to run) and, for root, ``user``.
    receives
        As in `lock_down`, of the processes that will be forked.

    Returns
    -------
    control : socket
        The way to whoever started this process.
    limits, readable
        Of the processes that are forked; None where nothing is to be locked down.
    """
    control = socket.socket(fileno=settings["control"])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this one ends it
    try:
        if settings["user"] is not None:
            become(settings["user"])
        if sys.platform == "linux":
            end_with(settings["parent"])
        os.chdir(settings["folder"])
        readable = [Path(path) for path in settings["readable"]] if settings["lockdown"] else None
        if readable is not None:
            prepare(readable, receives=receives)
    except (OSError, LockdownError) as error:
        reply(control, {"error": str(error)})
        sys.exit()
    return control, Limits(settings["memory"], settings["cpu"]), readable


def serve(control: socket.socket, work: Work) -> None:
    """Fork and end processes until the control socket closes; they go with this one."""
    gc.freeze()  # so that no fork writes to the memory that all of them share
    gc.enable()
    own, children = os.getpid(), list[int]()
    while True:
        request, fds = receive(control)
        if request == START:
            child = os.fork()
            if child == 0:
                control.close()
                work(own, socket.socket(fileno=fds[0]), fds[1])
            children.append(child)
            for descriptor in fds:
                os.close(descriptor)
        elif request == END:
            status, memory = end(children.pop())
            reply(control, {"status": status, "memory": memory})
        else:  # whoever asked is gone
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


def tell(what: object) -> bytes:
    """Write something for a process that this one has started; see `told`."""
    data = pickle.dumps(what)
    return _SIZE.pack(len(data)) + data


def told(pipe: socket.socket) -> Any:
    """Take what the process that started this one has to tell, and nobody else."""
    (size,) = _SIZE.unpack(pipe.recv(_SIZE.size, socket.MSG_WAITALL))
    return pickle.loads(pipe.recv(size, socket.MSG_WAITALL))


def end(child: int) -> tuple[int, int]:
    """End a process, if it has not ended.

    Returns
    -------
    status : int
        How it ended: its exit status, or minus the signal.
    memory : int
        The most that it held at once, in KiB.
    """
    os.kill(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), used.ru_maxrss


def become(user: int) -> None:
    """Change from root to a user that owns nothing."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def settle(
    parent: int,
    pipe: socket.socket,
    null: int,
    limits: Limits,
    readable: list[Path] | None,
    *,
    receives: bool = False,
) -> None:
    """Lock this process down, say so on the pipe, and leave it no other way out.

    Parameters
    ----------
    parent
        The process that it was forked from, with which it ends.
    pipe
        On which it says whether the lock-down holds; if not, it ends.
    null
        Takes the place of its standard input, output and errors.
    limits, readable, receives
        As in `lock_down`; nothing is locked down where `readable` is None.
    """
    try:
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        os.close(null)
        if sys.platform == "linux":
            end_with(parent)
        if readable is not None:
            lock_down(limits, readable, receives=receives)
        pipe.sendall(READY)
    except Exception as error:
        pipe.sendall(REFUSED + str(error).encode()[:200])
        os._exit(1)
