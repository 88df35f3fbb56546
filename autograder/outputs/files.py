"""Where grades are read from and outputs are written to."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from autograder.outputs.content import OutputError
from autograder.records import FILE_NAME, Grade, write_whole
from autograder.text import clean


def single_record(path: Path) -> Path | None:
    """Give the record if one student is meant, by a file or by the folder that holds it."""
    if path.is_dir():
        return path / FILE_NAME if (path / FILE_NAME).is_file() else None
    return path


def all_records(path: Path) -> Iterator[Path]:
    """Give the records of a class, or the one of a student.

    Raises
    ------
    OutputError
        If there are none.
    """
    if single := single_record(path):
        yield single
        return
    found = sorted(path.glob(f"*/{FILE_NAME}"))
    if not found:
        raise OutputError(f"there are no grades in {clean(str(path))}; run make grade first")
    yield from found


def read_record(path: Path) -> Grade:
    """Read a record.

    Raises
    ------
    OutputError
        If it can't be read.
    """
    try:
        return Grade.from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OutputError(f"cannot read {clean(str(path))}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise OutputError(f"{clean(str(path))} can't be read: {clean(str(error))}") from error


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
        raise OutputError(f"cannot write {clean(str(path))}: {error.strerror}") from error
