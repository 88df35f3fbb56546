"""Makes a harmless notebook of what a student handed in.

What is handed in is not repaired but made anew: every cell that the lab released comes from the
release, of the student's (see `autograder.intake.notebooks`) only the answers, the text of the
cells between them, and outputs that can't do anything.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

from nbformat.notebooknode import NotebookNode

from autograder.course.alignment import Released, align, released_cells
from autograder.course.answers import WAIT, Reading
from autograder.course.cells import code, markdown, printed, shown
from autograder.intake.notebooks import CUT, MORE, TEXT, TYPED, UNSHOWN, Cell
from autograder.intake.pictures import KINDS
from autograder.languages.translations import Language, say_in
from autograder.messages import say
from autograder.release.notebook import LANGUAGES

#: Of cells of the student's own.
CELL_LIMIT = 300
_REMARKS = {
    MORE: say("more outputs are not shown here: {count}"),
    UNSHOWN: say("a picture is not shown here: it is too large, or not of a kind that is shown"),
    CUT: say("what follows is not shown here: it is too long"),
}
_TYPED = say("It would take too long to typeset this text, so it is shown as it was typed.")
_CELLS = say("More cells of your own are not shown here: {count}.")


@dataclass(frozen=True)
class Rebuilt:
    """A notebook that can't do anything.

    Attributes
    ----------
    notebook
        The notebook.
    waiting
        The names of cells of which it is not known whether the student answered them.
    said
        What is to be known of it; it says so itself.
    """

    notebook: NotebookNode
    waiting: tuple[str, ...]
    said: tuple[str, ...]


def rebuild(
    reading: Reading,
    released: NotebookNode,
    languages: Sequence[Language],
) -> Rebuilt:
    """Make the notebook that is graded.

    Parameters
    ----------
    reading
        Of what was handed in.
    released
        What students received.
    languages
        In which it is said if something could not be read, or is not shown.

    Returns
    -------
    Rebuilt
        With every cell of the release in its order, and the student's own cells where they were.
    """
    # Of a cell only what it has is replaced, not what that holds.
    notebook = copy.copy(released)
    notebook.cells = [copy.copy(cell) for cell in released.cells]
    known = released_cells(released)
    cells = reading.cells or []
    places = align(cells, known)
    # The student's own cells, by the place of the released cell that they follow.
    own: dict[int, list[NotebookNode]] = {}
    place, left_out, written = -1, 0, 0
    answered: set[int] = set()
    for number, (cell, found) in enumerate(zip(cells, places, strict=True)):
        if found is None:
            made = _own_cell(cell, number, languages)
            left_out += bool(made) and written >= CELL_LIMIT
            own.setdefault(place, []).extend(made if written < CELL_LIMIT else [])
            written += bool(made)
            continue
        place = found
        node = notebook.cells[place]
        if known[place].answer:
            if not known[place].unchanged(cell):
                answered.add(place)
                own.setdefault(place, [])[:0] = _answer(node, cell, number, languages)
        elif node.cell_type == "code":
            node.outputs = _outputs(cell, languages)
    if left_out:
        text = f"*{say_in(languages, _CELLS, '* *').replace('{count}', str(left_out))}*"
        own.setdefault(place, []).append(markdown(text, "own-more"))
    waiting = _waiting(reading, known, places, answered, bool(written))
    said = reading.said
    if waiting and reading.sure:
        names = ", ".join(waiting)
        said += (say("the notebook lacks the cell of {names}, {wait}", names=names, wait=WAIT),)
    notebook.cells = [
        *(_remark(said, languages) + own.get(-1, [])),
        *(cell for i, node in enumerate(notebook.cells) for cell in (node, *own.get(i, []))),
    ]
    return Rebuilt(notebook, tuple(waiting), said)


def _waiting(
    reading: Reading,
    released: Sequence[Released],
    places: Sequence[int | None],
    answered: set[int],
    wrote: bool,
) -> list[str]:
    """Name the cells that may have been answered, though nothing is in them."""
    return [
        cell.name
        for place, cell in enumerate(released)
        if cell.answer
        and place not in answered
        # What was written instead of a lost cell may stand in one of the student's own.
        and (not reading.sure or (reading.cells is not None and place not in places and wrote))
    ]


def _remark(said: Sequence[str], languages: Sequence[Language]) -> list[NotebookNode]:
    """Make a cell that says what is to be known of the notebook."""
    lines = [f"**{say_in(languages, text, '** · **')}**" for text in said]
    return [markdown("\n\n".join(lines), "remark")] if lines else []


def _answer(
    node: NotebookNode, cell: Cell, number: int, languages: Sequence[Language]
) -> list[NotebookNode]:
    """Put an answer into its cell; return what is to follow it."""
    made = _text_cell(cell, number, languages)
    node.source = _in_first_language(made[0].source, node)
    if "attachments" in made[0]:
        node.attachments = made[0].attachments
    if node.cell_type == "code":
        node.outputs = _outputs(cell, languages)
    return made[1:]


def _in_first_language(answer: str, released: NotebookNode) -> str:
    """Return an answer below the heading that the release has, whose checksum is known."""
    texts = sorted(released.metadata.get(LANGUAGES, {}).values(), key=len, reverse=True)
    first = next((text for text in texts if released.source.startswith(text)), "")
    for text in texts:
        if answer.startswith(text):
            return first + answer.removeprefix(text)
    return answer


def _own_cell(cell: Cell, number: int, languages: Sequence[Language]) -> list[NotebookNode]:
    """Make one of the student's own cells anew; nothing of it if nothing is in it."""
    if not cell.text.strip() and not cell.outputs:
        return []
    if not cell.code or (TYPED, "") in cell.outputs:
        return _text_cell(cell, number, languages)
    return [code(cell.text, f"own-{number}", _outputs(cell, languages))]


def _text_cell(cell: Cell, number: int, languages: Sequence[Language]) -> list[NotebookNode]:
    """Make a cell of text, and another of what it says if that can't be typeset."""
    if (TYPED, "") in cell.outputs:
        typed = printed(cell.text)
        return [
            markdown(f"*{say_in(languages, _TYPED, '* *')}*", f"own-{number}"),
            code("", f"own-{number}-typed", [typed]),
        ]
    text = cell.text
    if not cell.code and (CUT, "") in cell.outputs:
        text += f"\n\n*[{say_in(languages, _REMARKS[CUT], ' · ')}]*"
    made = markdown(text, f"own-{number}")
    if cell.attachments:
        made.attachments = {name: {kind: content} for name, kind, content in cell.attachments}
    return [made]


def _outputs(cell: Cell, languages: Sequence[Language]) -> list[NotebookNode]:
    made = []
    for kind, content in cell.outputs:
        if kind in KINDS:
            made.append(shown({kind: content}))
        elif kind == TEXT:
            made.append(printed(content))
        elif kind in _REMARKS:
            said = say_in(languages, _REMARKS[kind], " · ").replace("{count}", content)
            made.append(printed(f"[{said}]\n"))
    return made
