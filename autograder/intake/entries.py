"""Lists who handed in: a folder with one entry for each student, and a safe name for each.

An entry is a folder, a ``.zip`` or a ``.tar.gz``. A bad entry is a row with a reason, never a stop.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from autograder.intake.archives import TAR, ZIP
from autograder.intake.errors import IntakeError
from autograder.messages import say
from autograder.records import RESERVED_NAMES
from autograder.text import clean

#: What desktops and git leave in a folder; everything else in it is somebody's.
IGNORED_NAMES = frozenset(
    {".DS_Store", ".git", ".gitignore", ".gitkeep", "Thumbs.db", "desktop.ini"}
)
NAME_LIMIT = 100


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
    for name in sorted(names, key=lambda name: (not _is_folder(folder / name), name)):
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


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # its own row says why
        return False


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
