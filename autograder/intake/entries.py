"""Takes in what students handed in: a folder with one entry for each of them.

An entry is a folder, a ``.zip`` or a ``.tar.gz``. Of each, only the files that the lab names are
read, wherever in it they lie once; nothing is unpacked to disk, no link is followed, and every
size is bounded before anything is read. A bad entry is a row with a reason, never a stop.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from autograder.errors import UserError
from autograder.lab import Lab, Limits
from autograder.messages import and_also, join, say
from autograder.text import clean

ZIP, TAR = (".zip",), (".tar.gz", ".tgz")
#: Folders that a student's tools make and in which nobody hands in.
IGNORED_FOLDERS = frozenset({"__MACOSX", "__pycache__", "node_modules", "venv"})
#: What desktops and git leave in a folder; everything else in it is somebody's.
IGNORED_NAMES = frozenset(
    {".DS_Store", ".git", ".gitignore", ".gitkeep", "Thumbs.db", "desktop.ini"}
)
#: Names that the grader uses in its output folder.
RESERVED_NAMES = frozenset({"grades.csv", "index.html"})
DEPTH_LIMIT = 20
NAME_LIMIT = 100
LINK = say("is a link or not a regular file; hand in the file itself")
COMPRESSED = say("is compressed in a way that is not read here; make an ordinary .zip")
UNPACKED = say("the archive unpacks to more than is allowed")


class IntakeError(UserError):
    """The folder of submissions can't be read; the text says why and what to do."""


class Refused(Exception):
    """This entry can't be graded; the text says why."""


@dataclass(frozen=True)
class Entry:
    """One student's entry in the folder of submissions.

    Attributes
    ----------
    student
        Who handed it in: the entry's name, safe as a file name and unique in its folder.
    path
        Where it lies.
    reason
        Why it is refused unseen, if it is.
    """

    student: str
    path: Path
    reason: str | None = None


@dataclass(frozen=True)
class Submission:
    """What will be graded of an entry.

    Attributes
    ----------
    student
        Who handed it in.
    files
        Name -> content of the files that the lab names.
    problems
        Name -> what is wrong with a file that is not among `files`.
    """

    student: str
    files: dict[str, bytes]
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 over names and contents."""
        digest = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        return f"sha256:{digest.hexdigest()}"


def list_entries(folder: Path) -> list[Entry]:
    """List the students who handed in, sorted by name.

    Parameters
    ----------
    folder
        One folder or archive for each student.

    Raises
    ------
    IntakeError
        If the folder can't be read or nobody is in it.
    """
    try:
        names = sorted(name for name in os.listdir(folder) if name not in IGNORED_NAMES)
    except FileNotFoundError:
        raise IntakeError(f"there is no folder {clean(str(folder))}") from None
    except OSError as error:
        raise IntakeError(f"cannot read {clean(str(folder))}: {error.strerror}") from error
    if not names:
        raise IntakeError(
            f"no submissions in {clean(str(folder))}: put one folder, .zip or .tar.gz there for "
            "each student, named as the student is"
        )
    entries: dict[str, Entry] = {}
    # Folders first, so that an archive beside the folder of its name is the odd one out.
    for name in sorted(names, key=lambda name: (not (folder / name).is_dir(), name)):
        path, reason = folder / name, None
        student = student_name(_stem(name))
        if student in entries:
            other = clean(entries[student].path.name)
            student = student_name(name)
            reason = say(
                "{first} and {second} are of the same student; leave one of them",
                first=clean(name),
                second=other,
            )
        while student in entries:  # "a.zip" as a folder, and again as an archive of "a"
            name += "~"
            student = student_name(name)
        entries[student] = Entry(student, path, reason)
    return sorted(entries.values(), key=lambda entry: entry.student)


def _stem(name: str) -> str:
    for ending in ZIP + TAR:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name


def student_name(name: str) -> str:
    """Make a name that is safe as a file name and in a table, and unlike any other's.

    Letters and digits of every script, spaces and ``-_.@+,()`` stay; everything else, a dot at the
    start, and a space at either end, is written as ``%`` and hexadecimal digits, as in a URL. A
    very long name ends in a part of its digest.
    """
    raw = os.fsencode(name)
    safe = "".join(
        c if c.isprintable() and (c.isalnum() or c in " -_.@+,()") else _percent(c) for c in name
    )
    if safe.startswith((".", " ")) or name.casefold() in RESERVED_NAMES:
        safe = _percent(safe[0]) + safe[1:]
    if safe.endswith(" "):  # programs that read the name would strip it
        safe = safe[:-1] + _percent(" ")
    if len(safe.encode()) > NAME_LIMIT:
        tail = hashlib.sha256(raw).hexdigest()[:12]
        safe = safe.encode()[: NAME_LIMIT - 13].decode(errors="ignore") + "~" + tail
    return safe


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in os.fsencode(character))


def read_submission(entry: Entry, lab: Lab) -> Submission:
    """Read the files that the lab names from an entry.

    Raises
    ------
    Refused
        If the entry as a whole can't be graded.
    """
    files, problems = read_entry(entry, lab.limits, dict.fromkeys(lab.files, lab.limits.file_kib))
    if not files:
        raise Refused(join(and_also, problems.values()))
    return Submission(entry.student, files, problems)


def read_entry(
    entry: Entry, limits: Limits, wanted: Mapping[str, int]
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Read files of these names from an entry, wherever in it they lie once.

    Parameters
    ----------
    entry
        Where to look.
    limits
        Of the entry as a whole.
    wanted
        The files' names, and how many KiB each may have.

    Returns
    -------
    files : dict
        Name -> content.
    problems : dict
        Name -> what is wrong with a file that is not among `files`.

    Raises
    ------
    Refused
        If the entry as a whole can't be read.
    """
    if entry.reason:
        raise Refused(entry.reason)
    found: dict[str, list[tuple[str, bytes | str]]] = {name: [] for name in wanted}
    try:
        for path, content in _files(entry.path, limits, wanted):
            # Of what is there twice only the place is wanted.
            found[path.name].append((str(path), "" if found[path.name] else content))
    except OSError as error:
        reason = error.strerror or error
        raise Refused(say("it cannot be read: {reason}", reason=reason)) from error
    files: dict[str, bytes] = {}
    problems: dict[str, str] = {}
    for name, places in found.items():
        if len(places) > 1:
            where = ", ".join(clean(place, 80) for place, _ in places[:3])
            problems[name] = say(
                "{file} is there {number} times ({places}); leave one",
                file=name,
                number=len(places),
                places=where,
            )
        elif not places:
            problems[name] = say("{file} is missing", file=name)
        elif isinstance(places[0][1], str):
            problems[name] = say("{file} {problem}", file=name, problem=places[0][1])
        else:
            files[name] = places[0][1]
    return files, problems


