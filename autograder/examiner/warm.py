"""The process from which examiners are forked: it has imported all and collected the suites.

It is started as the nursery of workers is, and serves like it; it is told the lab, never the
course's secret, and sees no submission. What it forks locks itself down before it takes its job.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import numpy.random  # noqa: F401  (NumPy imports it lazily; every examiner draws)

from autograder.diagnosis.catalogue import Catalogue, Entry, Fingerprints
from autograder.examiner import examination, inspection
from autograder.examiner.channel import (
    DONE,
    END,
    FAILED,
    FINGERPRINTS,
    INSPECTION,
    SYMPTOMS,
    VARIANTS,
    WORKER,
    Channel,
)
from autograder.jail.inside import forking, frames
from autograder.jail.inside.lockdown import Limits
from autograder.suites.session import Suites, quiet_session
from autograder.text import problem_of


def main() -> None:
    """Serve until the supervisor closes the control socket.

    Besides the argument of a nursery it is told, on the control socket, the lab, and then the
    entries of its catalogue.
    """
    control, limits, readable = forking.enter(json.loads(sys.argv[1]), receives=True)
    lab = forking.told(control)

    def work(suites: Suites) -> None:
        suites.rehearse()
        entries = forking.told(control)
        forking.reply(control, {"checks": [asdict(check) for check in suites.checks]})
        forking.serve(control, partial(run_examiner, suites, entries, limits, readable))

    try:
        quiet_session(lab, Suites(lab, work))
    except Exception as error:
        forking.reply(control, {"broken": str(error)})


def run_examiner(
    suites: Suites,
    entries: Mapping[str, Entry],
    limits: Limits,
    readable: list[Path] | None,
    parent: int,
    pipe: socket.socket,
    null: int,
) -> NoReturn:
    """Become an examiner: lock down, take one job, do it, and end."""
    forking.settle(parent, pipe, null, limits, readable, receives=True)
    try:
        Examiner(suites, entries, Channel(pipe)).work()
        os._exit(0)
    except frames.Disconnected:
        os._exit(0)
    finally:
        os._exit(1)


class Examiner:
    """Does a job, with what its supervisor has for it.

    Parameters
    ----------
    suites
        Collected.
    entries
        As in `autograder.diagnosis.catalogue.Catalogue`.
    channel
        The way to the supervisor.
    """

    def __init__(
        self,
        suites: Suites,
        entries: Mapping[str, Entry],
        channel: Channel,
    ):
        self._suites, self._channel = suites, channel
        uses = {part.name: suites.lab.uses(part.name) for part in suites.lab.parts}
        self._catalogue = Catalogue(entries, uses, self.fingerprints)
        self._own, self._worker = -1, -1

    def work(self) -> None:
        """Take the job and send what comes of it."""
        (kind, job), descriptors = self._channel.receive()
        self._own = descriptors[0]
        try:
            result = self._do(kind, job, descriptors[1:])
        except frames.Disconnected:
            raise
        except Exception as error:
            self._channel.send([FAILED, problem_of(error)])
        else:
            self._channel.send([DONE, result])

    def _do(self, kind: str, job: dict[str, Any], archives: list[int]) -> Any:
        if kind == VARIANTS:
            return examination.variant_symptoms(self._suites, job)
        if kind == SYMPTOMS:
            return examination.symptoms_of(self._suites, self, job)
        archive = os.fdopen(archives[0], "rb") if archives else None
        if kind == INSPECTION:
            found = inspection.inspect(self._suites, self, job, archive)
        else:
            found = examination.examine(self._suites, self._catalogue, self, job, archive)
        return json.dumps(found).encode()

    # As `autograder.suites.student.Workers`.

    def start(self) -> socket.socket:
        """Have a worker started and return the pipe to it."""
        _, descriptors = self._ask(WORKER)
        self._worker = descriptors[1]
        return socket.socket(fileno=descriptors[0])

    def times(self) -> tuple[int, int]:
        """Return the descriptors that `autograder.suites.clock.Stopwatch` takes."""
        return self._worker, os.dup(self._own)

    def end(self) -> int:
        """Have the worker ended and return its exit status, or minus the number of the signal."""
        (status,), _ = self._ask(END)
        return int(status)

    def fingerprints(self, wanted: Mapping[str, Sequence[str]]) -> Fingerprints:
        """Have the fingerprints made that are not there yet."""
        if not wanted:
            return {}
        answer, _ = self._ask(
            FINGERPRINTS, [[name, list(checks)] for name, checks in wanted.items()]
        )
        return {(name, check): examination.from_plain(data) for name, check, data in answer}

    def _ask(self, *message: Any) -> tuple[Any, list[int]]:
        self._channel.send(list(message))
        return self._channel.receive()
