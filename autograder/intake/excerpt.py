"""Copies one student's files out of a zip that holds a whole class, without unpacking them.

What is copied goes to another machine and is opened there as the whole would be: each file as it is
compressed, under its own name; of one that nobody seeks, the name alone.
"""

from __future__ import annotations

import operator
import os
import struct
import threading
import zipfile
from collections.abc import Iterable
from typing import BinaryIO

from autograder.intake.archives import (
    CLASS_ENTRIES,
    DAMAGED,
    Selection,
    member_path,
    open_zip,
    refused_if_unreadable,
)
from autograder.intake.bounds import TOO_LARGE, Sought
from autograder.intake.errors import Refused
from autograder.lab import Limits

#: A file in a zip, the same in its list, and the end of the list; see PKWARE's APPNOTE.TXT, 4.3.
_LOCAL, _LISTED = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
#: The name is in UTF-8; the content is encrypted.
_UTF_8, _ENCRYPTED = 0x800, 0x1
#: What compression may add to a content that can't be compressed, in parts of it and in bytes.
_PARTS, _MORE = 64, 4096


class Excerpts:
    """Makes zips of some files of a larger one, whose list is read once; threads can share it.

    Parameters
    ----------
    limits
        Of a submission.
    """

    def __init__(self, limits: Limits):
        self._limits = limits
        self._reading = threading.Lock()
        self._of: tuple[int, ...] = ()
        self._members: dict[str, list[tuple[int, zipfile.ZipInfo]]] = {}

    def make(self, file: BinaryIO, sought: Sought, selection: Selection) -> bytes:
        """Make a zip of the files of a student; see `excerpt`."""
        with self._reading:
            found = os.fstat(file.fileno())
            this = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
            if this != self._of:
                self._of, self._members = (), {}
                for place, member in enumerate(_members(file, self._limits)):
                    self._members.setdefault(member.filename, []).append((place, member))
                self._of = this
            members = [pair for name in selection for pair in self._members.get(name, ())]
        members.sort(key=operator.itemgetter(0))
        return excerpt(file, [member for _, member in members], self._limits, sought, selection)


def _members(file: BinaryIO, limits: Limits) -> list[zipfile.ZipInfo]:
    with refused_if_unreadable(), open_zip(file, limits, CLASS_ENTRIES) as archive:
        return archive.infolist()


def excerpt(
    file: BinaryIO,
    members: Iterable[zipfile.ZipInfo],
    limits: Limits,
    sought: Sought,
    selection: Selection,
) -> bytes:
    """Make a zip of some files of another one.

    Parameters
    ----------
    file
        The zip of the class.
    members
        What is copied of it.
    limits
        Of a submission.
    sought
        Which files are read, and how much of each.
    selection
        Path -> how the student named it.

    Raises
    ------
    Refused
        If the zip can't be read, or more would be copied than is read of a submission.
    OSError
        If the file can't be read.
    """
    left = limits.unpacked_mib << 20
    parts, listed, place = [], [], 0
    for member in members:
        path = member_path(selection[member.filename])
        kib = None if path is None or member.is_dir() else sought(path.name)
        content = b"" if kib is None else _content(file, member, kib)
        left -= len(content)
        if left < 0:
            raise Refused(TOO_LARGE)
        local, entry = _headers(member, len(content), place)
        parts += [local, content]
        listed.append(entry)
        place += len(local) + len(content)
    entries = b"".join(listed)
    # A student of a class can't have more files than these numbers hold: they would be too many.
    number = min(len(listed), 0xFFFF)
    end = _END.pack(b"PK\5\6", 0, 0, number, number, len(entries), place, 0)
    return b"".join([*parts, entries, end])


def _content(file: BinaryIO, member: zipfile.ZipInfo, kib: int) -> bytes:
    """Read a file as it is compressed, and no more than is enough to see that it is too large."""
    file.seek(member.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != b"PK\3\4":
        raise Refused(DAMAGED)
    *_, name, extra = _LOCAL.unpack(header)
    file.seek(name + extra, 1)
    most = kib << 10
    return file.read(min(member.compress_size, most + most // _PARTS + _MORE))


def _headers(member: zipfile.ZipInfo, size: int, place: int) -> tuple[bytes, bytes]:
    """Return what stands before a file, and what stands of it in the list."""
    name = member.filename.encode("utf-8", "surrogateescape")[:0xFFFF]
    common = (
        _UTF_8 | (member.flag_bits & _ENCRYPTED),
        member.compress_type,
        *(0, 0),
        member.CRC,
        *(size, min(member.file_size, 0xFFFFFFFF) if size else 0),
        *(len(name), 0),
    )
    local = _LOCAL.pack(b"PK\3\4", 20, *common)
    attributes = member.external_attr & 0xFFFFFFFF
    system = member.create_system << 8 | 20
    listed = _LISTED.pack(b"PK\1\2", system, 20, *common, 0, 0, 0, attributes, place)
    return local + name, listed + name
