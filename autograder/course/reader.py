"""The process in whose forks the course reads what students handed in."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from pathlib import Path
from typing import Any

from autograder.course.folder import CourseError
from autograder.jail.apart import Apart
from autograder.jail.bounded import CPU, MEMORY_MIB, Work
from autograder.jail.sandbox import SandboxError

_mine = threading.local()


def read_apart(
    work: Work, readable: list[Path], memory_mib: int = MEMORY_MIB, cpu: int = CPU
) -> Any:
    """Have something read; see `autograder.jail.apart.Apart.bounded`.

    The process is started when it is first needed, one for each thread, with which it ends.

    Raises
    ------
    Unbounded
        If that takes too much memory or time.
    CourseError
        If there is no process to be had.
    """
    with contextlib.suppress(SandboxError):
        return _process().bounded(work, readable, memory_mib, cpu)
    close_reader()  # it is gone
    try:
        return _process().bounded(work, readable, memory_mib, cpu)
    except SandboxError as error:
        close_reader()
        raise CourseError(f"what was handed in can't be read: {error}") from error


def close_reader() -> None:
    """End this thread's process, if there is one."""
    if _mine.__dict__.get("owner") == os.getpid():
        _mine.process.close()
    _mine.__dict__.clear()


def _process() -> Apart:
    # What this process was forked from has one of its own.
    if _mine.__dict__.get("owner") != os.getpid():
        _mine.process, _mine.owner = Apart(prepare), os.getpid()
    return _mine.process


def prepare() -> None:
    """Import what reading needs."""
    # jsonschema would build the grammar of addresses, which takes longer than all else here; for
    # a format that nothing here is compared with.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    from autograder.course import reading, render  # noqa: F401

    render.prepare()
