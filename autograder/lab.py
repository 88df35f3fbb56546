"""The description of a lab: everything that the engine knows of what it grades.

A lab is a folder with a ``lab.toml``. Another lab is another description and no change here.
"""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class LabError(Exception):
    """The description is wrong; the text says where and what to do."""


@dataclass(frozen=True)
class Limits:
    """What a submission may use; each can be set in the table ``[limits]``.

    Attributes
    ----------
    call, check, submission
        Seconds for one call into student code, one check, and one submission. A check's marker
        may ask for other ``call_seconds`` and ``seconds``.
    timeouts
        After so many time-outs in a part, the rest of the part is not reached.
    memory_mib
        Address space of a worker.
    cpu
        Processor seconds of a worker.
    file_kib
        Size of one source file.
    archive_mib, unpacked_mib, entries
        Size of an archive, of all that it holds, and number of files of a submission.
    """

    call: float = 5
    check: float = 20
    submission: float = 600
    timeouts: int = 2
    memory_mib: int = 1024
    cpu: int = 600
    file_kib: int = 1024
    archive_mib: int = 10
    unpacked_mib: int = 32
    entries: int = 5000


@dataclass(frozen=True)
class Part:
    """A part of the lab: one file of the hidden suites.

    Attributes
    ----------
    name
        As it stands in grades.
    suite
        The file's name within the suites' folder.
    points
        What its checks must add up to.
    whole
        Whether its checks use several classes at once, so that a mistake in any of them shows.
    """

    name: str
    suite: str
    points: int
    whole: bool = False


@dataclass(frozen=True)
class Release:
    """How the students' folder is made.

    Attributes
    ----------
    folder
        Where it is written.
    skeletons
        Files of the reference from which the marked solutions are taken out.
    copies
        Target in the folder -> source in the lab, a file or a folder.
    """

    folder: str
    skeletons: tuple[str, ...]
    copies: dict[str, str]


@dataclass(frozen=True)
class Lab:
    """A lab, read from its description.

    Attributes
    ----------
    root
        The folder of ``lab.toml``; all other paths are relative to it.
    name, title
        For machines and for people.
    suite, reference, sample
        The hidden suites, a submission that earns every point, and a sample class.
    mistakes, styles, locale
        The catalogue of mistakes, right solutions in other styles, and the translations of what
        the suites say, if there are any.
    classes
        What students write: the name of a class -> the file that holds it.
    parts
        In the order in which they are graded.
    limits
        See `Limits`.
    release
        See `Release`.
    """

    root: Path
    name: str
    title: str
    suite: Path
    reference: Path
    sample: Path
    mistakes: Path | None
    styles: Path | None
    locale: Path | None
    classes: dict[str, str]
    parts: tuple[Part, ...]
    release: Release
    limits: Limits = field(default_factory=Limits)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that a submission must hold, each once."""
        return tuple(dict.fromkeys(self.classes.values()))

    @property
    def max_score(self) -> int:
        """The sum of all parts' points."""
        return sum(part.points for part in self.parts)


def load_lab(path: Path) -> Lab:
    """Read and check a description.

    Parameters
    ----------
    path
        The ``lab.toml``.

    Raises
    ------
    LabError
        If it can't be read or does not describe a lab.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LabError(f"cannot read the lab's description {path}: {error.strerror}") from error
    except ValueError as error:
        raise LabError(f"{path} is not valid TOML: {error}") from error
    root = path.resolve().parent
    try:
        lab, release = table["lab"], table["release"]
        result = Lab(
            root=root,
            name=_text(lab["name"]),
            title=_text(lab["title"]),
            suite=root / _text(lab["suite"]),
            reference=root / _text(lab["reference"]),
            sample=root / _text(lab["sample"]),
            mistakes=root / _text(lab["mistakes"]) if "mistakes" in lab else None,
            styles=root / _text(lab["styles"]) if "styles" in lab else None,
            locale=root / _text(lab["locale"]) if "locale" in lab else None,
            classes={name: _text(file) for name, file in table["classes"].items()},
            parts=tuple(Part(**part) for part in table["parts"]),
            release=Release(
                _text(release["folder"]), tuple(release["skeletons"]), dict(release["copies"])
            ),
            limits=_limits(table.get("limits", {})),
        )
    except KeyError as error:
        raise LabError(f"{path} lacks the entry {error}") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise LabError(f"{path} has an entry that is not as it should be: {error}") from error
    for part in result.parts:
        if not (result.suite / part.suite).is_file():
            raise LabError(f"{path} names the suite {part.suite}, which is not in {result.suite}")
    return result


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} should be a string")
    return value


def _limits(table: dict[str, Any]) -> Limits:
    known = {field.name for field in dataclasses.fields(Limits)}
    for name, value in table.items():
        if name not in known:
            raise ValueError(f"there is no limit {name!r}; there are {', '.join(sorted(known))}")
        if not isinstance(value, int | float) or value <= 0:
            raise ValueError(f"the limit {name} should be a number above 0")
    return Limits(**table)
