"""Files that are written whole or not at all, and that only their owner can read."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

#: Why no file can be written at all, whoever's it is.
_STOPS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE})


def stops_all(error: BaseException) -> bool:
    """Return whether nothing can be written any more, for no student."""
    return isinstance(error, OSError) and error.errno in _STOPS


def make_private(folder: Path) -> None:
    """Make a folder that only its owner may enter, and those above it that are missing.

    One that is there already becomes so.

    Raises
    ------
    OSError
        If it can't be made.
    """
    if not folder.is_dir():
        for missing in [*reversed(folder.parents), folder]:
            missing.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def write_whole(
    path: Path, content: str | bytes | Iterable[str], mode: int = 0o600, *, replace: bool = True
) -> None:
    """Write a file so that it is there whole or not at all; see `whole_file`.

    Parameters
    ----------
    path, mode, replace
        As there.
    content
        A text, or the pieces of one, is written as UTF-8.

    Raises
    ------
    FileExistsError, OSError
        As there.
    """
    pieces = [content] if isinstance(content, str | bytes) else content
    with whole_file(path, mode, replace=replace) as file:
        for piece in pieces:
            file.write(piece.encode() if isinstance(piece, str) else piece)


@contextlib.contextmanager
def whole_file(path: Path, mode: int = 0o600, *, replace: bool = True) -> Iterator[BinaryIO]:
    """Give a file to write that will be there whole or not at all, whatever happens meanwhile.

    What is said of a student is that student's business: unless told otherwise, only the file's
    owner may read it, and enter a folder that is made for it.

    Parameters
    ----------
    path
        Where to; its folder is made if need be.
    mode
        The file's permissions, before the process's umask.
    replace
        Whether to take the place of a file that is there.

    Raises
    ------
    FileExistsError
        If there is a file and it is not to be replaced.
    OSError
        If it can't be written; an earlier file is then still there.
    """
    if not path.parent.is_dir():
        if mode & 0o077:
            path.parent.mkdir(parents=True, exist_ok=True)
        else:
            make_private(path.parent)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode & ~_umask())
        if replace:
            Path(temporary).replace(path)
        else:  # of several at once one wins, and its file is whole
            path.hardlink_to(temporary)
            Path(temporary).unlink()
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def locked(path: Path, seconds: float | None = None) -> Iterator[None]:
    """Hold the lock of a file or folder, for which all who want it wait in turn.

    Parameters
    ----------
    path
        What is there already.
    seconds
        How long to wait; as long as it takes by default.

    Raises
    ------
    BlockingIOError
        If somebody else holds it for longer.
    OSError
        If it can't be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        end = None if seconds is None else time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | (fcntl.LOCK_NB if end else 0))
                break
            except BlockingIOError:
                if end and time.monotonic() >= end:
                    raise
                time.sleep(0.02)
        try:
            yield
        finally:  # not by closing alone: a fork may have it open
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
