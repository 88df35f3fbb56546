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

from autograder.errors import UserError, check_version
from autograder.text import clean, problem_of

GRADED, REJECTED, MISSING = "graded", "rejected", "missing"
ERROR, EXCUSED = "error", "excused"
PASSED, FAILED, TIMEOUT, CRASHED = "passed", "failed", "timeout", "crashed"
NOT_REACHED = "not reached"
#: A student's record, and beside it that of the files that were graded before.
FILE_NAME, EARLIER = "grade.json", "earlier.json"
#: Of the records that are written; older ones are read.
VERSION = 2
#: What stands beside the students' folders; no student's folder can be called so.
TABLE, CHANGES, PAGE, LOCK = "grades.csv", "changes.csv", "index.html", ".lock"
CLASS, DECISIONS, ATTEMPTS = "class.json", "decisions.toml", "attempts.json"
ROSTER, PUBLISHED, EXPORTS = "roster.csv", "published", "exports"
RESERVED_NAMES = frozenset(
    {FILE_NAME, TABLE, CHANGES, PAGE, LOCK, CLASS, DECISIONS, ATTEMPTS, ROSTER, PUBLISHED, EXPORTS}
)


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
    certain
        Whether the files alone decided it, and not the clock on the wall, a lack of memory or a
        process that was lost.
    """

    name: str
    id: str
    part: str
    points: float
    max_points: float
    outcome: str
    message: str
    diagnosis: dict[str, Any] | None
    seconds: float
    said: dict[str, Any] | None = None
    figures: tuple[dict[str, Any], ...] = ()
    certain: bool = True


def builds_on(check: CheckResult) -> str:
    """Return the title of the check without which one was not reached; empty if it was time."""
    said: Any = check.said
    for name in ("reason", "title"):
        values = said.get("values") if isinstance(said, dict) else None
        said = values.get(name) if isinstance(values, dict) else None
    return said if isinstance(said, str) else ""


def mistakes_of(check: CheckResult) -> tuple[str, ...]:
    """Return the known mistakes that a check was put down to, which may have been damaged."""
    names = (check.diagnosis or {}).get("mistakes")
    return tuple(n for n in names if isinstance(n, str)) if isinstance(names, list) else ()


@dataclass(frozen=True, slots=True)
class PartScore:
    """The sum of a part's checks."""

    name: str
    score: float
    max_score: float


@dataclass(frozen=True)
class Grade:
    """The grade of one submission.

    Attributes
    ----------
    student
        Who: the id, as the course knows it.
    status
        `GRADED`; `REJECTED`: intake refused it; `MISSING`: nothing was handed in, and there are no
        points, not 0; `ERROR`: the grader failed, never the student; or `EXCUSED`: the instructor
        has decided that there are to be no points.
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
    name
        Of the student, for people; empty if it is not known.
    attempt
        Which of the student's attempts it is of, from 1 on; 0 if there is none.
    lab
        The name of the lab.
    made_from
        What the grade depends on -> its digest; see `autograder.results.keys`.
    python, numpy
        The versions that graded.
    stale
        Why the last attempt to grade it anew failed, if it did: this is then the grade before.
    decided, rules
        What the instructor decided about this student, and for all, a sentence each. These and
        what follows are empty in a record, where only what was found stands; a result has them.
    handed_in, time_from
        When the attempt was handed in, ISO 8601, and how that is known: ``"platform"`` or ``"file
        date"``. Empty if it is not known.
    attempts
        How many the student has made; 0 if that is not known.
    late_days, penalty
        The late days, and the points that they cost.
    due
        Until when the student had, ISO 8601; empty if there is no deadline.
    answers
        What is to be known of the notebook with the answers, as `said` is kept; None if nothing is.
    version
        Of the record's form.
    """

    student: str
    status: str
    score: float
    max_score: float
    seed: int
    digest: str | None = None
    sandbox: tuple[str, ...] = ()
    seconds: float = 0.0
    reason: str | None = None
    parts: tuple[PartScore, ...] = ()
    checks: tuple[CheckResult, ...] = field(default=())
    said: dict[str, Any] | None = None
    secret: str = ""
    name: str = ""
    attempt: int = 1
    lab: str = ""
    made_from: dict[str, str] = field(default_factory=dict)
    python: str = ""
    numpy: str = ""
    stale: str | None = None
    decided: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    handed_in: str = ""
    time_from: str = ""
    attempts: int = 0
    late_days: int = 0
    penalty: float = 0
    due: str = ""
    answers: dict[str, Any] | None = None
    version: int = VERSION

    @property
    def points(self) -> float | None:
        """The score; None where there is none: nothing to grade, a failure, or an excuse."""
        return self.score if self.status in (GRADED, REJECTED) else None

    @property
    def lasting(self) -> bool:
        """Whether it would be the same if it were made again of the same."""
        graded = self.status in (GRADED, REJECTED) and self.stale is None
        return graded and all(check.certain for check in self.checks)

    def to_json(self) -> str:
        """Write the record, a line for each field, part and check; `from_json` reads it."""
        lines = [f'"{name}": {_in_lines(value)}' for name, value in _table_of(self).items()]
        return "{\n" + ",\n".join(lines) + "\n}\n"

    @classmethod
    def from_json(cls, text: str, name: str = "the record") -> Grade:
        """Read a record, of this version or an older one.

        Parameters
        ----------
        text
            As `to_json` writes it.
        name
            Of the file, for messages.

        Raises
        ------
        NewerVersion
            If a newer version of the engine has written it.
        ValueError
            If the text is not a grade.
        """
        try:
            table = json.loads(text)
            check_version(table, VERSION, name)
            table.setdefault("version", 1)
            table["parts"] = tuple(PartScore(**part) for part in table["parts"])
            table["checks"] = tuple(
                CheckResult(**{**check, "figures": tuple(check.get("figures", ()))})
                for check in table["checks"]
            )
            for name in ("sandbox", "decided", "rules"):
                table[name] = tuple(table.get(name, ()))
            grade = cls(**table)
        except (AttributeError, LookupError, MemoryError, RecursionError, TypeError) as error:
            raise ValueError(f"not a grade: {problem_of(error)}") from error
        for part in (grade, *grade.parts, *grade.checks):
            for name, wanted in _types(part.__class__.__name__).items():
                if not _fits(getattr(part, name), wanted):
                    raise ValueError(f"not a grade: its {name} is of a wrong kind")
        return grade


def _table_of(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def _in_lines(value: Any) -> str:
    """Write a value as JSON; several records with a line for each."""
    if not isinstance(value, tuple) or not any(map(dataclasses.is_dataclass, value)):
        return json.dumps(value)
    rows = (json.dumps(each, default=_table_of) for each in value)
    return "[\n" + ",\n".join(rows) + "\n]"


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
    NewerVersion
        If a newer version of the engine has written it.
    """
    try:
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe would wait for a writer
        with os.fdopen(os.open(path, flags), "rb") as file:
            kind = os.fstat(file.fileno())
            if not stat.S_ISREG(kind.st_mode):
                raise ValueError("it is not a regular file")
            if kind.st_size > SIZE_LIMIT:
                raise ValueError(f"it is larger than {SIZE_LIMIT >> 20} MiB")
            content = file.read(kind.st_size)
        return Grade.from_json(content.decode(), clean(str(path)))
    except OSError as error:
        reason = error.strerror or problem_of(error)
        raise RecordError(f"cannot read {clean(str(path))}: {reason}") from error
    except (ValueError, MemoryError) as error:
        raise RecordError(
            f"{clean(str(path))} can't be read: {clean(str(error))}; grade that submission again"
        ) from error
