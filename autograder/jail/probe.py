"""Finds the strongest sandbox that works on this machine, by trying it."""

from __future__ import annotations

import contextlib

from autograder.jail.processes import open_jail
from autograder.jail.runtime import RuntimeUnavailable, prepare
from autograder.jail.sandbox import BUBBLEWRAP, LOCKDOWN, PROGRAM, Sandbox, SandboxError
from autograder.jail.trust import find_program
from autograder.lab import Limits


def find_sandbox(limits: Limits, wanted: str = "auto") -> Sandbox:
    """Find the strongest sandbox that really works here, by starting a worker in it.

    Parameters
    ----------
    limits
        The lab's, of which the sandbox keeps a worker's memory and processor time.
    wanted
        ``"auto"`` or ``"none"``.

    Raises
    ------
    SandboxError
        If the lock-down does not hold here and `wanted` is not ``"none"``.
    """
    memory, cpu = limits.memory_mib << 20, limits.cpu
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
    if find_program(PROGRAM):
        both = Sandbox((LOCKDOWN, BUBBLEWRAP), memory, cpu, runtime)
        with contextlib.suppress(SandboxError):
            _try(both)
            return both
    return locked


def _try(sandbox: Sandbox) -> None:
    with open_jail(sandbox) as jail:
        jail.start().close()
        jail.end()
