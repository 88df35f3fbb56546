"""Opens archives, ``.zip`` and ``.tar.gz``, and reads the files that a lab names from them.

Nothing is unpacked to disk, no link is followed, and every size is bounded before anything is read.
"""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from autograder.intake.bounds import LINK, content_of, ignored, open_file, too_many
from autograder.intake.errors import Refused
from autograder.lab import Limits
from autograder.messages import say

ZIP, TAR = (".zip",), (".tar.gz", ".tgz")
COMPRESSED = say("is compressed in a way that is not read here; make an ordinary .zip")
UNPACKED = say("the archive unpacks to more than is allowed")


def archive_files(
    path: Path, limits: Limits, wanted: Mapping[str, int]
) -> Iterator[tuple[PurePosixPath, bytes | str]]:
    """Give every file with a wanted name, wherever in the archive it lies.

    Parameters
    ----------
    path
        The archive, a regular file.
    limits
        Of the archive.
    wanted
        Name -> how many KiB a file of it may have.

    Yields
    ------
    path : PurePosixPath
        In the archive.
    content : bytes or str
        If it is a string, it says what is wrong with this file.

    Raises
    ------
    Refused
        If the archive can't be read.
    OSError
        If the file can't be read.
    """
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > limits.archive_mib << 20:
            largest = limits.archive_mib
            raise Refused(say("the archive is larger than {size} MiB", size=largest))
        members = _zip_files if path.name.lower().endswith(ZIP) else _tar_files
        try:
            yield from members(file, limits, wanted)
        except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile):
            raise Refused(say("the archive is damaged or not what its name says")) from None
        except (NotImplementedError, RuntimeError, ValueError, OverflowError, UnicodeError):
            raise Refused(
                say("the archive is encrypted or of a kind that is not read here")
            ) from None


def _member(name: str, wanted: Mapping[str, int]) -> PurePosixPath | None:
    """Give a member's path if its name is wanted.

    Raises
    ------
    Refused
        If it leads out of the archive.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
        raise Refused(say("the archive has a path that leads out of it"))
    if path.name not in wanted or any(map(ignored, path.parts[:-1])):
        return None
    return path


def _zip_files(
    file: BinaryIO, limits: Limits, wanted: Mapping[str, int]
) -> Iterator[tuple[PurePosixPath, bytes | str]]:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if len(members) > limits.entries:
            raise Refused(too_many(limits))
        for member in members:
            path = _member(member.filename, wanted)
            if path is None or member.is_dir():
                continue
            kind = member.external_attr >> 16
            if stat.S_IFMT(kind) not in (0, stat.S_IFREG):
                yield path, LINK
                continue
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                yield path, COMPRESSED
                continue
            with archive.open(member) as content:
                yield path, content_of(content, wanted[path.name])


class _Bounded(io.RawIOBase):
    """Reads from a stream until too much has come out of it."""

    def __init__(self, stream: gzip.GzipFile, limit: int):
        self.stream, self.left = stream, limit

    def readable(self) -> bool:
        """Say yes, as `io.BufferedReader` asks."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read the next bytes into a buffer."""
        data = self.stream.read(min(len(buffer), 1 << 16))
        self.left -= len(data)
        if self.left < 0:
            raise Refused(UNPACKED)
        buffer[: len(data)] = data
        return len(data)


def _tar_files(
    file: BinaryIO, limits: Limits, wanted: Mapping[str, int]
) -> Iterator[tuple[PurePosixPath, bytes | str]]:
    stream = _Bounded(gzip.GzipFile(fileobj=file), limits.unpacked_mib << 20)
    with tarfile.open(fileobj=io.BufferedReader(stream), mode="r|") as archive:
        for count, member in enumerate(archive):
            if count >= limits.entries:
                raise Refused(too_many(limits))
            if member.issparse() or not 0 <= member.size <= limits.unpacked_mib << 20:
                raise Refused(UNPACKED)
            archive.members = []  # type: ignore[attr-defined]  # it would keep them all
            path = _member(member.name, wanted)
            if path is None or member.isdir():
                continue
            content = archive.extractfile(member) if member.isreg() else None
            if content is None:
                yield path, LINK
            else:
                yield path, content_of(content, wanted[path.name])
