"""What a worker must have in common with the coordinator, so that its grades are the same."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterable, Mapping

import numpy as np

from autograder.results.keys import key_of_engine

PYTHON, NUMPY, ENGINE = "Python", "NumPy", "autograder"
NOT_THERE = "none"


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions that are installed here; of the engine itself, its digest.

    Parameters
    ----------
    packages
        Distributions besides.
    """
    return {
        PYTHON: platform.python_version(),
        NUMPY: np.__version__,
        ENGINE: key_of_engine(),
    } | {name: _version(name) for name in packages}


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return NOT_THERE


def difference(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """Say what a worker has that this machine has not; nothing if that is the same."""
    other = [
        "another version of autograder"
        if name == ENGINE
        else f"{name} {theirs.get(name, NOT_THERE)} where this machine has {version}"
        for name, version in ours.items()
        if theirs.get(name) != version
    ]
    return f"it has {', '.join(other)}; install the same on both" if other else ""
