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
from autograder.jail.inside import nursery
from autograder.jail.runtime import Runtime
from autograder.jail.trust import find_program

LOCKDOWN, BUBBLEWRAP = "lockdown", "bubblewrap"
#: bubblewrap's program.
PROGRAM = "bwrap"
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
        """Return the command line and the environment of a nursery that this process starts.

        Raises
        ------
        SandboxError
            If bubblewrap is one of the layers, and there is none that can be relied on.
        """
        root = os.getuid() == 0
        settings = {
            "control": control,
            # In bubblewrap's own namespace of processes it would not be this number.
            "parent": None if BUBBLEWRAP in self.layers else os.getpid(),
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
    """Return the bubblewrap command that shows a process the runtime and nothing else.

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
    paths = [runtime.python, *runtime.readable]
    # bubblewrap makes folders that only their owner may enter; root becomes somebody else.
    for folder in (
        sorted({parent for path in paths for parent in path.parents[:-1]}) if root else ()
    ):
        command += ["--perms", "0755", "--dir", str(folder)]
    for path in paths:
        command += ["--ro-bind", str(path), str(path)]
    return [*command, "--remount-ro", "/", "--chdir", "/"]
