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


def folder_files(
    root: Path, limits: Limits, wanted: Mapping[str, int]
) -> Iterator[tuple[PurePosixPath, bytes | str]]:
    """Give every file with a wanted name, wherever in the folder it lies.

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
        If it holds too many files.
    OSError
        If something in it can't be read.
    """
    count = 0
    for place, folders, names, descriptor in os.fwalk(root, onerror=_raise):
        inside = PurePosixPath(os.path.relpath(place, root))
        folders[:] = (
            [n for n in folders if not ignored(n)] if len(inside.parts) < DEPTH_LIMIT else []
        )
        count += len(names)
        if count > limits.entries:
            raise Refused(too_many(limits))
        for name in sorted(set(names) & set(wanted)):
            if not stat.S_ISREG(os.lstat(name, dir_fd=descriptor).st_mode):
                yield inside / name, LINK
                continue
            with open_file(name, descriptor) as file:
                yield inside / name, content_of(file, wanted[name])


def _raise(error: OSError) -> None:
    raise error
