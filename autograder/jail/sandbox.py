"""How a process that runs submissions is protected: the layers, and the command for them.

Two layers, independent of each other: the lock-down that a worker puts on itself
(`autograder.jail.inside.lockdown`), and bubblewrap around it where it is installed and works. Which
of them held is part of every grade. `autograder.jail.probe` finds out which ones work here.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UserError
from autograder.jail.runtime import Runtime
from autograder.jail.trust import find_program

LOCKDOWN, BUBBLEWRAP = "lockdown", "bubblewrap"
#: The module that a nursery runs; it is not imported here, since NumPy would be, too.
NURSERY = "autograder.jail.inside.nursery"
#: Imports a module and runs it. Nothing of what it imports is garbage (`forking.serve` looks for
#: that again), and in the end nothing is tidied up: whoever closed the socket waits.
_RUN = "import gc, os; gc.disable(); from {} import main; main(); os._exit(0)"
#: bubblewrap's program.
PROGRAM = "bwrap"
#: The users that workers and examiners become where root grades: by convention the one that owns
#: nothing, and one that is nobody's either, so that a worker can't read what an examiner may.
NOBODY, EXAMINER = 65534, 65533
#: The folder with this package.
_ENGINE = Path(__file__).parents[2]


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
    data
        The folder of the lab's data, in which workers run; None if it has none.
    """

    layers: tuple[str, ...]
    memory: int
    cpu: int
    runtime: Runtime | None
    data: Path | None = None

    def command(self, control: int) -> tuple[list[str], dict[str, str]]:
        """Return the command line and the environment of a nursery of workers.

        Raises
        ------
        SandboxError
            If bubblewrap is one of the layers, and there is none that can be relied on.
        """
        engine = self.runtime.engine if self.runtime else _ENGINE
        code = [engine, self.data] if self.data else [engine]
        return self.command_of(NURSERY, control, NOBODY, self.memory, self.cpu, code, self.data)

    def command_of(
        self,
        module: str,
        control: int,
        user: int,
        memory: int,
        cpu: int,
        code: list[Path],
        folder: Path | None = None,
    ) -> tuple[list[str], dict[str, str]]:
        """Return the command line and the environment of a process that locks down what it forks.

        Parameters
        ----------
        module
            What it runs; it takes the settings that `autograder.jail.inside.forking.enter` reads.
        control
            The descriptor of its control socket.
        user
            Whose number it takes if this process is root's.
        memory, cpu
            Of each of its forks: address space in bytes, and processor seconds.
        code
            Folders that it and its forks may read besides the runtime; the first holds the engine.
        folder
            One of those, in which it runs; by default it runs in the root of the file system.

        Raises
        ------
        SandboxError
            If bubblewrap is one of the layers, and there is none that can be relied on.
        """
        root = os.getuid() == 0
        readable = [*self.runtime.readable, *code] if self.runtime else []
        settings = {
            "control": control,
            # In bubblewrap's own namespace of processes it would not be this number.
            "parent": None if BUBBLEWRAP in self.layers else os.getpid(),
            "lockdown": LOCKDOWN in self.layers,
            "memory": memory,
            "cpu": cpu,
            "user": user if root and self.layers else None,
            "readable": [str(path) for path in readable],
            "folder": str(folder or "/"),
        }
        environment = {"OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "LANG": "C.UTF-8"}
        if self.runtime:
            python = self.runtime.python
            environment["PYTHONHOME"] = str(self.runtime.home)
            allowed = [self.runtime.allowed] if self.runtime.allowed else []
            paths = [self.runtime.packages, code[0], *allowed]
            environment["PYTHONPATH"] = ":".join(map(str, paths))
            flags = ["-S", "-s", "-P", "-B"]
        else:
            python = Path(sys.executable)
            environment["PYTHONPATH"] = str(code[0])
            flags = ["-s", "-P", "-B"]
        command = [str(python), *flags, "-c", _RUN.format(module), json.dumps(settings)]
        if BUBBLEWRAP in self.layers:
            command = [*bubblewrap([python, *readable], root), *command]
        return command, environment


def bubblewrap(paths: list[Path], root: bool) -> list[str]:
    """Return the bubblewrap command that shows a process these paths and nothing else.

    Raises
    ------
    SandboxError
        If there is no bubblewrap that can be relied on.
    """
    program = find_program(PROGRAM)
    if program is None:
        raise SandboxError("bubblewrap is not installed, or others could have put it there")
    command = [str(program), "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    command += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    if root:  # real root needs no user namespace, but must be able to become somebody else
        command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-user"]
    # bubblewrap makes folders that only their owner may enter; root becomes somebody else.
    for folder in (
        sorted({parent for path in paths for parent in path.parents[:-1]}) if root else ()
    ):
        command += ["--perms", "0755", "--dir", str(folder)]
    for path in paths:
        command += ["--ro-bind", str(path), str(path)]
    return [*command, "--remount-ro", "/", "--chdir", "/"]
