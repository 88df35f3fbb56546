"""The coordinator's side of a cluster: prepares workers, hands out submissions, reads answers.

Which worker examines what is Dask's business, among those that were found fit. What Dask does not
do is done here: a submission all of whose workers are gone is handed out again, a bounded number of
times, and so is one whose worker turned out to be unfit.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
import threading
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, Self

from distributed import Client
from distributed import Future as DaskFuture

from autograder.cluster import worker
from autograder.cluster.connection import ClusterError
from autograder.cluster.parcels import Parcel, parcel_of
from autograder.cluster.replies import Examined, Ready, Unfit, read_reply
from autograder.cluster.setup import Setup, packed
from autograder.cluster.unread import Sent
from autograder.cluster.versions import difference, versions
from autograder.draws import Draws, DrawTable
from autograder.examiner.answers import Answer, BadAnswer
from autograder.examiner.errors import ExaminerError
from autograder.examiner.examiners import Examiners
from autograder.examiner.fingerprints import FingerprintStore
from autograder.examiner.supervisor import Source, answer_of
from autograder.grading import Run, grade_at, grade_entry
from autograder.intake.entries import Entry
from autograder.intake.excerpt import Excerpts
from autograder.jail.packages import distributions
from autograder.lab import Check
from autograder.messages import say
from autograder.records import Grade
from autograder.text import clean, counted

#: So many submissions are out for each thread of a worker, and never more or less than these.
AHEAD, MOST, LEAST = 2, 256, 4
#: So often a submission is handed out whose workers are lost.
ATTEMPTS = 3
#: Seconds: between looks at who is there, until it is said that nobody is, and that nobody can.
LOOK_SECONDS, PATIENCE_SECONDS, UNFIT_SECONDS = 0.5, 5.0, 10.0
#: In which an answer must come that is there, and anything that is only asked of the scheduler.
FETCH_SECONDS, ASK_SECONDS = 30.0, 20.0
#: Before the keys of all tasks; dashboards show it.
_NAME = "autograder"


def grade_on(client: Client, address: str, run: Run, entries: Sequence[Entry]) -> Iterator[Grade]:
    """Grade a class on a cluster, as `autograder.grading.grade_all` does on this machine.

    Parameters
    ----------
    client
        Connected.
    address
        Of the scheduler, for messages.
    run, entries
        What is graded.

    Raises
    ------
    UserError
        If the lab's suites can't be run, or nothing can be graded there any more.
    """
    with Cluster(client, address, run) as cluster:
        yield from grade_at(cluster, run, entries)


class Cluster:
    """Where submissions are graded on other machines (`autograder.grading.Places`).

    Parameters
    ----------
    client, address, run
        As in `grade_on`.

    Raises
    ------
    UserError
        If the lab's suites can't be run.
    """

    def __init__(self, client: Client, address: str, run: Run):
        self._client, self._address, self.run = client, address, run
        lab = run.lab
        with Examiners(lab, run.sandbox, run.draws, 1) as here:
            self.checks: list[Check] = here.submit(lambda supervisor: supervisor.checks).result()
        self.kinds = FingerprintStore(lab, run.draws).kinds
        self._versions = versions(each.metadata["Name"] for each in distributions(lab.packages))
        draws = DrawTable(run.draws.table(check.id for check in self.checks))
        wanted = "auto" if run.sandbox.layers else "none"
        self._setup = Setup(lab, draws, wanted, packed(lab)).to_bytes()
        self._key = hashlib.sha256(self._setup).hexdigest()
        self.excerpts = Excerpts(lab.limits)
        # Address -> threads, of those that are fit; all that were asked, and those that are not.
        self._fit: dict[str, int] = {}
        self._asked: dict[str, DaskFuture[Any]] = {}
        self._unfit: set[str] = set()
        self._lost, self._closed = "", False
        self._changed = threading.Condition()
        self._threads = ThreadPoolExecutor(MOST, thread_name_prefix="submission")
        self._answers = ThreadPoolExecutor(4, thread_name_prefix="worker")
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._watching.start()

    @property
    def window(self) -> int:
        """How many submissions are out."""
        return min(MOST, max(LEAST, AHEAD * sum(self._fit.values())))

    def grade(self, entry: Entry) -> Future[Grade]:
        """Have an entry graded."""
        return self._threads.submit(self._grade, entry)

    def _grade(self, entry: Entry) -> Grade:
        examiner = _Elsewhere(self)
        began = time.monotonic()
        grade = grade_entry(self.run, entry, examiner)
        took = time.monotonic() - began
        seconds = round(min(took, examiner.seconds or took), 1)  # without the time that it waited
        return replace(grade, seconds=seconds, sandbox=examiner.layers)

    def examine(self, parcel: Parcel) -> Examined:
        """Have a submission examined by some worker.

        Raises
        ------
        ExaminerError
            If none gives an answer that can be used.
        NoPlace
            If none will.
        """
        problem = ""
        for _ in range(ATTEMPTS):
            try:
                reply = self._ask_for(parcel)
            except BadAnswer as error:
                raise ExaminerError(
                    say("what the cluster sent is no answer ({why})", why=str(error))
                ) from error
            if isinstance(reply, Examined):
                return reply
            if reply:
                problem = reply.reason
                self._ask_again(reply.worker)
        if problem:
            raise ExaminerError(say("the grader failed: {problem}", problem=problem))
        raise ExaminerError(
            say("the workers that it was given to were lost, {number} times", number=ATTEMPTS)
        )

    def _ask_for(self, parcel: Parcel) -> Examined | Unfit | None:
        """Hand a submission out and take what comes; None if its workers are lost.

        Raises
        ------
        BadAnswer
            If that is no answer.
        ExaminerError
            If Dask has given up.
        NoPlace
            If nothing will come.
        """
        fit = self._wait_for_fit()
        with self._submitted(worker.examine, self._key, parcel, workers=list(fit)) as future:
            content = self._result(future, fit)
        if content is None:
            return None
        reply = read_reply(content)
        if isinstance(reply, Ready):
            raise BadAnswer("it has not all that it should have")
        return reply

    @contextlib.contextmanager
    def _submitted(
        self, function: Any, *args: Any, workers: list[str]
    ) -> Iterator[DaskFuture[Any]]:
        """Have a function called on one of these workers; forget the result in the end."""
        try:
            future = self._client.submit(
                function,
                *args,
                key=f"{_NAME}-{uuid.uuid4().hex}",
                workers=workers,
                allow_other_workers=False,
                pure=False,
            )
        except Exception:
            self._check()  # it may be that there is nobody any more to whom it could be submitted
            raise
        try:
            yield future
        finally:
            future.release()

    def _result(self, future: DaskFuture[Any], workers: Iterable[str]) -> bytes | None:
        """Wait for the bytes that a worker returns; None if all those that could are lost."""
        done = threading.Event()
        future.add_done_callback(lambda _: done.set())
        while not done.wait(LOOK_SECONDS):
            self._check()
            if self._fit.keys().isdisjoint(workers):
                return None
        self._check()
        if future.status == "error":
            raise ExaminerError(_given_up(future))
        if future.status != "finished":
            return None
        try:
            sent = future.result(timeout=FETCH_SECONDS)
        except Exception:  # the worker was lost that had it
            self._check()
            return None
        content = sent.content if isinstance(sent, Sent) else None
        if content is None:
            raise BadAnswer("it is no bytes")
        return content

    def _check(self) -> None:
        """See that there is still a scheduler, and that nobody has stopped the run.

        Raises
        ------
        ClusterError
            If not.
        """
        if self._client.status != "running" and not self._closed:
            self._lose("the connection was lost")
        if self._closed or self._lost:
            raise ClusterError(self._lost or "grading was stopped")

    def _lose(self, why: str) -> None:
        with self._changed:
            self._lost = self._lost or (
                f"the cluster at {self._address} can't be used any more: {why}; the grades that "
                "came are kept, and the same command goes on from there"
            )
            self._changed.notify_all()

    # Workers ----------------------------------------------------------------------------------

    def _wait_for_fit(self) -> dict[str, int]:
        """Wait for a worker that can grade; return all that can.

        Raises
        ------
        ClusterError
            If none will.
        """
        while True:
            self._check()
            with self._changed:
                if self._fit:
                    return dict(self._fit)
                self._changed.wait(LOOK_SECONDS)

    def _watch(self) -> None:
        """Ask workers that have come whether they are fit, and forget those that have gone."""
        alone, said = time.monotonic(), False
        while not (self._closed or self._lost):
            try:
                there = _workers(self._client)
                self._forget(there)
                for address in there.keys() - self._asked.keys():
                    self._ask(address, there[address])
            except Exception as error:
                if not self._closed:
                    self._lose(f"the scheduler does not answer ({type(error).__name__})")
                return
            if self._fit:
                alone, said = time.monotonic(), False
            passed = time.monotonic() - alone
            if there and self._unfit >= there.keys() and passed > UNFIT_SECONDS:
                number = counted(len(there), "worker")
                self._lose(f"none of its {number} can grade")
            elif passed > PATIENCE_SECONDS and not said:
                said = True
                asked = counted(len(there.keys() - self._unfit), "worker")
                _tell(f"waiting for workers of {self._address} that can grade ({asked} asked)")
            with self._changed:
                self._changed.wait_for(lambda: self._closed, LOOK_SECONDS)

    def _forget(self, there: dict[str, int]) -> None:
        with self._changed:
            for address in self._asked.keys() - there.keys():
                self._asked.pop(address).release()
                self._fit.pop(address, None)
                self._unfit.discard(address)

    def _ask(self, address: str, threads: int) -> None:
        """Give a worker the lab, and have it see whether it can grade."""
        future = self._client.submit(
            worker.prepare,
            *(self._key, self._versions, self._setup),
            key=f"{_NAME}-lab-{uuid.uuid4().hex}",
            workers=[address],
            allow_other_workers=False,
            pure=False,
            priority=1,
        )
        self._asked[address] = future
        # Not in Dask's one thread for this, in which everything else would wait.
        read = partial(self._answered, address, threads)
        future.add_done_callback(lambda done: self._answers.submit(read, done))

    def _answered(self, address: str, threads: int, future: DaskFuture[Any]) -> None:
        """Read what a worker says of itself."""
        if self._closed or self._lost or self._asked.get(address) is not future:
            return
        if future.status not in ("finished", "error"):  # it is lost, or the scheduler is
            return
        reply: object = None
        why = "it can't run this grader; install the same autograder[cluster] in its Python"
        with contextlib.suppress(Exception):
            if future.status == "finished":
                sent = future.result(timeout=FETCH_SECONDS)
                reply = read_reply(sent.content)
        future.release()  # else Dask would want it again from another worker if this one is lost
        match reply:
            case Ready():
                with self._changed:
                    self._fit[address] = threads
                    self._changed.notify_all()
                return
            case Unfit(versions=theirs) if theirs is not None:
                why = difference(self._versions, theirs)
            case Unfit(reason=reason):
                why = reason
        self._refuse(address, why)

    def _ask_again(self, address: str) -> None:
        """Give a worker no more work until it has the lab again, and says that all holds."""
        with self._changed:
            if self._fit.pop(address, None) and (asked := self._asked.pop(address, None)):
                asked.release()

    def _refuse(self, address: str, why: str) -> None:
        with self._changed:
            if address not in self._asked or address in self._unfit:
                return
            self._fit.pop(address, None)
            self._unfit.add(address)
        _tell(f"the worker {clean(address)} takes no work: {clean(why, 1000)}")

    # The end ----------------------------------------------------------------------------------

    def close(self) -> None:
        """End everything, what is being done included."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._threads.shutdown(cancel_futures=True)
        self._answers.shutdown(cancel_futures=True)
        self._watching.join()
        if self._client.status == "running" and self._asked:
            leave = partial(
                self._client.run,
                *(worker.leave, self._key),
                workers=list(self._asked),
                wait=False,
                on_error="ignore",
            )
            # In a thread, since it waits for workers, which may be lost.
            leaving = threading.Thread(target=_quietly, args=[leave], daemon=True)
            leaving.start()
            leaving.join(ASK_SECONDS / 4)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Elsewhere:
    """The cluster as it looks to the grading of one submission (`autograder.grading.Examiner`).

    Attributes
    ----------
    layers
        Those that held where it was examined; if it was not, those of this machine.
    seconds
        How long that took; 0 if it was not.
    """

    def __init__(self, cluster: Cluster):
        self._cluster = cluster
        self.layers, self.seconds = cluster.run.sandbox.layers, 0.0

    def examine(self, draws: Draws, wanted: Sequence[str] | None, source: Source) -> Answer:
        """Have a submission examined; all checks are run, with the draws of the run."""
        cluster = self._cluster
        found = cluster.examine(parcel_of(source, cluster.run.lab, cluster.excerpts))
        self.layers, self.seconds = found.layers, found.seconds
        if found.answer is None:
            raise ExaminerError(found.failed)
        return answer_of(found.answer, cluster.checks, cluster.kinds)


def _workers(client: Client) -> dict[str, int]:
    """Return the workers that are there, and how many threads each has."""
    scheduler: Any = client.scheduler
    found = client.sync(scheduler.ncores, workers=None, callback_timeout=ASK_SECONDS)
    return {str(address): int(threads) for address, threads in found.items()}


def _given_up(future: DaskFuture[Any]) -> str:
    """Say why Dask has given up a task."""
    error = future.exception(timeout=ASK_SECONDS)
    content = (error.content if isinstance(error, Sent) else None) or b""
    # It is pickled, and only looked at.
    if b"KilledWorker" in content[:1000]:
        return say("too many workers were lost while they graded it")
    return say("the cluster could not run the grader on it")


def _quietly(action: Any) -> None:
    with contextlib.suppress(Exception):
        action()


def _tell(text: str) -> None:
    print(f"autograder: {text}", file=sys.stderr)
