"""Sorts out what is in a submission: which file is meant by each name that the lab asks for.

A file is taken if it is there once, or several times with the same content, wherever it lies; if
there is none of its name, one whose name is nearly that, if only one can be meant. Nothing is taken
out of notebooks, or of files of other names. What can't be taken is said, and what is there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from autograder.intake.archives import is_archive
from autograder.intake.names import near_names, plain_name
from autograder.messages import and_also, join, say
from autograder.text import clean

#: So many names, and characters of each, are repeated to the student.
NAMES_SHOWN, NAME_LIMIT = 5, 60
#: How notebooks end, also those that a browser has saved; and how many of them are read.
NOTEBOOKS, NOTEBOOKS_LIMIT = (".ipynb", ".ipynb.txt", ".ipynb.json"), 6


@dataclass(frozen=True)
class Contents:
    """What was found.

    Attributes
    ----------
    files
        Name -> content of the files that are wanted.
    problems
        Name -> what is wrong with a file that is not among `files`.
    remarks
        What else the student and the instructor should know.
    missing
        What is there instead, if nothing of what is wanted is there, and nothing like it.
    notebooks
        Path -> content of the notebooks, if they were sought; a string says what is wrong with one.
    others
        The names of other files, as far as they were noted.
    """

    files: dict[str, bytes]
    problems: dict[str, str]
    remarks: tuple[str, ...] = ()
    missing: str | None = None
    notebooks: dict[str, bytes | str] = field(default_factory=dict)
    others: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Why nothing can be graded, where there are no files."""
        return self.missing or join(and_also, self.problems.values())


@dataclass
class _Candidates:
    """Files that may be meant by a name: where, and their contents, each content once."""

    places: list[str] = field(default_factory=list)
    contents: dict[object, bytes | str] = field(default_factory=dict)

    def add(self, place: str, content: bytes | str) -> None:
        self.places.append(place)
        # A file that can't be read is like no other.
        same = isinstance(content, bytes)
        key: object = hashlib.sha256(content).digest() if isinstance(content, bytes) else place
        self.contents.setdefault((same, key), content if not self.contents else b"")


class Finder:
    """Takes note of every file of a submission, and sorts them out in the end.

    Parameters
    ----------
    wanted
        The names that are asked for, and how many KiB each may have.
    archive_kib
        How much of an archive within is read; None if none is.
    main
        Those of the names of which one is enough to leave archives within closed; all by default.
    notebook_kib
        How much of a notebook, of whatever name, is read; None if none is.

    Attributes
    ----------
    archives
        Archives within: path, and the content as far as it was read.
    """

    def __init__(
        self,
        wanted: Mapping[str, int],
        archive_kib: int | None = None,
        main: Iterable[str] | None = None,
        notebook_kib: int | None = None,
    ):
        self._wanted, self._archive_kib = wanted, archive_kib
        self._main = list(wanted) if main is None else list(main)
        self._near_names = near_names(wanted)
        self._exact = {name: _Candidates() for name in wanted}
        self._near = {name: _Candidates() for name in wanted}
        self._others: list[str] = []
        self._number = 0
        self._notebook_kib = notebook_kib
        self._notebooks: dict[str, bytes | str] = {}
        self.archives: dict[PurePosixPath, bytes | str | None] = {}
        self._seen: set[object] = set()

    def sought(self, name: str) -> int | None:
        """Tell how many KiB of a file of this name are read; None if it is not read."""
        if (meant := self._meant(name)) is not None:
            return self._wanted[meant]
        if name.casefold().endswith(NOTEBOOKS):
            return self._notebook_kib
        return self._archive_kib if is_archive(name) else None

    def _meant(self, name: str) -> str | None:
        return name if name in self._wanted else self._near_names.get(plain_name(name))

    def see(self, path: PurePosixPath, content: bytes | str | None) -> None:
        """Take note of a file; its content is None if it was not sought."""
        name = path.name
        meant = self._meant(name)
        if meant is not None and content is not None:
            kind = self._exact if name == meant else self._near
            kind[meant].add(str(path), content)
        elif name.casefold().endswith(NOTEBOOKS):
            if content is not None and len(self._notebooks) < NOTEBOOKS_LIMIT:
                self._notebooks[str(path)] = content
        elif is_archive(name):
            key = content if isinstance(content, bytes) else path
            if key not in self._seen:
                self._seen.add(key)
                self.archives[path] = content if not self.archives else None
        if meant is None or name != meant:
            self._note(name)

    def _note(self, name: str) -> None:
        if not name.startswith("."):
            self._number += 1
            if len(self._others) < NAMES_SHOWN and name not in self._others:
                self._others.append(name)

    @property
    def found(self) -> bool:
        """Whether anything is there that may be meant by one of the main names."""
        return bool(self._notebooks) or any(map(self._there, self._main))

    def result(self) -> Contents:
        """Sort out what was seen."""
        files: dict[str, bytes] = {}
        problems: dict[str, str] = {}
        remarks: list[str] = []
        for name in self._wanted:
            exact, near = self._exact[name], self._near[name]
            meant = exact if exact.places else near
            if not meant.places:
                problems[name] = say("{file} is missing", file=name)
                continue
            content = next(iter(meant.contents.values()))
            if len(meant.contents) > 1:
                problems[name] = _several(name, meant.places, near=meant is near)
            elif isinstance(content, str):
                problems[name] = say("{file} {problem}", file=_called(meant), problem=content)
            else:
                files[name] = content
                if meant is near:
                    remarks.append(
                        say("{found} was taken for {file}", found=_called(near), file=name)
                    )
                elif near.contents.keys() - exact.contents.keys():
                    remarks.append(
                        say(
                            "{file} was graded, and {other} was not",
                            file=name,
                            other=_called(near),
                        )
                    )
        lacking = [name for name in self._main if name in problems and not self._there(name)]
        missing = None
        if not self.found:
            missing = self._instead(lacking)
        elif lacking and self._number > len(remarks):
            remarks.append(say("it also holds {names}", names=self._names()))
        return Contents(
            *(files, problems, tuple(remarks), missing), self._notebooks, tuple(self._others)
        )

    def _there(self, name: str) -> bool:
        return bool(self._exact[name].places or self._near[name].places)

    def _names(self) -> str:
        names = ", ".join(clean(name, NAME_LIMIT) for name in self._others)
        more = self._number - len(self._others)
        return say("{names} and {count} more", names=names, count=more) if more else names

    def _instead(self, lacking: list[str]) -> str:
        files = ", ".join(lacking)
        if not self._number:
            return say("there is no file in it; missing: {files}", files=files)
        return say("it holds {names}; missing: {files}", names=self._names(), files=files)


def _called(candidates: _Candidates) -> str:
    return clean(PurePosixPath(candidates.places[0]).name, NAME_LIMIT)


def _several(name: str, places: list[str], *, near: bool) -> str:
    where = ", ".join(clean(place, 80) for place in places[:3])
    if near:
        return say(
            "{file} is missing; leave one of {places}, and call it so", file=name, places=where
        )
    return say(
        "{file} is there {number} times ({places}); leave one",
        file=name,
        number=len(places),
        places=where,
    )
