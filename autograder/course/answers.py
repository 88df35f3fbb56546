"""Chooses the notebook in which a student's answers are, if there is no doubt about it.

A notebook of another name, or one that is there several times, is taken where it can be no other.
Where it may be another, or can't be read, the answers wait for a person, and it is said why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from autograder.course.alignment import Released, align
from autograder.intake.errors import Refused
from autograder.intake.names import plain_name
from autograder.intake.notebooks import Cell, from_plain, to_plain, versions
from autograder.messages import and_also, from_data, join, message_of, say, to_data
from autograder.text import clean

NAME_LIMIT, NAMES_SHOWN = 60, 3
WAIT = say("so the answers wait for a person")


@dataclass(frozen=True)
class Reading:
    """What was found of a student's notebook.

    Attributes
    ----------
    cells
        Of the notebook that is used; None if there is none.
    sure
        Whether it holds all that the student answered: what is not in it was not answered.
    said
        What instructor and student should know of it.
    """

    cells: list[Cell] | None
    sure: bool
    said: tuple[str, ...] = ()

    def to_plain(self) -> list[Any]:
        """Make plain data of it, of which `from_plain` makes it again."""
        cells = None if self.cells is None else to_plain(self.cells)
        return [cells, self.sure, [to_data(text) for text in self.said]]

    @classmethod
    def from_plain(cls, data: Any) -> Reading:
        """Make a reading of what `to_plain` gave.

        Raises
        ------
        ValueError
            If it is something else.
        """
        match data:
            case [list() | None as cells, bool() as sure, list() as said]:
                found = None if cells is None else from_plain(cells)
                return cls(found, sure, tuple(from_data(text) for text in said[:10]))
        raise ValueError("what should be a notebook is none")


@dataclass
class _Candidate:
    """A notebook that may be meant."""

    path: str
    cells: list[Cell]
    answers: tuple[Any, ...]


def choose(
    notebooks: Mapping[str, bytes | str],
    others: Iterable[str],
    name: str,
    released: Sequence[Released],
) -> Reading:
    """Choose one of the notebooks that were handed in.

    Parameters
    ----------
    notebooks
        Path -> content; a string says what is wrong with one.
    others
        The names of other files.
    name
        What the notebook is called.
    released
        The cells that students received.
    """
    found, foreign, problems = _sorted_out(notebooks, name, released)
    if not found:
        return _none(foreign, problems, others, name)
    # A notebook as it was released is no other answer.
    answered = [each for each in found if any(each.answers)] or found
    exact = [each for each in answered if _file(each.path) == name]
    rivals = exact or answered
    if len({each.answers for each in rivals}) > 1:
        return _several(rivals, name)
    used = rivals[0]
    said = []
    if _file(used.path) != name:
        said.append(say("{found} was taken for {file}", found=_shown(used.path), file=name))
    differs = [each for each in answered if each.answers != used.answers]
    for each in differs[:1]:
        said.append(say("{file} is shown, and {other} is not", file=name, other=_shown(each.path)))
    for path, problem in list(problems.items())[:1]:
        said.append(say("{file} {problem}, {wait}", file=_shown(path), problem=problem, wait=WAIT))
    return Reading(used.cells, not problems, tuple(said))


def _sorted_out(
    notebooks: Mapping[str, bytes | str], name: str, released: Sequence[Released]
) -> tuple[list[_Candidate], list[str], dict[str, str]]:
    """Return the notebooks of this lab, the paths of others, and why the rest can't be read."""
    found: list[_Candidate] = []
    foreign: list[str] = []
    problems: dict[str, str] = {}
    seen: set[bytes] = set()
    for path, content in sorted(notebooks.items(), key=lambda each: _rank(each[0], name)):
        if isinstance(content, str):
            problems[path] = content
        elif content not in seen:
            seen.add(content)
            try:
                read = versions(content)
            except Refused as refused:
                problems[path] = message_of(refused)
                continue
            made = [_candidate(path, cells, released) for cells in read]
            found += [each for each in made if each]
            foreign += [] if any(made) else [path]
    return found, foreign, problems


def _rank(path: str, name: str) -> tuple[bool, bool, int, str]:
    """Sort what is called as it should be first, then what nearly is, and what lies outermost."""
    file = _file(path)
    near = plain_name(file) == plain_name(name)
    return file != name, not near, path.count("/"), path


def _candidate(path: str, cells: list[Cell], released: Sequence[Released]) -> _Candidate | None:
    """Return a notebook as a candidate if it is one of this lab."""
    places = align(cells, released)
    known = {place: cells[n] for n, place in enumerate(places) if place is not None}
    if not known or not (
        any(released[place].answer for place in known) or 2 * len(known) >= len(released)
    ):
        return None
    answers = tuple(
        (known[place].text, known[place].attachments)
        if place in known and not cell.unchanged(known[place])
        else None
        for place, cell in enumerate(released)
        if cell.answer
    )
    own = tuple(c.text for c, place in zip(cells, places, strict=True) if place is None)
    # Where an answer's cell is lost the answer may stand in a cell of the student's own.
    lost = any(cell.answer and place not in known for place, cell in enumerate(released))
    return _Candidate(path, cells, (*answers, own if lost and any(own) else None))


def _none(
    foreign: Sequence[str], problems: Mapping[str, str], others: Iterable[str], name: str
) -> Reading:
    """Say why there is no notebook to be used, if something is there that may be meant."""
    if problems:
        said = [
            say("{file} {problem}", file=_shown(path), problem=problem)
            for path, problem in list(problems.items())[:NAMES_SHOWN]
        ]
        return waiting(join(and_also, said))
    if foreign:
        names = ", ".join(map(_shown, foreign[:NAMES_SHOWN]))
        return waiting(say("{names} is not {file}", names=names, file=name))
    stem = PurePosixPath(plain_name(name)).stem
    papers = [each for each in others if PurePosixPath(plain_name(each)).stem == stem]
    if papers:
        names = ", ".join(map(_shown, papers[:NAMES_SHOWN]))
        return waiting(say("{file} is missing, and {names} is there", file=name, names=names))
    return Reading(None, True)


def _several(rivals: Sequence[_Candidate], name: str) -> Reading:
    paths = list(dict.fromkeys(each.path for each in rivals))
    if len(paths) == 1:
        return waiting(
            say("{file} holds a merge conflict within the answers", file=_shown(paths[0]))
        )
    where = ", ".join(clean(path, 80) for path in paths[:NAMES_SHOWN])
    return waiting(
        say(
            "{file} is there {number} times with different answers ({places})",
            file=name,
            number=len(paths),
            places=where,
        )
    )


def waiting(reason: str) -> Reading:
    """Give the reading of a notebook that can't be used, and say why."""
    return Reading(None, False, (say("{reason}, {wait}", reason=reason, wait=WAIT),))


def _file(path: str) -> str:
    return PurePosixPath(path).name


def _shown(path: str) -> str:
    return clean(_file(path), NAME_LIMIT)
