"""Reads a submission: of an entry, the files that the lab names, wherever in it they lie once."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autograder.intake.archives import TAR, ZIP, archive_files
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
    """Yield every file with a wanted name: its path, and its content or what is wrong."""
    kind = path.lstat().st_mode
    if stat.S_ISLNK(kind):
        raise Refused(say("it is a link; hand in the folder or archive itself"))
    if stat.S_ISDIR(kind):
        yield from folder_files(path, limits, wanted)
        return
    if not stat.S_ISREG(kind):
        raise Refused(say("it is neither a folder nor a file"))
    if not path.name.lower().endswith(ZIP + TAR):
        raise Refused(say("it is not a folder, .zip or .tar.gz"))
    yield from archive_files(path, limits, wanted)
