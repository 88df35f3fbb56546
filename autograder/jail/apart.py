"""Does pieces of work on untrusted bytes in forks of a small process, each in one of its own.

A process forks the slower the larger it is; one that has imported nbgrader takes longer for that
than to read a submission. So whoever has many to read starts a process that has imported only what
that takes. It serves as the nursery of workers does, sees no submission, and ends with the thread
that started it.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from autograder.jail.bounded import CPU, MEMORY_MIB, Work, answer, receive
from autograder.jail.inside import forking
from autograder.jail.inside.lockdown import landlock_version
from autograder.jail.processes import Starting

#: The folder with this package.
_ENGINE = Path(__file__).parents[2]


class Apart:
    """A small process, in whose forks work is done; to be closed in the end.

    Parameters
    ----------
    prepare
        A function of a module, by which the process imports what the work needs.

    Raises
    ------
    SandboxError
        If it does not start.
    """

    def __init__(self, prepare: Callable[[], None]):
        self._jail = Starting(_command, forking.tell(prepare)).wait()[0]

    def bounded(
        self, work: Work, readable: list[Path], memory_mib: int = MEMORY_MIB, cpu: int = CPU
    ) -> Any:
        """Return what the work gives, as `autograder.jail.bounded.bounded` does.

        Parameters
        ----------
        work
            What can be pickled, such as a `functools.partial` of a function of a module.
        readable, memory_mib, cpu
            As there, where "this process" is the small one.

        Raises
        ------
        Unbounded
            As there.
        SandboxError
            If the process is gone, or its forks can't be locked down.
        """
        pipe = self._jail.start(forking.tell((work, readable, memory_mib, cpu)))
        try:
            with pipe:
                return receive(pipe)
        finally:
            self._jail.end()

    def close(self) -> None:
        """End the process, and what it has forked."""
        self._jail.close()


def _command(control: int) -> tuple[list[str], dict[str, str]]:
    settings = {
        "control": control,
        "parent": os.getpid(),
        "lockdown": sys.platform == "linux" and landlock_version() > 0,
        "readable": [],  # of each piece of work, and so are its limits
        "memory": 0,
        "cpu": 0,
        "user": None,
        "folder": "/",
    }
    paths = dict.fromkeys([str(_ENGINE), *filter(os.path.isabs, sys.path)])
    environment = {"PYTHONPATH": os.pathsep.join(paths), "LANG": "C.UTF-8"}
    return [sys.executable, "-P", "-m", __name__, json.dumps(settings)], environment


def main() -> None:
    """Serve until whoever started this process closes the control socket."""
    control, _, _ = forking.enter(json.loads(sys.argv[1]))
    forking.told(control)()
    forking.reply(control, {})
    forking.serve(control, _work)


def _work(parent: int, pipe: socket.socket, null: int) -> NoReturn:
    """Take a piece of work, which only now is known here, and do it."""
    try:
        answer(parent, pipe, null, *forking.told(pipe))
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
