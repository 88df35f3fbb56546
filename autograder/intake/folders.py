"""Reads the files that a lab names from a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from autograder.intake.bounds import LINK, content_of, ignored, open_file, too_many
from autograder.intake.errors import Refused
from autograder.lab import Limits

#: So many folders deep is looked into.
DEPTH_LIMIT = 20
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def folder_files(
    root: Path, limits: Limits, wanted: Mapping[str, int]
) -> Iterator[tuple[PurePosixPath, bytes | str]]:
    """Yield every file with a wanted name, wherever in the folder it lies.

    Parameters
    ----------
    root
        The folder.
    limits
        Of all that it holds.
    wanted
        Name -> how many KiB a file of it may have.

    Yields
    ------
    path : PurePosixPath
        In the folder.
    content : bytes or str
        If it is a string, it says what is wrong with this file.

    Raises
    ------
    Refused
        If it holds too many files and folders.
    OSError
        If something in it can't be read.
    """
    for inside, names, descriptor in walk(root, limits):
        for name in sorted(set(names) & set(wanted)):
            if not stat.S_ISREG(os.lstat(name, dir_fd=descriptor).st_mode):
                yield inside / name, LINK
                continue
            with open_file(name, descriptor) as file:
                yield inside / name, content_of(file, wanted[name])


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
