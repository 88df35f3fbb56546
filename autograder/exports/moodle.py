"""Files that Moodle imports: grades, a grading worksheet, and files with feedback.

What Moodle makes of them is in its public source, moodle/moodle:

- ``grade/import/csv/classes/load_data.php``, for "Grades, Import, CSV file"; MoodleDocs, "Grade
  import", https://docs.moodle.org/405/en/Grade_import.
- ``mod/assign/feedback/offline/importgradeslib.php`` and ``locallib.php``, for "Upload grading
  worksheet" of an assignment; MoodleDocs, "Assignment settings", "Offline grading worksheet".
- ``mod/assign/feedback/file/importziplib.php``, for "Upload multiple feedback files in a zip": the
  folders are called as in "Download all submissions",
  ``<full name>_<participant>_assignsubmission_file_``. Of a name only what stands between the first
  and the second ``_`` counts, the number in "Participant 123".
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from autograder.exports.rows import Exported, Row, exact
from autograder.intake.roster import participant
from autograder.text import BYTE_ORDER_MARK, clean, csv_cell, csv_text, points_text

MOODLE, WORKSHEET, FEEDBACK = "moodle.csv", "moodle-worksheet.csv", "moodle-feedback.zip"
_PAGE = "feedback.html"
#: Columns of a worksheet, in English and in Chinese.
_IDENTIFIER = ("identifier", "\u8b58\u5225\u78bc")
_GRADE = ("grade", "\u6210\u7e3e", "\u5206\u6578")
_MAXIMUM = ("maximum grade", "maximum mark", "\u6700\u9ad8\u6210\u7e3e", "\u6700\u9ad8\u5206")
_COMMENTS = ("feedback comments", "\u8a55\u8a9e\u56de\u994b", "\u56de\u994b\u8a55\u8a9e")
_NO_NAME = re.compile(r"[_/\\:*?\"<>|]+")


def moodle_csv(exported: Exported, item: str) -> str:
    """Make the file for "Grades, Import, CSV file".

    The instructor maps a column to how students are identified (`ID number` to the ID number or to
    the username, or `Email address`) and the last column to the grade item. ``-`` is no grade.

    Moodle gives the grade of a row whose identification is empty, ``0`` included, to the student
    of the row before. So no such row is written: the addresses are left out if one is missing, and
    an id like that gets an apostrophe, with which Moodle finds nobody and refuses the file.

    Parameters
    ----------
    exported
        What to export.
    item
        The heading of the grades.
    """
    addresses = [exact(row.email) for row in exported.rows]
    with_addresses = all(address not in ("", "0") for address in addresses)
    header = ["First name", "Last name", "ID number"]
    rows = [[*header, *(["Email address"] if with_addresses else []), clean(item)]]
    for row, address in zip(exported.rows, addresses, strict=True):
        names = [csv_cell(clean(name)) for name in (row.first_name, row.last_name)]
        identifier = exact(row.student)
        if identifier in ("", "0"):
            identifier = f"'{identifier}"
        points = points_text(row.points) or "-"
        rows.append([*names, identifier, *([address] if with_addresses else []), points])
    return csv_text(rows)


def worksheet_csv(exported: Exported, worksheet: Sequence[Sequence[str]]) -> str | None:
    """Fill in a grading worksheet that Moodle has made.

    Its columns stay in their order and language. A comment that is there stays; a grade that is
    there goes where there is none here. Whoever is not exported keeps the row.

    Parameters
    ----------
    exported
        What to export.
    worksheet
        Its rows, the columns' names first.

    Returns
    -------
    str or None
        None if it is no worksheet.
    """
    header = [_column(name) for name in worksheet[0]]
    identifier, grade = _place(header, _IDENTIFIER), _place(header, _GRADE)
    if identifier is None or grade is None:
        return None
    comments = _place(header, _COMMENTS)
    known = {number: row for row in exported.rows if (number := _number(row))}
    rows: list[list[str]] = [list(worksheet[0])]
    for old in worksheet[1:]:
        cells = [*old, *[""] * (len(header) - len(old))]
        row = known.get(participant(cells[identifier]))
        for at, text in enumerate(cells):
            # What an instructor has written is as it was; the rest may be a student's.
            if at not in (identifier, comments) and text != "-":
                cells[at] = csv_cell(text)
        if row:
            cells[grade] = points_text(row.points)
            if comments is not None:
                cells[comments] = cells[comments] or row.comment
        rows.append(cells)
    return BYTE_ORDER_MARK + csv_text(rows)


def worksheet_limit(worksheet: Sequence[Sequence[str]]) -> float | None:
    """Return the most that Moodle takes of the worksheet's grades; None if it does not say it."""
    place = _place([_column(name) for name in worksheet[0]], _MAXIMUM)
    for row in worksheet[1:] if place is not None else ():
        try:
            return float(row[place or 0].replace(",", "."))
        except (ValueError, IndexError):
            continue
    return None


def with_feedback(exported: Exported) -> dict[str, Row]:
    """Return who has handed in and has a number in Moodle, by student."""
    return {row.student: row for row in exported.rows if row.handed_in and _number(row)}


def write_feedback(file: BinaryIO, pages: Iterable[tuple[Row, str]]) -> None:
    """Write the zip for "Upload multiple feedback files in a zip": everybody's page.

    Parameters
    ----------
    file
        To which it is written.
    pages
        Of some `with_feedback`, one at a time.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for row, page in pages:
            name = row.participant.rpartition("_")[0]
            name = unicodedata.normalize("NFC", _NO_NAME.sub(" ", clean(name, 60))).strip(" .~")
            folder = f"{name or 'Participant'}_{_number(row)}_assignsubmission_file_"
            archive.writestr(f"{folder}/{_PAGE}", page)


def without_number(exported: Exported) -> list[str]:
    """Return who has handed in and has no number in Moodle."""
    return [row.student for row in exported.rows if row.handed_in and not _number(row)]


def _number(row: Row) -> str:
    number = row.participant.rpartition("_")[2]
    return number if number.isascii() and number.isdigit() else ""


def _column(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _place(header: Sequence[str], names: Sequence[str]) -> int | None:
    return next((header.index(name) for name in names if name in header), None)
