"""A run's place on a worker: the lab, and the processes that examine submissions there.

Dask's threads may end at any time, and what a thread starts here ends with it. So the processes are
started by threads of the place's own (`autograder.examiner.examiners.Examiners`), which live as
long as it does, and Dask's threads wait for these.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from autograder.cluster.parcels import Parcel
from autograder.cluster.setup import Setup
from autograder.draws import DrawTable
from autograder.errors import UserError
from autograder.examiner.errors import ExaminerError
from autograder.examiner.examiners import Examiners
from autograder.examiner.stage import writable
from autograder.examiner.supervisor import Supervisor
from autograder.jail.probe import find_sandbox
from autograder.jail.runtime import cache_folder
from autograder.jail.scratch import Scratch
from autograder.messages import message_of, say, to_data
from autograder.text import problem_of


class Place:
    """Where submissions of one run are examined; to be closed in the end.

    Parameters
    ----------
    setup
        Of the run.
    jobs
        How many are examined at once.

    Attributes
    ----------
    layers
        Of the sandbox, which was tried.
    used
        When it was used last, by `time.monotonic`.

    Raises
    ------
    UserError
        If no submission can be examined here.
    """

    def __init__(self, setup: Setup, jobs: int):
        self._scratch = Scratch(writable(cache_folder()))
        try:
            lab = setup.unpack(self._scratch.path)
            sandbox = find_sandbox(lab, setup.sandbox)
            self.layers, self._draws = sandbox.layers, setup.draws
            self._examiners = Examiners(lab, sandbox, setup.draws, jobs)
        except BaseException:
            self._scratch.close()
            raise
        self._working, self._lock, self.used = 0, threading.Lock(), time.monotonic()
        try:
            self._examiners.submit(lambda supervisor: supervisor.checks).result()
        except BaseException:
            self.close()
            raise

    @property
    def idle(self) -> float:
        """For how many seconds nothing was asked of it."""
        with self._lock:
            return 0 if self._working else time.monotonic() - self.used

    def examine(self, parcel: Parcel) -> tuple[dict[str, Any], bytes]:
        """Examine a submission.

        Returns
        -------
        head : dict
            What is said about the answer, as `autograder.cluster.replies.pack` takes it.
        answer : bytes
            The examiner's, unread.

        Raises
        ------
        UserError
            If nothing can be examined here any more.
        """
        with self._lock:
            self._working += 1
        try:
            seconds, failed, answer = self._examiners.submit(
                lambda supervisor: _examined(supervisor, self._draws, parcel)
            ).result()
        finally:
            with self._lock:
                self._working -= 1
                self.used = time.monotonic()
        return {"layers": self.layers, "seconds": seconds, "failed": failed}, answer

    def close(self) -> None:
        """End all that was started, and remove the lab."""
        self._examiners.close()
        self._scratch.close()


def _examined(
    supervisor: Supervisor, draws: DrawTable, parcel: Parcel
) -> tuple[float, dict[str, Any] | None, bytes]:
    began = time.monotonic()
    failed, answer = None, b""
    try:
        with parcel.opened() as source:
            answer = supervisor.ask(draws, None, source)
    except ExaminerError as error:
        failed = to_data(message_of(error))
    except UserError:
        raise
    except Exception as error:
        failed = to_data(say("the grader failed: {problem}", problem=problem_of(error)))
    if type(answer) is not bytes:  # the examiner may have been taken over
        answer = b""
    return time.monotonic() - began, failed, answer
