"""Grades one submission, or a class of them."""

from __future__ import annotations

import concurrent.futures
import itertools
import platform
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Protocol

import numpy as np

from autograder.diagnosis.hints import Hints
from autograder.draws import Draws
from autograder.errors import NoPlace
from autograder.examiner.answers import Answer
from autograder.examiner.errors import ExaminerError
from autograder.examiner.examiners import Examiners
from autograder.examiner.processes import Beginning
from autograder.examiner.supervisor import Source
from autograder.intake.entries import Entry
from autograder.intake.errors import Refused
from autograder.intake.submission import Archive, open_entry, wanted_files, whole
from autograder.jail.sandbox import Sandbox, SandboxError
from autograder.lab import Lab, LabError
from autograder.messages import and_also, join, message_of, say, to_data
from autograder.records import ERROR, GRADED, MISSING, REJECTED, CheckResult, Grade, PartScore
from autograder.text import problem_of

#: In so many seconds the first submissions are where they are graded.
SENT_SECONDS = 0.1
#: So many submissions are graded or wait for it, for each of those that are graded at once.
AHEAD = 4


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

    @cached_property
    def hints(self) -> Hints:
        """What it says of mistakes."""
        return Hints(self.lab, self.draws)

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

    def missing(self, student: str, name: str) -> Grade:
        """Return what stands for the grade of a student who has not handed in."""
        grade = self.blank(student, MISSING, say("nothing was handed in"))
        return replace(grade, name=name, attempt=0, sandbox=())

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
    NoPlace
        If there will be none for any.
    """
    start = time.monotonic()
    try:
        grade = _graded(run, entry, examiner)
    except (SandboxError, NoPlace):
        raise
    except Refused as refused:
        grade = run.blank(entry.student, REJECTED, message_of(refused))
    except ExaminerError as error:
        reason = say("it could not be graded: {reason}", reason=message_of(error))
        grade = run.blank(entry.student, ERROR, reason)
    except Exception as error:
        grade = run.failed(entry.student, error)
    return _of(entry, replace(grade, seconds=round(time.monotonic() - start, 1)))


def _of(entry: Entry, grade: Grade) -> Grade:
    """Return a grade that says of which attempt it is, and the student's name."""
    return replace(grade, name=entry.name, attempt=entry.number)


def best_of(entries: Sequence[Entry], grades: Iterable[Grade]) -> Iterator[Grade]:
    """Give the best grade of each student, the latest of equal ones, once all of theirs are there.

    Parameters
    ----------
    entries
        What is graded; several of one student are attempts.
    grades
        Of all of them, in any order.

    Yields
    ------
    Grade
        One for each student.
    """
    left = Counter(entry.student for entry in entries)
    best: dict[str, Grade] = {}
    for grade in grades:
        known = best.get(grade.student)
        if known is None or _rank(grade) > _rank(known):
            best[grade.student] = grade
        left[grade.student] -= 1
        if not left[grade.student]:
            yield best.pop(grade.student)


def _rank(grade: Grade) -> tuple[float, bool, int]:
    return grade.score, grade.status == GRADED, grade.attempt


def _graded(run: Run, entry: Entry, examiner: Examiner) -> Grade:
    opened = open_entry(entry, run.lab.limits, wanted_files(run.lab))
    if isinstance(opened, Archive):
        with opened.file:
            answer = examiner.examine(run.draws, None, opened)
    else:
        submission = whole(opened)
        answer = examiner.examine(run.draws, None, (submission.files, submission.problems))
    if answer.refused:
        raise Refused(answer.refused)
    sums: dict[str, float] = {part.name: 0 for part in run.lab.parts}
    most = dict(sums)
    for result in answer.checks:
        sums[result.part] += result.points
        most[result.part] += result.max_points
    remarks = [*answer.remarks, *opened.remarks, *entry.remarks]
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
    return tuple(
        replace(result, diagnosis=run.hints.diagnosis(answer.reasons[result.id]))
        if result.id in answer.reasons
        else result
        for result in answer.checks
    )


def grade_all(
    run: Run,
    entries: list[Entry],
    jobs: int,
    begun: Beginning | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Iterator[Grade]:
    """Grade a class, giving each grade as soon as it is there.

    Parameters
    ----------
    run
        What is the same for all.
    entries
        Who handed in.
    jobs
        How many are graded at once.
    begun
        As for `autograder.examiner.examiners.Examiners`.
    meanwhile
        Called once, when the first are on their way.

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
    jobs = min(jobs, len(entries))
    with Examiners(run.lab, run.sandbox, run.draws, jobs, begun) as examiners:
        yield from grade_at(_Here(run, examiners, AHEAD * jobs), run, entries, meanwhile)


class Places(Protocol):
    """Where submissions are graded: processes of this machine, or a cluster's."""

    @property
    def window(self) -> int:
        """How many are graded or wait for it."""

    def grade(self, entry: Entry) -> Future[Grade]:
        """Have an entry graded."""


@dataclass(frozen=True)
class _Here:
    """Supervisors of this process."""

    run: Run
    examiners: Examiners
    window: int

    def grade(self, entry: Entry) -> Future[Grade]:
        return self.examiners.submit(partial(grade_entry, self.run, entry))


def grade_at(
    places: Places,
    run: Run,
    entries: Iterable[Entry],
    meanwhile: Callable[[], None] | None = None,
) -> Iterator[Grade]:
    """Grade a class at some places, as `grade_all` does.

    Raises
    ------
    UserError
        If nothing can be graded there any more.
    """
    waiting = iter(entries)
    running: dict[Future[Grade], Entry] = {}
    while True:
        # Not all at once: each would be kept until whoever takes the grades is there.
        for entry in itertools.islice(waiting, max(0, places.window - len(running))):
            running[places.grade(entry)] = entry
        if not running:
            return
        if meanwhile:
            concurrent.futures.wait(running, SENT_SECONDS)  # or it would hold them up
            meanwhile()
            meanwhile = None
        concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
        for future in [future for future in running if future.done()]:
            entry, error = running.pop(future), future.exception()
            if isinstance(error, LabError | NoPlace):
                raise error
            # Whatever else it is, a `SystemExit` included, it came from grading this entry.
            yield _of(entry, run.failed(entry.student, error)) if error else future.result()
