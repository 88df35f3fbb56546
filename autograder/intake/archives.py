"""Opens archives, ``.zip`` and ``.tar.gz``, and reads the files that are sought in them.

Nothing is unpacked to disk, no link is followed, and every size is bounded before anything is read,
whatever an archive says of itself: `zipfile` reads the list of a zip at once, and believes what is
written there. `autograder.intake.tars` has the same for a tar.
"""

from __future__ import annotations

import contextlib
import io
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from autograder.intake.bounds import LINK, Budget, Sought, ignored, open_file, too_many
from autograder.intake.errors import Refused
from autograder.intake.tars import tar_files
from autograder.lab import Limits
from autograder.messages import say

DAMAGED = say("the archive is damaged or not what its name says")
ZIP, TAR = (".zip",), (".tar.gz", ".tgz")
#: Of the list of a zip, for each entry.
ENTRY_LIMIT = 1 << 10
#: So many entries may a zip have that holds a whole class.
CLASS_ENTRIES = 100_000
CHUNK = 1 << 16
COMPRESSED = say("is compressed in a way that is not read here; make an ordinary .zip")
#: The path of a file, and its content, what is wrong with it, or None if it was not sought.
Found = Iterator[tuple[PurePosixPath, bytes | str | None]]
#: The paths of files in what holds a whole class -> how the student named each.
Selection = Mapping[str, str]


def is_archive(name: str) -> bool:
    """Return whether a file of this name is an archive that is read here."""
    return name.lower().endswith(ZIP + TAR)


def read_selection(path: Path, selection: Selection, limits: Limits) -> list[list[Any]]:
    """Read all that one student handed in out of the zip of a class.

    Parameters
    ----------
    path
        The zip.
    selection, limits
        As in `archive_files`, and of one submission.

    Returns
    -------
    list
        Pairs of plain data: where each file was, and its content.
    """
    most = limits.unpacked_mib << 10
    with open_file(path) as file:
        found = archive_files(file, path.name, Budget(limits), lambda _: most, selection)
        return [[str(path), content] for path, content in found if isinstance(content, bytes)]


def archive_files(
    file: BinaryIO, name: str, budget: Budget, sought: Sought, selection: Selection | None = None
) -> Found:
    """Yield every file of an archive, wherever in it.

    Parameters
    ----------
    file
        The archive, a regular file or one in memory.
    name
        How it is called, which says of what kind it is.
    budget
        What may be read.
    sought
        Of which files the content is read.
    selection
        Of a zip that holds a whole class, the files of one student; None for all files.

    Yields
    ------
    path : PurePosixPath
        In the archive, or as the student named it.
    content : bytes, str or None
        If it is a string, it says what is wrong with this file.

    Raises
    ------
    Refused
        If the archive can't be read.
    OSError
        If the file can't be read.
    """
    limits = budget.limits
    if selection is None and _size(file) > limits.archive_mib << 20:
        raise Refused(too_large(limits))
    with refused_if_unreadable():
        if name.lower().endswith(ZIP):
            yield from _zip_files(file, budget, sought, selection)
        else:
            yield from tar_files(file, budget, sought, member_path)


@contextlib.contextmanager
def refused_if_unreadable() -> Iterator[None]:
    """Refuse an archive that can't be read, whatever reading it raises.

    Raises
    ------
    Refused
        It says what is wrong.
    """
    try:
        yield
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, struct.error):
        raise Refused(DAMAGED) from None
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError):
        raise Refused(say("the archive is encrypted or of a kind that is not read here")) from None


def too_large(limits: Limits) -> str:
    """Say that an archive is larger than is allowed."""
    return say("the archive is larger than {size} MiB", size=limits.archive_mib)


def _size(file: BinaryIO) -> int:
    here = file.tell()
    size = file.seek(0, io.SEEK_END)
    file.seek(here)
    return size


def member_path(name: str) -> PurePosixPath | None:
    """Return the path of an archive's member; None if it lies where nobody hands in.

    Raises
    ------
    Refused
        If it leads out of the archive.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
        raise Refused(say("the archive has a path that leads out of it"))
    return None if any(map(ignored, path.parts[:-1])) else path


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
            size = _size(self.file) - self.file.tell()
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


def open_zip(file: BinaryIO, limits: Limits, entries: int) -> zipfile.ZipFile:
    """Read the list of a zip, which may have so many entries.

    Raises
    ------
    Refused
        If it has more.
    zipfile.BadZipFile
        And other exceptions of `zipfile`, if it can't be read.
    """
    # It is read in one piece. Its end is looked for in 64 KiB and a bit.
    short = _ShortReads(file, max(2 * CHUNK, entries * ENTRY_LIMIT), limits)
    archive = zipfile.ZipFile(short)
    short.limit = None
    if len(archive.filelist) > entries:
        raise Refused(too_many(limits))
    return archive


def _zip_files(
    file: BinaryIO, budget: Budget, sought: Sought, selection: Selection | None
) -> Found:
    entries = budget.limits.entries if selection is None else CLASS_ENTRIES
    with open_zip(file, budget.limits, entries) as archive:
        members = archive.infolist()
        if selection is not None:
            members = [member for member in members if member.filename in selection]
        budget.count(len(members))
        for member in members:
            name = member.filename if selection is None else selection[member.filename]
            path = member_path(name)
            if path is None or member.is_dir():
                continue
            kib = sought(path.name)
            kind = member.external_attr >> 16
            if kib is None:
                yield path, None
            elif stat.S_IFMT(kind) not in (0, stat.S_IFREG):
                yield path, LINK
            elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                yield path, COMPRESSED
            else:
                with archive.open(member) as content:
                    yield path, budget.content_of(content, kib)
