"""Train all experiments on all cores, group by group, and remember what is finished.

A group of initializations is trained as one stack and then kept as one file, so that a run that was
interrupted goes on where it stood. The groups depend on nothing but the experiments and the
number of initializations: the results are the same however many processes there are.
"""

import hashlib
import io
import multiprocessing
import os
import signal
import threading
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, fields
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import numpy as np
import numpy.random  # noqa: F401 (NumPy loads it at its first use, and loses a Ctrl-C meanwhile)
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from autograder.files import write_whole
from datasets import FOLDER, load
from solution import activation, linear_layer, model
from solution.experiments import Experiment, training
from solution.experiments.training import Training, build
from solution.report import stacked
from solution.report.stacked import CLASSES, same_run, train_stacked

NUMBERS_IN_AN_ARRAY = 32000
"""So many float64 are a quarter of a MiB; with larger arrays a step no longer fits in the cache."""
LARGEST_GROUP, SMALLEST_GROUP = 100, 16

_ARRAYS = [field.name for field in fields(Training) if field.type == np.ndarray]


@dataclass(frozen=True)
class Group:
    """Some initializations of a run, with every row of the report that is a part of it."""

    experiments: tuple[Experiment, ...]
    starts: range
    seed: int

    @property
    def work(self) -> float:
        """How much there is to compute, for the progress bar."""
        e = self.experiments[0]
        neurons = len(load(e.dataset)[0]) * sum(e.widths)
        return len(self.starts) * max(e.epochs for e in self.experiments) * (200 + neurons)


def groups(experiment: Experiment, starts: int) -> list[range]:
    """Split the initializations of an experiment into stacks that fit in a processor's cache.

    Parameters
    ----------
    experiment : Experiment
        Its widths and its dataset determine how large the arrays are.
    starts : int
        How many initializations there are.

    Returns
    -------
    list of range
        The numbers of the initializations in each group.
    """
    numbers = len(load(experiment.dataset)[0]) * max(experiment.widths)
    size = min(max(NUMBERS_IN_AN_ARRAY // numbers, SMALLEST_GROUP), LARGEST_GROUP)
    return [range(first, min(first + size, starts)) for first in range(0, starts, size)]


def plan(experiments: Sequence[Experiment], starts: int, seed: int) -> list[Group]:
    """List all that is to be trained; rows that are the same run are trained together.

    Parameters
    ----------
    experiments : sequence of Experiment
        The rows of the report.
    starts : int
        From how many initializations each is trained.
    seed : int
        The seed of all initializations.

    Returns
    -------
    list of Group
        In the order of the rows.
    """
    runs: dict[tuple[object, ...], dict[Experiment, None]] = {}
    for experiment in experiments:
        runs.setdefault(same_run(experiment), {})[experiment] = None
    return [
        Group(tuple(rows), part, seed)
        for rows in runs.values()
        for part in groups(next(iter(rows)), starts)
    ]


def train_all(
    experiments: Sequence[Experiment], starts: int, seed: int, jobs: int, cache: Path
) -> list[Training]:
    """Train every experiment from every initialization, or read what an earlier run has finished.

    Parameters
    ----------
    experiments : sequence of Experiment
        The rows of the report.
    starts : int
        From how many initializations each is trained.
    seed : int
        The seed of all initializations.
    jobs : int
        How many processes work at once.
    cache : Path
        The folder for finished groups.

    Returns
    -------
    list of Training
        One for each experiment.

    Raises
    ------
    OSError
        If nothing can be written to `cache`.
    """
    todo = plan(experiments, starts, seed)
    finished: dict[Group, list[Training]] = {}
    with _progress() as progress:
        task = progress.add_task("training", total=sum(group.work for group in todo))
        for group, trainings in _trained(todo, jobs, cache):
            finished[group] = trainings
            progress.advance(task, group.work)
    parts: dict[Experiment, list[Training]] = {}
    for group in todo:
        for experiment, trained in zip(group.experiments, finished[group], strict=True):
            parts.setdefault(experiment, []).append(trained)
    return [_joined(parts[experiment]) for experiment in experiments]


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(),
    )


def _trained(todo: list[Group], jobs: int, cache: Path) -> Iterator[tuple[Group, list[Training]]]:
    """Yield each group with its results, finished ones first, then as they come."""
    sources = _sources()
    files = {group: cache / f"{_key(group, sources)}.npz" for group in todo}
    missing = []
    for group in todo:
        trainings = _read(files[group], group)
        if trainings is None:
            missing.append(group)
        else:
            yield group, trainings
    if not missing:
        return
    # The largest first, so that no process is left alone with a long one at the end.
    missing.sort(key=lambda group: -group.work)
    pool = ProcessPoolExecutor(
        min(jobs, len(missing)),
        multiprocessing.get_context("spawn"),
        _end_with_the_parent,
    )
    # The processes are started here, and inherit that Ctrl-C is left to their parent: blocked, not
    # ignored, so that one that comes meanwhile is not lost. (The tracker's start would unblock it.)
    resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    running = {pool.submit(_train_and_keep, group, files[group]): group for group in missing}
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    try:
        while running:
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                done.result()
                group = running.pop(done)
                trainings = _read(files[group], group)
                if trainings is None:
                    raise OSError(f"{files[group]} vanished while the report was made")
                yield group, trainings
        pool.shutdown()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()
            process.join()
        for group in running.values():
            for unfinished in cache.glob(f".{files[group].name}.*"):
                unfinished.unlink()
        raise


def _end_with_the_parent() -> None:
    """Stop working when the parent is gone, in whatever way."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "only a process of the pool has this to do"

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _train_and_keep(group: Group, file: Path) -> None:
    trainings = train_stacked(group.experiments, group.starts, group.seed)
    arrays: dict[str, Any] = {}
    for number, trained in enumerate(trainings):
        arrays |= {f"{number} {name}": getattr(trained, name) for name in _ARRAYS}
        stacks = [[layer.w for layer in m.layers if hasattr(layer, "w")] for m in trained.models]
        for layer, stack in enumerate(zip(*stacks, strict=True)):
            arrays[f"{number} w{layer}"] = np.stack(stack)
    content = io.BytesIO()
    np.savez(content, **arrays)
    write_whole(file, content.getvalue(), 0o644)


def _read(file: Path, group: Group) -> list[Training] | None:
    """Read a finished group; None if it is not there, or not whole."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            return [
                Training(
                    experiment=experiment,
                    models=tuple(
                        build(experiment, CLASSES, list(weights))
                        for weights in zip(
                            *(arrays[f"{number} w{i}"] for i in range(len(experiment.widths) - 1)),
                            strict=True,
                        )
                    ),
                    **{name: arrays[f"{number} {name}"] for name in _ARRAYS},
                )
                for number, experiment in enumerate(group.experiments)
            ]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _sources() -> bytes:
    """Digest all that a result depends on beside its settings: the code and the datasets."""
    modules = (activation, linear_layer, model, stacked, training)
    files = [Path(module.__file__ or "") for module in modules]
    files += sorted(FOLDER.glob("*.csv"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).digest()


def _key(group: Group, sources: bytes) -> str:
    return hashlib.sha256(repr(group).encode() + sources).hexdigest()[:32]


def _joined(parts: list[Training]) -> Training:
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in _ARRAYS
        if name != "epochs"
    }
    models = tuple(m for part in parts for m in part.models)
    return Training(parts[0].experiment, parts[0].epochs, models=models, **joined)
