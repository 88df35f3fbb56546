"""Makes a harmless notebook of what a student handed in.

What students hand in may be no notebook at all, lack cells, hold them twice, or hold pages of
script. So it is not repaired but made anew: every cell that the lab released comes from the
release, of the student's only the answers, the text of the cells between them, and outputs that
can't do anything: pictures and plain text. All of it is bounded.
"""

from __future__ import annotations

import base64
import binascii
import copy
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import v4
from nbformat.notebooknode import NotebookNode

from autograder.languages.translations import Language, say_in
from autograder.messages import say
from autograder.text import clean_lines

#: Of one cell's text, in characters; of all outputs, in bytes; of cells of the student's own.
TEXT_LIMIT, OUTPUT_LIMIT, CELL_LIMIT = 50_000, 8 << 20, 300
_PNG = b"\x89PNG\r\n\x1a\n"
UNREADABLE = say("The notebook that was handed in could not be read; this is an empty one.")


def rebuild(
    raw: bytes | Mapping[str, Any] | None, released: NotebookNode, languages: Sequence[Language]
) -> NotebookNode:
    """Make the notebook that is graded.

    Parameters
    ----------
    raw
        What was handed in: a file's content, or a notebook that was read already; None if there
        was none.
    released
        What students received.
    languages
        In which it is said if nothing could be read.

    Returns
    -------
    NotebookNode
        With every cell of the release in its order, and the student's own cells where they were.
    """
    notebook = copy.deepcopy(released)
    cells = _cells(raw)
    if cells is None:
        if raw is not None:
            text = f"**{say_in(languages, UNREADABLE, '** **')}**"
            notebook.cells.insert(0, v4.new_markdown_cell(text, id="unreadable"))
        return notebook
    places = {_key(cell): place for place, cell in enumerate(notebook.cells)}
    # The student's own cells, by the place of the released cell that they follow.
    own: dict[int, list[NotebookNode]] = {-1: []}
    place, room = -1, [OUTPUT_LIMIT]
    for number, cell in enumerate(cells[: CELL_LIMIT + len(places)]):
        text = _text(cell.get("source"))
        found = places.get(grade_id(cell) or (str(cell.get("cell_type")), text))
        if found is None or found in own:
            own[place] += _own_cell(cell, text, number, room)
            continue
        place = found
        own[place] = []
        known = notebook.cells[place]
        if grade_id(known) and known.metadata.nbgrader.solution:
            known.source = _harmless(text)
        elif known.cell_type == "code":
            known.outputs = _outputs(cell, room)
    notebook.cells = own[-1] + [
        cell for place, known in enumerate(notebook.cells) for cell in (known, *own.get(place, []))
    ]
    return notebook


def _key(cell: NotebookNode) -> Any:
    """Return that by which a released cell is known again: its name, or else what stands in it."""
    return grade_id(cell) or (cell.cell_type, cell.source)


def grade_id(cell: Any) -> str:
    """Return the name under which nbgrader knows a cell; empty if it does not."""
    metadata = cell.get("metadata")
    inner = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = inner.get("grade_id") if isinstance(inner, dict) else None
    return name if isinstance(name, str) else ""


def _cells(raw: bytes | Mapping[str, Any] | None) -> list[dict[str, Any]] | None:
    """Return the cells of a notebook of format 4; None if it is none."""
    if raw is None:
        return None
    try:
        table = json.loads(raw) if isinstance(raw, bytes) else raw
    except (ValueError, RecursionError):
        return None
    cells = table.get("cells") if isinstance(table, Mapping) else None
    if not isinstance(cells, list):
        return None
    return [cell for cell in cells if isinstance(cell, dict)]


def _text(source: Any) -> str:
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return clean_lines(source, TEXT_LIMIT) if isinstance(source, str) else ""


def _harmless(markdown: str) -> str:
    """Make HTML tags plain text, for whoever renders the file with another program."""
    return re.sub(r"<(?=[A-Za-z/!?])", "&lt;", markdown)


def _own_cell(cell: dict[str, Any], text: str, number: int, room: list[int]) -> list[NotebookNode]:
    """Make one of the student's own cells anew; nothing of it if nothing is in it."""
    if not text.strip():
        return []
    if cell.get("cell_type") != "code":
        return [v4.new_markdown_cell(_harmless(text), id=f"own-{number}")]
    return [v4.new_code_cell(text, id=f"own-{number}", outputs=_outputs(cell, room))]


def _outputs(cell: dict[str, Any], room: list[int]) -> list[NotebookNode]:
    """Return what of a cell's outputs is a picture or plain text, as long as there is room."""
    outputs = cell.get("outputs")
    made = (_output(output, room) for output in outputs) if isinstance(outputs, list) else ()
    return [output for output in made if output is not None]


def _output(output: Any, room: list[int]) -> NotebookNode | None:
    if not isinstance(output, dict):
        return None
    data = output.get("data")
    data = data if isinstance(data, dict) else {"text/plain": output.get("text")}
    picture = _png(data.get("image/png"), room[0])
    text = "" if picture else _text(data.get("text/plain"))[: room[0]]
    room[0] -= len(picture) + len(text)
    if picture:
        return v4.new_output("display_data", {"image/png": picture})
    return v4.new_output("stream", name="stdout", text=text) if text else None


def _png(value: Any, room: int) -> str:
    value = "".join(map(str, value)) if isinstance(value, list) else value
    if not isinstance(value, str) or len(value) > room:
        return ""
    try:
        content = base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return base64.b64encode(content).decode("ascii") if content.startswith(_PNG) else ""
