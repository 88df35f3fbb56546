"""The students' notebook, made by nbgrader's own preprocessors from a source that is text.

The source is kept in jupytext's percent format (https://jupytext.readthedocs.io): a script that
reads well in a diff, with nbgrader's metadata in the headers of its cells, or what stands for them
(`autograder.release.headers`).

jupytext, nbformat and nbgrader are imported where they are used: they take seconds to import, and
grading needs none of them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import UserError
from autograder.lab import Part
from autograder.languages import SOURCE_LANGUAGE
from autograder.release.headers import ASK, FORMS, QUESTION, SHORT, written_out
from autograder.text import clean, did_you_mean

if TYPE_CHECKING:
    from nbformat import NotebookNode

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
#: Where the metadata of a notebook name its language, and those of a cell its text in each.
LANGUAGE, LANGUAGES = "language", "languages"
#: A line that says in which language the rest of a cell's text is.
SAID_IN = re.compile(r"^<!-- ([A-Za-z-]+) -->$\n?", re.MULTILINE)
#: What a cell may be called, in nbformat 4.5 and as an nbgrader `grade_id` alike.
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


#: nbgrader logs whole cells, the marking guide included; its exceptions say enough.
_QUIET = logging.Logger("nbgrader", level=logging.CRITICAL + 1)


def unpaired(text: str) -> tuple[int, str] | None:
    """Return the line of a marker that stands alone, and the one that is missing; None if none."""
    begun = 0
    for number, line in enumerate(text.splitlines(), 1):
        if BEGIN in line and begun:
            break
        if END in line and BEGIN not in line and not begun:
            return number, BEGIN
        begun = number if BEGIN in line else 0 if END in line else begun
    return (begun, END) if begun else None


class NotebookError(UserError):
    """The notebook can't be made; the text says why and what to do."""


