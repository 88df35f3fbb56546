"""Finds the strongest sandbox that works on this machine, by trying it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from autograder.jail.processes import open_jail
from autograder.jail.runtime import RuntimeUnavailable, copy_data, prepare
from autograder.jail.sandbox import BUBBLEWRAP, LOCKDOWN, PROGRAM, Sandbox, SandboxError
from autograder.jail.trust import find_program
from autograder.lab import Lab
from autograder.lab_data import data_files


def find_sandbox(lab: Lab, wanted: str = "auto") -> Sandbox:
    """Find the strongest sandbox that really works here, by starting a worker in it.

    Parameters
    ----------
    lab
        Of which the sandbox keeps a worker's memory and processor time, and has at hand what
        student code may import and read.
    wanted
        ``"auto"`` or ``"none"``.

    Raises
    ------
    SandboxError
        If the lock-down does not hold here and `wanted` is not ``"none"``, or if something that
        the lab allows is not there.
    """
    memory, cpu = lab.limits.memory_mib << 20, lab.limits.cpu
    try:
        data = copy_data(dict(_data_of(lab))) if lab.data else None
        if wanted == "none":
            return Sandbox((), memory, cpu, None, data)
        runtime = prepare(packages=lab.packages)
    except RuntimeUnavailable as error:
        raise SandboxError(str(error)) from error
    if find_program(PROGRAM):
        both = Sandbox((LOCKDOWN, BUBBLEWRAP), memory, cpu, runtime, data)
        with contextlib.suppress(SandboxError):
            _try(both)
            return both
    locked = Sandbox((LOCKDOWN,), memory, cpu, runtime, data)
    try:
        _try(locked)
    except SandboxError as error:
        raise SandboxError(
            f"submissions cannot be locked down on this machine ({error}); grade on Linux 5.13 "
            "or newer with seccomp and Landlock, or pass --sandbox none if you trust every "
            "submission as you trust yourself"
        ) from error
    return locked


def _data_of(lab: Lab) -> Iterator[tuple[str, Path]]:
    for name in lab.data:
        for file in data_files(lab, name):
            yield file.relative_to(lab.reference).as_posix(), file


def _try(sandbox: Sandbox) -> None:
    with open_jail(sandbox) as jail:
        jail.start().close()
        jail.end()
