"""Both sides of a comparison, laid out for people: row by row, or place by place."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.examiner.findings import Arrays, Side

#: A wider array is shown place by place.
COLUMNS_LIMIT = 12


@dataclass(frozen=True)
class Cell:
    """An entry: its text, and whether it differs from the other side's."""

    text: str
    wrong: bool


@dataclass(frozen=True)
class Grid:
    """One side.

    Attributes
    ----------
    title
        Which, and its shape.
    rows
        Of cells.
    more
        How many entries are not shown.
    """

    title: str
    rows: list[list[Cell]]
    more: int


@dataclass(frozen=True)
class Comparison:
    """Both sides, the expected one first, and a sentence about them."""

    summary: str
    sides: list[Grid]


def compare(arrays: Arrays) -> Comparison:
    """Lay out both sides of a comparison."""
    titled = (("expected", arrays.expected), ("actual", arrays.actual))
    wrong = arrays.wrong or frozenset()
    sides = [_grid(title, side, wrong) for title, side in titled if side is not None]
    what = arrays.what or "what was compared"
    if arrays.number is not None and arrays.actual:
        said = f"{what}: {arrays.number} of {arrays.actual.size} entries differ"
    elif len(sides) == 2:
        said = f"{what}: the shapes differ"
    else:
        said = f"{what}: only one side is known"
    return Comparison(said, sides)


def _grid(title: str, side: Side, wrong: frozenset[int]) -> Grid:
    shape = side.shape
    cells = [(place, Cell(text, place in wrong)) for place, text in side.entries]
    more = side.size - len(cells)
    head = f"{title}, shape {shape}"
    if len(shape) <= 2 and not more and (shape or (1,))[-1] <= COLUMNS_LIMIT:
        width = max((shape or (1,))[-1], 1)
        flat = [cell for _, cell in cells]
        return Grid(head, [flat[i : i + width] for i in range(0, len(flat), width)], 0)
    return Grid(head, [[Cell(_index(place, shape), False), cell] for place, cell in cells], more)


def _index(place: int, shape: tuple[int, ...]) -> str:
    """Write the index of an entry by its place in C order."""
    index: list[int] = []
    for length in reversed(shape):  # not by NumPy, which has no room for every shape
        place, here = divmod(place, max(length, 1))
        index.insert(0, here)
    return str(index)
