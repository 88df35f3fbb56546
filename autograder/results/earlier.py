"""Keeps the grade of what a student handed in before, and says what has changed since.

Beside a student's record lies that of the files that were graded before them, ``earlier.json``. It
has the form of a record, and grading the same files again leaves it as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import NewerVersion
from autograder.files import write_whole
from autograder.records import EARLIER, FILE_NAME, PASSED, CheckResult, Grade, read_record
from autograder.results.keys import FILES, HINTS


@dataclass(frozen=True)
class Since:
    """What is different from the attempt before.

    Attributes
    ----------
    attempt
        The number of that one; 0 if it has the same number as this one.
    before, after
        The points of all parts, before lateness.
    fixed, broken
        The ids of checks that pass now and did not, and that passed and do not now.
    checks_changed
        Whether the files are not all by which the two grades may differ.
    """

    attempt: int
    before: float
    after: float
    fixed: tuple[str, ...]
    broken: tuple[str, ...]
    checks_changed: bool


def write_record(folder: Path, grade: Grade, before: Grade | None) -> None:
    """Write a student's record; if it is of other files than that before, keep that.

    Raises
    ------
    OSError
        If one can't be written.
    """
    if before and before.points is not None and not _same_files(before, grade):
        write_whole(folder / EARLIER, before.to_json())
    write_whole(folder / FILE_NAME, grade.to_json())


def record_before(folder: Path) -> Grade | None:
    """Read the record that is there; see `read_earlier`."""
    return _read(folder / FILE_NAME)


def read_earlier(folder: Path) -> Grade | None:
    """Read the grade of the attempt before; None if there is none, or a damaged one.

    Raises
    ------
    NewerVersion
        If a newer version of the engine has written it.
    """
    return _read(folder / EARLIER)


def _read(path: Path) -> Grade | None:
    try:
        return read_record(path)
    except NewerVersion:
        raise
    except Exception:  # a damaged one is as good as none
        return None


def _same_files(one: Grade, other: Grade) -> bool:
    if one.digest and other.digest:
        return one.digest == other.digest
    return one.digest == other.digest and one.made_from.get(FILES) == other.made_from.get(FILES)


def since(earlier: Grade | None, now: Grade) -> Since | None:
    """Compare two results of a student; None if there is nothing to compare."""
    if earlier is None or None in (earlier.points, now.points) or _same_files(earlier, now):
        return None
    was, is_now = _passed(earlier.checks), _passed(now.checks)
    both = [check for check in is_now if check in was]
    return Since(
        attempt=earlier.attempt if earlier.attempt != now.attempt else 0,
        before=sum(part.score for part in earlier.parts),
        after=sum(part.score for part in now.parts),
        fixed=tuple(check for check in both if is_now[check] and not was[check]),
        broken=tuple(check for check in both if was[check] and not is_now[check]),
        checks_changed=_causes(earlier) != _causes(now),
    )


def _passed(checks: Iterable[CheckResult]) -> dict[str, bool]:
    return {check.id: check.outcome == PASSED for check in checks}


def _causes(grade: Grade) -> dict[str, str]:
    """Return what a grade depends on beside the files; hints change no outcome."""
    return {name: key for name, key in grade.made_from.items() if name not in (FILES, HINTS)}
