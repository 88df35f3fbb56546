"""Reads a submission: of an entry, the files that the lab names, wherever in it they lie once."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from autograder.intake.archives import TAR, ZIP, archive_files
from autograder.intake.bounds import open_file
from autograder.intake.entries import Entry
from autograder.intake.errors import Refused
from autograder.intake.folders import folder_files
from autograder.lab import Lab, Limits
from autograder.messages import and_also, join, say
from autograder.text import clean


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


@dataclass(frozen=True)
class Archive:
    """An archive that somebody handed in, opened and not looked into."""

    name: str
    file: BinaryIO


#: Paths of files with a wanted name, and the content of each or what is wrong with it.
Found = Iterable[tuple[PurePosixPath, bytes | str]]


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
    return whole(entry.student, *read_entry(entry, lab.limits, wanted_files(lab)))


def whole(student: str, files: dict[str, bytes], problems: dict[str, str]) -> Submission:
    """Make a submission of files and of what is wrong with others.

    Raises
    ------
    Refused
        If there are no files.
    """
    if not files:
        raise Refused(join(and_also, problems.values()))
    return Submission(student, files, problems)


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
    files, problems : dict
        As `sort_out` returns them.

    Raises
    ------
    Refused
        If the entry as a whole can't be read.
    """
    source = open_entry(entry)
    if isinstance(source, Path):
        return sort_out(folder_files(source, limits, wanted), wanted)
    with source.file:
        return sort_out(archive_files(source.file, source.name, limits, wanted), wanted)


def open_entry(entry: Entry) -> Path | Archive:
    """Return the folder of an entry, or its archive.

    Raises
    ------
    Refused
        If it is neither.
    """
    if entry.reason:
        raise Refused(entry.reason)
    try:
        kind = entry.path.lstat().st_mode
        if stat.S_ISLNK(kind):
            raise Refused(say("it is a link; hand in the folder or archive itself"))
        if stat.S_ISDIR(kind):
            return entry.path
        if not stat.S_ISREG(kind):
            raise Refused(say("it is neither a folder nor a file"))
        if not entry.path.name.lower().endswith(ZIP + TAR):
            raise Refused(say("it is not a folder, .zip or .tar.gz"))
        return Archive(entry.path.name, open_file(entry.path))
    except OSError as error:
        raise _unreadable(error) from error


def sort_out(found: Found, wanted: Iterable[str]) -> tuple[dict[str, bytes], dict[str, str]]:
    """Take each wanted file that is there once.

    Returns
    -------
    files : dict
        Name -> content.
    problems : dict
        Name -> what is wrong with a file that is not among `files`.

    Raises
    ------
    Refused
        If they can't be read.
    """
    all_places: dict[str, list[tuple[str, bytes | str]]] = {name: [] for name in wanted}
    try:
        for path, content in found:
            # Of what is there twice only the place is wanted.
            all_places[path.name].append((str(path), "" if all_places[path.name] else content))
    except OSError as error:
        raise _unreadable(error) from error
    files: dict[str, bytes] = {}
    problems: dict[str, str] = {}
    for name, places in all_places.items():
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


def _unreadable(error: OSError) -> Refused:
    return Refused(say("it cannot be read: {reason}", reason=error.strerror or error))
