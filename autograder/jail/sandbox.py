"""Starts the process that runs a submission, inside every layer of protection that holds here.

Two layers, independent of each other: the lock-down that a worker puts on itself
(`autograder.jail.inside.lockdown`), and bubblewrap around it where it is installed and works. Which
of them held is part of every grade.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import UserError
from autograder.jail.inside import nursery
from autograder.jail.runtime import Runtime, RuntimeUnavailable, prepare

LOCKDOWN, BUBBLEWRAP = "lockdown", "bubblewrap"
START_SECONDS = 30.0
END_SECONDS = 5.0
#: The user that a jail started by root becomes: by convention the one that owns nothing.
NOBODY = 65534


class SandboxError(UserError):
    """No submission can be run; the text says why and what to do."""


@dataclass(frozen=True)
class Sandbox:
    """How submissions are run on this machine.

    Attributes
    ----------
    layers
        The layers that hold, of `LOCKDOWN` and `BUBBLEWRAP`; none if the instructor said so.
    memory
        Address space of a worker in bytes.
    cpu
        Processor seconds of a worker.
    runtime
        The code that a jailed process may read; None without layers.
    """

    layers: tuple[str, ...]
    memory: int
    cpu: int
    runtime: Runtime | None

    def command(self, control: int) -> tuple[list[str], dict[str, str]]:
        """Give the command line and the environment of a nursery."""
        root = os.getuid() == 0
        settings = {
            "control": control,
            "lockdown": LOCKDOWN in self.layers,
            "memory": self.memory,
            "cpu": self.cpu,
            "user": NOBODY if root and self.layers else None,
            "readable": [str(path) for path in self.runtime.readable] if self.runtime else [],
        }
        environment = {"OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "LANG": "C.UTF-8"}
        if self.runtime:
            python = self.runtime.python
            environment["PYTHONHOME"] = str(self.runtime.home)
            environment["PYTHONPATH"] = f"{self.runtime.packages}:{self.runtime.engine}"
            flags = ["-S", "-s", "-P", "-B"]
        else:
            python = Path(sys.executable)
            environment["PYTHONPATH"] = str(Path(__file__).parents[2])
            flags = ["-s", "-P", "-B"]
        command = [str(python), *flags, "-m", nursery.__name__, json.dumps(settings)]
        if BUBBLEWRAP in self.layers and self.runtime:
            command = [*bubblewrap(self.runtime, root), *command]
        return command, environment


def bubblewrap(runtime: Runtime, root: bool) -> list[str]:
    """Give the bubblewrap command that shows a process the runtime and nothing else."""
    command = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    command += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    if root:  # real root needs no user namespace, but must be able to become somebody else
        command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-user"]
    paths = [runtime.python, *runtime.readable]
    # bubblewrap makes folders that only their owner may enter; root becomes somebody else.
    for folder in (
        sorted({parent for path in paths for parent in path.parents[:-1]}) if root else ()
    ):
        command += ["--perms", "0755", "--dir", str(folder)]
    for path in paths:
        command += ["--ro-bind", str(path), str(path)]
    return [*command, "--remount-ro", "/", "--chdir", "/"]


class Jail:
    """A running nursery, which forks workers, one at a time.

    It serves one submission after another: a worker can write nowhere and speak to nobody but the
    grader, so it leaves nothing behind that the next one could find.
    """

    def __init__(self, control: socket.socket, process: subprocess.Popen[bytes]):
        self._control, self._process = control, process

    def start(self) -> socket.socket:
        """Fork a locked-down worker and give the pipe to it.

        Raises
        ------
        SandboxError
            If the worker could not be started or locked down.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._control, [nursery.START], [theirs.fileno()])
            ours.settimeout(START_SECONDS)
            answer = ours.recv(1)
            if answer != nursery.READY:
                raise SandboxError(_clean(ours.recv(200)) or "the worker did not start")
        except OSError as error:
            ours.close()
            raise SandboxError(f"the worker did not start: {error}") from error
        except SandboxError:
            ours.close()
            raise
        return ours

    def end(self) -> int:
        """End the worker; give its exit status, or minus the number of the signal.

        Raises
        ------
        SandboxError
            If the nursery does not answer.
        """
        try:
            self._control.sendall(nursery.END)
        except OSError as error:
            raise SandboxError(f"the nursery is gone: {error}") from error
        return int(_reply(self._control)["status"])

    def close(self) -> None:
        """End everything that was started: the nursery ends when its control socket closes."""
        self._control.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


