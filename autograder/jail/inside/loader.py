"""Imports the files of one submission, in the jail and, for code of the lab's own, in the grader.

All files of a submission can import each other, at any time, and hide whatever else has their
names. In the jail that is for good; in the grader `Sources.installed` takes back all of it.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import CodeType, ModuleType
from typing import Any


class Sources(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds and loads the modules of one submission, from bytes.

    Parameters
    ----------
    files
        File name -> content. ``layer.py`` is the module ``layer``; there are no packages.
    folder
        Where the files lie, or seem to: tracebacks and coverage call them by their path in it. By
        default they have names only.
    home
        Where ``__file__`` says that they lie, if that is not the same: beside the lab's data.
    """

    def __init__(self, files: Mapping[str, bytes], folder: str = "", home: str | None = None):
        self.files, self._prefix = files, f"{folder}/" if folder else ""
        self._home = self._prefix if home is None else f"{home}/"

    def find_spec(
        self, fullname: str, path: Any = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Claim the modules that the submission holds."""
        if f"{fullname}.py" not in self.files:
            return None
        origin = f"{self._home}{fullname}.py"
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=origin)
        spec.has_location = True  # gives the module its __file__
        return spec

    def get_source(self, fullname: str) -> str | None:
        """Decline: the bytes are compiled as they are, so that a coding line counts."""
        return None

    def get_code(self, fullname: str) -> CodeType:
        """Compile a module of the submission."""
        return _compiled(self.files[f"{fullname}.py"], self.path(fullname))

    def path(self, fullname: str) -> str:
        """Return the path of a module's file."""
        return f"{self._prefix}{fullname}.py"

    def load(self, name: str) -> ModuleType:
        """Import one of the submission's modules, if that has not been done.

        Raises
        ------
        ModuleNotFoundError
            If the submission has no such file.
        BaseException
            Whatever the module raises.
        """
        if f"{name}.py" not in self.files:
            raise ModuleNotFoundError(f"the submission has no {name}.py", name=name)
        return importlib.import_module(name)

    def install(self) -> None:
        """Serve imports from now on, for good: the process runs nothing but this submission."""
        for file in self.files:
            sys.modules.pop(file.removesuffix(".py"), None)
        sys.meta_path.insert(0, self)

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """Serve imports for a while; modules and finders are afterwards as they were before.

        What the submission imported from elsewhere stays imported: a module written in C can't be
        imported twice.
        """
        modules, finders = dict(sys.modules), list(sys.meta_path)
        self.install()
        try:
            yield
        finally:
            sys.meta_path[:] = finders
            for name, module in list(sys.modules.items()):
                if name not in modules and self._made(module):
                    del sys.modules[name]
            sys.modules.update(modules)

    def _made(self, module: Any) -> bool:
        """Return whether a module is the submission's: one of its files or made by its code."""
        spec = getattr(module, "__spec__", None)
        return getattr(spec, "loader", self) is self


@lru_cache(maxsize=512)
def _compiled(source: bytes, path: str) -> CodeType:
    """Compile a file once: the same variants are imported afresh for every check."""
    return compile(source, path, "exec", dont_inherit=True)
