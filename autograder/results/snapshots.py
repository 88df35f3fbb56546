"""What students have been shown: numbered snapshots of results, pages and tables.

A snapshot is a folder like that of a graded class, ``published/1`` beside the records: a record and
a page for each student, with the points as they were decided, and the tables. Nothing in it ever
changes. Later results are compared with the newest one.
"""

from __future__ import annotations

import datetime
import json
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UserError, check_version
from autograder.files import write_whole
from autograder.intake.entries import student_name
from autograder.lab import Lab
from autograder.records import FILE_NAME, PUBLISHED, Grade, RecordError, read_record
from autograder.results.changes import Change, change_between
from autograder.results.members import class_records
from autograder.text import clean

VERSION = 1
SNAPSHOT = "snapshot.json"


class PublishError(UserError):
    """Nothing is published; the text says why and what to do."""


@dataclass(frozen=True)
class Snapshot:
    """What was published.

    Attributes
    ----------
    number
        From 1 on.
    when
        In UTC, ISO 8601.
    path
        Its folder.
    folders
        Those of the students in it.
    """

    number: int
    when: str
    path: Path
    folders: frozenset[str]

    def of(self, folder: str) -> Grade:
        """Read the result that lies in a student's folder.

        Raises
        ------
        UserError
            If it can't be read.
        """
        try:
            return read_record(self.path / folder / FILE_NAME)
        except RecordError as error:
            raise PublishError(str(error)) from error


def newest(out: Path) -> Snapshot | None:
    """Read the newest snapshot of a class; None if nothing was published.

    Raises
    ------
    UserError
        If it can't be read.
    """
    numbers = _numbers(out)
    if not numbers:
        return None
    folder = out / PUBLISHED / str(numbers[-1])
    try:
        table = json.loads((folder / SNAPSHOT).read_text(encoding="utf-8"))
        check_version(table, VERSION, clean(str(folder / SNAPSHOT)))
        when = str(table["when"])
    except (OSError, AttributeError, ValueError, LookupError, TypeError) as error:
        raise PublishError(
            f"{clean(str(folder / SNAPSHOT))} can't be read; restore it from a backup, or remove "
            "its folder if nobody has seen it"
        ) from error
    folders = frozenset(path.parent.name for path in class_records(folder))
    return Snapshot(numbers[-1], when, folder, folders)


def _numbers(out: Path) -> list[int]:
    try:
        names = [path.name for path in (out / PUBLISHED).iterdir()]
    except OSError:
        return []
    return sorted(int(name) for name in names if name.isascii() and name.isdigit())


def changes_against(snapshot: Snapshot, results: Iterable[Grade]) -> list[Change]:
    """Compare results with what was published, for those who were in it and those who are new.

    Raises
    ------
    UserError
        If what was published can't be read.
    """
    changes, there = [], set()
    for result in results:
        there.add(folder := student_name(result.student))
        if folder not in snapshot.folders:
            changes.append(Change(result.student, None, result.points, ("not published yet",)))
        elif change := change_between(snapshot.of(folder), result):
            changes.append(change)
    left = (snapshot.of(folder) for folder in snapshot.folders - there)
    gone = [Change(g.student, g.points, None, ("not in the class any more",)) for g in left]
    return changes + sorted(gone, key=lambda change: change.student)


def lowered(changes: Sequence[Change]) -> list[Change]:
    """Return the changes by which somebody would have less than was published."""
    return [c for c in changes if c.before is not None and (c.after is None or c.after < c.before)]


def note(out: Path, results: Iterable[Grade]) -> str:
    """Say in a line what would change against what is published; empty if nothing would.

    Raises
    ------
    UserError
        If what is published can't be read.
    """
    snapshot = newest(out)
    changes = changes_against(snapshot, results) if snapshot else []
    if not snapshot or not changes:
        return ""
    less = len(lowered(changes))
    return (
        f"against what was published as number {snapshot.number}, {len(changes)} grades would "
        f"change, {less} of them for the worse; make publish ARGS=--show lists them"
    )


def publish(
    out: Path,
    lab: Lab,
    results: Iterable[Grade],
    allowed: Collection[str],
    show: Callable[[Path], object],
) -> tuple[Path, list[Change]]:
    """Freeze results, pages and tables as the next snapshot.

    Parameters
    ----------
    out
        The folder of the class.
    lab
        What was graded.
    results
        Of the whole class; they are gone through several times.
    allowed
        The students who may have less than was published.
    show
        Writes what students and instructors are shown into a folder that holds the records.

    Returns
    -------
    folder : Path
        The snapshot.
    changes : list of Change
        Against the one before.

    Raises
    ------
    PublishError
        If somebody would have less whom nobody has named.
    OSError
        If it can't be written; nothing of it is then there.
    """
    before = newest(out)
    changes = changes_against(before, results) if before else []
    if less := [change for change in lowered(changes) if change.student not in allowed]:
        names = ", ".join(clean(change.student, 40) for change in less[:10])
        more = f" and {len(less) - 10} more" if len(less) > 10 else ""
        raise PublishError(
            f"{len(less)} students would have less than they have been shown: {names}{more}; see "
            "changes.csv for why, and name those for whom that is right (--lower STUDENT,...), or "
            "decide otherwise"
        )
    number = before.number + 1 if before else 1
    folder = out / PUBLISHED / str(number)
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as name:
        draft = Path(name) / "snapshot"
        for result in results:
            write_whole(draft / student_name(result.student) / FILE_NAME, result.to_json())
        show(draft)
        when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        table = {"version": VERSION, "number": number, "when": when, "lab": lab.name}
        write_whole(draft / SNAPSHOT, json.dumps(table, indent=1) + "\n")
        shutil.move(draft, folder)
    return folder, changes
