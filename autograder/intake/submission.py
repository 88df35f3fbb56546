"""Reads a submission: of an entry, the files that the lab names, wherever in it they lie."""

from __future__ import annotations

import hashlib
import io
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import BinaryIO

from autograder.intake.archives import archive_files, is_archive
from autograder.intake.bounds import Budget, open_file
from autograder.intake.contents import Contents, Finder
from autograder.intake.entries import Entry
from autograder.intake.errors import Refused
from autograder.intake.folders import folder_files, open_inside
from autograder.lab import Lab, Limits
from autograder.messages import message_of, say
from autograder.text import clean

#: So many archives, one inside another, are opened in what was handed in.
INNER = 2


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
    remarks
        What else is to be said of them.
    """

    student: str
    files: dict[str, bytes]
    problems: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the files, as students can compute it: ``sha256sum * | sha256sum``.

        The ends of lines count as one newline each, since a platform may change them on the way.
        """
        lines = (f"{_sha256(_plain_ends(self.files[n]))}  {n}\n" for n in sorted(self.files))
        return f"sha256:{_sha256(''.join(lines).encode())}"


def _plain_ends(content: bytes) -> bytes:
    """Return a text with the ends of its lines as Linux and macOS write them."""
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class Archive:
    """An archive that somebody handed in, opened and not looked into.

    Attributes
    ----------
    name
        How it is called.
    file
        Its bytes.
    inner
        So many archives, one inside another, are opened in it.
    selection
        If it holds a whole class: the paths of the student's files -> how the student named each.
    remarks
        What is to be said of where it was found.
    """

    name: str
    file: BinaryIO
    inner: int
    selection: Mapping[str, str] | None = None
    remarks: tuple[str, ...] = ()


def wanted_files(lab: Lab) -> dict[str, int]:
    """Return the names of the files that a lab takes, and how many KiB each may have."""
    return dict.fromkeys(lab.files, lab.limits.file_kib)


def read_submission(entry: Entry, lab: Lab) -> Submission:
    """Read the files that the lab names from an entry.

    Raises
    ------
    Refused
        If the entry as a whole can't be graded.
    """
    return whole(read_entry(entry, lab.limits, wanted_files(lab)), entry.student)


def whole(contents: Contents, student: str = "") -> Submission:
    """Make a submission of what was found.

    Raises
    ------
    Refused
        If there are no files.
    """
    if not contents.files:
        raise Refused(contents.reason)
    return Submission(student, contents.files, contents.problems, contents.remarks)


def read_entry(
    entry: Entry,
    limits: Limits,
    wanted: Mapping[str, int],
    main: Iterable[str] | None = None,
    notebook_kib: int | None = None,
) -> Contents:
    """Read files of these names from an entry, wherever in it they lie.

    Parameters
    ----------
    entry
        Where to look.
    limits
        Of the entry as a whole.
    wanted
        The files' names, and how many KiB each may have.
    main, notebook_kib
        As in `autograder.intake.contents.Finder`.

    Raises
    ------
    Refused
        If the entry as a whole can't be read.
    """
    opened = open_entry(entry, limits, wanted, main, notebook_kib)
    if isinstance(opened, Contents):
        return opened
    with opened.file:
        return read_archive(opened, limits, wanted, main, notebook_kib)


def open_entry(
    entry: Entry,
    limits: Limits,
    wanted: Mapping[str, int],
    main: Iterable[str] | None = None,
    notebook_kib: int | None = None,
) -> Contents | Archive:
    """Read an entry that is a folder; open one that is an archive, or a folder with nothing else.

    Raises
    ------
    Refused
        If it is neither, or can't be read.
    """
    if entry.reason:
        raise Refused(entry.reason)
    try:
        kind = entry.path.lstat().st_mode
        if stat.S_ISLNK(kind):
            raise Refused(say("it is a link; hand in the folder or archive itself"))
        if stat.S_ISDIR(kind):
            return _open_folder(entry, limits, Finder(wanted, None, main, notebook_kib))
        if not stat.S_ISREG(kind):
            raise Refused(say("it is neither a folder nor a file"))
        if not is_archive(entry.path.name):
            raise Refused(say("it is not a folder, .zip or .tar.gz"))
        # The archive of a student in that of the class is what is looked into.
        names = list((entry.selection or {}).values())
        inner = INNER + (len(names) == 1 and is_archive(names[0]))
        return Archive(entry.path.name, open_file(entry.path), inner, entry.selection)
    except OSError as error:
        raise _unreadable(error) from error


def _open_folder(entry: Entry, limits: Limits, finder: Finder) -> Contents | Archive:
    for path, content in folder_files(entry.path, Budget(limits), finder.sought, entry.selection):
        finder.see(path, content)
    contents = finder.result()
    if finder.found or len(finder.archives) != 1:
        return contents
    (path,) = finder.archives
    named = {PurePosixPath(name): inside for inside, name in (entry.selection or {}).items()}
    file = open_inside(entry.path, PurePosixPath(named.get(path, path)))
    return Archive(path.name, file, INNER - 1, None, (_inside(path),))


def read_archive(
    archive: Archive,
    limits: Limits,
    wanted: Mapping[str, int],
    main: Iterable[str] | None = None,
    notebook_kib: int | None = None,
) -> Contents:
    """Read files of these names from an archive, or from the one archive inside it.

    Raises
    ------
    Refused
        If it can't be read.
    """
    try:
        contents = _read(archive, Budget(limits), wanted, main, notebook_kib)
    except OSError as error:
        raise _unreadable(error) from error
    return replace(contents, remarks=(*archive.remarks, *contents.remarks))


def _read(
    archive: Archive,
    budget: Budget,
    wanted: Mapping[str, int],
    main: Iterable[str] | None,
    notebook_kib: int | None,
) -> Contents:
    inner_kib = budget.limits.archive_mib << 10 if archive.inner else None
    finder = Finder(wanted, inner_kib, main, notebook_kib)
    members = archive_files(archive.file, archive.name, budget, finder.sought, archive.selection)
    for path, content in members:
        finder.see(path, content)
    contents = finder.result()
    if finder.found or len(finder.archives) != 1:
        return contents
    ((path, within),) = finder.archives.items()
    name = clean(path.name, 80)
    if within is None:
        return contents
    if isinstance(within, str):
        raise Refused(say("{file} {problem}", file=name, problem=within))
    try:
        inner = Archive(path.name, io.BytesIO(within), archive.inner - 1)
        found = _read(inner, budget, wanted, main, notebook_kib)
    except Refused as refused:
        raise Refused(say("{file}: {problem}", file=name, problem=message_of(refused))) from None
    return replace(
        found, files=contents.files | found.files, remarks=(_inside(path), *found.remarks)
    )


def _inside(path: PurePosixPath) -> str:
    return say("the files are from {archive}, which lay inside", archive=clean(path.name, 80))


def _unreadable(error: OSError) -> Refused:
    return Refused(say("it cannot be read: {reason}", reason=error.strerror or error))
