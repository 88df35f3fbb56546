"""Groups: a file ``group.txt`` in a submission names those who handed it in, one on each line."""

from __future__ import annotations

import contextlib
import io
import re
import time
from collections.abc import Mapping
from pathlib import PurePosixPath

from autograder.intake.archives import archive_files, is_archive
from autograder.intake.attempts import Person
from autograder.intake.bounds import Budget
from autograder.intake.errors import Refused
from autograder.intake.names import plain_name
from autograder.intake.tree import Tree
from autograder.lab import Limits

FILE_NAME = "group.txt"
#: Of the file, in KiB; of its lines, and of characters of one.
SIZE_LIMIT, LINES_LIMIT, LINE_LIMIT = 4, 20, 200
#: Processor seconds for looking into the archives of a class.
SECONDS = 8.0
_EMAIL = re.compile(r"[^\s<>,;()]+@[^\s<>,;()]+")


def members_of(
    tree: Tree, files: Mapping[str, str], limits: Limits, deadline: float
) -> list[str] | None:
    """Return the lines of the ``group.txt`` among files, or in the only archive among them.

    Parameters
    ----------
    tree
        In which the files are.
    files
        The paths of the files of an attempt -> how the student named each.
    limits
        Of a submission.
    deadline
        Of this process's processor time, after which no more archives are looked into.

    Returns
    -------
    list of str or None
        Empty if there is no such file, or several; None if there was no time to look.
    """
    try:
        found = [path for path, name in files.items() if _wanted(PurePosixPath(name).name)]
        if found:
            return _lines(tree.read(found[0], SIZE_LIMIT << 10)) if len(found) == 1 else []
        archives = [path for path, name in files.items() if is_archive(name)]
        if len(archives) != 1:
            return []
        if time.process_time() > deadline:
            return None
        content = tree.read(archives[0], limits.archive_mib << 20)
        inside = [
            text
            for _, text in archive_files(
                io.BytesIO(content),
                archives[0],
                Budget(limits),
                lambda name: SIZE_LIMIT if _wanted(name) else None,
            )
            if isinstance(text, bytes)
        ]
        return _lines(inside[0]) if len(inside) == 1 else []
    except (Refused, OSError, KeyError):
        return []  # reading the submission says what is wrong with it


def _wanted(name: str) -> bool:
    return plain_name(name) == plain_name(FILE_NAME)


def _lines(content: bytes) -> list[str]:
    text = ""
    for encoding in ("utf-8-sig", "utf-16", "big5"):
        with contextlib.suppress(UnicodeError):
            text = content.decode(encoding)
            break
    lines = [line.strip().lstrip("-*• ")[:LINE_LIMIT] for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")][:LINES_LIMIT]


def member(line: str) -> Person:
    """Return whom a line names: an id, a name, an e-mail address, or several of these."""
    email = found[0] if (found := _EMAIL.search(line)) else ""
    words = re.split(r"[\s,;<>()]+", line.strip("<>() "))
    name = " ".join(_EMAIL.sub("", line).replace("<", " ").replace(">", " ").split())
    return Person(line, name, email, tuple(word for word in words if word))
