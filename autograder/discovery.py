"""Finds the modules of a package in which each module is one thing of a kind, such as a command.

A new one is a new module and nothing else. Its name is the module's, with
hyphens.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def module_names(package: ModuleType) -> list[str]:
    """List the names of a package's modules, sorted, without importing them."""
    return sorted(
        module.name.replace("_", "-") for module in pkgutil.iter_modules(package.__path__)
    )


def load_module(package: ModuleType, name: str) -> ModuleType:
    """Import the module of one of `module_names`."""
    return importlib.import_module(f"{package.__name__}.{name.replace('-', '_')}")


def summary(module: ModuleType) -> str:
    """Return the first line of a module's docstring, without its full stop."""
    return (module.__doc__ or "").partition("\n")[0].rstrip(".")
