"""Reads the files that are sought in a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from autograder.intake.bounds import LINK, Budget, Sought, ignored, open_file, too_many
from autograder.intake.errors import Refused
from autograder.lab import Limits

#: So many folders deep is looked into.
DEPTH_LIMIT = 20
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def folder_files(
    root: Path, budget: Budget, sought: Sought, selection: Mapping[str, str] | None = None
) -> Iterator[tuple[PurePosixPath, bytes | str | None]]:
    """Yield every file of a folder, wherever in it.

    Parameters
    ----------
    root
        The folder.
    budget
        What may be read.
    sought
        Of which files the content is read.
    selection
        Of a folder that holds a whole class, the paths of the files of one student, and how the
        student named each; None for all files.

    Yields
    ------
    path : PurePosixPath
        In the folder, or as the student named it.
    content : bytes, str or None
        None if it was not sought; if it is a string, it says what is wrong with this file.

    Raises
    ------
    Refused
        If it holds too much.
    OSError
        If something in it can't be read.
    """
    if selection is None:
        for inside, names, descriptor in walk(root, budget.limits):
            for name in sorted(names):
                yield inside / name, _content(name, descriptor, budget, sought(name))
        return
    budget.count(len(selection))
    for path, named in selection.items():
        folder = _open_parent(root, path)
        try:
            content = _content(PurePosixPath(path).name, folder, budget, sought(Path(named).name))
            yield PurePosixPath(named), content
        finally:
            os.close(folder)


def _content(name: str, folder: int, budget: Budget, kib: int | None) -> bytes | str | None:
    if kib is None:
        return None
    if not stat.S_ISREG(os.lstat(name, dir_fd=folder).st_mode):
        return LINK
    with open_file(name, folder) as file:
        return budget.content_of(file, kib)


def open_inside(root: Path, path: PurePosixPath) -> BinaryIO:
    """Open a regular file in a folder, following no link on the way.

    Raises
    ------
    OSError
        If it can't be opened.
    """
    folder = _open_parent(root, str(path))
    try:
        return open_file(path.name, folder)
    finally:
        os.close(folder)


def _open_parent(root: Path, path: str) -> int:
    """Open the folder in which a path of a file in a folder leads."""
    folder = os.open(root, _FOLDER)
    for part in PurePosixPath(path).parts[:-1]:
        try:
            inner = os.open(part, _FOLDER, dir_fd=folder)
        finally:
            os.close(folder)
        folder = inner
    return folder


def walk(root: Path, limits: Limits) -> Iterator[tuple[PurePosixPath, list[str], int]]:
    """Visit a folder and those in it, following no link, as far as the limits allow.

    Not by `os.walk`, which lists a folder whole before anything can be counted.

    Yields
    ------
    inside : PurePosixPath
        The folder, seen from the first.
    names : list of str
        What in it is no folder.
    descriptor : int
        Of the folder, open until the next is asked for.

    Raises
    ------
    Refused
        If there are too many files and folders.
    OSError
        If a folder can't be read.
    """
    yield from _walk(os.open(root, _FOLDER), PurePosixPath("."), limits, [limits.entries])


def _walk(
    descriptor: int, inside: PurePosixPath, limits: Limits, left: list[int]
) -> Iterator[tuple[PurePosixPath, list[str], int]]:
    try:
        folders: list[str] = []
        names: list[str] = []
        with os.scandir(descriptor) as entries:
            for entry in entries:
                left[0] -= 1
                if left[0] < 0:
                    raise Refused(too_many(limits))
                kind = folders if entry.is_dir(follow_symlinks=False) else names
                kind.append(entry.name)
        yield inside, names, descriptor
        if len(inside.parts) >= DEPTH_LIMIT:
            return
        for name in sorted(folders):
            if not ignored(name):
                opened = os.open(name, _FOLDER, dir_fd=descriptor)
                yield from _walk(opened, inside / name, limits, left)
    finally:
        os.close(descriptor)
