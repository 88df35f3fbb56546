"""Makes a harmless notebook of what a student handed in.

What is handed in is not repaired but made anew: every cell that the lab released comes from the
release, of the student's (see `autograder.intake.notebooks`) only the answers, the text of the
cells between them, and outputs that can't do anything.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any

from nbformat import v4
from nbformat.notebooknode import NotebookNode

from autograder.intake.notebooks import Cell, grade_id
from autograder.languages.translations import Language, say_in
from autograder.messages import say
from autograder.release.notebook import LANGUAGES

#: Of cells of the student's own.
CELL_LIMIT = 300
UNREADABLE = say("The notebook that was handed in could not be read; this is an empty one.")


def rebuild(
    cells: Sequence[Cell] | None,
    released: NotebookNode,
    languages: Sequence[Language],
    *,
    missing: bool = False,
) -> NotebookNode:
    """Make the notebook that is graded.

    Parameters
    ----------
    cells
        What was handed in; None if there was none, or none that can be read.
    released
        What students received.
    languages
        In which it is said if nothing could be read.
    missing
        Whether there was none.

    Returns
    -------
    NotebookNode
        With every cell of the release in its order, and the student's own cells where they were.
    """
    notebook = copy.deepcopy(released)
    if cells is None:
        if not missing:
            text = f"**{say_in(languages, UNREADABLE, '** **')}**"
            notebook.cells.insert(0, v4.new_markdown_cell(text, id="unreadable"))
        return notebook
    places = {key: place for place, cell in enumerate(notebook.cells) for key in _keys(cell)}
    # The student's own cells, by the place of the released cell that they follow.
    own: dict[int, list[NotebookNode]] = {-1: []}
    place = -1
    for number, cell in enumerate(cells[: CELL_LIMIT + len(places)]):
        kind = "code" if cell.code else "markdown"
        found = places.get(cell.name or (kind, cell.text))
        if found is None or found in own:
            own[place] += _own_cell(cell, number)
            continue
        place = found
        own[place] = []
        known = notebook.cells[place]
        if grade_id(known) and known.metadata.nbgrader.solution:
            known.source = _harmless(_in_first_language(cell.text, known))
        elif known.cell_type == "code":
            known.outputs = _outputs(cell)
    notebook.cells = own[-1] + [
        cell for place, known in enumerate(notebook.cells) for cell in (known, *own.get(place, []))
    ]
    return notebook


def _keys(cell: NotebookNode) -> list[Any]:
    """Return those by which a released cell is known again: its name, or else its texts."""
    if name := grade_id(cell):
        return [name]
    texts = cell.metadata.get(LANGUAGES, {}).values()
    return [(cell.cell_type, text) for text in texts or [cell.source]]


def _in_first_language(answer: str, released: NotebookNode) -> str:
    """Return an answer below the heading that the release has, whose checksum is known."""
    texts = sorted(released.metadata.get(LANGUAGES, {}).values(), key=len, reverse=True)
    first = next((text for text in texts if released.source.startswith(text)), "")
    for text in texts:
        if answer.startswith(text):
            return first + answer.removeprefix(text)
    return answer


def _harmless(markdown: str) -> str:
    """Make HTML tags plain text, for whoever renders the file with another program."""
    return re.sub(r"<(?=[A-Za-z/!?])", "&lt;", markdown)


def _own_cell(cell: Cell, number: int) -> list[NotebookNode]:
    """Make one of the student's own cells anew; nothing of it if nothing is in it."""
    if not cell.text.strip():
        return []
    if not cell.code:
        return [v4.new_markdown_cell(_harmless(cell.text), id=f"own-{number}")]
    return [v4.new_code_cell(cell.text, id=f"own-{number}", outputs=_outputs(cell))]


def _outputs(cell: Cell) -> list[NotebookNode]:
    return [
        v4.new_output("display_data", {"image/png": content})
        if kind == "picture"
        else v4.new_output("stream", name="stdout", text=content)
        for kind, content in cell.outputs
    ]
