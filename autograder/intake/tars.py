"""Reads the files that are sought in a ``.tar.gz``, within bounds.

`tarfile` reads the long names and pax headers of a tar at once, and believes what is written there.
"""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Self

from autograder.intake.bounds import LINK, TOO_LARGE, Budget, Sought, too_many
from autograder.intake.errors import Refused
from autograder.lab import Limits

#: Of one long name or pax header; of all such, for each entry.
HEADER_LIMIT, ENTRY_LIMIT = 8 << 10, 1 << 10
#: Of headers for one entry; of archives that one ``.gz`` is made of.
HEADERS_LIMIT, MEMBERS_LIMIT = 4, 1000
CHUNK = 1 << 16
_READ_AT_ONCE = (
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
)


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
                    self.waiting = self.file.read(CHUNK)
                    if self.waiting:
                        continue
                    return 0
                self.gzip, self.members = zlib.decompressobj(31), self.members + 1
                if self.members > MEMBERS_LIMIT:
                    raise Refused(TOO_LARGE)
            elif not self.waiting:
                raise EOFError
            data = self.gzip.decompress(self.waiting, min(len(buffer), CHUNK))
            self.waiting = self.gzip.unconsumed_tail or self.gzip.unused_data
        self.left -= len(data)
        if self.left < 0:
            raise Refused(TOO_LARGE)
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
                raise Refused(TOO_LARGE)
            if header.type in _READ_AT_ONCE:
                cls.room -= header.size
                if not 0 <= header.size <= HEADER_LIMIT:
                    raise Refused(TOO_LARGE)
            if cls.headers < 0 or cls.room < 0:
                raise Refused(too_many(limits))
            return header

    return Member


def tar_files(
    file: BinaryIO,
    budget: Budget,
    sought: Sought,
    member_path: Callable[[str], PurePosixPath | None],
) -> Iterator[tuple[PurePosixPath, bytes | str | None]]:
    """Yield every file, as `autograder.intake.archives.archive_files` does.

    Parameters
    ----------
    file, budget, sought
        As there.
    member_path
        Gives the path of a member's name, or None where nobody hands in.

    Raises
    ------
    Refused
        If there is too much of anything.
    """
    limits = budget.limits
    stream = io.BufferedReader(_Unpacked(file, limits))
    kind = _bounded_headers(limits)
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=kind) as archive:
        for member in archive:
            budget.count()
            if member.issparse() or not 0 <= member.size <= limits.unpacked_mib << 20:
                raise Refused(TOO_LARGE)
            archive.members = []  # type: ignore[attr-defined]  # it would keep them all
            path = member_path(member.name)
            if path is None or member.isdir():
                continue
            kib = sought(path.name)
            if kib is None:
                yield path, None
                continue
            content = archive.extractfile(member) if member.isreg() else None
            yield path, LINK if content is None else budget.content_of(content, kib)