_kept: dict[Sandbox, Jail] = {}


def kept_jail(sandbox: Sandbox) -> Jail:
    """Give this process's jail, starting it if there is none; it ends with the process.

    Raises
    ------
    SandboxError
        If it does not start.
    """
    if sandbox not in _kept:
        jail = _kept[sandbox] = start_jail(sandbox)
        # atexit would not be run in the processes of a pool.
        multiprocessing.util.Finalize(None, jail.close, exitpriority=1)
    return _kept[sandbox]


def drop_jail(sandbox: Sandbox) -> None:
    """End this process's jail, so that the next use starts afresh."""
    if jail := _kept.pop(sandbox, None):
        jail.close()


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


def start_jail(sandbox: Sandbox) -> Jail:
    """Start a nursery.

    Raises
    ------
    SandboxError
        If it does not start.
    """
    control, theirs = socket.socketpair()
    control.settimeout(START_SECONDS)
    with tempfile.TemporaryFile() as errors:
        with theirs:
            command, environment = sandbox.command(theirs.fileno())
            try:
                process = subprocess.Popen(
                    command,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    pass_fds=[theirs.fileno()],
                    cwd="/",
                )
            except OSError as error:
                control.close()
                raise SandboxError(f"cannot start {command[0]}: {error}") from error
        jail = Jail(control, process)
        try:
            _reply(control)
        except SandboxError as error:
            jail.close()
            errors.seek(0)
            last = _clean(errors.read(10_000)).splitlines()[-1:]
            raise SandboxError(": ".join([str(error), *last])) from error
        except BaseException:
            jail.close()
            raise
    return jail


@contextlib.contextmanager
def open_jail(sandbox: Sandbox) -> Iterator[Jail]:
    """Start a nursery, and end it with all that it started.

    Raises
    ------
    SandboxError
        If it does not start.
    """
    jail = start_jail(sandbox)
    try:
        yield jail
    finally:
        jail.close()


def find_sandbox(wanted: str, *, memory: int, cpu: int) -> Sandbox:
    """Find the strongest sandbox that really works here, by starting a worker in it.

    Parameters
    ----------
    wanted
        ``"auto"`` or ``"none"``.
    memory, cpu
        See `Sandbox`.

    Raises
    ------
    SandboxError
        If the lock-down does not hold here and `wanted` is not ``"none"``.
    """
    if wanted == "none":
        return Sandbox((), memory, cpu, None)
    try:
        runtime = prepare()
    except RuntimeUnavailable as error:
        raise SandboxError(str(error)) from error
    locked = Sandbox((LOCKDOWN,), memory, cpu, runtime)
    try:
        _try(locked)
    except SandboxError as error:
        raise SandboxError(
            f"submissions cannot be locked down on this machine ({error}); grade on Linux 5.13 "
            "or newer with seccomp and Landlock, or pass --sandbox none if you trust every "
            "submission as you trust yourself"
        ) from error
    if shutil.which("bwrap"):
        both = Sandbox((LOCKDOWN, BUBBLEWRAP), memory, cpu, runtime)
        with contextlib.suppress(SandboxError):
            _try(both)
            return both
    return locked


def _try(sandbox: Sandbox) -> None:
    with open_jail(sandbox) as jail:
        jail.start().close()
        jail.end()
