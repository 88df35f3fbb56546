"""The packages that a lab allows, copied to where the jail can read them, with what they need.

Only what a lab names is there: an import of anything else fails. NumPy is always there, and in the
version that grades.
"""

from __future__ import annotations

import importlib.metadata
import shutil
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution
from pathlib import Path

#: Folders of a package that nobody imports in the end.
_LEFT_OUT = frozenset({"test", "tests", "_tests", "__pycache__"})
_NUMPY = "numpy"


class PackageUnavailable(Exception):
    """A package that a lab allows can't be used; the text says why and what to do."""


def distributions(names: Iterable[str]) -> list[Distribution]:
    """Find packages and all that they need, sorted by name, without NumPy.

    Raises
    ------
    PackageUnavailable
        If one is not installed.
    """
    found: dict[str, Distribution] = {}
    left = [(name, f"lab.toml allows the package {name}") for name in names]
    if not left:
        return []
    # Imported here: most labs allow none.
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    while left:
        name, why = left.pop()
        key = canonicalize_name(name)
        if key in found or key == _NUMPY:
            continue
        try:
            found[key] = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            raise PackageUnavailable(
                f"{why}, which is not installed here; python -m pip install {name}"
            ) from None
        for text in found[key].requires or ():
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                left.append((needed.name, f"the package {name} needs the package {needed.name}"))
    return [found[key] for key in sorted(found)]


def pinned(names: Iterable[str]) -> list[str]:
    """List packages and all that they need as pip wants them, with their versions.

    Raises
    ------
    PackageUnavailable
        If one is not installed.
    """
    return [f"{each.metadata['Name']}=={each.version}" for each in distributions(names)]


def copy_packages(found: Iterable[Distribution], target: Path) -> None:
    """Copy packages into a folder.

    Raises
    ------
    PackageUnavailable
        If its files are not known, or lie elsewhere than where packages are installed.
    OSError
        If they can't be copied.
    """
    for each in found:
        name, copied = each.metadata["Name"], False
        root = Path(str(each.locate_file(""))).resolve()
        for file in _files(each):
            source = Path(str(each.locate_file(file))).resolve()
            if not source.is_relative_to(root):
                raise PackageUnavailable(
                    f"the package {name} has files outside of {root}; install it anew, "
                    f"python -m pip install --force-reinstall {name}"
                )
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / file)
            copied = copied or file.suffix != ""
        if not copied:
            raise PackageUnavailable(
                f"the package {name} is installed as a link to its sources, or without a list of "
                f"its files; install it as others are, python -m pip install {name}"
            )


def _files(package: Distribution) -> Iterator[Path]:
    """Yield the files that are imported, and what the package says of itself."""
    for path in package.files or ():
        file = Path(path)
        about = file.parts[0].endswith(".dist-info")
        if (
            file.is_absolute()
            or ".." in file.parts
            or not _LEFT_OUT.isdisjoint(file.parts)
            or (len(file.parts) == 1 and file.suffix == ".pth")
            or (about and file.name != "METADATA")
        ):
            continue
        yield file
