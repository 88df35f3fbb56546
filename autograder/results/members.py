"""Who is in a graded class, and their records.

A class can be graded from several folders, one after the other: whoever handed in to any of them
is in it, until they are gone from their folder. A file beside the records says who that is, so
that every table, page and export is of the same people.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.errors import UserError, check_version
from autograder.files import locked, write_whole
from autograder.intake.bounds import open_file
from autograder.intake.entries import student_name
from autograder.intake.roster import SIZE_LIMIT, Student, read_roster
from autograder.records import CLASS, FILE_NAME, ROSTER, Grade, RecordError, read_record
from autograder.text import clean

VERSION = 1
_ADVICE = "remove that file and grade the class again"


@dataclass(frozen=True)
class Source:
    """A folder from which students were graded.

    Attributes
    ----------
    key
        A digest of where it is: the file may be handed on, and tells nobody of this machine.
    name
        Its own.
    sample
        Whether it is the lab's sample class.
    students
        Whoever handed in there.
    """

    key: str
    name: str
    sample: bool
    students: tuple[str, ...]


@dataclass
class Members:
    """Who is in a class.

    Attributes
    ----------
    sources
        Where they handed in, the last graded at the end. Nobody is in two of them.
    lab
        The name of the lab that was graded; empty if that was not noted.
    """

    sources: list[Source] = field(default_factory=list)
    lab: str = ""

    @property
    def students(self) -> list[str]:
        """All of them, sorted."""
        return sorted(student for source in self.sources for student in source.students)

    def add(self, path: Path, students: Iterable[str], sample: bool) -> None:
        """Take note of who handed in to a folder, in place of what was known of it.

        Raises
        ------
        UserError
            If it is the sample class and a real one is there.
        """
        new = Source(_key(path), path.resolve().name, sample, tuple(sorted(students)))
        others = [source for source in self.sources if source.key != new.key]
        real = [source for source in others if not source.sample]
        if sample and real:
            raise UserError(
                f"these grades are of the class in {clean(real[-1].name)}, and the sample class "
                "would be mixed with it; name the class (SUBMISSIONS=...) or another folder "
                "(OUT=...)"
            )
        gone = set(new.students)
        kept = [
            Source(s.key, s.name, s.sample, tuple(name for name in s.students if name not in gone))
            for s in real
        ]
        self.sources = [*(source for source in kept if source.students), new]

    def write(self, out: Path) -> None:
        """Write the file beside the records.

        Raises
        ------
        OSError
            If it can't be written.
        """
        sources = [
            {"key": s.key, "name": s.name, "sample": s.sample, "students": list(s.students)}
            for s in self.sources
        ]
        write_whole(
            out / CLASS,
            json.dumps({"version": VERSION, "lab": self.lab, "sources": sources}, indent=1) + "\n",
        )


def _key(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()


def join_class(out: Path, lab: str, path: Path, student: str) -> None:
    """Add a student who was graded alone to a class.

    Parameters
    ----------
    out
        The folder of the class.
    lab
        The name of the lab.
    path
        Where the student handed in.
    student
        Who.

    Raises
    ------
    UserError
        If the class can't be read, or is one of another lab.
    OSError
        If it can't be written.
    """
    with locked(out):  # several may be graded at once
        members = read_members(out, lab)
        if student not in members.students:
            key = _key(path)
            there = [
                each for source in members.sources if source.key == key for each in source.students
            ]
            members.add(path, {*there, student}, sample=False)
            members.write(out)


def read_members(out: Path, lab: str = "") -> Members:
    """Read who is in a class; nobody where there is no file.

    Parameters
    ----------
    out
        The folder of the class.
    lab
        The name of the lab that it should be of, if that matters.

    Raises
    ------
    UserError
        If it can't be read, or is of another lab.
    """
    path = out / CLASS
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        check_version(table, VERSION, clean(str(path)))
        found = [(s["key"], s["name"], s["sample"], tuple(s["students"])) for s in table["sources"]]
        known = str(table.get("lab", ""))
    except FileNotFoundError:
        return Members(lab=lab)
    except OSError as error:
        raise UserError(f"cannot read {clean(str(path))}: {error.strerror}") from error
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise UserError(f"{clean(str(path))} can't be read; {_ADVICE}") from error
    if not all(
        type(sample) is bool and all(type(text) is str for text in (key, name, *students))
        for key, name, sample, students in found
    ):
        raise UserError(f"{clean(str(path))} can't be read; {_ADVICE}")
    if lab and known not in ("", lab):
        raise UserError(
            f"the grades in {clean(str(out))} are of the lab {clean(known)}, and this one is "
            f"{clean(lab)}; name the other lab (--lab) or another folder"
        )
    return Members([Source(*each) for each in found], known or lab)


def keep_roster(path: Path, out: Path) -> None:
    """Keep a roster beside the records, as it is, for later runs and for exports.

    Raises
    ------
    OSError
        If it can't be written.
    """
    with open_file(path.resolve()) as file:
        write_whole(out / ROSTER, file.read(SIZE_LIMIT + 1))


def kept_roster(out: Path) -> list[Student] | None:
    """Return the roster of an earlier run; None if there was none.

    When somebody has handed in is left out: it is not known of what they have handed in since.

    Raises
    ------
    UserError
        If it can't be read.
    """
    if not (out / ROSTER).exists():
        return None
    return [replace(student, handed_in="") for student in read_roster(out / ROSTER)]


def class_records(out: Path) -> Iterator[Path]:
    """List the records of those who are in a graded class, by the students' folders.

    Raises
    ------
    RecordError
        If there are none.
    """
    names = _by_membership(out)[0]
    if not names:
        raise RecordError(f"there are no grades in {clean(str(out))}; run make grade first")
    return (out / name / FILE_NAME for name in names)


def read_class(
    out: Path, problems: list[str], known: Collection[str] = frozenset()
) -> Iterator[Grade]:
    """Read the records of those who are in a graded class, each when it is asked for.

    Parameters
    ----------
    out
        The folder of the class.
    problems
        To this is added what can't be read, and why.
    known
        The students whose records need not be read.

    Returns
    -------
    iterator of Grade
        Sorted by the students' folders.

    Raises
    ------
    RecordError
        If there are none, or in the end, if none could be read.
    """
    folders = set(map(student_name, known))
    paths = (path for path in class_records(out) if path.parent.name not in folders)
    return _read(paths, problems, some=bool(known))


def _read(paths: Iterator[Path], problems: list[str], *, some: bool) -> Iterator[Grade]:
    for path in paths:
        try:
            grade = read_record(path)
        except RecordError as error:
            problems.append(str(error))
            continue
        some = True
        yield grade
    if not some:
        raise RecordError(problems[0])


def left_out(out: Path) -> list[str]:
    """List the folders of records of whoever is not in the class, as after they have left it."""
    return _by_membership(out)[1]


def _by_membership(out: Path) -> tuple[list[str], list[str]]:
    """Return the folders of records of those who are in the class, and of those who are not."""
    try:
        names = os.listdir(out)
    except (FileNotFoundError, NotADirectoryError):
        names = []
    except OSError as error:
        raise RecordError(f"cannot read {clean(str(out))}: {error.strerror}") from error
    found = sorted(name for name in names if os.access(out / name / FILE_NAME, os.F_OK))
    members = read_members(out)
    inside = set(map(student_name, members.students)) if members.sources else set(found)
    return (
        [name for name in found if name in inside],
        [name for name in found if name not in inside],
    )
