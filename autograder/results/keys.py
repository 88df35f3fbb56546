"""What a grade depends on, as digests: while they are the same, it need not be made again.

Each cause has a digest of its own, so that it can be told why a grade has changed. The hints depend
on the catalogue of mistakes besides; when only that changes, the points are the same.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from autograder.intake.bounds import open_file
from autograder.intake.entries import Entry
from autograder.intake.errors import Refused
from autograder.intake.folders import walk
from autograder.jail.packages import PackageUnavailable, pinned
from autograder.lab import Limits

if TYPE_CHECKING:
    from autograder.grading import Run

_ENGINE = Path(__file__).parent.parent
#: Of the engine, what a grade and what a hint is made by.
_GRADING = (
    *("checks", "examiner", "intake", "jail", "suites", "draws.py", "errors.py", "grading.py"),
    *("lab.py", "lab_file.py", "messages.py", "records.py", "text.py"),
)
_HINTS = "diagnosis"
#: What grades go by that are made on other machines.
_CLUSTER = "cluster"
#: What a lab is proved by, besides.
_PREFLIGHT = ("effortless.py", "preflight.py", "release")
_CHUNK = 1 << 20


#: What a grade can depend on, and how that is told when it has changed.
FILES, HINTS, SANDBOX = "files", "hints", "sandbox"
CAUSES = {
    FILES: "other files were handed in",
    "lab": "the lab's tasks, points or data were changed",
    "suites": "the checks were changed",
    "engine": "the grader was changed",
    "versions": "another Python, NumPy or package that the lab allows",
    SANDBOX: "other layers of protection",
    "limits": "other limits",
    "seed": "another seed",
    "secret": "another secret of the draws",
    HINTS: "the catalogue of mistakes was changed",
}


def keys_of(run: Run) -> dict[str, str]:
    """Return the digests of all that a run's grades depend on, but for what was handed in.

    Returns
    -------
    dict
        One for each of `CAUSES` but the first.

    Raises
    ------
    OSError
        If a file of the lab can't be read.
    """
    lab = run.lab
    hints = [path for path in (lab.reference, lab.mistakes, lab.locale) if path]
    parts = {
        "lab": [
            repr((lab.name, lab.tasks, lab.parts, lab.packages, lab.data)),
            *_trees(lab.root, lab.data_sources),
        ],
        "suites": _trees(lab.root, lab.suite_sources),
        "engine": _engine(*_GRADING),
        "versions": [sys.version, np.__version__, *_versions(lab.packages)],
        SANDBOX: run.sandbox.layers,
        "limits": [repr(lab.limits)],
        "seed": [str(run.draws.seed)],
        "secret": [run.draws.secret_id],
        HINTS: [*_trees(lab.root, hints), *_engine(_HINTS)],
    }
    return {name: _digest(texts) for name, texts in parts.items()}


def key_of_layers(layers: Iterable[str]) -> str:
    """Return the digest, among those of a grade, of the layers of protection that held."""
    return _digest(layers)


def key_of_engine() -> str:
    """Return the digest of all of the engine that makes grades, on whatever machine."""
    return _digest(_engine(*_GRADING, _HINTS, _CLUSTER))


def _versions(packages: Sequence[str]) -> list[str]:
    try:
        return pinned(packages)
    except PackageUnavailable:  # said where it is needed
        return []


def key_of_lab(run: Run) -> str:
    """Return the digest of all by which `autograder.preflight` proves a run's lab.

    Raises
    ------
    OSError
        If a file of the lab can't be read.
    """
    lab = run.lab
    keys = {name: key for name, key in keys_of(run).items() if name not in ("seed", "secret")}
    release = repr((lab.free_points, lab.release.skeletons))
    return _digest([*keys.values(), release, *_engine(*_PREFLIGHT)])


def key_of_entries(attempts: Iterable[Entry], limits: Limits) -> str | None:
    """Return the digest of what a student handed in; None if it can't be read."""
    try:
        return _digest(
            text
            for entry in attempts
            for text in (*_said(entry), entry.reason or "", *_source(entry, limits))
        )
    except (OSError, Refused):
        return None


def _said(entry: Entry) -> Iterator[str]:
    """Yield what stands in the grade of an entry, whatever is in it."""
    yield from (entry.student, str(entry.number), *entry.remarks)


@cache  # it does not change while it runs
def _engine(*names: str) -> tuple[str, ...]:
    """Return what `_trees` yields of these parts of the engine."""
    return tuple(_trees(_ENGINE, (_ENGINE / name for name in names)))


def _trees(root: Path, paths: Iterable[Path]) -> Iterator[str]:
    """Yield every file's name, seen from the root, and the digest of its content."""
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".pyc":
                yield os.path.relpath(file, root)
                yield hashlib.sha256(file.read_bytes()).hexdigest()


def _source(entry: Entry, limits: Limits) -> Iterator[str]:
    """Yield what makes the bytes of an entry these and no others.

    Raises
    ------
    Refused
        If it is too much.
    OSError
        If it can't be read.
    """
    if entry.reason:
        return
    if entry.selection is not None:  # of a class's zip, which is not read for each student
        yield entry.print
        return
    if not stat.S_ISDIR(entry.path.lstat().st_mode):
        with open_file(entry.path) as file:
            size = os.fstat(file.fileno()).st_size
            yield f"{entry.path.name} {size}"
            if size <= limits.archive_mib << 20:  # a larger one is refused for its size
                yield _content(file)
        return
    left = limits.unpacked_mib << 20
    for inside, names, descriptor in walk(entry.path, limits):
        for name in sorted(names):
            kind = os.lstat(name, dir_fd=descriptor)
            yield f"{inside / name} {stat.S_IFMT(kind.st_mode)} {kind.st_size}"
            if not stat.S_ISREG(kind.st_mode):
                continue
            left -= kind.st_size
            if left < 0:
                raise Refused("it is too large to be compared")
            with open_file(name, descriptor) as file:
                yield _content(file)


def _content(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _digest(texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        data = text.encode("utf-8", "surrogateescape")
        digest.update(len(data).to_bytes(8) + data)
    return digest.hexdigest()
