"""Supervises examiners: gives them what they need, reads the clocks, and takes one answer."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Self

from autograder.diagnosis.catalogue import AND, COMBINATIONS
from autograder.draws import DrawSource
from autograder.examiner import channel as to
from autograder.examiner.answers import (
    Answer,
    BadAnswer,
    chosen,
    read_answer,
    submission_job,
    variants_job,
)
from autograder.examiner.channel import Channel
from autograder.examiner.errors import ExaminerError
from autograder.examiner.findings import Findings
from autograder.examiner.findings_reader import read_findings
from autograder.examiner.fingerprints import FingerprintStore
from autograder.examiner.processes import Processes
from autograder.intake.submission import Archive
from autograder.jail.inside import forking
from autograder.jail.inside.frames import Disconnected, WireError
from autograder.jail.processes import Jail, open_times
from autograder.lab import Check, LabError, Limits
from autograder.messages import Message, say
from autograder.suites.clock import WALL_FACTOR, WALL_SECONDS, process_times
from autograder.text import clean

#: What was handed in: an archive, or files and what is wrong with others.
Source = Archive | tuple[Mapping[str, bytes], Mapping[str, str]]
#: Seconds that an examiner may do nothing, beyond what its submission may sleep: on a busy machine
#: it waits for us, too.
IDLE_SECONDS = 60.0


class Watch:
    """What an examiner and its workers have used, and whether that is too much.

    Parameters
    ----------
    times
        The descriptor of the examiner's times.
    cpu
        Processor seconds that it may take itself.
    limits
        Of the submission.

    Attributes
    ----------
    works
        Whether there is a worker.
    worker
        The descriptor of its times.
    """

    def __init__(self, times: int, cpu: float, limits: Limits):
        self._times, self._cpu, self._limits = times, cpu, limits
        self._began = time.monotonic()
        self.works, self.worker, self._workers = False, -1, (0.0, 0.0)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Take no account of the time that we need for what all submissions share."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._began += time.monotonic() - began

    def begin_worker(self, times: int) -> None:
        """Count a worker in; `times` is closed by `end_worker`."""
        self.works, self.worker = True, times

    def end_worker(self) -> None:
        """Note what the worker has used; there is none any more."""
        self._workers = self._sum()
        os.close(self.worker)
        self.works, self.worker = False, -1

    def _sum(self) -> tuple[float, float]:
        """Return the seconds that all workers ran, and that they waited for a processor."""
        ran, waited = process_times(self.worker)
        return self._workers[0] + ran, self._workers[1] + waited

    def look(self) -> None:
        """See that all is within its limits.

        Raises
        ------
        ExaminerError
            If it is not. The limits of a call, a check and a submission are the examiner's own
            business as long as it minds them.
        """
        (ran, waited), (workers_ran, workers_waited) = process_times(self._times), self._sum()
        passed = time.monotonic() - self._began
        idle = passed - ran - waited - workers_ran - workers_waited
        most = self._limits.submission + self._cpu + IDLE_SECONDS
        if (
            ran > self._cpu
            or idle > self._limits.sleep + IDLE_SECONDS
            or passed - waited - workers_waited > most
            or passed > WALL_FACTOR * most + WALL_SECONDS
        ):
            raise ExaminerError(say("it kept the process that ran the suites busy for too long"))


class Supervisor:
    """A place at which submissions are examined, one after the other.

    Parameters
    ----------
    processes
        What it works with; it ends them.
    store
        The fingerprints of the lab's mistakes, which they share too.

    Attributes
    ----------
    checks
        Of the lab.

    Raises
    ------
    SandboxError
        If they do not start.
    LabError
        If the suites can't be collected.
    """

    def __init__(self, processes: Processes, store: FingerprintStore):
        self._processes, self._store = processes, store
        self._lab = processes.stage.lab
        try:
            self._warm, hello = processes.warm.wait(forking.tell(store.entries))
        except BaseException:
            self.close()
            raise
        if "broken" in hello:
            self.close()
            raise LabError(f"the suites can't be run: {clean(str(hello['broken']))}")
        self.checks = [
            Check(**check | {"requires": tuple(check["requires"])}) for check in hello["checks"]
        ]

    def close(self) -> None:
        """End all that was started."""
        self._processes.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def examine(self, draws: DrawSource, wanted: Sequence[str] | None, source: Source) -> Answer:
        """Have a submission examined.

        Parameters
        ----------
        draws
            Of the run.
        wanted
            The ids of the checks to run, or names of suites; all if None.
        source
            What was handed in.

        Raises
        ------
        ExaminerError
            If its examiner gave no answer that can be used.
        SandboxError
            If there is no process to be had; this supervisor is then of no more use.
        """
        answer = self.ask(draws, wanted, source)
        return answer_of(answer, chosen(self.checks, wanted), self._store.kinds)

    def ask(self, draws: DrawSource, wanted: Sequence[str] | None, source: Source) -> Any:
        """Have a submission examined and return what came of it, unread; see `examine`."""
        return self._submit(to.SUBMISSION, draws, wanted, source)

    def inspect(self, draws: DrawSource, wanted: Sequence[str] | None, source: Source) -> Findings:
        """Have checks run again and written down, for an instructor; see `examine`."""
        answer = self._submit(to.INSPECTION, draws, wanted, source)
        try:
            return read_findings(answer, chosen(self.checks, wanted), self._lab.files)
        except BadAnswer as error:
            raise ExaminerError(_no_answer(error)) from error

    def _submit(
        self, kind: str, draws: DrawSource, wanted: Sequence[str] | None, source: Source
    ) -> Any:
        """Hand a submission to an examiner and return its answer, of which nothing is known."""
        archive = source if isinstance(source, Archive) else None
        files, problems = ({}, {}) if isinstance(source, Archive) else source
        job = submission_job(draws, self.checks, wanted, files, problems, archive)
        return self._do(kind, job, archive.file if archive else None)

    def run_variants(
        self,
        draws: DrawSource,
        variants: Mapping[str, Mapping[str, bytes]],
        wanted: Mapping[str, Sequence[str]] | None = None,
        *,
        quick: bool = False,
    ) -> list[tuple[str, str, bool]]:
        """Have code of the lab's own checked; see `autograder.suites.local.run_local`.

        Returns
        -------
        list of tuple
            Variant, check, and whether it passed.

        Raises
        ------
        ExaminerError, SandboxError
            As `examine` does.
        """
        job = variants_job(draws, self.checks, variants, wanted, quick=quick)
        return [(name, check, bad is None) for name, check, bad in self._do(to.VARIANTS, job)]

    def _do(self, kind: str, job: dict[str, Any], archive: BinaryIO | None = None) -> Any:
        """Start an examiner, have it do a job, and end it and all that it has."""
        pipe = self._warm.start()
        limits, times = self._lab.limits, _times_of(self._warm)
        watch = Watch(times, limits.examiner_cpu if kind == to.SUBMISSION else limits.cpu, limits)
        channel = Channel(pipe, watch.look)
        try:
            channel.send([kind, job], (times, *([archive.fileno()] if archive else [])))
            return self._serve(channel, watch)
        except WireError as error:
            raise ExaminerError(_no_answer(error)) from error
        except Disconnected:
            pass  # below it is said how it ended
        finally:
            pipe.close()
            os.close(times)
            self._end_worker(watch)
            status = self._warm.end()
        raise ExaminerError(say("the process that ran the suites ended ({how})", how=_how(status)))

    def _serve(self, channel: Channel, watch: Watch) -> Any:
        """Give an examiner what it asks for until it has done its job; return what came of it."""
        combinations = 0
        while True:
            message, descriptors = channel.receive()
            for descriptor in descriptors:  # nobody is to send us any
                os.close(descriptor)
            watch.look()
            match message:
                case [to.WORKER] if not watch.works:
                    with self._start_worker(watch) as pipe:
                        channel.send([to.WORKER], (pipe.fileno(), watch.worker))
                case [to.END] if watch.works:
                    channel.send([self._end_worker(watch)])
                case [to.FINGERPRINTS, list() as wanted]:
                    combinations += sum(AND in str(each) for each in wanted)
                    if combinations > COMBINATIONS * len(self._lab.parts):
                        raise WireError("it asked for too much")
                    with watch.paused():
                        made = self._fingerprints(wanted)
                    channel.send(made)
                case [to.DONE, result]:
                    return result
                case [to.FAILED, str() as problem]:
                    raise ExaminerError(clean(problem))
                case _:
                    raise WireError("it asked for what there is not")

    def _start_worker(self, watch: Watch) -> socket.socket:
        workers = self._processes.workers
        pipe = workers.start()
        watch.begin_worker(_times_of(workers))
        return pipe

    def _end_worker(self, watch: Watch) -> int:
        if not watch.works:
            return 0
        watch.end_worker()
        return self._processes.workers.end()

    def _fingerprints(self, wanted: list[Any]) -> list[Any]:
        """Return what the store has of these mistakes at these checks.

        Raises
        ------
        WireError
            If there are no such mistakes or checks.
        """
        checks = {check.id for check in self.checks}
        pairs = []
        for each in wanted:
            match each:
                case [str() as name, list() as those] if self._store.has(name):
                    if not all(isinstance(check, str) and check in checks for check in those):
                        raise WireError("it asked for a check that there is not")
                    pairs += [(name, check) for check in those]
                case _:
                    raise WireError("it asked for a mistake that there is not")
        return self._store.get(pairs, self.checks, self._do)


def answer_of(data: bytes, checks: Sequence[Check], mistakes: Iterable[str]) -> Answer:
    """Read an answer as `read_answer` does.

    Raises
    ------
    ExaminerError
        If it is none.
    """
    try:
        return read_answer(data, checks, mistakes)
    except BadAnswer as error:
        raise ExaminerError(_no_answer(error)) from error


def _times_of(jail: Jail) -> int:
    """Open the times of a jail's last process; something without any where it can't be told."""
    times = open_times(str(jail.worker)) if jail.worker else -1
    return times if times >= 0 else os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)


def _no_answer(error: Exception) -> Message:
    return say("what the process that ran the suites sent is no answer ({why})", why=str(error))


def _how(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"