def _files(
    path: Path, limits: Limits, wanted: Mapping[str, int]
) -> Iterator[tuple[PurePosixPath, bytes | str]]:
    """Give every file with a wanted name: its path, and its content or what is wrong."""
    kind = path.lstat().st_mode
    if stat.S_ISLNK(kind):
        raise Refused(say("it is a link; hand in the folder or archive itself"))
    if stat.S_ISDIR(kind):
        yield from _folder_files(path, limits, wanted)
        return
    if not stat.S_ISREG(kind):
        raise Refused(say("it is neither a folder nor a file"))
    if not path.name.lower().endswith(ZIP + TAR):
        raise Refused(say("it is not a folder, .zip or .tar.gz"))
    with _open(path) as file:
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


def _open(path: Path | str, folder: int | None = None) -> BinaryIO:
    """Open a regular file for reading: no link, and no pipe that would wait for a writer."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, dir_fd=folder), "rb")


def _folder_files(
    root: Path, limits: Limits, wanted: Mapping[str, int]
) -> Iterator[tuple[PurePosixPath, bytes | str]]:
    count = 0
    for place, folders, names, descriptor in os.fwalk(root, onerror=_raise):
        inside = PurePosixPath(os.path.relpath(place, root))
        folders[:] = [n for n in folders if not _ignored(n)] if _depth(inside) else []
        count += len(names)
        if count > limits.entries:
            raise Refused(_too_many(limits))
        for name in sorted(set(names) & set(wanted)):
            if not stat.S_ISREG(os.lstat(name, dir_fd=descriptor).st_mode):
                yield inside / name, LINK
                continue
            with _open(name, descriptor) as file:
                yield inside / name, _content(file, wanted[name])


def _too_many(limits: Limits) -> str:
    return say("it holds more than {number} files", number=limits.entries)


def _raise(error: OSError) -> None:
    raise error


def _ignored(folder: str) -> bool:
    return folder.startswith(".") or folder in IGNORED_FOLDERS


def _depth(path: PurePosixPath) -> bool:
    return len(path.parts) < DEPTH_LIMIT


def _content(file: IO[bytes], kib: int) -> bytes | str:
    content = file.read((kib << 10) + 1)
    if len(content) > kib << 10:
        return say("is larger than {size} KiB", size=kib)
    return content


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
    if path.name not in wanted or any(map(_ignored, path.parts[:-1])):
        return None
    return path


def _zip_files(
    file: BinaryIO, limits: Limits, wanted: Mapping[str, int]
) -> Iterator[tuple[PurePosixPath, bytes | str]]:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if len(members) > limits.entries:
            raise Refused(_too_many(limits))
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
                yield path, _content(content, wanted[path.name])


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
                raise Refused(_too_many(limits))
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
                yield path, _content(content, wanted[path.name])
