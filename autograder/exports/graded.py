"""What is exported of a class that `make grade` has graded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from autograder.exports.canvas import CANVAS, canvas_csv, title_among
from autograder.exports.moodle import (
    FEEDBACK,
    MOODLE,
    WORKSHEET,
    moodle_csv,
    with_feedback,
    without_number,
    worksheet_csv,
    worksheet_limit,
    write_feedback,
)
from autograder.exports.rows import (
    Exported,
    ExportError,
    Row,
    names_of,
    warnings,
    write_files,
)
from autograder.intake.entries import student_id
from autograder.intake.roster import Student, read_roster, read_rows
from autograder.lab import Lab
from autograder.languages.translations import lab_languages
from autograder.messages import say
from autograder.outputs.content import late_text
from autograder.pages.site import Site
from autograder.pages.student import student_page
from autograder.records import ERROR, EXCUSED, MISSING, ROSTER, Grade
from autograder.results.results import Results
from autograder.text import points_text


@dataclass(frozen=True)
class _People:
    """Who is in a roster, found by the exact id, another id of theirs, or the address."""

    by_text: dict[str, list[Student]]

    def find(self, texts: Sequence[str]) -> Student | None:
        for text in texts:
            found = {student.id: student for student in self.by_text.get(text, ())}
            if len(found) == 1:
                return next(iter(found.values()))
        return None


@dataclass(frozen=True)
class _Table:
    """What is exported, who is not in the roster, and how many are in the class."""

    exported: Exported
    left: list[str]
    students: int
    with_points: int


@dataclass(frozen=True)
class Made:
    """What was made of a class.

    Attributes
    ----------
    paths
        The files.
    notes
        What an instructor should know.
    students, with_points
        How many there are, in an export or not.
    """

    paths: list[Path]
    notes: list[str]
    students: int
    with_points: int


def export_class(
    out: Path,
    lab: Lab,
    results: Results,
    folder: Path,
    item: str = "",
    roster: Path | None = None,
) -> Made:
    """Write the exports of a class.

    Parameters
    ----------
    out
        The folder of the class.
    lab
        What was graded.
    results
        Of the class.
    folder
        Where to.
    item
        The assignment's title in Canvas and Moodle; the lab's if it is empty.
    roster
        Who is to be in the files; by default, whoever is in the roster that the class was graded
        with, or everybody if there was none.

    Raises
    ------
    UserError
        If something can't be read or written, or nobody is in the roster.
    """
    source = roster or (out / ROSTER if (out / ROSTER).exists() else None)
    columns = read_rows(source) if source else [[]]
    table = _exported(lab, results, read_roster(source) if source else None)
    exported, item = table.exported, item or lab.title
    readers = with_feedback(exported)

    def feedback(file: BinaryIO) -> None:
        write_feedback(file, _pages(Site(lab), results, readers))

    contents: dict[str, str | Callable[[BinaryIO], object] | None] = {
        CANVAS: canvas_csv(exported, title_among(columns[0], item)),
        MOODLE: moodle_csv(exported, item),
        WORKSHEET: worksheet_csv(exported, columns),
        FEEDBACK: feedback if readers else None,
    }
    for name in (name for name, content in contents.items() if content is None):
        (folder / name).unlink(missing_ok=True)  # of an earlier roster
    paths = write_files(folder, {name: each for name, each in contents.items() if each is not None})
    notes = []
    if table.left:
        notes.append(f"not in the roster, and in no export: {names_of(table.left)}")
    if readers and (unknown := without_number(exported)):
        notes.append(
            f"no number in Moodle is known of {names_of(unknown)}, who are not in {FEEDBACK}; give "
            "Moodle's grading worksheet as the roster"
        )
    limit = worksheet_limit(columns) if contents[WORKSHEET] else None
    notes += warnings(exported, limit)
    return Made(paths, notes, table.students, table.with_points)


def _pages(site: Site, results: Results, readers: Mapping[str, Row]) -> Iterator[tuple[Row, str]]:
    for result in results:
        if row := readers.get(result.student):
            yield row, student_page(site, result, results.earlier(result.student))


def _exported(lab: Lab, results: Results, roster: Sequence[Student] | None) -> _Table:
    """Make the table of what is exported."""
    people = _people(roster or ())
    in_moodle: Counter[str] = Counter()
    found, left, with_points = [], [], 0
    # Of whoever was not graded it is not known which checks there would be.
    most: dict[bool, float] = {}
    for grade in results:
        with_points += grade.points is not None
        checked = bool(grade.checks)
        most[checked] = max(most.get(checked, grade.max_score), grade.max_score)
        known = results.participant(grade.student)
        in_moodle[known] += 1
        own = results.roster.get(grade.student)
        texts = [grade.student, *(own.keys if own else ()), own.email if own else ""]
        student = people.find([text for text in texts if text])
        if roster is not None and not student:
            left.append(grade.student)
            continue
        found.append((_row(grade, student, lab), known))
    if not found:
        raise ExportError("nobody who was graded is in the roster; name the one of this class")
    rows = tuple(
        # Of a group, the number is the group's.
        row if row.participant or in_moodle[known] > 1 else replace(row, participant=known)
        for row, known in found
    )
    exported = Exported(most[max(most)], rows)
    return _Table(exported, left, in_moodle.total(), with_points)


def _people(roster: Sequence[Student]) -> _People:
    found: dict[str, list[Student]] = {}
    for student in roster:
        for text in {student.id, *student.keys, student_id(student.email)} - {""}:
            found.setdefault(text, []).append(student)
    # The id is its student's, whoever else has it among other ids.
    return _People(found | {student.id: [student] for student in roster})


def _row(grade: Grade, student: Student | None, lab: Lab) -> Row:
    cells = student.cells if student else {}
    first = cells.get("first name") or cells.get("first_name", "")
    last = cells.get("last name") or cells.get("last_name") or cells.get("surname", "")
    name = student.name if student else grade.name
    canvas = "sis login id" in cells or "sis user id" in cells
    number = student.participant if student else ""
    return Row(
        grade.student,
        grade.points,
        excused=grade.status == EXCUSED,
        first_name=first or ("" if last else name),
        last_name=last,
        email=student.email if student else "",
        canvas_id=cells.get("id", "") if canvas else cells.get("lms_user_id", ""),
        sis_id=cells.get("sis user id", ""),
        login=cells.get("sis login id", ""),
        section=cells.get("section", ""),
        participant=f"{name}_{number}" if number else "",
        comment=_comment(grade, lab),
        handed_in=grade.status not in (MISSING, ERROR),
    )


def _comment(grade: Grade, lab: Lab) -> str:
    """Say in a line how many points there are, in all languages of the lab."""
    if grade.points is None:
        return ""
    texts = [
        say(
            "{points} of {most} points.",
            points=points_text(grade.points),
            most=points_text(grade.max_score),
        )
    ]
    if grade.penalty:
        texts.append(late_text(grade))
    return " / ".join(
        " ".join(language.say(text) for text in texts) for language in lab_languages(lab)
    )
