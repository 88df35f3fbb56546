"""The file that Canvas imports: Grades, Import.

Canvas imports what it exports, and its importer decides what each cell means:
``lib/gradebook_importer.rb`` and ``lib/gradebook_exporter.rb`` of its public source,
instructure/canvas-lms; in its Instructor Guide, "How do I import grades in the Gradebook?".

Ids stay as they are, because Canvas compares them letter by letter and an apostrophe before one
would lose the student. See `exact` for the exception. Names are for people, and are made safe for
spreadsheets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.exports.rows import Exported, exact
from autograder.text import clean, csv_cell, csv_text, points_text

CANVAS = "canvas.csv"
_NUMBER = re.compile(r"[0-9]+")
_TITLE = re.compile(r"(.*) \([0-9]+\)")
_POINTS_POSSIBLE = "Points Possible"
_EXCUSED = "EX"


def canvas_csv(exported: Exported, item: str) -> str:
    """Make the file.

    Canvas looks for a student by `ID`, then by `SIS Login ID`, then by the name. It reads the
    digits that an `ID` starts with, so one that is not all digits is left out: it could be another
    student's. A blank grade is none, not 0; ``EX`` excuses.

    Parameters
    ----------
    exported
        What to export.
    item
        The assignment's title in Canvas, with or without its number, ``Lab 1 (4711)``. If no
        assignment is called so, Canvas offers to make one.
    """
    student_columns = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    rows = [
        [*student_columns, clean(item)],
        [f"    {_POINTS_POSSIBLE}", "", "", "", "", points_text(exported.max_score)],
    ]
    for row in exported.rows:
        # Canvas takes any row with these two words in its first cell for the row of maxima.
        name = csv_cell(row.name.replace(_POINTS_POSSIBLE, _POINTS_POSSIBLE.replace(" ", "-")))
        number = row.canvas_id.strip()
        canvas_id = number if _NUMBER.fullmatch(number) else ""
        login, section = exact(row.login or row.student), csv_cell(clean(row.section))
        points = _EXCUSED if row.excused else points_text(row.points)
        rows.append([name, canvas_id, exact(row.sis_id), login, section, points])
    return csv_text(rows)


def title_among(columns: Sequence[str], item: str) -> str:
    """Return the title of an assignment with its number, if one of Canvas's columns has it."""
    found = [
        name.strip()
        for name in columns
        if (match := _TITLE.fullmatch(name.strip())) and match[1].casefold() == item.casefold()
    ]
    return found[0] if len(found) == 1 else item
