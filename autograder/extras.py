"""Which extra of the package brings a module that is not installed."""

from __future__ import annotations

from importlib import metadata

from packaging.requirements import Requirement

#: As pyproject.toml names the package.
DISTRIBUTION = "backpropagation-lab"


def advice(error: ModuleNotFoundError) -> str | None:
    """Say in one sentence how to install what is missing; None if it is nothing that we know.

    Parameters
    ----------
    error
        Raised by an import.
    """
    module = (error.name or "").partition(".")[0]
    try:
        requirements = [Requirement(text) for text in metadata.requires(DISTRIBUTION) or ()]
    except metadata.PackageNotFoundError:
        return None
    for extra in metadata.metadata(DISTRIBUTION).get_all("Provides-Extra") or ():
        for requirement in requirements:
            if requirement.name.replace("-", "_").lower() == module.lower() and (
                requirement.marker and requirement.marker.evaluate({"extra": extra})
            ):
                return (
                    f"this needs {module}, which is not installed; install it with: "
                    f"pip install '{DISTRIBUTION}[{extra}]'"
                )
    return None
