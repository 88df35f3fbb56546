"""Which grades are meant, and where outputs are written to."""

from __future__ import annotations

import sys
from pathlib import Path

from autograder.files import write_whole
from autograder.outputs.content import OutputError
from autograder.records import FILE_NAME
from autograder.text import clean


def single_record(path: Path) -> Path | None:
    """Return the record if one student is meant, by a file or by the folder that holds it."""
    if path.is_dir():
        return path / FILE_NAME if (path / FILE_NAME).is_file() else None
    return path


def write_text(path: Path | None, text: str) -> None:
    """Write a file, or to standard output if there is no path.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    if path is None:
        sys.stdout.write(text)
        return
    try:
        write_whole(path, text)
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"cannot write {clean(str(path))}: {reason}") from error
