"""Look which questions of the notebook are answered. A notebook is JSON, so this needs no package.

A question's cell is known by the name that nbgrader gave it or, where an editor has left that out,
by the words that it begins with.
"""

import json
import re
from dataclasses import dataclass

from checks.messages import say
from checks.parts import FOLDER, NOTEBOOK, QUESTIONS

HEADING = re.compile(
    r"\W*(?:your answer to question *(\d+)|\u554f\u984c *(\d+) *\u7684\u56de\u7b54)", re.IGNORECASE
)
SHORT = 12
"""Of fewer characters, an answer can hardly give a reason."""
PLACEHOLDER = re.compile(r"your answer here", re.IGNORECASE)


@dataclass(frozen=True)
class Answers:
    """What was found in a notebook.

    Attributes
    ----------
    empty : tuple of int
        The numbers of the questions that are not answered.
    short : tuple of int
        The numbers of those whose answer is a word or two.
    problem : str
        Why it can't be told; empty if it can.
    readable : bool
        Whether it is a notebook at all.
    not_run : int
        How many of the lab's code cells have no result.
    failed : int
        How many code cells ended with an error.
    """

    empty: tuple = tuple(range(1, len(QUESTIONS) + 1))
    short: tuple = ()
    problem: str = ""
    readable: bool = True
    not_run: int = 0
    failed: int = 0


def answered(path=None):
    """Return which questions are answered in a notebook, by default that of this folder."""
    path = path or FOLDER / NOTEBOOK
    try:
        notebook = json.loads(path.read_bytes().decode("utf-8-sig"))
        cells = _cells(notebook)
    except FileNotFoundError:
        return Answers(problem=say("there is no {file} in this folder", file=path.name))
    except (OSError, ValueError, AttributeError, TypeError, KeyError, RecursionError):
        return Answers(
            problem=say(
                "{file} can't be read as a notebook; open it in Jupyter and save it again",
                file=path.name,
            ),
            readable=False,
        )
    found = [answer for answer in map(_answer, cells) if answer]
    if not found:
        return Answers(
            problem=say(
                "in {file} there is none of the cells for your answers; take the notebook that you "
                "were given",
                file=path.name,
            )
        )
    # By the number in its heading or, where that was taken out, by its place.
    full = {number or place: text for place, (number, text) in enumerate(found, 1) if text}
    runs = [run for run in map(_run, cells) if run]
    return Answers(
        tuple(number for number in range(1, len(QUESTIONS) + 1) if number not in full),
        tuple(sorted(number for number, text in full.items() if len(text) < SHORT)),
        not_run=runs.count("not run"),
        failed=runs.count("failed"),
    )


def _run(cell):
    """Return how a code cell went, ``not run``, ``failed`` or ``done``; "" for another cell."""
    source = cell.get("source", cell.get("input", ""))
    if cell.get("cell_type") != "code" or not "".join(map(str, source)).strip():
        return ""
    outputs = cell.get("outputs") or []
    if any(isinstance(one, dict) and one.get("output_type") == "error" for one in outputs):
        return "failed"
    number = cell.get("execution_count", cell.get("prompt_number"))
    return "done" if outputs or number is not None else "not run"


def _cells(notebook):
    """Return all cells; up to version 3 of the format they stand in worksheets."""
    sheets = notebook.get("worksheets") or [notebook]
    return [cell for sheet in sheets for cell in sheet["cells"] if isinstance(cell, dict)]


def _answer(cell):
    """Return a question's number, if it is there, and what was answered; None for another cell."""
    source = cell.get("source", cell.get("input", ""))
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = mark.get("grade_id") if isinstance(mark, dict) else None
    if cell.get("cell_type") == "code" or not (name in QUESTIONS or HEADING.match(text)):
        return None
    lines = text.splitlines()
    numbers = [int(match[1] or match[2]) for line in lines if (match := HEADING.match(line))]
    written = "\n".join(line for line in lines if not HEADING.match(line))
    return (numbers or [None])[0], PLACEHOLDER.sub("", written).strip(" \t\r\n#*_<>-")
