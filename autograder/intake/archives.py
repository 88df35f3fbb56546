"""Opens archives, ``.zip`` and ``.tar.gz``, and reads the files that a lab names from them.

Nothing is unpacked to disk, no link is followed, and every size is bounded before anything is read,
whatever an archive says of itself: `zipfile` reads the list of a zip at once, `tarfile` the long
names and pax headers of a tar, and both believe what is written there.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO, Self

from autograder.intake.bounds import LINK, content_of, ignored, too_many
from autograder.intake.errors import Refused
from autograder.lab import Limits
from autograder.messages import say

ZIP, TAR = (".zip",), (".tar.gz", ".tgz")
#: Of one long name or pax header of a tar; of all such and of the list of a zip, for each entry.
HEADER_LIMIT, ENTRY_LIMIT = 8 << 10, 1 << 10
#: Of headers for one entry; of archives that one ``.gz`` is made of.
HEADERS_LIMIT, MEMBERS_LIMIT = 4, 1000
CHUNK = 1 << 16
_READ_AT_ONCE = (
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
)
COMPRESSED = say("is compressed in a way that is not read here; make an ordinary .zip")
UNPACKED = say("the archive unpacks to more than is allowed")


def archive_files(
    file: BinaryIO, name: str, limits: Limits, wanted: Mapping[str, int]
) -> Iterator[tuple[PurePosixPath, bytes | str]]:
    """Yield every file with a wanted name, wherever in the archive it lies.

    Parameters
    ----------
    file
        The archive, a regular file.
    name
        How it is called, which says of what kind it is.
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
    if os.fstat(file.fileno()).st_size > limits.archive_mib << 20:
        raise Refused(say("the archive is larger than {size} MiB", size=limits.archive_mib))
    members = _zip_files if name.lower().endswith(ZIP) else _tar_files
    try:
        yield from members(file, limits, wanted)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, struct.error):
        raise Refused(say("the archive is damaged or not what its name says")) from None
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError):
        raise Refused(say("the archive is encrypted or of a kind that is not read here")) from None


def _member(name: str, wanted: Mapping[str, int]) -> PurePosixPath | None:
    """Return a member's path if its name is wanted.

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


class _Total:
    """What an archive has unpacked to."""

    def __init__(self, limits: Limits):
        self.left = limits.unpacked_mib << 20

    def content_of(self, file: IO[bytes], kib: int) -> bytes | str:
        """Read a file's content within its own limit and that of the archive.

        Raises
        ------
        Refused
            If all contents together are too much.
        """
        content = content_of(file, kib)
        self.left -= len(content) if isinstance(content, bytes) else kib << 10
        if self.left < 0:
            raise Refused(UNPACKED)
        return content


class _ShortReads(io.BufferedIOBase):
    """A file of which nothing can be read in one piece that is longer than a limit.

    Attributes
    ----------
    limit
        None lifts it.
    """

    def __init__(self, file: BinaryIO, limit: int, limits: Limits):
        self.file, self.limits = file, limits
        self.limit: int | None = limit

    def read(self, size: int | None = -1, /) -> bytes:
        """Read so many bytes.

        Raises
        ------
        Refused
            If these are too many.
        """
        if size is None or size < 0:
            size = os.fstat(self.file.fileno()).st_size - self.file.tell()
        if self.limit is not None and size > self.limit:
            raise Refused(too_many(self.limits))
        return self.file.read(size)

    def seekable(self) -> bool:
        """Return True, as `zipfile` asks."""
        return True

    def seek(self, *where: int) -> int:
        """Go to a place."""
        return self.file.seek(*where)

    def tell(self) -> int:
        """Return the place."""
        return self.file.tell()


def _zip_files(
    file: BinaryIO, limits: Limits, wanted: Mapping[str, int]
) -> Iterator[tuple[PurePosixPath, bytes | str]]:
    # The list of what is in it is read in one piece. Its end is looked for in 64 KiB and a bit.
    short = _ShortReads(file, max(2 * CHUNK, limits.entries * ENTRY_LIMIT), limits)
    total = _Total(limits)
    with zipfile.ZipFile(short) as archive:
        short.limit = None
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
                yield path, total.content_of(content, wanted[path.name])


class _Unpacked(io.RawIOBase):
    """What comes out of a ``.gz``, until it is too much.

    Not by `gzip`, which reads the name in its header byte by byte, and any number of archives one
    after another.
    """

    def __init__(self, file: BinaryIO, limits: Limits):
        self.file, self.left = file, limits.unpacked_mib << 20
        self.gzip, self.members, self.waiting = zlib.decompressobj(31), 1, b""

    def readable(self) -> bool:
        """Return True, as `io.BufferedReader` asks."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read the next bytes into a buffer.

        Raises
        ------
        Refused
            If more has come out than is allowed.
        EOFError
            If the file ends too early.
        """
        data = b""
        while not data:
            self.waiting = self.waiting or self.file.read(CHUNK)
            if self.gzip.eof:
                self.waiting = self.waiting.lstrip(b"\0")  # tapes are filled up with zeros
                if not self.waiting:
                    if self.file.peek(1):  # type: ignore[attr-defined]
                        continue
                    return 0
                self.gzip, self.members = zlib.decompressobj(31), self.members + 1
                if self.members > MEMBERS_LIMIT:
                    raise Refused(UNPACKED)
            elif not self.waiting:
                raise EOFError
            data = self.gzip.decompress(self.waiting, min(len(buffer), CHUNK))
            self.waiting = self.gzip.unconsumed_tail or self.gzip.unused_data
        self.left -= len(data)
        if self.left < 0:
            raise Refused(UNPACKED)
        buffer[: len(data)] = data
        return len(data)


def _bounded_headers(limits: Limits) -> type[tarfile.TarInfo]:
    """Make the kind of member of one archive, which counts what `tarfile` would read at once.

    A long name or pax header is read whole and its numbers and lists are looked for in a time that
    grows with the square of its length; any number of them can stand before one member.
    """

    class Member(tarfile.TarInfo):
        headers, room = limits.entries * HEADERS_LIMIT, limits.entries * ENTRY_LIMIT

        @classmethod
        def frombuf(cls, buf: Any, encoding: Any, errors: Any) -> Self:
            """Read a header, before what belongs to it is read.

            Raises
            ------
            Refused
                If that is too much.
            """
            header = super().frombuf(buf, encoding, errors)
            cls.headers -= 1
            if header.type == tarfile.GNUTYPE_SPARSE:
                raise Refused(UNPACKED)
            if header.type in _READ_AT_ONCE:
                cls.room -= header.size
                if not 0 <= header.size <= HEADER_LIMIT:
                    raise Refused(UNPACKED)
            if cls.headers < 0 or cls.room < 0:
                raise Refused(too_many(limits))
            return header

    return Member


def _tar_files(
    file: BinaryIO, limits: Limits, wanted: Mapping[str, int]
) -> Iterator[tuple[PurePosixPath, bytes | str]]:
    stream, total = io.BufferedReader(_Unpacked(file, limits)), _Total(limits)
    kind = _bounded_headers(limits)
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=kind) as archive:
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
                yield path, total.content_of(content, wanted[path.name])
