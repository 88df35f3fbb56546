"""Finds the cells of the released notebook in one that was handed in.

A cell is known by what nbgrader calls it; where a tool has taken that away, by the name that
notebooks themselves keep, by its text, or because it alone stands where one is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nbformat.notebooknode import NotebookNode

from autograder.intake.notebooks import Cell, grade_id
from autograder.release.notebook import LANGUAGES


@dataclass(frozen=True)
class Released:
    """A cell of the released notebook.

    Attributes
    ----------
    name, id, code
        As in `autograder.intake.notebooks.Cell`.
    texts
        What it says, in each language.
    headings
        If it is to be answered, what stands above the answer, in each language.
    answer
        Whether students write into it.
    """

    name: str
    id: str
    code: bool
    texts: tuple[str, ...]
    headings: tuple[str, ...]
    answer: bool

    def unchanged(self, cell: Cell) -> bool:
        """Return whether a cell says what this one was released with."""
        return cell.text.strip() in self.texts and not cell.attachments


def released_cells(notebook: NotebookNode) -> list[Released]:
    """Describe the cells of the released notebook."""
    return [_released(cell) for cell in notebook.cells]


def _released(cell: NotebookNode) -> Released:
    answer = bool(grade_id(cell) and cell.metadata.nbgrader.solution)
    texts = [text.strip() for text in cell.metadata.get(LANGUAGES, {}).values()]
    source = cell.source.strip()
    first = next((text for text in texts if answer and source.startswith(text)), "")
    asked = source.removeprefix(first)
    return Released(
        grade_id(cell),
        cell.get("id", ""),
        cell.cell_type == "code",
        tuple(text + asked for text in texts) if first else (source, *([] if answer else texts)),
        tuple(texts) if answer else (),
        answer,
    )


def align(cells: Sequence[Cell], released: Sequence[Released]) -> list[int | None]:
    """Find out which released cell each cell is.

    Parameters
    ----------
    cells
        Of the notebook that was handed in.
    released
        Of the released one.

    Returns
    -------
    list
        For each cell its place in the release; None if it is one of the student's own. No place
        is there twice.
    """
    places: list[int | None] = [None] * len(cells)
    for table, keys_of in _ways(released):
        taken = {place for place in places if place is not None}
        found: dict[int, list[int]] = {}
        for number, cell in enumerate(cells):
            if places[number] is None:
                known = [table[key] for key in keys_of(cell) if key in table]
                if known and known[0] not in taken:
                    found.setdefault(known[0], []).append(number)
        for place, numbers in found.items():
            # Of a cell that was copied, the copy may be the one that was written into.
            written = [n for n in numbers if not released[place].unchanged(cells[n])]
            places[(written or numbers)[0]] = place
    for number, place in _alone(places, cells, released):
        places[number] = place
    return places


def _ways(
    released: Sequence[Released],
) -> Iterator[tuple[dict[Any, int], Callable[[Cell], list[Any]]]]:
    """Yield the ways to know a cell, the surest first: places by keys, and the keys of a cell."""
    answers = [(place, cell) for place, cell in enumerate(released) if cell.answer]
    yield {c.name: i for i, c in enumerate(released) if c.name}, lambda cell: [cell.name]
    # Into cells that are no answers students write, too, and then these are their own.
    yield {c.id: i for i, c in answers if c.id}, lambda cell: [cell.id]
    texts = [((c.code, text), i) for i, c in enumerate(released) for text in {*c.texts}]
    yield _unique(texts), lambda cell: [(cell.code, cell.text.strip())]
    headings = _unique([(text, i) for i, c in answers for text in {*c.headings}])
    yield headings, lambda cell: [text for text in headings if cell.text.startswith(text)]


def _unique(keys: list[tuple[Any, int]]) -> dict[Any, int]:
    count = Counter(key for key, _ in keys)
    return {key: place for key, place in keys if count[key] == 1}


def _alone(
    places: Sequence[int | None], cells: Sequence[Cell], released: Sequence[Released]
) -> Iterator[tuple[int, int]]:
    """Yield cells of text that stand alone where a single answer is missing, and its place."""
    known = [(n, place) for n, place in enumerate(places) if place is not None]
    ends = [(-1, -1), *known, (len(cells), len(released))]
    taken = {place for _, place in known}
    for (number, place), (next_number, next_place) in zip(ends, ends[1:], strict=False):
        missing = [p for p in range(place + 1, next_place) if released[p].answer and p not in taken]
        own = [n for n in range(number + 1, next_number) if not cells[n].code and cells[n].text]
        if len(missing) == len(own) == 1 and known:
            yield own[0], missing[0]
