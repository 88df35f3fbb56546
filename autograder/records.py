"""The one record of a grade, of which every table, report and gradebook is made."""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import os
import stat
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from autograder.errors import UserError
from autograder.text import clean, problem_of

GRADED, REJECTED, ERROR = "graded", "rejected", "error"
PASSED, FAILED, TIMEOUT, CRASHED = "passed", "failed", "timeout", "crashed"
NOT_REACHED = "not reached"
FILE_NAME = "grade.json"
#: What stands beside the students' folders; no student's folder can be called so.
TABLE, CHANGES, PAGE, LOCK = "grades.csv", "changes.csv", "index.html", ".lock"
RESERVED_NAMES = frozenset({FILE_NAME, TABLE, CHANGES, PAGE, LOCK})


#: In bytes, of a record that is read.
SIZE_LIMIT = 64 << 20


class RecordError(UserError):
    """A record can't be read; the text says which, why and what to do."""


@dataclass(frozen=True)
class CheckResult:
    """What one check found.

    Attributes
    ----------
    name
        The title of the check.
    id
        File and function, ``test_model.py::test_forward``.
    part
        The part that it belongs to.
    points, max_points
        What it gave and could have given.
    outcome
        `PASSED`, `FAILED`, `TIMEOUT`, `CRASHED` or `NOT_REACHED`.
    message
        For the student: what is wrong. Empty if it passed.
    diagnosis
        A known mistake that explains the failure, if one was recognised.
    seconds
        Wall-clock time, coarse: a submission can sleep as long as it likes.
    said
        What `message` was made of, as `autograder.messages.record` keeps it.
    figures
        Plain data of pictures; `autograder.checks.figures` makes them.
    """

    name: str
    id: str
    part: str
    points: int
    max_points: int
    outcome: str
    message: str
    diagnosis: dict[str, Any] | None
    seconds: float
    said: dict[str, Any] | None = None
    figures: tuple[dict[str, Any], ...] = ()


def mistakes_of(check: CheckResult) -> tuple[str, ...]:
    """Return the known mistakes that a check was put down to, which may have been damaged."""
    names = (check.diagnosis or {}).get("mistakes")
    return tuple(n for n in names if isinstance(n, str)) if isinstance(names, list) else ()


@dataclass(frozen=True)
class PartScore:
    """The sum of a part's checks."""

    name: str
    score: int
    max_score: int


@dataclass(frozen=True)
class Grade:
    """The grade of one submission.

    Attributes
    ----------
    student
        Who, as the submission's folder or archive is called.
    status
        `GRADED`; `REJECTED`: intake refused it; or `ERROR`: the grader failed, never the student.
    score, max_score
        Points.
    seed
        Of the run's random draws.
    digest
        SHA-256 of the files that were graded.
    sandbox
        The layers of protection that held.
    seconds
        Wall-clock time of grading.
    reason
        Why it was not graded, or which of its files were refused.
    parts, checks
        In the order of the lab.
    said
        What `reason` was made of, as `autograder.messages.record` keeps it.
    secret
        The name of the secret from which the draws come, never the secret itself. With the same
        seed and secret the grade can be repeated.
    """

    student: str
    status: str
    score: int
    max_score: int
    seed: int
    digest: str | None = None
    sandbox: tuple[str, ...] = ()
    seconds: float = 0.0
    reason: str | None = None
    parts: tuple[PartScore, ...] = ()
    checks: tuple[CheckResult, ...] = field(default=())
    said: dict[str, Any] | None = None
    secret: str = ""

    def to_json(self) -> str:
        """Write the record; `from_json` reads it."""
        return json.dumps(dataclasses.asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Grade:
        """Read a record.

        Raises
        ------
        ValueError
            If the text is not a grade.
        """
        try:
            table = json.loads(text)
            table["parts"] = tuple(PartScore(**part) for part in table["parts"])
            table["checks"] = tuple(
                CheckResult(**{**check, "figures": tuple(check.get("figures", ()))})
                for check in table["checks"]
            )
            table["sandbox"] = tuple(table["sandbox"])
            grade = cls(**table)
        except (AttributeError, LookupError, MemoryError, RecursionError, TypeError) as error:
            raise ValueError(f"not a grade: {problem_of(error)}") from error
        for part in (grade, *grade.parts, *grade.checks):
            for name, wanted in _types(part.__class__.__name__).items():
                if not _fits(getattr(part, name), wanted):
                    raise ValueError(f"not a grade: its {name} is of a wrong kind")
        return grade


@functools.cache
def _types(name: str) -> dict[str, Any]:
    """Return the kinds of the fields of one of the classes here."""
    return get_type_hints(globals()[name])


def _fits(value: Any, wanted: Any) -> bool:
    """Return whether a value is what a field of a record is declared to be."""
    origin = get_origin(wanted)
    if wanted is Any:
        return True
    if wanted is float:
        return type(value) in (int, float) and math.isfinite(value)
    if origin in (Union, types.UnionType):
        return any(_fits(value, each) for each in get_args(wanted))
    if origin is tuple:
        each = get_args(wanted)[0]
        return type(value) is tuple and all(_fits(item, each) for item in value)
    return type(value) is (origin or wanted)


def read_record(path: Path) -> Grade:
    """Read a record.

    Raises
    ------
    RecordError
        If it can't be read.
    """
    try:
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe would wait for a writer
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ValueError("it is not a regular file")
            content = file.read(SIZE_LIMIT + 1)
        if len(content) > SIZE_LIMIT:
            raise ValueError(f"it is larger than {SIZE_LIMIT >> 20} MiB")
        return Grade.from_json(content.decode())
    except OSError as error:
        reason = error.strerror or problem_of(error)
        raise RecordError(f"cannot read {clean(str(path))}: {reason}") from error
    except (ValueError, MemoryError) as error:
        raise RecordError(
            f"{clean(str(path))} can't be read: {clean(str(error))}; grade that submission again"
        ) from error


def record_paths(folder: Path) -> list[Path]:
    """List the records of a graded class, by the students' folders.

    Raises
    ------
    RecordError
        If there are none.
    """
    try:
        found = sorted(folder.glob(f"*/{FILE_NAME}"))
    except OSError as error:
        raise RecordError(f"cannot read {clean(str(folder))}: {error.strerror}") from error
    if not found:
        raise RecordError(f"there are no grades in {clean(str(folder))}; run make grade first")
    return found


def read_records(folder: Path) -> tuple[list[Grade], list[str]]:
    """Read the records of a graded class.

    Returns
    -------
    grades : list of Grade
        Sorted by the students' folders; at least one.
    problems : list of str
        What can't be read, and why.

    Raises
    ------
    RecordError
        If there are none that can be read.
    """
    grades: list[Grade] = []
    problems: list[str] = []
    for path in record_paths(folder):
        try:
            grades.append(read_record(path))
        except RecordError as error:
            problems.append(str(error))
    if not grades:
        raise RecordError(problems[0])
    return grades, problems
