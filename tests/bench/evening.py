"""A deadline's evening: how long submissions wait for a worker, and what that costs.

Usage: ``python -m tests.bench.evening [--workers N ...] [--students N] [--attempts N] [--hours H]
[--rise MINUTES] [--seconds S] [--stuck SHARE] [--limit S] [--grades FOLDER] [--price P]
[--seed N]``

Each attempt comes at a time of its own before the deadline, which is drawn so that arrivals grow
e-fold every so many minutes until then. All wait in one queue; each worker, a processor core, takes
the first, and is busy with it for as long as its grading takes. A share of them runs into the
limits of time, as an endless loop does. With a folder of grades the times are those of its records
instead, drawn from them. Nothing is approximated: every submission is followed.
"""

import argparse
import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from autograder.commands import count, seed
from autograder.records import FILE_NAME, GRADED, Grade


def waits(arrivals: Sequence[float], services: Sequence[float], workers: int) -> np.ndarray:
    """Return how long each submission waits for one of the workers, who take the first in line.

    Parameters
    ----------
    arrivals
        When each comes, in order.
    services
        How long each keeps a worker busy.
    workers
        How many there are.
    """
    free = [-np.inf] * workers  # when each worker is, as a heap
    found = np.empty(len(arrivals))
    for place, (arrival, service) in enumerate(zip(arrivals, services, strict=True)):
        start = max(arrival, free[0])
        heapq.heapreplace(free, start + service)
        found[place] = start - arrival
    return found


def arrivals(total: int, hours: float, rise: float, rng: np.random.Generator) -> np.ndarray:
    """Draw when submissions come, in seconds before the deadline (negative), in order.

    Parameters
    ----------
    total
        How many.
    hours
        How long before the deadline the first may come.
    rise
        The minutes in which arrivals grow e-fold.
    rng
        Draws them.
    """
    scale = rise * 60
    part = -np.expm1(-hours * 3600 / scale)  # of those that would come in all time before
    return np.sort(scale * np.log1p(-part * rng.random(total)))


@dataclass(frozen=True)
class Evening:
    """What one number of workers gives.

    Attributes
    ----------
    waited
        Seconds, of each submission.
    late
        Seconds from the deadline until nobody waits any more; 0 if nobody does then.
    hours
        Of workers, from the first arrival until the last one is graded.
    """

    waited: np.ndarray
    late: float
    hours: float


def evening(comes: np.ndarray, services: np.ndarray, workers: int) -> Evening:
    """Follow all submissions of an evening, whose deadline is at 0."""
    waited = waits(comes.tolist(), services.tolist(), workers)
    end = (comes + waited + services).max()
    late = (comes + waited)[waited > 0].max(initial=0.0)
    return Evening(waited, late, workers * (end - comes[0]) / 3600)


def peak(total: int, hours: float, rise: float) -> float:
    """Return how many submissions a second come at the deadline, as `arrivals` draws them."""
    return total / (rise * 60) / -np.expm1(-hours * 60 / rise)


def measured(folder: Path) -> tuple[np.ndarray, float]:
    """Read how long each submission of a folder of grades took, and how large a record is.

    Raises
    ------
    OSError, ValueError
        If a record can't be read, or there is none.
    """
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob(f"*/{FILE_NAME}"))]
    grades = [grade for grade in map(Grade.from_json, texts) if grade.status == GRADED]
    if not grades:
        raise ValueError(f"there are no grades in {folder}")
    return np.array([grade.seconds for grade in grades]), float(np.mean([*map(len, texts)]))


def positive(text: str) -> float:
    """Read an option that is a number above 0."""
    if not 0 < (number := float(text)) < np.inf:
        raise argparse.ArgumentTypeError("it should be above 0")
    return number


def share(text: str) -> float:
    """Read an option that is a part of the whole."""
    if not 0 <= (number := float(text)) <= 1:
        raise argparse.ArgumentTypeError("it should be from 0 to 1")
    return number


def told(seconds: float) -> str:
    """Write a time to two digits, in the unit that suits it."""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def table(rows: Iterable[Sequence[str]]) -> str:
    """Write rows as a table of Markdown, the first above the others."""
    head, *others = rows
    lines = [head, ["--:"] * len(head), *others]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what the evening is, and a row for each number of workers."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--workers", type=count, nargs="+", default=[8, 16, 24, 32, 48])
    add("--students", type=count, default=10_000)
    add("--attempts", type=count, default=3, help="of each student (%(default)s)")
    add("--hours", type=positive, default=6, help="from the first to the deadline (%(default)s)")
    add("--rise", type=positive, default=60, help="minutes in which arrivals grow e-fold")
    add("--seconds", type=positive, default=1, help="that grading takes (%(default)s)")
    add("--stuck", type=share, default=0.02, help="share that runs into limits (%(default)s)")
    add("--limit", type=positive, default=120, help="seconds that these take (%(default)s)")
    add("--grades", type=Path, help="a folder that was graded, from which times are drawn")
    add("--price", type=positive, default=0.05, help="of a core for an hour (%(default)s)")
    add("--seed", type=seed, default=0)
    options = parser.parse_args(arguments)

    total, rng = options.students * options.attempts, np.random.default_rng(options.seed)
    comes = arrivals(total, options.hours, options.rise, rng)
    if options.grades:
        try:
            times, size = measured(options.grades)
        except (OSError, ValueError) as error:
            parser.error(f"{error}; name a folder that was graded")
        print(f"{len(times)} records of {size / 1000:.0f} kB")
        services = times[(rng.random(total) * len(times)).astype(int)]
    else:
        services = np.where(rng.random(total) < options.stuck, options.limit, options.seconds)
    rate = peak(total, options.hours, options.rise)
    print(f"{total} submissions in {options.hours:g} h, {rate:.1f} a second at the deadline")
    print(
        f"{services.mean():.2f} s each, median {np.median(services):.2f}, longest "
        f"{services.max():.0f}: {services.sum() / 3600:.1f} core-hours, "
        f"{rate * services.mean():.1f} cores busy at the deadline\n"
    )
    rows = [["workers", "median", "95 %", "99 %", "longest", "empty after", "core-hours", "cost"]]
    for workers in options.workers:
        found = evening(comes, services, workers)
        values = [*np.quantile(found.waited, (0.5, 0.95, 0.99, 1)), found.late]
        cost = f"{found.hours * options.price:.2f}"
        rows.append([str(workers), *map(told, values), f"{found.hours:.0f}", cost])
    print(table(rows))


if __name__ == "__main__":
    main()
