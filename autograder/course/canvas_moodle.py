"""Grades in the formats that Canvas and Moodle import.

Each system imports what it exports, and its importer decides what each cell means:

- Canvas: ``lib/gradebook_importer.rb`` and ``lib/gradebook_exporter.rb`` of its public source,
  instructure/canvas-lms; in its Instructor Guide, "How do I import grades in the Gradebook?".
- Moodle: MoodleDocs, "Grade import", https://docs.moodle.org/405/en/Grade_import;
  ``grade/import/csv/classes/load_data.php`` of its public source, moodle/moodle.

Ids stay as they are, because both systems compare them letter by letter and an apostrophe before
one would lose the student. See `exact` for the exception. Names are for people, and are made safe
for spreadsheets.
"""

from __future__ import annotations

import re

from autograder.course.report import Report, csv_text, number
from autograder.text import clean, csv_cell

MOODLE_LIMIT = 100

_CANVAS_NUMBER = re.compile(r"[0-9]+")
# Letters, digits and these call no function, follow no link and start no program.
_HARMLESS = re.compile(r"[=+@-][\w.@+-]*")
_POINTS_POSSIBLE = "Points Possible"


def exact(identifier: str) -> str:
    """Return an id or an address as a system must find it again.

    One that a spreadsheet would take for a formula stays as it is too, ``-s012`` or ``=A1``,
    unless it could do something, ``=cmd()`` or ``=cmd|'/c calc'!A1``. No account is called that,
    so its apostrophe loses nobody.

    Parameters
    ----------
    identifier
        Of a student.
    """
    text = clean(identifier)
    return text if _HARMLESS.fullmatch(text) else csv_cell(text)


def canvas_csv(report: Report, item: str) -> str:
    """Make the file for Canvas: Grades, Import.

    Canvas looks for a student by `ID`, then by `SIS Login ID`, then by the name. It reads the
    digits that an `ID` starts with, so one that is not all digits is left out: it could be another
    student's. A blank grade is none, not 0.

    Parameters
    ----------
    report
        What to export.
    item
        The assignment's title in Canvas, with or without its number, ``Lab 1 (4711)``. If no
        assignment is called so, Canvas offers to make one.
    """
    student_columns = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    rows = [
        [*student_columns, clean(item)],
        [f"    {_POINTS_POSSIBLE}", "", "", "", "", number(report.max_score)],
    ]
    for row in report.rows:
        # Canvas takes any row with these two words in its first cell for the row of maxima.
        name = csv_cell(row.name.replace(_POINTS_POSSIBLE, _POINTS_POSSIBLE.replace(" ", "-")))
        lms_user_id = row.lms_user_id.strip()
        canvas_id = lms_user_id if _CANVAS_NUMBER.fullmatch(lms_user_id) else ""
        total = row.submission.total if row.submission else None
        rows.append([name, canvas_id, "", exact(row.student), "", number(total)])
    return csv_text(rows)


def moodle_csv(report: Report, item: str) -> str:
    """Make the file for Moodle: Grades, Import, CSV file.

    The instructor maps a column to how students are identified (`ID number` to the ID number or to
    the username, or `Email address`) and the last column to the grade item. ``-`` is no grade.

    Moodle gives the grade of a row whose identification is empty, ``0`` included, to the student
    of the row before. So no such row is written: the addresses are left out if one is missing, and
    an id like that gets an apostrophe, with which Moodle finds nobody and refuses the file.

    Parameters
    ----------
    report
        What to export.
    item
        The heading of the grades.
    """
    addresses = [exact(row.email) for row in report.rows]
    with_addresses = all(address not in ("", "0") for address in addresses)
    header = ["First name", "Last name", "ID number"]
    rows = [[*header, *(["Email address"] if with_addresses else []), clean(item)]]
    for row, address in zip(report.rows, addresses, strict=True):
        names = [csv_cell(clean(name)) for name in (row.first_name, row.last_name)]
        identifier = exact(row.student)
        if identifier in ("", "0"):
            identifier = f"'{identifier}"
        total = (number(row.submission.total) if row.submission else "") or "-"
        rows.append([*names, identifier, *([address] if with_addresses else []), total])
    return csv_text(rows)


def warnings(report: Report) -> list[str]:
    """Say what an instructor should know before the files are imported, a sentence each."""
    handed_in = [row.submission for row in report.rows if row.submission]
    found = []
    ungraded = sum(submission.needs_manual_grade for submission in handed_in)
    if ungraded:
        found.append(
            f"submissions that still need manual grading: {ungraded}; their totals are not final"
        )
    if any((submission.total or 0.0) > MOODLE_LIMIT for submission in handed_in):
        found.append(
            f"some totals are above {MOODLE_LIMIT}; Moodle refuses moodle.csv unless its settings "
            "unlimitedgrades and gradepointmax allow them"
        )
    odd = [
        clean(row.student, 40)
        for row in report.rows
        if exact(row.student) != row.student or row.student in ("", "0")
    ]
    if odd:
        found.append(
            f"ids that no account can have, which Canvas and Moodle will not find: {', '.join(odd)}"
        )
    return found
