"""What the grader may rely on: files that nobody but root and the grader's own user can change."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path


def is_ours(path: Path) -> bool:
    """Return whether only root and the grader's own user can change a file or folder.

    A link has to be theirs as well as what it leads to.

    Raises
    ------
    OSError
        If it can't be looked at.
    """
    return all(map(_is_ours, {path.lstat(), path.stat()}))


def _is_ours(found: os.stat_result) -> bool:
    if found.st_uid not in (0, os.geteuid()):
        return False
    if stat.S_ISLNK(found.st_mode):  # its mode means nothing
        return True
    by_group = found.st_mode & stat.S_IWGRP and found.st_gid != 0
    return not by_group and not found.st_mode & stat.S_IWOTH


def find_program(name: str) -> Path | None:
    """Find a program by its full path, in a place where only root and this user can put one.

    A relative entry of PATH, or one that others can write to, would let whoever can write there
    choose what the grader runs.

    Parameters
    ----------
    name
        Of the program, without a folder.

    Returns
    -------
    Path or None
        None if there is none that can be relied on.
    """
    for folder in os.get_exec_path():
        program = Path(folder) / name
        if program.is_absolute() and os.access(program, os.X_OK) and _reliable(program):
            return program.resolve()
    return None


def _reliable(program: Path) -> bool:
    try:
        real = program.resolve(strict=True)
        places = [program, program.parent, real, real.parent]
        above = [*_above(program.parent), *_above(real.parent)]
        return real.is_file() and all(map(is_ours, places)) and all(map(_is_kept, above))
    except (OSError, RuntimeError):
        return False


def _above(folder: Path) -> Iterator[Path]:
    yield from folder.resolve().parents


def _is_kept(folder: Path) -> bool:
    """Return whether others can't replace what lies in a folder; ``/tmp`` keeps what is ours."""
    return is_ours(folder) or bool(folder.stat().st_mode & stat.S_ISVTX)
