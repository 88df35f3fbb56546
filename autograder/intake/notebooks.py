"""Reads what a student wrote into a notebook: text, and outputs that can't do anything.

What is handed in may be no notebook at all, hold a hundred thousand outputs or pages of script. Of
it only text, pictures and printed text are taken, all of it bounded, and what is left out leaves a
mark.
"""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, field
from itertools import chain
from typing import Any

from autograder.intake.errors import Refused
from autograder.intake.pictures import KINDS, decoded, pixels_of
from autograder.jail.inside.json_depth import too_deep
from autograder.messages import say
from autograder.text import clean_lines, escape_sequence

#: Of one cell's text, in characters; of cells; of outputs of a cell; of pictures in its text.
TEXT_LIMIT, CELL_LIMIT, OUTPUTS_LIMIT, ATTACHMENTS_LIMIT = 50_000, 1000, 100, 20
#: Of a whole notebook: characters of cells, of printed text, and of pictures in base64.
SOURCE_LIMIT, PRINTED_LIMIT, PICTURES_LIMIT = 500_000, 500_000, 8 << 20
#: Of a picture, in pixels, 4000 by 4000; and of all together.
PIXEL_LIMIT, PIXELS_LIMIT = 16_000_000, 100_000_000
#: So deep is a notebook of any program's nested, and much deeper.
DEPTH_LIMIT = 100
#: What stands in place of what is left out: so many outputs, a picture, the end of a text.
MORE, UNSHOWN, CUT = "more", "unshown", "cut"
#: The mark of a text that is shown as it was typed, not typeset.
TYPED = "typed"
#: The kinds of outputs: printed text, pictures, and what was left out.
TEXT = "text"
_KINDS = frozenset({TEXT, MORE, UNSHOWN, CUT, TYPED, *KINDS})
#: Git's lines around what it could not merge.
_OURS, _BASE, _THEIRS, _END = b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>"
#: After which of them each may stand.
_AFTER = {_OURS: (b"",), _BASE: (_OURS,), _THEIRS: (_OURS, _BASE), _END: (_THEIRS,)}


@dataclass(frozen=True)
class Cell:
    """What is taken of a cell.

    Attributes
    ----------
    name
        Under which nbgrader knows it; empty if it does not.
    code
        Whether it is code; else it is text.
    text
        Its source: text as it was written.
    outputs
        Pairs: `TEXT` and what was printed, a picture's kind and base64 of it, or what says that
        something was left out, such as `MORE` and how many outputs.
    id
        Under which notebooks know it, since their format 4.5; empty if they do not.
    attachments
        Pictures in the text: name, kind and base64.
    """

    name: str
    code: bool
    text: str
    outputs: tuple[tuple[str, str], ...] = ()
    id: str = ""
    attachments: tuple[tuple[str, str, str], ...] = ()


@dataclass
class _Room:
    """What may still be taken of a notebook."""

    source: int = field(default_factory=lambda: SOURCE_LIMIT)
    printed: int = field(default_factory=lambda: PRINTED_LIMIT)
    pictures: int = field(default_factory=lambda: PICTURES_LIMIT)
    pixels: int = field(default_factory=lambda: PIXELS_LIMIT)


def versions(raw: bytes) -> list[list[Cell]]:
    """Read the cells of a notebook, of both sides if Git could not merge it.

    Parameters
    ----------
    raw
        A file's content: a notebook of format 3 or 4.

    Returns
    -------
    list
        Of one notebook, or of two.

    Raises
    ------
    Refused
        If it can't be read.
    """
    if too_deep(raw, DEPTH_LIMIT):
        raise Refused(say("is nested too deeply"))
    try:
        return [read_cells(json.loads(raw))]
    except (ValueError, RecursionError):
        pass
    if _OURS not in raw and _END not in raw:
        raise Refused(say("is not a whole notebook: its JSON is damaged"))
    try:
        return [read_cells(json.loads(side)) for side in _sides(raw)]
    except (ValueError, RecursionError):
        raise Refused(say("holds a merge conflict")) from None


def _sides(raw: bytes) -> list[bytes]:
    """Return what stood on either side of a merge; if no conflict is whole, all between its marks.

    Of those that are whole the two sides differ; what they were both made from is left out.
    """
    sides: tuple[list[bytes], list[bytes]] = [], []
    between: list[bytes] = []
    where, whole = b"", True
    for line in raw.splitlines(keepends=True):
        if (mark := line[: len(_OURS)]) in _AFTER:
            whole = whole and where in _AFTER[mark]
            where = b"" if mark == _END else mark
            continue
        between.append(line)
        for side, lines in zip((_OURS, _THEIRS), sides, strict=True):
            if where in (b"", side):
                lines.append(line)
    found = sides if whole and not where else (between,)
    return [b"".join(lines) for lines in found]


def read_cells(table: Any) -> list[Cell]:
    """Return the cells of a notebook that was parsed.

    Raises
    ------
    Refused
        If it is none.
    """
    cells = table.get("cells") if isinstance(table, Mapping) else None
    if cells is None and isinstance(table, Mapping):  # of format 3
        sheets = table.get("worksheets")
        sheets = sheets if isinstance(sheets, list) else []
        found = [sheet.get("cells") for sheet in sheets if isinstance(sheet, Mapping)]
        cells = list(chain.from_iterable(each for each in found if isinstance(each, list)))
        cells = cells or None
    if not isinstance(cells, list):
        raise Refused(say("is not a notebook"))
    room = _Room()
    return [_cell(cell, room) for cell in cells[:CELL_LIMIT] if isinstance(cell, Mapping)]


