"""nbgrader's searches in a course whose own path has characters of patterns.

nbgrader looks for submissions with `glob`, and gives it the path of the course as it is: in
``/home/me/Lab [2026]`` it would find nothing.
"""

from __future__ import annotations

import glob
import importlib
import os
from pathlib import Path
from typing import Any

_MODULES = (
    "nbgrader.apps.api",
    "nbgrader.converters.base",
    "nbgrader.exchange.default.collect",
    "nbgrader.exchange.default.exchange",
    "nbgrader.exchange.default.list",
    "nbgrader.exchange.default.release_feedback",
    "nbgrader.utils",
)
_FOLDERS: set[str] = set()


class _Glob:
    """The module `glob`, for which the names of courses' folders are no patterns."""

    def __getattr__(self, name: str) -> Any:
        return getattr(glob, name)

    def glob(self, pattern: str, **options: Any) -> list[str]:
        """Find files as `glob.glob` does."""
        for folder in _FOLDERS:
            if pattern.startswith(folder + os.sep):
                pattern = glob.escape(folder) + pattern.removeprefix(folder)
        return glob.glob(pattern, **options)  # noqa: PTH207


def take_literally(root: Path) -> None:
    """Have nbgrader, in this process, take the path of a course for what it is.

    Parameters
    ----------
    root
        The course's folder.
    """
    if glob.has_magic(str(root)):
        _FOLDERS.add(str(root))
        for name in _MODULES:
            importlib.import_module(name).glob = _Glob()  # type: ignore[attr-defined]
