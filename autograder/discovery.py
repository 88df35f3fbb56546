"""Finds the modules of a package that is a list, such as the commands and the output formats.

A new entry is a new module in the package and nothing else; its name is the module's, with
hyphens.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def entries(package: ModuleType) -> list[str]:
    """List the names of a package's modules, sorted, without importing them."""
    return sorted(
        module.name.replace("_", "-") for module in pkgutil.iter_modules(package.__path__)
    )


def load_entry(package: ModuleType, name: str) -> ModuleType:
    """Import the module of one of `entries`."""
    return importlib.import_module(f"{package.__name__}.{name.replace('-', '_')}")


def summary(module: ModuleType) -> str:
    """Give the first line of a module's docstring, without its full stop."""
    return (module.__doc__ or "").partition("\n")[0].rstrip(".")
