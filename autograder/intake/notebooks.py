"""Reads what a student wrote into a notebook: text, and outputs that can't do anything.

What is handed in may be no notebook at all, hold a hundred thousand outputs or pages of script. Of
it only text, pictures and printed text are taken, all of it bounded.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.jail.inside.json_depth import too_deep
from autograder.text import clean_lines

#: Of one cell's text, in characters; of all outputs, in bytes; of cells; of outputs of a cell.
TEXT_LIMIT, OUTPUT_LIMIT, CELL_LIMIT, OUTPUTS_LIMIT = 50_000, 8 << 20, 1000, 100
#: Of a picture, in pixels: 4000 by 4000.
PIXEL_LIMIT = 16_000_000
#: So deep is a notebook of any program's nested, and much deeper.
DEPTH_LIMIT = 100
#: A PNG begins so, then come the length and the name of its header, width and height.
_PNG, _SIZE_AT = b"\x89PNG\r\n\x1a\n", 16


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
        Its source.
    outputs
        ``"picture"`` and base64 of a PNG, or ``"text"`` and what was printed.
    """

    name: str
    code: bool
    text: str
    outputs: tuple[tuple[str, str], ...]


def read_cells(raw: bytes | Mapping[str, Any]) -> list[Cell] | None:
    """Return the cells of a notebook of format 4; None if it is none.

    Parameters
    ----------
    raw
        A file's content, or a notebook that was read already.
    """
    table: Any = raw
    if isinstance(raw, bytes):
        try:
            table = None if too_deep(raw, DEPTH_LIMIT) else json.loads(raw)
        except (ValueError, RecursionError):
            return None
    cells = table.get("cells") if isinstance(table, Mapping) else None
    if not isinstance(cells, list):
        return None
    room = [OUTPUT_LIMIT]
    return [_cell(cell, room) for cell in cells[:CELL_LIMIT] if isinstance(cell, dict)]


def from_plain(cells: Any) -> list[Cell]:
    """Make cells of their `dataclasses.astuple`, as lists.

    Raises
    ------
    ValueError
        If they are none.
    """
    made = []
    for cell in cells[:CELL_LIMIT]:
        match cell:
            case [str() as name, bool() as code, str() as text, list() | tuple() as outputs] if all(
                len(each) == 2 and all(isinstance(word, str) for word in each) for each in outputs
            ):
                made.append(Cell(name, code, text, tuple(map(tuple, outputs))))
            case _:
                raise ValueError("what should be a cell is none")
    return made


def grade_id(cell: Any) -> str:
    """Return the name under which nbgrader knows a cell; empty if it does not."""
    metadata = cell.get("metadata")
    inner = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = inner.get("grade_id") if isinstance(inner, dict) else None
    return name if isinstance(name, str) else ""


def _cell(cell: dict[str, Any], room: list[int]) -> Cell:
    code = cell.get("cell_type") == "code"
    outputs = cell.get("outputs") if code else None
    outputs = outputs[:OUTPUTS_LIMIT] if isinstance(outputs, list) else []
    made = [_output(each, room) for each in outputs]
    kept = tuple(output for output in made if output is not None)
    return Cell(grade_id(cell)[:TEXT_LIMIT], code, _text(cell.get("source")), kept)


def _text(source: Any) -> str:
    if isinstance(source, list):
        source = "".join(line for line in source[:TEXT_LIMIT] if isinstance(line, str))
    return clean_lines(source, TEXT_LIMIT) if isinstance(source, str) else ""


def _output(output: Any, room: list[int]) -> tuple[str, str] | None:
    """Return an output that is a picture or text, as long as there is room for it."""
    if not isinstance(output, dict):
        return None
    data = output.get("data")
    data = data if isinstance(data, dict) else {"text/plain": output.get("text")}
    picture = _png(data.get("image/png"), room[0])
    text = "" if picture else _text(data.get("text/plain"))[: room[0]]
    room[0] -= len(picture) + len(text)
    if picture:
        return "picture", picture
    return ("text", text) if text else None


def _png(value: Any, room: int) -> str:
    value = "".join(map(str, value)) if isinstance(value, list) else value
    if not isinstance(value, str) or len(value) > room:
        return ""
    try:
        content = base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    size = content[_SIZE_AT : _SIZE_AT + 8]
    pixels = int.from_bytes(size[:4]) * int.from_bytes(size[4:])
    if not content.startswith(_PNG) or not 0 < pixels <= PIXEL_LIMIT:
        return ""
    return base64.b64encode(content).decode("ascii")
