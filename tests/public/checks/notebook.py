"""Look which questions of the notebook are answered. A notebook is JSON, so this needs no package.

A question's cell is known by the name that nbgrader gave it or, where an editor has left that out,
by the words that it begins with.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from checks.messages import say
from checks.parts import NOTEBOOK, QUESTIONS

FOLDER = Path(__file__).resolve().parents[1]
NAME = re.compile(r"question-")
HEADING = re.compile(r"\W*(your answer to question|問題) *(\d)", re.IGNORECASE)
PLACEHOLDER = re.compile(r"your answer here", re.IGNORECASE)


@dataclass(frozen=True)
class Answers:
    """What was found in a notebook.

    Attributes
    ----------
    count : int
        How many of the questions are answered.
    empty : tuple of int
        The numbers of those that are not.
    problem : str
        Why it can't be told; empty if it can.
    """

    count: int = 0
    empty: tuple = ()
    problem: str = ""


def answered(path=None):
    """Return which questions are answered in a notebook, by default that of this folder."""
    path = path or FOLDER / NOTEBOOK
    try:
        notebook = json.loads(path.read_bytes().decode("utf-8-sig"))
        cells = _cells(notebook)
    except FileNotFoundError:
        return Answers(problem=say("there is no {file} in this folder", file=path.name))
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        return Answers(
            problem=say(
                "{file} can't be read as a notebook; open it in Jupyter and save it again",
                file=path.name,
            )
        )
    texts = [text for text in map(_answer, cells) if text is not None]
    if not texts:
        return Answers(
            problem=say(
                "in {file} there is none of the cells for your answers; take the notebook that you "
                "were given",
                file=path.name,
            )
        )
    empty = tuple(number for number, text in enumerate(texts, 1) if not text)
    return Answers(len(texts) - len(empty), empty + tuple(range(len(texts) + 1, QUESTIONS + 1)))


def _cells(notebook):
    """Return all cells; up to version 3 of the format they stand in worksheets."""
    sheets = notebook.get("worksheets") or [notebook]
    return [cell for sheet in sheets for cell in sheet["cells"] if isinstance(cell, dict)]


def _answer(cell):
    """Return what was written into a question's cell; None for another cell."""
    source = cell.get("source", cell.get("input", ""))
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = mark.get("grade_id") if isinstance(mark, dict) else None
    named = NAME.match(name) if isinstance(name, str) else None
    if cell.get("cell_type") == "code" or not (named or HEADING.match(text)):
        return None
    lines = [line for line in text.splitlines() if not HEADING.match(line)]
    return PLACEHOLDER.sub("", "\n".join(lines)).strip(" \t\r\n#*_<>-")
