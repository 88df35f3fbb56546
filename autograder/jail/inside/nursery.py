"""Starts workers quickly: imports once, then forks.

Importing NumPy is most of what starting a process costs, and every part of a submission gets a
fresh worker. So each place at which submissions are graded has one nursery, inside bubblewrap where
that works; it runs no student code and forks locked-down workers that do. The warm process that
examiners are forked from (`autograder.examiner.warm`) serves in the same way.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

import numpy as np
import numpy.random  # noqa: F401  (NumPy imports it lazily; every submission draws weights)

from autograder.jail.inside import worker
from autograder.jail.inside.forking import enter, reply, serve, settle
from autograder.jail.inside.lockdown import Limits


def main() -> None:
    """Serve workers until the grader closes the control socket; `enter` says with what argument."""
    control, limits, readable = enter(json.loads(sys.argv[1]))
    reply(control, {"numpy": np.__version__})
    serve(control, lambda parent, pipe, null: run_worker(parent, pipe, null, limits, readable))


def run_worker(
    parent: int, pipe: socket.socket, null: int, limits: Limits, readable: list[Path] | None
) -> NoReturn:
    """Become a worker: lock down, and serve on the pipe."""
    settle(parent, pipe, null, limits, readable)
    try:
        worker.run(pipe)
        os._exit(0)
    finally:
        os._exit(1)
