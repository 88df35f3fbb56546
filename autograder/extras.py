"""How to install a module that is missing."""

from __future__ import annotations

import re
from importlib import metadata

#: As pyproject.toml names the package.
DISTRIBUTION = "backpropagation-lab"
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)[^;]*(;.*\bextra == ['\"](?P<extra>[\w-]+)['\"])?")


def advice(error: ModuleNotFoundError) -> str | None:
    """Say in one sentence how to install what is missing; None if the engine asks for no such.

    Parameters
    ----------
    error
        Raised by an import.
    """
    module = (error.name or "").partition(".")[0]
    if module in ("", "autograder"):
        return None
    try:
        requirements = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:  # a checkout
        return _sentence(module, "run make setup, and use .venv/bin/python")
    for match in filter(None, map(_REQUIREMENT.match, requirements)):
        if match["name"].replace("-", "_").lower() == module.lower():
            extra = f"[{match['extra']}]" if match["extra"] else ""
            return _sentence(module, f"install it with: pip install '{DISTRIBUTION}{extra}'")
    return None


def _sentence(module: str, what_to_do: str) -> str:
    return f"this needs {module}, which is not installed; {what_to_do}"
