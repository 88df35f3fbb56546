"""What is exported of a class that `make grade` has graded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.exports.canvas import CANVAS, canvas_csv, title_among
from autograder.exports.moodle import (
    FEEDBACK,
    MOODLE,
    WORKSHEET,
    feedback_zip,
    moodle_csv,
    without_number,
    worksheet_csv,
    worksheet_limit,
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


def export_class(
    out: Path,
    lab: Lab,
    grades: Sequence[Grade],
    folder: Path,
    item: str = "",
    roster: Path | None = None,
) -> tuple[list[Path], list[str]]:
    """Write the exports of a class.

    Parameters
    ----------
    out
        The folder of the class.
    lab
        What was graded.
    grades
        The results.
    folder
        Where to.
    item
        The assignment's title in Canvas and Moodle; the lab's if it is empty.
    roster
        Who is to be in the files; by default, whoever is in the roster that the class was graded
        with, or everybody if there was none.

    Returns
    -------
    paths : list of Path
        The files.
    notes : list of str
        What an instructor should know.

    Raises
    ------
    UserError
        If something can't be read or written, or nobody is in the roster.
    """
    source = roster or (out / ROSTER if (out / ROSTER).exists() else None)
    columns = read_rows(source) if source else [[]]
    exported, left = _exported(out, lab, grades, read_roster(source) if source else None)
    item = item or lab.title
    texts: dict[str, str | bytes | None] = {
        CANVAS: canvas_csv(exported, title_among(columns[0], item)),
        MOODLE: moodle_csv(exported, item),
        WORKSHEET: worksheet_csv(exported, columns),
        FEEDBACK: feedback_zip(exported),
    }
    for name in (name for name, text in texts.items() if text is None):
        (folder / name).unlink(missing_ok=True)  # of an earlier roster
    paths = write_files(folder, {name: text for name, text in texts.items() if text is not None})
    notes = []
    if left:
        notes.append(f"not in the roster, and in no export: {names_of(left)}")
    if texts[FEEDBACK] and (unknown := without_number(exported)):
        notes.append(
            f"no number in Moodle is known of {names_of(unknown)}, who are not in {FEEDBACK}; give "
            "Moodle's grading worksheet as the roster"
        )
    limit = worksheet_limit(columns) if texts[WORKSHEET] else None
    return paths, [*notes, *warnings(exported, limit)]


def _exported(
    out: Path, lab: Lab, grades: Sequence[Grade], roster: Sequence[Student] | None
) -> tuple[Exported, list[str]]:
    """Make the table, and return who is not in the roster."""
    results, site = Results(out, lab), Site(lab)
    people = _people(roster or ())
    in_moodle = {grade.student: results.participant(grade.student) for grade in grades}
    shared = Counter(in_moodle.values())  # of a group, the number is the group's
    rows, left = [], []
    for grade in grades:
        own = results.roster.get(grade.student)
        texts = [grade.student, *(own.keys if own else ()), own.email if own else ""]
        student = people.find([text for text in texts if text])
        if roster is not None and not student:
            left.append(grade.student)
            continue
        known = in_moodle[grade.student]
        earlier = results.earlier(grade.student)
        rows.append(_row(grade, earlier, student, known if shared[known] == 1 else "", site))
    if not rows:
        raise ExportError("nobody who was graded is in the roster; name the one of this class")
    # Of whoever was not graded it is not known which checks there would be.
    most = max(g.max_score for g in [g for g in grades if g.checks] or grades)
    return Exported(most, tuple(rows)), left


def _people(roster: Sequence[Student]) -> _People:
    found: dict[str, list[Student]] = {}
    for student in roster:
        for text in {student.id, *student.keys, student_id(student.email)} - {""}:
            found.setdefault(text, []).append(student)
    # The id is its student's, whoever else has it among other ids.
    return _People(found | {student.id: [student] for student in roster})


def _row(
    grade: Grade, earlier: Grade | None, student: Student | None, participant: str, site: Site
) -> Row:
    cells = student.cells if student else {}
    first = cells.get("first name") or cells.get("first_name", "")
    last = cells.get("last name") or cells.get("last_name") or cells.get("surname", "")
    name = student.name if student else grade.name
    canvas = "sis login id" in cells or "sis user id" in cells
    if student and student.participant:
        participant = f"{name}_{student.participant}"
    handed_in = grade.status not in (MISSING, ERROR)
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
        participant=participant,
        comment=_comment(grade, site.lab),
        page=student_page(site, grade, earlier) if handed_in else "",
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
