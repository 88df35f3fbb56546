"""Grades one submission, or a class of them."""

from __future__ import annotations

import concurrent.futures
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import numpy as np

from autograder.diagnosis.hints import Hints
from autograder.draws import Draws
from autograder.examiner.answers import Answer
from autograder.examiner.errors import ExaminerError
from autograder.examiner.examiners import Examiners
from autograder.examiner.supervisor import Source
from autograder.intake.entries import Entry
from autograder.intake.errors import Refused
from autograder.intake.folders import folder_files
from autograder.intake.submission import Archive, open_entry, sort_out, wanted_files, whole
from autograder.jail.sandbox import Sandbox, SandboxError
from autograder.lab import Lab, LabError
from autograder.messages import and_also, join, message_of, say, to_data
from autograder.records import ERROR, GRADED, REJECTED, CheckResult, Grade, PartScore
from autograder.text import problem_of


@dataclass(frozen=True)
class Run:
    """What is the same for every submission of a grading run.

    Attributes
    ----------
    lab, sandbox
        What is graded, and how it is run.
    draws
        The start of all draws, the same for every submission.
    """

    lab: Lab
    sandbox: Sandbox
    draws: Draws

    def blank(self, student: str, status: str, reason: str | None) -> Grade:
        """Return the grade of a submission of which nothing was run: no points."""
        parts = tuple(PartScore(part.name, 0, part.points) for part in self.lab.parts)
        return Grade(
            student=student,
            status=status,
            score=0,
            max_score=self.lab.max_score,
            seed=self.draws.seed,
            secret=self.draws.secret_id,
            sandbox=self.sandbox.layers,
            reason=None if reason is None else str(reason),
            said=to_data(reason),
            parts=parts,
            lab=self.lab.name,
            python=platform.python_version(),
            numpy=np.__version__,
        )

    def failed(self, student: str, error: BaseException) -> Grade:
        """Return the grade of a submission at which the grader failed."""
        reason = say("the grader failed: {problem}", problem=problem_of(error))
        return self.blank(student, ERROR, reason)


class Examiner(Protocol):
    """What looks at a submission: `autograder.examiner.supervisor.Supervisor`, or a test's."""

    def examine(self, draws: Draws, wanted: Sequence[str] | None, source: Source) -> Answer:
        """Run checks on what was handed in."""


def grade_entry(run: Run, entry: Entry, examiner: Examiner) -> Grade:
    """Read and grade one entry; whatever goes wrong becomes its grade's status and reason.

    Raises
    ------
    SandboxError
        If there is no process in which it can be graded.
    """
    start = time.monotonic()
    try:
        grade = _graded(run, entry, examiner)
    except SandboxError:
        raise
    except Refused as refused:
        grade = run.blank(entry.student, REJECTED, message_of(refused))
    except ExaminerError as error:
        reason = say("it could not be graded: {reason}", reason=message_of(error))
        grade = run.blank(entry.student, ERROR, reason)
    except Exception as error:
        grade = run.failed(entry.student, error)
    return replace(grade, seconds=round(time.monotonic() - start, 1))


def _graded(run: Run, entry: Entry, examiner: Examiner) -> Grade:
    opened = open_entry(entry)
    if isinstance(opened, Archive):
        with opened.file:
            answer = examiner.examine(run.draws, None, opened)
    else:
        wanted = wanted_files(run.lab)
        found = sort_out(folder_files(opened, run.lab.limits, wanted), wanted)
        submission = whole(entry.student, *found)
        answer = examiner.examine(run.draws, None, (submission.files, submission.problems))
    if answer.refused:
        raise Refused(answer.refused)
    sums: dict[str, float] = {part.name: 0 for part in run.lab.parts}
    most = dict(sums)
    for result in answer.checks:
        sums[result.part] += result.points
        most[result.part] += result.max_points
    remarks = answer.remarks
    return replace(
        run.blank(entry.student, GRADED, join(and_also, remarks) if remarks else None),
        score=sum(sums.values()),
        digest=answer.digest,
        max_score=sum(most.values()),
        parts=tuple(PartScore(name, sums[name], most[name]) for name in sums),
        checks=_explained(run, answer),
    )


def _explained(run: Run, answer: Answer) -> tuple[CheckResult, ...]:
    """Return what each check found, with the hints of the lab where there are any."""
    hints = Hints(run.lab, run.draws)
    return tuple(
        replace(result, diagnosis=hints.diagnosis(answer.reasons[result.id]))
        if result.id in answer.reasons
        else result
        for result in answer.checks
    )


def grade_all(run: Run, entries: list[Entry], jobs: int) -> Iterator[Grade]:
    """Grade a class, giving each grade as soon as it is there.

    Parameters
    ----------
    run
        What is the same for all.
    entries
        Who handed in.
    jobs
        How many are graded at once.

    Yields
    ------
    Grade
        One for every entry, in the order in which they are done.

    Raises
    ------
    UserError
        If the lab's suites can't be run, or nothing can be started on this machine.
    """
    if not entries:
        return
    with Examiners(run.lab, run.sandbox, run.draws, min(jobs, len(entries))) as examiners:
        futures = {examiners.submit(partial(grade_entry, run, entry)): entry for entry in entries}
        for future in concurrent.futures.as_completed(futures):
            error = future.exception()
            if isinstance(error, LabError):
                raise error
            # Whatever else it is, a `SystemExit` included, it came from grading this entry.
            yield run.failed(futures[future].student, error) if error else future.result()
