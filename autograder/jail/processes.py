"""Starts and ends the processes that run submissions: a nursery, and those that it forks."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import subprocess
import tempfile
from collections.abc import Callable
from typing import Any

from autograder.jail.inside import forking
from autograder.jail.sandbox import SandboxError

START_SECONDS = 30.0
END_SECONDS = 5.0
#: How often a pipe looks up while nothing comes: 50 ms, as a socket wants it.
TICK = struct.pack("ll", 0, 50_000)
#: Process, user and group, as in unix(7).
_CREDENTIALS = struct.Struct("3i")


class Jail:
    """A running nursery, which forks locked-down processes: workers, or examiners.

    It serves one submission after another: what it forks can write nowhere and speak to nobody but
    who asked for it, so it leaves nothing behind that the next one could find.

    Attributes
    ----------
    worker
        The id of the process that was started last, as this process sees it, whatever namespace
        that is in.
    memory
        The most that a process held at once, of those that were ended, in KiB.
    """

    def __init__(self, control: socket.socket, process: subprocess.Popen[bytes]):
        self._control, self._process = control, process
        self.worker: int | None = None
        self.memory = 0

    def start(self, told: bytes = b"") -> socket.socket:
        """Fork a locked-down process and give the pipe to it, set up by `tick`.

        Parameters
        ----------
        told
            What it is told before it locks itself down.

        Raises
        ------
        SandboxError
            If it could not be started or locked down.
        """
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        try:
            null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
            try:
                with theirs:
                    fds = [theirs.fileno(), null]
                    socket.send_fds(self._control, [forking.START], fds)
            finally:
                os.close(null)
            ours.settimeout(START_SECONDS)
            _send(ours, told)
            answer, self.worker = _first_byte(ours)
            if answer != forking.READY:
                raise SandboxError(_clean(ours.recv(200)) or "the worker did not start")
        except OSError as error:
            ours.close()
            raise SandboxError(f"the worker did not start: {error}") from error
        except SandboxError:
            ours.close()
            raise
        tick(ours)
        return ours

    def times(self) -> tuple[int, int]:
        """Open what tells the times of the last started process, and of this thread.

        Returns
        -------
        tuple of int
            Descriptors, as `autograder.suites.clock.Stopwatch` takes them; -1 where it can't be
            told.
        """
        if not self.worker:
            return -1, -1
        return open_times(str(self.worker)), open_times("thread-self")

    def end(self) -> int:
        """End the youngest process; give its exit status, or minus the number of the signal.

        Raises
        ------
        SandboxError
            If the nursery does not answer.
        """
        try:
            self._control.sendall(forking.END)
        except OSError as error:
            raise SandboxError(f"the nursery is gone: {error}") from error
        reply = _reply(self._control)
        self.memory = max(self.memory, int(reply["memory"]))
        return int(reply["status"])

    def try_out(self) -> None:
        """Start a process and end it.

        Raises
        ------
        SandboxError
            If that can't be done.
        """
        self.start().close()
        self.end()

    def hang_up(self) -> None:
        """Have the nursery end, which it does when its control socket closes."""
        self._control.close()

    def close(self) -> None:
        """End everything that was started."""
        self.hang_up()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def tick(pipe: socket.socket) -> None:
    """Have a pipe raise `BlockingIOError` whenever it has been silent for a while.

    A blocking socket that looks up now and then takes one system call where Python's own time-outs
    take two.
    """
    pipe.settimeout(None)
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        pipe.setsockopt(socket.SOL_SOCKET, option, TICK)


def open_times(process: str) -> int:
    """Open the file in which Linux counts how long a process ran and waited to run.

    Parameters
    ----------
    process
        Its name in ``/proc``.

    Returns
    -------
    int
        The descriptor, or -1 where there is no such file.
    """
    with contextlib.suppress(OSError):
        return os.open(f"/proc/{process}/schedstat", os.O_RDONLY | os.O_CLOEXEC)
    return -1


def _send(pipe: socket.socket, data: bytes) -> None:
    """Send something to a process that starts; one that has ended may have said why, to be read."""
    with contextlib.suppress(OSError):
        pipe.sendall(data)


def _first_byte(pipe: socket.socket) -> tuple[bytes, int | None]:
    """Receive one byte, and learn from the kernel which process sent it."""
    answer, ancillary, _, _ = pipe.recvmsg(1, socket.CMSG_SPACE(_CREDENTIALS.size))
    pipe.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            return answer, int(_CREDENTIALS.unpack(data)[0]) or None
    return answer, None


def _reply(control: socket.socket) -> dict[str, Any]:
    data = b""
    try:
        while not data.endswith(b"\n"):
            part = control.recv(4096)
            if not part:
                raise SandboxError("the nursery ended before it answered")
            data += part
    except OSError as error:
        raise SandboxError(f"the nursery does not answer: {error}") from error
    reply: dict[str, Any] = json.loads(data)
    if "error" in reply:
        raise SandboxError(str(reply["error"]))
    return reply


def _clean(text: bytes) -> str:
    return text.decode("ascii", "replace").strip()


#: Gives the command line and the environment for the descriptor of a control socket.
CommandOf = Callable[[int], tuple[list[str], dict[str, str]]]


class Starting:
    """A process that starts, and will serve as `autograder.jail.inside.forking` does.

    Parameters
    ----------
    command_of
        Of the process.
    setup
        What it is told first; what a socket holds at once.

    Raises
    ------
    SandboxError
        If there is no such program, or no room for what it complains of.
    """

    def __init__(self, command_of: CommandOf, setup: bytes = b""):
        try:
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (open until it has answered)
        except OSError as error:
            raise SandboxError(
                f"no temporary file can be made: {error.strerror or error}; set TMPDIR to a folder "
                "that can be written to"
            ) from error
        control, theirs = socket.socketpair()
        control.settimeout(START_SECONDS)
        with theirs:
            command, environment = command_of(theirs.fileno())
            try:
                process = subprocess.Popen(
                    command,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=self._errors,
                    pass_fds=[theirs.fileno()],
                    cwd="/",
                )
            except OSError as error:
                control.close()
                self._errors.close()
                raise SandboxError(f"cannot start {command[0]}: {error}") from error
        self._control, self._process, self._jail = control, process, Jail(control, process)
        _send(control, setup)

    def wait(self, setup: bytes = b"") -> tuple[Jail, dict[str, Any]]:
        """Return the way to it, and what it answered, once it is there.

        Parameters
        ----------
        setup
            What it is told besides.

        Raises
        ------
        SandboxError
            If it does not start.
        """
        with self._errors:
            try:
                _send(self._control, setup)
                return self._jail, _reply(self._control)
            except (SandboxError, OSError) as error:
                self._jail.close()
                self._errors.seek(0)
                last = _clean(self._errors.read(10_000)).splitlines()[-1:]
                raise SandboxError(": ".join([str(error), *last])) from error
            except BaseException:
                self._jail.close()
                raise

    def hang_up(self) -> None:
        """Have it end, at once if it is still on its way."""
        if not self._errors.closed:
            self._errors.close()
            self._process.kill()
        self._jail.hang_up()

    def close(self) -> None:
        """End it."""
        self.hang_up()
        self._jail.close()
