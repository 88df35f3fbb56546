"""The one record of a grade, of which every table, report and gradebook is made."""

from __future__ import annotations

import dataclasses
import errno
import functools
import json
import math
import os
import stat
import tempfile
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
#: Why no file can be written at all, whoever's it is.
_STOPS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE})


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
        Wall-clock time.
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
    """Give the kinds of the fields of one of the classes here."""
    return get_type_hints(globals()[name])


def _fits(value: Any, wanted: Any) -> bool:
    """Tell whether a value is what a field of a record is declared to be."""
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


def stops_all(error: BaseException) -> bool:
    """Tell whether nothing can be written any more, for no student."""
    return isinstance(error, OSError) and error.errno in _STOPS


def make_private(folder: Path) -> None:
    """Make a folder that only its owner may enter, and those above it that are missing.

    One that is there already becomes so.

    Raises
    ------
    OSError
        If it can't be made.
    """
    for missing in [*reversed(folder.parents), folder]:
        missing.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def write_whole(
    path: Path, content: str | bytes, mode: int = 0o600, *, replace: bool = True
) -> None:
    """Write a file so that it is there whole or not at all, whatever happens meanwhile.

    What is said of a student is that student's business: unless told otherwise, only the file's
    owner may read it, and enter a folder that is made for it.

    Parameters
    ----------
    path
        Where to; its folder is made if need be.
    content
        A text is written as UTF-8.
    mode
        The file's permissions, before the process's umask.
    replace
        Whether to take the place of a file that is there.

    Raises
    ------
    FileExistsError
        If there is a file and it is not to be replaced.
    OSError
        If it can't be written; an earlier file is then still there.
    """
    if not path.parent.is_dir():
        if mode & 0o077:
            path.parent.mkdir(parents=True, exist_ok=True)
        else:
            make_private(path.parent)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode & ~_umask())
        if replace:
            Path(temporary).replace(path)
        else:  # of several at once one wins, and its file is whole
            path.hardlink_to(temporary)
            Path(temporary).unlink()
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
