"""Who handed in, and what of it is graded: an entry for each student."""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.records import RESERVED_NAMES

NAME_LIMIT = 100
#: Where a time of hand-in is from: what the platform says, or the date of a file.
PLATFORM, FILE_DATE = "platform", "file date"
#: What nbgrader searches with, and what its pages write into addresses as it is.
_NOT_IN_NBGRADER = frozenset("*?[]/\\#%")
_ENCODED = re.compile("(?:~[0-9A-F]{2})+")
#: Unicode's categories of control characters, of surrogates, and of what is not assigned.
_NOT_SHOWN = frozenset({"Cc", "Cs", "Cn", "Co"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What a student handed in.

    Attributes
    ----------
    student
        Who: the id, as the course knows it; see `student_id`.
    path
        Where it lies: a folder or an archive.
    reason
        Why it is refused unseen, if it is.
    selection
        If there is a whole class at `path`: the paths of this student's files -> how the student
        named each. None if all of it is this student's.
    name
        Of the student, for people; may be empty.
    time
        When it was handed in, if that is known.
    origin
        Where `time` is from: `PLATFORM`, `FILE_DATE`, or empty.
    number
        Which attempt of the student it is, from 1 on.
    remarks
        What the student and the instructor should know of how it was found.
    print
        Another for other files; empty if it is not known.
    """

    student: str
    path: Path
    reason: str | None = None
    selection: Mapping[str, str] | None = None
    name: str = ""
    time: datetime.datetime | None = None
    origin: str = ""
    number: int = 1
    remarks: tuple[str, ...] = ()
    print: str = ""

    @property
    def folder(self) -> str:
        """The student's folder below the grades: safe as a file's name, and shown to nobody."""
        return student_name(self.student)


def student_id(text: str) -> str:
    """Return an id as it is compared: in Unicode's NFC.

    A folder that a Mac has made has decomposed accents, and is the same student's. What can't be
    shown, such as bytes of a folder's name that are no text, is written as in `student_name`.
    """
    text = unicodedata.normalize("NFC", text)
    return "".join(_percent(c) if unicodedata.category(c) in _NOT_SHOWN else c for c in text)


def student_name(student: str) -> str:
    """Make a name of an id that is safe as a file name and in a table, and unlike any other's.

    Letters and digits of every script, spaces and ``-_.@+,()`` stay; everything else, a dot at the
    start, and a space at either end, is written as ``%`` and hexadecimal digits, as in a URL. A
    very long name ends in a part of its digest.
    """
    raw = _bytes(student)
    safe = "".join(
        c if c.isprintable() and (c.isalnum() or c in " -_.@+,()") else _percent(c) for c in student
    )
    if safe.startswith((".", " ")) or student.casefold() in RESERVED_NAMES:
        safe = _percent(safe[0]) + safe[1:]
    if safe.endswith(" "):  # programs that read the name would strip it
        safe = safe[:-1] + _percent(" ")
    if len(safe.encode()) > NAME_LIMIT:
        tail = hashlib.sha256(raw).hexdigest()[:12]
        safe = safe.encode()[: NAME_LIMIT - 13].decode(errors="ignore") + "~" + tail
    return safe


def nbgrader_name(student: str) -> str:
    """Return as whom nbgrader knows a student: by the id, unless it would misread that.

    It takes ids for patterns, strips the spaces at their ends, passes over names that start with a
    dot, and writes ids into addresses as they are. What would suffer becomes ``~`` and two
    hexadecimal digits for each byte; `nbgrader_student` reads it back.
    """
    left = len(student) - len(student.lstrip())
    right = len(student.rstrip())
    return "".join(
        "".join(f"~{byte:02X}" for byte in _bytes(c))
        if c in _NOT_IN_NBGRADER
        or not left <= place < right
        or (c == "." and place == 0)
        or (c == "~" and _ENCODED.match(student, place))
        else c
        for place, c in enumerate(student)
    )


def nbgrader_student(name: str) -> str:
    """Return the id of the student whom nbgrader knows by a name; see `nbgrader_name`."""
    try:
        student = _ENCODED.sub(
            lambda found: bytes.fromhex(found[0].replace("~", "")).decode(), name
        )
    except UnicodeDecodeError:
        return name
    return student if nbgrader_name(student) == name else name


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in _bytes(character))


def _bytes(text: str) -> bytes:
    """Encode a name of a file, or what can be none."""
    try:
        return os.fsencode(text)
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
