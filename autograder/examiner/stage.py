"""Copies what the suites of a lab need, which is all of the lab that an examiner may read."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from autograder.jail.runtime import cache_folder
from autograder.jail.sandbox import EXAMINER, SandboxError
from autograder.jail.scratch import Scratch
from autograder.lab import Lab, LabError

_IGNORED = shutil.ignore_patterns("__pycache__")


class Stage:
    """A copy of a lab's suites and of what they need, readable by the grader and its examiners.

    Parameters
    ----------
    lab
        What is copied.

    Attributes
    ----------
    lab
        The same lab as it stands in the copy.

    Raises
    ------
    SandboxError
        If it can't be copied.
    LabError
        If something of it is not in the lab's folder.
    """

    def __init__(self, lab: Lab):
        cache = cache_folder()
        try:
            self._scratch = Scratch(writable(cache))
            self.folder = self._scratch.path
            self._fill(lab)
        except OSError as error:
            raise SandboxError(
                f"cannot copy the suites to {cache}: {error.strerror or error}; make room there, "
                "or set XDG_CACHE_HOME to another folder"
            ) from error
        self.lab = lab.moved(self.folder)

    def _fill(self, lab: Lab) -> None:
        try:
            for path in (*lab.suite_sources, *lab.data_sources):
                if not path.resolve().is_relative_to(lab.root.resolve()):
                    raise LabError(f"{path} should be in the lab's folder; the suites need it")
                target = self.folder / path.relative_to(lab.root)
                target.parent.mkdir(parents=True, exist_ok=True)
                if path.is_dir():
                    shutil.copytree(path, target, ignore=_IGNORED, dirs_exist_ok=True)
                else:
                    shutil.copyfile(path, target)
            self._share()
        except BaseException:
            self.close()
            raise

    def _share(self) -> None:
        """Let examiners read it, which have a user of their own where root grades."""
        group = EXAMINER if os.getuid() == 0 else -1
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, -1, group)
            path.chmod(0o750 if path.is_dir() else 0o640)

    def close(self) -> None:
        """Remove the copy."""
        self._scratch.close()


def writable(cache: Path) -> Path:
    """Return where a copy may lie: in the cache, or where that is read-only, in the system's place.

    Raises
    ------
    OSError
        If there is no such place.
    """
    with contextlib.suppress(OSError):
        cache.mkdir(mode=0o755, parents=True, exist_ok=True)
    return cache if os.access(cache, os.W_OK) else Path(tempfile.gettempdir())
