"""The bounds that hold for every file of a submission, in a folder or in an archive."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, BinaryIO

from autograder.intake.errors import Refused
from autograder.lab import Limits
from autograder.messages import say

#: Folders that a student's tools make and in which nobody hands in.
IGNORED_FOLDERS = frozenset({"__MACOSX", "__pycache__", "node_modules", "venv"})
LINK = say("is a link or not a regular file; hand in the file itself")
TOO_LARGE = say("its files together are more than is allowed")
#: Tells of a file's name how many KiB of it are read; None if it is not read.
Sought = Callable[[str], int | None]


def open_file(path: Path | str, folder: int | None = None) -> BinaryIO:
    """Open a regular file for reading: no link, and no pipe that would wait for a writer."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, dir_fd=folder), "rb")


def too_many(limits: Limits) -> str:
    """Say that a submission holds more files and folders than is allowed."""
    return say("it holds more than {number} files and folders", number=limits.entries)


def ignored(folder: str) -> bool:
    """Return whether a folder of this name is none in which students hand in."""
    return folder.startswith(".") or folder in IGNORED_FOLDERS


def content_of(file: IO[bytes], kib: int) -> bytes | str:
    """Read a file of at most so many KiB; a string says that it is larger."""
    content = file.read((kib << 10) + 1)
    if len(content) > kib << 10:
        return say("is larger than {size} KiB", size=kib)
    return content


class Budget:
    """What may still be read of one submission, whatever lies within what in it.

    Parameters
    ----------
    limits
        Of a submission.
    """

    def __init__(self, limits: Limits):
        self.limits = limits
        self._entries, self._bytes = limits.entries, limits.unpacked_mib << 20

    def count(self, entries: int = 1) -> None:
        """Note that there are so many files and folders more.

        Raises
        ------
        Refused
            If these are too many.
        """
        self._entries -= entries
        if self._entries < 0:
            raise Refused(too_many(self.limits))

    def content_of(self, file: IO[bytes], kib: int) -> bytes | str:
        """Read a file's content within its own limit and that of the whole submission.

        Raises
        ------
        Refused
            If all contents together are too much.
        """
        content = content_of(file, kib)
        self._bytes -= len(content) if isinstance(content, bytes) else kib << 10
        if self._bytes < 0:
            raise Refused(TOO_LARGE)
        return content
