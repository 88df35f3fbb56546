"""The one record of a grade, of which every table, report and gradebook is made."""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GRADED, REJECTED, ERROR = "graded", "rejected", "error"
PASSED, FAILED, TIMEOUT, CRASHED = "passed", "failed", "timeout", "crashed"
NOT_REACHED = "not reached"
FILE_NAME = "grade.json"


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
    diagnosis: Any
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
            return cls(**table)
        except (TypeError, KeyError, RecursionError) as error:
            raise ValueError(f"not a grade: {error}") from error


def write_whole(
    path: Path, content: str | bytes, mode: int = 0o644, *, replace: bool = True
) -> None:
    """Write a file so that it is there whole or not at all, whatever happens meanwhile.

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
    path.parent.mkdir(parents=True, exist_ok=True)
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
