"""What of a lab's folder grading reads: all that goes to where a lab is graded elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.lab import Lab


def needed(lab: Lab) -> Iterator[Path]:
    """Yield the files and folders that grading reads, besides the lab's description."""
    yield lab.suite
    yield from (lab.reference / name for name in lab.files)
    yield from (lab.root / name for name in lab.needs)
    yield from lab.data_sources
    yield from (folder for folder in (lab.mistakes, lab.locale) if folder)


def files_in(*paths: Path) -> Iterator[Path]:
    """Yield these files, and those in these folders, without what Python compiled."""
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (p for p in inside if not p.is_dir() and "__pycache__" not in p.parts)
