"""Shows how far a long command is: bars on a terminal, otherwise a line for each stage."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


class Progress:
    """Follows stages of work, each made of futures; a context manager."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self._bars = Bars(*columns, console=console, disable=not console.is_terminal)
        self._plain, self._began = not console.is_terminal, time.monotonic()

    def follow(self, stage: str, work: Iterable[Future[Any]]) -> None:
        """Show how many of these are done.

        Parameters
        ----------
        stage
            What is being done, in a few words.
        work
            All that belongs to it.
        """
        futures = list(work)
        if not futures:
            return
        task = self._bars.add_task(stage, total=len(futures))
        left = set(futures)

        def done(future: Future[Any]) -> None:
            self._bars.advance(task)
            left.discard(future)
            if not left:
                self._say(f"{stage}: {len(futures)} done")

        self._say(f"{stage}: {len(futures)} to do")
        for future in futures:
            future.add_done_callback(done)

    def _say(self, line: str) -> None:
        if self._plain:
            seconds = time.monotonic() - self._began
            print(f"{seconds:4.0f} s  {line}", file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()