def source_notebook(
    path: Path, languages: Sequence[str] = (SOURCE_LANGUAGE,), parts: Sequence[Part] = ()
) -> NotebookNode:
    """Read the instructors' notebook from its text.

    Parameters
    ----------
    path
        A script in jupytext's percent format. In a cell of text, the line ``<!-- zh-TW -->``
        stands between its first language and another.
    languages
        Of the lab. The notebook is in the first; its metadata keep the others.
    parts
        Of the lab. A part's cell that does not say its points has those of the part.

    Returns
    -------
    NotebookNode
        The same from the same text, byte for byte: a cell is called by its `grade_id` or, if it
        has none, by its place.

    Raises
    ------
    NotebookError
        If it can't be read, or its metadata are not nbgrader's.
    """
    import jupytext
    import nbformat
    from nbgrader.nbgraderformat import MetadataValidator, ValidationError

    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise NotebookError(f"cannot read the notebook {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise NotebookError(f"the notebook {path} is not saved as UTF-8; save it again") from error
    read = jupytext.reads(written_out(text), fmt="py:percent")
    cells = [_named(cell, place, path.name) for place, cell in enumerate(read.cells, 1)]
    if parts:
        _graded_cells(cells, parts, path.name)
    points = {part.name: part.points for part in parts}
    for cell in cells:
        if cell.id in points and "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.setdefault("points", points[cell.id])
    _check_cells(cells, path.name)
    _check_questions(cells, path.name)
    metadata: dict[str, Any] = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    if len(languages) > 1:
        metadata[LANGUAGE] = languages[0]
    for cell in cells:
        if cell.cell_type == "markdown":
            _split(cell, languages, path.name)
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    try:
        MetadataValidator().validate_nb(notebook)
        nbformat.validate(notebook)
    except (ValidationError, nbformat.ValidationError) as error:
        raise NotebookError(f"{path.name}: {clean(str(error))}") from error
    return notebook


def _named(cell: NotebookNode, place: int, name: str) -> NotebookNode:
    """Return the cell its lasting name, and nothing of jupytext's."""
    import nbformat

    header = f"{name}, cell {place} ({_first_line(cell)})"
    settings = cell.metadata.get("nbgrader", {})
    wrong = cell.metadata.get("incorrectly_encoded_metadata")  # what jupytext could not read
    if wrong is not None or not isinstance(settings, dict):
        raise NotebookError(
            f"{header} has metadata that are not valid JSON: {clean(str(wrong or settings), 60)}"
        )
    if short := [key for key in SHORT if key in cell.metadata]:
        raise NotebookError(f"{header} says {short[0]} in its header, which is none of {FORMS}")
    cell_id = str(settings.get("grade_id", f"cell-{place}"))
    if not _ID.fullmatch(cell_id):
        raise NotebookError(
            f"{header} has the grade_id {clean(cell_id)!r}; use at most 64 letters, digits, "
            "hyphens and underscores"
        )
    metadata = {"nbgrader": settings} if settings else {}
    make = getattr(nbformat.v4, f"new_{cell.cell_type}_cell")  # code, markdown or raw
    made: NotebookNode = make(cell.source, id=cell_id, metadata=metadata)
    return made


def _split(cell: NotebookNode, languages: Sequence[str], name: str) -> None:
    """Leave a cell its text in the first language, and keep that in each in its metadata."""
    text, begin, solution = cell.source.partition(BEGIN)
    first, *others = SAID_IN.split(text)
    texts = {languages[0]: first, **dict(zip(others[::2], others[1::2], strict=True))}
    if unknown := texts.keys() - languages:
        raise NotebookError(
            f"{name}, cell {cell.id}, has a text in {min(unknown)}, which is no language of the "
            f"lab; choose one of {', '.join(languages)}"
        )
    if others:
        if missing := [tag for tag in languages if not texts.get(tag, "").strip()]:
            raise NotebookError(f"{name}, cell {cell.id}, has no text in {missing[0]}; add it")
        cell.metadata[LANGUAGES] = {tag: text.strip() for tag, text in texts.items()}
        cell.source = first.strip() + (f"\n\n{begin}{solution}" if begin else "")


def _first_line(cell: NotebookNode) -> str:
    return clean(cell.source.strip().partition("\n")[0], 40)


def _check_cells(cells: list[NotebookNode], name: str) -> None:
    """Check what nbformat would fix in silence, and nbgrader find out late, with a traceback.

    Raises
    ------
    NotebookError
        If two cells have one name, or something is missing.
    """
    places: dict[str, int] = {}
    for place, cell in enumerate(cells, 1):
        if cell.id in places:
            raise NotebookError(
                f"{name} has the grade_id {cell.id!r} twice, in the cells {places[cell.id]} and "
                f"{place}; rename one"
            )
        places[cell.id] = place
        _check_settings(cell, f"{name}, cell {place} ({cell.id})")


def _check_questions(cells: Sequence[NotebookNode], name: str) -> None:
    """Check that what asks a question has its answer's cell."""
    answers = {cell.id.removeprefix(QUESTION) for cell in cells if cell.id.startswith(QUESTION)}
    asked = {cell.id.removeprefix(ASK) for cell in cells if cell.id.startswith(ASK)}
    for lost in sorted(asked - answers):
        meant = did_you_mean(lost, answers - asked)
        raise NotebookError(
            f"{name} asks the question {clean(lost)!r}, and has no cell for its answer; begin one "
            f'with # %% [markdown] question="{clean(lost)}" points=5{meant}'
        )


def _check_settings(cell: NotebookNode, where: str) -> None:
    settings: dict[str, Any] | None = cell.metadata.get("nbgrader")
    if settings is None:
        return
    for key in ("schema_version", "grade", "solution", "locked", "task", "grade_id"):
        if key not in settings:
            raise NotebookError(f"{where} lacks {key!r} in its nbgrader metadata; add it")
    points = settings.get("points")
    if settings["grade"] and (not isinstance(points, int) or isinstance(points, bool)):
        raise NotebookError(f"{where} is graded and needs a whole number of points")
    if points is not None and points < 0:
        raise NotebookError(f"{where} has {points} points; give it 0 or more")


def check_parts(notebook: NotebookNode, parts: Sequence[Part], name: str) -> None:
    """Check that every part of the lab has its cell, and that nothing else is graded by itself.

    Parameters
    ----------
    notebook
        What `source_notebook` returned.
    parts
        Of the lab.
    name
        The notebook's file name, for messages.

    Raises
    ------
    NotebookError
        If a part has no locked code cell of its name with its points, or there is such a cell
        that is no part: its points could never be earned.
    """
    tests = _graded_cells(notebook.cells, parts, name)
    for part in parts:
        cell = tests.get(part.name)
        if cell is None:
            raise NotebookError(
                f"{name} has no cell for the part {part.name}; begin a code cell with "
                f'# %% part="{part.name}"'
            )
        if cell.metadata.nbgrader.points != part.points:
            raise NotebookError(
                f"{name} gives {cell.metadata.nbgrader.points} points for {part.name}, and the "
                f"lab's description gives {part.points}; make them equal"
            )
        if not cell.metadata.nbgrader.locked:
            raise NotebookError(f'{name}, {part.name}: the cell must be "locked": true')


def _graded_cells(
    cells: Sequence[NotebookNode], parts: Sequence[Part], name: str
) -> dict[str, NotebookNode]:
    """Return the cells that have the points of parts, by their names."""
    settings = {cell.id: cell.metadata.get("nbgrader", {}) for cell in cells}
    found = {
        cell.id: cell
        for cell in cells
        if settings[cell.id].get("grade")
        and not settings[cell.id].get("solution")
        and not settings[cell.id].get("task")
    }
    names = [part.name for part in parts]
    for unknown in sorted(found.keys() - names):
        raise NotebookError(
            f"{name} has the autograded cell {unknown!r}, and lab.toml has no part {unknown}; name "
            "it after one, or make it a solution cell that is graded by hand"
            f"{did_you_mean(unknown, names)}"
        )
    return found


def student_notebook(notebook: NotebookNode, name: str) -> NotebookNode:
    """Make what students receive.

    Runs the preprocessors of nbgrader's ``generate_assignment`` in its order, without the one
    that needs a database (`SaveCells`).

    Parameters
    ----------
    notebook
        What `source_notebook` returned; it stays as it is.
    name
        The notebook's file name, for messages.

    Returns
    -------
    NotebookNode
        Without solutions, outputs, hidden tests and mark schemes; cells are locked and have
        checksums.

    Raises
    ------
    NotebookError
        If nbgrader refuses it.
    """
    import nbformat
    from nbgrader.converters import GenerateAssignment
    from nbgrader.preprocessors import SaveCells

    for cell in notebook.cells:
        if wrong := unpaired(cell.source):
            raise NotebookError(
                f"{name}, cell {cell.id}, line {wrong[0]} of it: {wrong[1]!r} is missing"
            )
    made = nbformat.from_dict(notebook)
    resources: dict[str, Any] = {}
    for kind in GenerateAssignment().preprocessors:
        if kind is SaveCells:
            continue
        step = kind()
        step.log = _QUIET
        try:
            made, resources = step.preprocess(made, resources)
        except Exception as error:  # each step has exceptions of its own, RuntimeError most often
            raise NotebookError(f"{name}: {clean(str(error))}") from error
    return made


def notebook_text(notebook: NotebookNode) -> str:
    """Return the file's content: the same for the same notebook, byte for byte."""
    import nbformat

    return str(nbformat.writes(notebook, version=4)) + "\n"


def solutions(notebook: NotebookNode) -> list[str]:
    """Return all that stands between the markers of solutions."""
    marked = re.compile(f"{BEGIN}(.*?){END}", re.DOTALL)
    return [text for cell in notebook.cells for text in marked.findall(cell.source)]


def shown_text(text: str) -> str:
    """Return what a reader of a notebook's file finds, as lines: all cells, and their outputs.

    A file that is no notebook is given back as it is.
    """
    import nbformat

    try:
        notebook = nbformat.reads(text, as_version=4)
    except Exception:  # nbformat raises what json does, and exceptions of its own
        return text
    outputs = [str(o) for cell in notebook.cells for o in cell.get("outputs", ())]
    kept = [t for c in notebook.cells for t in c.metadata.get(LANGUAGES, {}).values()]
    return "\n".join([*(cell.source for cell in notebook.cells), *map(str, kept), *outputs])