def to_plain(cells: Iterable[Cell]) -> list[Any]:
    """Make plain data of cells, of which `from_plain` makes them again."""
    return [list(astuple(cell)) for cell in cells]


def from_plain(cells: Any) -> list[Cell]:
    """Make cells of what `to_plain` gave.

    Raises
    ------
    ValueError
        If it is something else.
    """
    made = []
    for cell in cells[:CELL_LIMIT]:
        match cell:
            case [
                str() as name,
                bool() as code,
                str() as text,
                outputs,
                str() as key,
                pictures,
            ] if _words(outputs, 2, 0) and _words(pictures, 3, 1):
                made.append(
                    Cell(
                        *(name, code, text, tuple(map(tuple, outputs))),
                        *(key, tuple(map(tuple, pictures))),
                    )
                )
            case _:
                raise ValueError("what should be a cell is none")
    return made


def _words(rows: Any, length: int, kind: int) -> bool:
    """Return whether these are rows of so many texts, of which one is a kind of outputs."""
    return isinstance(rows, list | tuple) and all(
        isinstance(row, list | tuple)
        and len(row) == length
        and all(isinstance(word, str) for word in row)
        and row[kind] in _KINDS
        for row in rows
    )


def grade_id(cell: Any) -> str:
    """Return the name under which nbgrader knows a cell; empty if it does not."""
    metadata = cell.get("metadata")
    inner = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    name = inner.get("grade_id") if isinstance(inner, Mapping) else None
    return name if isinstance(name, str) else ""


def _cell(cell: Mapping[str, Any], room: _Room) -> Cell:
    kind, key = cell.get("cell_type"), cell.get("id")
    code = kind == "code"
    source = _joined(cell.get("source", cell.get("input") if code else None))
    if kind == "heading":  # of format 3
        level = cell.get("level")
        source = "#" * (level if isinstance(level, int) and 0 < level < 7 else 1) + " " + source
    limit = min(TEXT_LIMIT, room.source)
    text = clean_lines(source, limit) if code else _as_written(source)[:limit]
    room.source -= len(text)
    marks = [(CUT, "")] if len(source) > limit else []
    outputs = cell.get("outputs") if code else None
    shown = _outputs(outputs if isinstance(outputs, list) else [], room)
    return Cell(
        grade_id(cell)[:TEXT_LIMIT],
        code,
        text,
        (*marks, *shown),
        key[:64] if isinstance(key, str) else "",
        () if code else tuple(_attachments(cell.get("attachments"), room)),
    )


def _joined(source: Any) -> str:
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _as_written(text: str) -> str:
    """Return text with nothing changed but control characters and what is no character."""
    text = text[: 2 * TEXT_LIMIT].replace("\r\n", "\n").replace("\r", "\n")
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(
        escape_sequence(c) if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cs") else c
        for c in text
    )


def _attachments(found: Any, room: _Room) -> Iterator[tuple[str, str, str]]:
    """Yield the pictures that belong to a text; of others the text that shows them says so."""
    bundles = list(found.items())[:ATTACHMENTS_LIMIT] if isinstance(found, Mapping) else []
    for name, bundle in bundles:
        if isinstance(name, str) and isinstance(bundle, Mapping):
            for kind, content in _pictures(bundle, room):
                yield name[:TEXT_LIMIT], kind, content
                break


def _pictures(data: Mapping[str, Any], room: _Room) -> Iterator[tuple[str, str]]:
    """Yield the pictures in a bundle of which one is to be shown, as far as there is room."""
    for kind in filter(data.get, KINDS):
        content = decoded(data.get(kind), room.pictures)
        pixels = pixels_of(kind, content)
        if 0 < pixels <= min(PIXEL_LIMIT, room.pixels):
            text = base64.b64encode(content).decode("ascii")
            room.pictures -= len(text)
            room.pixels -= pixels
            yield kind, text


def _outputs(outputs: list[Any], room: _Room) -> list[tuple[str, str]]:
    """Return the outputs that are pictures or text; what is printed piece by piece is one."""
    made: list[tuple[str, str]] = []
    printed: list[str] = []
    left, cut = TEXT_LIMIT, False  # of what is printed piece by piece
    for number, output in enumerate(outputs):
        if len(made) >= OUTPUTS_LIMIT:
            made.append((MORE, str(len(outputs) - number)))
            break
        if not isinstance(output, Mapping):
            continue
        data = output.get("data")
        if not isinstance(data, Mapping):  # a stream, or a bundle of format 3
            data = {"image/png": output.get("png"), "image/jpeg": output.get("jpeg")}
            data["text/plain"] = output.get("text")
        picture = next(_pictures(data, room), None)
        if picture is None and any(map(data.get, KINDS)):
            picture = UNSHOWN, ""
        text = "" if picture else _joined(data.get("text/plain"))
        limit = max(0, min(left, room.printed))
        cut = cut or len(text) > limit
        if text := text[:limit]:
            printed.append(clean_lines(text, limit))
            left -= len(printed[-1])
            room.printed -= len(printed[-1])
        if output.get("output_type") != "stream":
            made += _together(printed)
            printed, left = [], TEXT_LIMIT
        if picture:
            made.append(picture)
    made += _together(printed)
    return [*made, (CUT, "")] if cut else made


def _together(printed: list[str]) -> list[tuple[str, str]]:
    text = "".join(printed)
    return [(TEXT, text)] if text else []
