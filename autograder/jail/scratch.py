"""Folders that go with the process that made them, whatever ends it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from autograder.files import locked
from autograder.jail.trust import is_ours

_PREFIX = "scratch-"


class Scratch:
    """A new folder that only its owner can read; to be closed in the end.

    Who makes one removes those whose makers were killed before they could do so: a lab's hidden
    suites do not stay behind on a machine.

    Parameters
    ----------
    place
        In which folder. It is cleared only if nobody else can have made folders there.

    Attributes
    ----------
    path
        The folder.

    Raises
    ------
    OSError
        If it can't be made.
    """

    def __init__(self, place: Path):
        if is_ours(place):
            _clear(place)
        new = Path(tempfile.mkdtemp(prefix=".", dir=place))
        self._held = os.open(new, os.O_RDONLY | os.O_CLOEXEC)
        with contextlib.suppress(OSError):  # some file systems lock no folder, for nobody
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # It has its name only now, so that nobody clears what is not locked yet.
        self.path = new.rename(place / f"{_PREFIX}{new.name[1:]}")

    def close(self) -> None:
        """Remove it and all that is in it; once is enough."""
        if self._held >= 0:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._held)
            self._held = -1


def _clear(place: Path) -> None:
    """Remove the folders that nobody holds."""
    for path in place.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError), locked(path, 0):
            shutil.rmtree(path)
