"""What an examiner does for an instructor who looks into a submission: run checks, and write down.

The checks run as they do in grading; that the student's process describes the variables of its
tracebacks is the only difference. Nothing of it goes into a grade.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
import pytest

from autograder.checks import CheckFailed
from autograder.draws import DrawTable
from autograder.examiner.examination import open_submission
from autograder.examiner.findings import ENTRIES_LIMIT, SOURCE_LIMIT
from autograder.examiner.recorder import Recorder
from autograder.intake.errors import Refused
from autograder.messages import message_of, to_data
from autograder.suites.jailed import JailedExamination
from autograder.suites.points import check_id
from autograder.suites.session import Draw, Suites
from autograder.suites.student import RemoteStudent, Workers

#: What counts as a difference, as for `autograder.checks.assert_array`.
TOLERANCE = 1e-9


class Inspection(JailedExamination):
    """Runs the suites as in grading, and writes down what each check asked and got.

    Attributes
    ----------
    details
        Check id -> what was written down, plain data.
    """

    def __init__(
        self, suites: Suites, draws: Draw, student: RemoteStudent, files: Mapping[str, bytes]
    ):
        super().__init__(suites, draws, student, files)
        self.recorder = student.listener = Recorder(suites.lab.suite)
        self.details: dict[str, dict[str, Any]] = {}
        self._line = 0

    def begin(self, item: pytest.Item) -> None:
        """Start each check with nothing written down."""
        super().begin(item)
        self.recorder.begin()
        self._line = 0

    def keep(self, check: str, found: BaseException) -> None:
        """Note in which line of the suite a check failed."""
        self._line = self.recorder.line(found.__traceback__)
        super().keep(check, found)

    def _note(
        self, item: pytest.Item, outcome: str, message: str, seconds: float, certain: bool
    ) -> None:
        super()._note(item, outcome, message, seconds, certain)
        check, calls = check_id(item), list(self.recorder.calls)
        self.details[check] = {
            "line": self._line or (calls[-1]["line"] if calls else 0),
            "calls": calls,
            "more": self.recorder.number - len(calls),
            "printed": self.recorder.output,
            "trace": self.recorder.trace,
            "arrays": arrays_of(self.errors.get(check)),
        }


def inspect(
    suites: Suites, workers: Workers, job: dict[str, Any], archive: BinaryIO | None = None
) -> dict[str, Any]:
    """Run checks on a submission and write down what they ask and get.

    Parameters
    ----------
    suites, workers, job, archive
        As for `autograder.examiner.examination.examine`.

    Returns
    -------
    dict
        Plain data, which `autograder.examiner.findings_reader.read_findings` reads.
    """
    try:
        submission = open_submission(suites, job, archive)
    except Refused as refused:
        return {"refused": to_data(message_of(refused))}
    student = RemoteStudent(workers, suites.lab, submission.files, submission.problems)
    done = Inspection(suites, DrawTable(job["draws"]), student, submission.files)
    suites.run(done, job["checks"])
    student.restart()
    return {
        "digest": submission.digest,
        "remarks": [
            to_data(remark) for remark in (*submission.problems.values(), *submission.remarks)
        ],
        "files": [
            [name, content.decode("utf-8", "replace")[:SOURCE_LIMIT]]
            for name, content in submission.files.items()
        ],
        "checks": [
            {"id": result.id, "outcome": result.outcome, "said": result.said}
            | done.details[result.id]
            for result in done.results
        ],
    }


def arrays_of(error: BaseException | None) -> dict[str, Any] | None:
    """Return both sides of a comparison that failed, if it has any that are numbers."""
    if not isinstance(error, CheckFailed):
        return None
    actual, expected = _numbers(error.actual), _numbers(error.expected)
    if actual is None and expected is None:
        return None
    wrong = None
    if actual is not None and expected is not None and actual.shape == expected.shape:
        room = TOLERANCE * max(1.0, float(np.abs(expected).max(initial=0.0)))
        # Not "greater": what is not a number differs.
        with np.errstate(all="ignore"):
            wrong = ~(np.abs(actual - expected) <= room) & (actual != expected)
    chosen = _chosen(actual, expected, wrong)
    return {
        "what": str(error.what),
        "actual": _side(actual, chosen),
        "expected": _side(expected, chosen),
        "wrong": None if wrong is None else chosen[wrong.ravel()[chosen]].tolist(),
        "number": None if wrong is None else int(wrong.sum()),
    }


def _numbers(value: Any) -> np.ndarray | None:
    if not isinstance(value, np.ndarray | np.number | int | float):
        return None
    try:
        array = np.asarray(value)
    except (OverflowError, ValueError):
        return None
    if array.dtype.kind not in "biufc":
        return None
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def _chosen(
    actual: np.ndarray | None, expected: np.ndarray | None, wrong: np.ndarray | None
) -> np.ndarray:
    """Return which entries are shown, by their place in C order: the wrong ones first."""
    size = max(0 if side is None else side.size for side in (actual, expected))
    places = np.arange(size)
    if size <= ENTRIES_LIMIT:
        return places
    if wrong is not None:
        places = np.argsort(~wrong.ravel(), kind="stable")
    return np.sort(places[:ENTRIES_LIMIT])


def _side(array: np.ndarray | None, chosen: np.ndarray) -> dict[str, Any] | None:
    if array is None:
        return None
    places = chosen[chosen < array.size]
    entries = [[int(place), f"{array.ravel()[place]:.7g}"] for place in places]
    return {"shape": list(array.shape), "entries": entries}
