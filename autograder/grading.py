"""Grades one submission, or a class of them on several processes."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.diagnosis.hints import Catalogue, diagnose, symptom_of
from autograder.draws import Draws
from autograder.errors import UserError
from autograder.intake.entries import Entry
from autograder.intake.errors import Refused
from autograder.intake.submission import Submission, read_submission
from autograder.jail.inside.lockdown import end_with
from autograder.jail.processes import drop_jail, kept_jail
from autograder.jail.sandbox import Sandbox, SandboxError
from autograder.lab import Lab
from autograder.messages import and_also, join, message_of, say, to_data
from autograder.records import ERROR, GRADED, REJECTED, CheckResult, Grade, PartScore
from autograder.suites.jailed import GradingPlugin
from autograder.suites.session import quiet_session
from autograder.suites.student import RemoteStudent
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
        )

    def failed(self, student: str, error: BaseException) -> Grade:
        """Return the grade of a submission at which the grader failed."""
        reason = say("the grader failed: {problem}", problem=problem_of(error))
        return self.blank(student, ERROR, reason)


def grade_entry(run: Run, entry: Entry) -> Grade:
    """Read and grade one entry; whatever goes wrong becomes its grade's status and reason."""
    start = time.monotonic()
    try:
        submission = read_submission(entry, run.lab)
        grade = grade_submission(run, submission)
    except Refused as refused:
        grade = run.blank(entry.student, REJECTED, message_of(refused))
    except Exception as error:
        grade = run.failed(entry.student, error)
    return replace(grade, seconds=round(time.monotonic() - start, 1))


def grade_submission(run: Run, submission: Submission) -> Grade:
    """Run the hidden suites on a submission.

    Raises
    ------
    SandboxError
        If no worker can be started.
    RuntimeError
        If the suites can't be run.
    """
    done = _jailed(run, submission.files, submission.problems)
    results, remarks = _explained(run, done)
    sums = {part.name: 0 for part in run.lab.parts}
    for result in results:
        sums[result.part] += result.points
    problems = [*submission.problems.values(), *remarks]
    return replace(
        run.blank(submission.student, GRADED, join(and_also, problems) if problems else None),
        score=sum(sums.values()),
        digest=submission.digest,
        parts=tuple(PartScore(part.name, sums[part.name], part.points) for part in run.lab.parts),
        checks=tuple(results),
    )


def run_suites(
    run: Run, submission: Submission, checks: Sequence[str] | None = None
) -> list[CheckResult]:
    """Return the result of every check, or of these, with what is known of the reasons.

    Raises
    ------
    SandboxError
        If no worker can be started.
    RuntimeError
        If pytest can't collect or run the suites.
    """
    done = _jailed(run, submission.files, submission.problems, checks)
    return _explained(run, done)[0]


def _explained(run: Run, done: GradingPlugin) -> tuple[list[CheckResult], list[str]]:
    """Return the results with what is known of the reasons, and why there is nothing, if so.

    What was answered may be such that it can't be looked at; that costs hints, and no points.
    """
    try:
        symptoms = {check: symptom_of(error) for check, error in done.errors.items()}
        return diagnose(done.results, symptoms, _catalogue(run)), []
    except Exception as error:
        ours = isinstance(error, UserError | RuntimeError) and not isinstance(error, RecursionError)
        if ours:  # of the lab's catalogue, or of the jail
            raise
        # Not the text, in which there may be what was answered.
        problem = type(error).__name__
        return done.results, [say("hints could not be made ({problem})", problem=problem)]


def _jailed(
    run: Run,
    files: Mapping[str, bytes],
    problems: Mapping[str, str],
    checks: Sequence[str] | None = None,
) -> GradingPlugin:
    """Run checks on a submission's files in the jail, in a fresh one if the first is gone."""
    for last_try in (False, True):
        try:
            student = RemoteStudent(kept_jail(run.sandbox), run.lab, files, problems)
            grading = GradingPlugin(run.lab, run.draws, student, files)
            quiet_session(run.lab, grading, checks)
            student.restart()
            return grading
        except BaseException as error:
            drop_jail(run.sandbox)  # in an unknown state, it must not see another submission
            if last_try or not isinstance(error, SandboxError):
                raise
    raise AssertionError("unreachable")


_catalogues: dict[tuple[Path, Draws], Catalogue] = {}


def _catalogue(run: Run) -> Catalogue:
    """Return this process's catalogue, so that each fingerprint is made once."""
    key = (run.lab.root, run.draws)
    if key not in _catalogues:
        _catalogues[key] = Catalogue(
            run.lab, run.draws, lambda files, checks: _jailed(run, files, {}, checks).errors
        )
    return _catalogues[key]


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
        One for every entry, in the order in which they are done. A process that dies costs only
        the submission that it was grading.
    """
    waiting = {entry.student: entry for entry in entries}
    try:
        for grade in _pooled(run, entries, jobs):
            del waiting[grade.student]
            yield grade
    except BrokenProcessPool:
        # It can't be told which submission broke the pool, so the rest go one by one.
        for entry in waiting.values():
            try:
                yield from _pooled(run, [entry], 1)
            except BrokenProcessPool:
                yield run.blank(entry.student, ERROR, say("the process that graded it died"))


def _pooled(run: Run, entries: list[Entry], jobs: int) -> Iterator[Grade]:
    # Spawned, not forked: a fork would copy the threads' locks of a progress bar.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        min(jobs, len(entries)), context, initializer=_depend_on, initargs=(os.getpid(),)
    )
    try:
        futures = {pool.submit(grade_entry, run, entry): entry for entry in entries}
        for future in concurrent.futures.as_completed(futures):
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                raise error
            # Whatever else it is, a `SystemExit` included, it came from grading this entry.
            yield run.failed(futures[future].student, error) if error else future.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    pool.shutdown()


def _depend_on(parent: int) -> None:
    """Leave Ctrl-C to the main process, which ends this one, and end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        end_with(parent)
