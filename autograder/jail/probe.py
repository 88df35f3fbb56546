"""Finds the strongest sandbox that works on this machine, by trying it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, Protocol, Self, TypeVar

from autograder.jail.processes import Starting
from autograder.jail.runtime import RuntimeUnavailable, copy_data, prepare
from autograder.jail.sandbox import BUBBLEWRAP, LOCKDOWN, PROGRAM, Sandbox, SandboxError
from autograder.jail.trust import find_program
from autograder.lab import Lab
from autograder.lab_data import data_files


class Tried(Protocol):
    """What is started in a sandbox to see whether that works."""

    def prove(self) -> None:
        """Wait for it, and start a worker; raise `SandboxError` if that can't be done."""

    def close(self) -> None:
        """End it."""


Something = TypeVar("Something", bound=Tried)


class Trial(Generic[Something]):
    """Tries the sandboxes of this machine, the strongest first; to be closed in the end.

    Parameters
    ----------
    lab
        Of which a sandbox keeps a worker's memory and processor time, and has at hand what
        student code may import and read.
    wanted
        ``"auto"`` or ``"none"``.
    start
        Starts something in a sandbox. What is started first starts while the caller does something
        else.

    Raises
    ------
    SandboxError
        If there is something that the lab allows and this machine does not have; here and from
        `sandbox`, if the lock-down does not hold here and `wanted` is not ``"none"``.
    """

    def __init__(self, lab: Lab, wanted: str, start: Callable[[Sandbox], Something]):
        self._start, self._left = start, _candidates(lab, wanted)
        self._started: Something | None = None
        self._next(None)

    def _next(self, error: SandboxError | None) -> None:
        """Start something in the next sandbox; the error is of the one before."""
        for sandbox in self._left:
            self._sandbox = sandbox
            try:
                self._started = self._start(sandbox)
                return
            except SandboxError as refused:
                error = refused
        if not self._sandbox.layers:
            raise SandboxError(str(error)) from error
        raise SandboxError(
            f"submissions cannot be locked down on this machine ({error}); grade on Linux 5.13 "
            "or newer with seccomp and Landlock, or pass --sandbox none if you trust every "
            "submission as you trust yourself"
        ) from error

    def sandbox(self) -> Sandbox:
        """Return the strongest sandbox that works."""
        while self._started:
            try:
                self._started.prove()
                break
            except SandboxError as error:
                self.close()
                self._next(error)
        return self._sandbox

    def take(self) -> Something | None:
        """Return what was started, which is the caller's from now on; None if it was taken."""
        started, self._started = self._started, None
        return started

    def close(self) -> None:
        """End what was started, unless it was taken."""
        if started := self.take():
            started.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Nursery:
    """A nursery of workers, to see whether it starts."""

    def __init__(self, sandbox: Sandbox):
        self._starting = Starting(sandbox.command)
        self.close = self._starting.close

    def prove(self) -> None:
        self._starting.wait()[0].try_out()


def find_sandbox(lab: Lab, wanted: str = "auto") -> Sandbox:
    """Find the strongest sandbox that really works here, by starting a worker in it.

    Parameters
    ----------
    lab, wanted
        As for `Trial`, which also says what is raised.
    """
    with Trial(lab, wanted, _Nursery) as trial:
        return trial.sandbox()


def _candidates(lab: Lab, wanted: str) -> Iterator[Sandbox]:
    memory, cpu = lab.limits.memory_mib << 20, lab.limits.cpu
    try:
        data = copy_data(dict(_data_of(lab))) if lab.data else None
        if wanted == "none":
            yield Sandbox((), memory, cpu, None, data)
            return
        runtime = prepare(packages=lab.packages)
    except RuntimeUnavailable as error:
        raise SandboxError(str(error)) from error
    if find_program(PROGRAM):
        yield Sandbox((LOCKDOWN, BUBBLEWRAP), memory, cpu, runtime, data)
    yield Sandbox((LOCKDOWN,), memory, cpu, runtime, data)


def _data_of(lab: Lab) -> Iterator[tuple[str, Path]]:
    for name in lab.data:
        for file in data_files(lab, name):
            yield file.relative_to(lab.reference).as_posix(), file
