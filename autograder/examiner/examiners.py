"""Several supervisors at work, each in a thread of its own."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self, TypeVar

from autograder.draws import DrawSource
from autograder.examiner.fingerprints import FingerprintStore
from autograder.examiner.processes import Beginning, Processes
from autograder.examiner.stage import Stage
from autograder.examiner.supervisor import Supervisor
from autograder.jail.sandbox import Sandbox, SandboxError
from autograder.lab import Lab

Result = TypeVar("Result")
#: What a supervisor is to do.
Task = Callable[[Supervisor], Result]


class Examiners:
    """Does tasks on some supervisors; to be closed in the end.

    Parameters
    ----------
    lab, sandbox
        What is run, and how it is protected.
    draws
        From which the fingerprints of mistakes come.
    jobs
        How many tasks are done at once.
    begun
        What was begun in the same sandbox, to be used first.
    """

    def __init__(
        self,
        lab: Lab,
        sandbox: Sandbox,
        draws: DrawSource,
        jobs: int,
        begun: Beginning | None = None,
    ):
        self._sandbox, self._store = sandbox, FingerprintStore(lab, draws)
        self._begun, self._stage = begun, begun.stage if begun else Stage(lab)
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="supervisor")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._open: set[Supervisor] | None = set()

    def submit(self, task: Task[Result]) -> Future[Result]:
        """Have a task done; once more, on fresh processes, if these were lost."""
        return self._threads.submit(self._do, task)

    def _do(self, task: Task[Result]) -> Result:
        with contextlib.suppress(SandboxError):
            return task(self._supervisor())
        self._drop()  # in an unknown state, it must not see another submission
        try:
            return task(self._supervisor())
        except SandboxError:
            self._drop()
            raise

    def _supervisor(self) -> Supervisor:
        """Return this thread's supervisor: what it starts ends with this thread."""
        found: Supervisor | None = getattr(self._own, "supervisor", None)
        if found is None:
            with self._lock:
                processes = self._begun and self._begun.trial.take()
            processes = processes or Processes(self._sandbox, self._stage)
            found = self._own.supervisor = Supervisor(processes, self._store)
            with self._lock:
                if self._open is not None:
                    self._open.add(found)
                    return found
            found.close()
            raise SandboxError("grading was stopped")
        return found

    def _drop(self) -> None:
        found: Supervisor | None = self._own.__dict__.pop("supervisor", None)
        if found:
            found.close()
            with self._lock:
                if self._open is not None:
                    self._open.discard(found)

    def close(self) -> None:
        """End everything, what is being done included."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            still_open, self._open = self._open or set(), None
        for supervisor in still_open:
            supervisor.close()
        self._threads.shutdown()
        if not self._begun:
            self._stage.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
