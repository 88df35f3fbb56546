"""The names of what is in a folder, or in a zip that holds a whole class, one level at a time.

A layout looks at names only, and at small files that the platform itself wrote. It runs where a
submission's archive could do no harm: see `autograder.intake.stock`.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Protocol

from autograder.intake.archives import CLASS_ENTRIES, open_zip
from autograder.intake.bounds import ignored, open_file
from autograder.intake.errors import Refused
from autograder.intake.folders import DEPTH_LIMIT, open_inside
from autograder.lab import Limits
from autograder.messages import say

#: So many names of one folder are looked at.
NAMES_LIMIT = 20_000
#: So many bytes at a file's beginning and end tell it from another.
PRINT_SIZE = 8 << 20
TOO_MANY = say("it holds too many files and folders")


class Tree(Protocol):
    """Folders and files by their paths; that of the whole is empty."""

    def folders(self, path: str = "") -> list[str]:
        """List the names of the folders in a folder, sorted."""

    def files(self, path: str = "") -> list[str]:
        """List the names of what else is in a folder, sorted."""

    def inner(self, path: str) -> str:
        """Return what a file is called where it lies, which is mostly its path."""

    def read(self, path: str, limit: int) -> bytes:
        """Return a file's content.

        Raises
        ------
        Refused
            If it is larger than `limit` bytes, or can't be read.
        """

    def modified(self, path: str) -> datetime.datetime | None:
        """Return a file's date, if it has one."""

    def print_of(self, path: str) -> str:
        """Return a text that is another if the file's content is."""


def join(*parts: str) -> str:
    """Make a path of parts, of which some may be empty."""
    return "/".join(part for part in parts if part)


def files_below(tree: Tree, path: str, limit: int) -> Iterator[str]:
    """Yield the paths of all files in a folder and in those in it.

    Raises
    ------
    Refused
        If these are too many.
    """
    left, waiting = limit, [path]
    while waiting:
        here = waiting.pop(0)
        folders, files = tree.folders(here), tree.files(here)
        left -= len(folders) + len(files)
        if left < 0:
            raise Refused(TOO_MANY)
        yield from (join(here, name) for name in files)
        if here.count("/") - path.count("/") < DEPTH_LIMIT:
            waiting += [join(here, name) for name in folders if not ignored(name)]


class FolderTree:
    """A folder on disk.

    Parameters
    ----------
    root
        The folder.
    """

    def __init__(self, root: Path):
        self._root = root
        self._known: dict[str, tuple[list[str], list[str]]] = {}

    def _names(self, path: str) -> tuple[list[str], list[str]]:
        if path not in self._known:
            folders: list[str] = []
            files: list[str] = []
            # Reading a submission says what is wrong with it.
            with contextlib.suppress(OSError), os.scandir(self._root / path) as entries:
                for number, entry in enumerate(entries):
                    if number >= NAMES_LIMIT and not path:
                        raise Refused(TOO_MANY)
                    if number >= NAMES_LIMIT:
                        break  # of one student; more than a submission may hold
                    folder = entry.is_dir(follow_symlinks=False)
                    (folders if folder else files).append(entry.name)
            self._known[path] = sorted(folders), sorted(files)
        return self._known[path]

    def folders(self, path: str = "") -> list[str]:
        """As `Tree.folders`."""
        return self._names(path)[0]

    def files(self, path: str = "") -> list[str]:
        """As `Tree.files`."""
        return self._names(path)[1]

    def inner(self, path: str) -> str:
        """As `Tree.inner`."""
        return path

    def read(self, path: str, limit: int) -> bytes:
        """As `Tree.read`."""
        try:
            with open_inside(self._root, PurePosixPath(path)) as file:
                return _whole(file, limit)
        except OSError as error:
            raise Refused(say("it cannot be read: {reason}", reason=error.strerror)) from None

    def modified(self, path: str) -> datetime.datetime | None:
        """As `Tree.modified`."""
        try:
            seconds = os.lstat(self._root / path).st_mtime
            return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
        except (OSError, ValueError, OverflowError):
            return None

    def print_of(self, path: str) -> str:
        """As `Tree.print_of`."""
        try:
            found = os.lstat(self._root / path)
            if not stat.S_ISREG(found.st_mode):
                return ""
            with open_file(self._root / path) as file:
                digest = hashlib.sha256(file.read(PRINT_SIZE))
                if found.st_size > 2 * PRINT_SIZE:
                    file.seek(-PRINT_SIZE, os.SEEK_END)
                digest.update(file.read(PRINT_SIZE))
            return f"{digest.hexdigest()}-{found.st_size}"
        except OSError:
            return ""  # reading it says what is wrong


class ZipTree:
    """A zip, of which only the list is read.

    Parameters
    ----------
    file
        The zip.
    limits
        Of a submission.

    Raises
    ------
    Refused
        If it holds too much.
    zipfile.BadZipFile
        And other exceptions of `zipfile`, if it can't be read.
    """

    def __init__(self, file: BinaryIO, limits: Limits):
        self._archive = open_zip(file, limits, CLASS_ENTRIES)
        self._folders: dict[str, set[str]] = {"": set()}
        self._files: dict[str, set[str]] = {"": set()}
        self._above: list[tuple[str, str]] = []
        self._named: dict[str, str] = {}
        for member in self._archive.infolist():
            path = PurePosixPath(member.filename.replace("\\", "/"))
            if path.is_absolute() or ".." in path.parts or not 0 < len(path.parts) <= DEPTH_LIMIT:
                continue
            folder, _, name = str(path).rpartition("/")
            self._add(str(path) if member.is_dir() else folder)
            if not member.is_dir():
                self._files[folder].add(name)
                self._named[str(path)] = member.filename

    def _add(self, path: str) -> None:
        """Note a folder, and those in which it lies."""
        while path not in self._folders:
            self._folders[path], self._files[path] = set(), set()
            above, _, name = path.rpartition("/")
            self._above.append((above, name))
            path = above
        while self._above:
            above, name = self._above.pop()
            self._folders[above].add(name)

    def folders(self, path: str = "") -> list[str]:
        """As `Tree.folders`."""
        return sorted(self._folders.get(path, ()))

    def files(self, path: str = "") -> list[str]:
        """As `Tree.files`."""
        return sorted(self._files.get(path, ()))

    def inner(self, path: str) -> str:
        """As `Tree.inner`."""
        return self._named[path]

    def read(self, path: str, limit: int) -> bytes:
        """As `Tree.read`."""
        try:
            with self._archive.open(self._named[path]) as file:
                return _whole(file, limit)
        except (OSError, RuntimeError, ValueError, KeyError, EOFError, NotImplementedError):
            raise Refused(say("it cannot be read: {reason}", reason="a damaged archive")) from None

    def modified(self, path: str) -> datetime.datetime | None:
        """As `Tree.modified`: a zip has the time of the clock on the wall of who made it."""
        try:
            date = self._archive.getinfo(self._named[path]).date_time
            return datetime.datetime(*date).astimezone()
        except (KeyError, ValueError, OverflowError):
            return None

    def print_of(self, path: str) -> str:
        """As `Tree.print_of`, by what the list says of it."""
        member = self._archive.getinfo(self._named[path])
        return f"{member.CRC:08x}-{member.file_size}"


def _whole(file: IO[bytes], limit: int) -> bytes:
    content = file.read(limit + 1)
    if len(content) > limit:
        raise Refused(say("is larger than {size} KiB", size=limit >> 10))
    return content
