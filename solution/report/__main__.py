"""Make the report: ``make report STARTS=n JOBS=n SEED=s OUT=folder``."""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import NoReturn

# Threads only slow such small products down. Set before NumPy is imported, here and in workers.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
# Or glibc asks the kernel again for every array of more than 128 KiB.
os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", str(2**26))
os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", str(2**28))

from solution.experiments import TABLES
from solution.report.claims import check_claims
from solution.report.figures import draw_all
from solution.report.page import PAGE, write_report
from solution.report.results import make_rows
from solution.report.runs import train_all

WRONG, INTERRUPTED = 2, 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(WRONG, f"report: {message}\n")


def _whole_number(least: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            raise argparse.ArgumentTypeError(
                f"{text!r} should be a whole number that is at least {least}"
            )
        return number

    return read


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = _Parser(prog="report", description=__doc__)
    positive = _whole_number(1)
    parser.add_argument("--starts", type=positive, default=1000, help="(default: %(default)s)")
    parser.add_argument("--jobs", type=positive, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--seed", type=_whole_number(0), default=0, help="(default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("report"), help="a folder (%(default)s)")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Make the report.

    Parameters
    ----------
    arguments : list of str
        The command line.

    Returns
    -------
    int
        0 if it was made, 2 if it could not be, 130 if it was interrupted.
    """
    options = _parse(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    cache = options.out / "cache"
    experiments = [experiment for table in TABLES.values() for experiment in table.rows]
    try:
        _try_to_write(cache)
        trainings = train_all(experiments, options.starts, options.seed, options.jobs, cache)
        print("checking claims and drawing figures ...", file=sys.stderr)
        claims = check_claims(trainings)
        rows = make_rows(trainings)
        write_report(options.out, rows, claims, *draw_all(trainings), options.seed)
    except OSError as error:
        print(f"report: cannot write to {options.out}: {error}", file=sys.stderr)
        return WRONG
    except BrokenProcessPool:
        print(
            "report: a process was killed (was there enough memory?); the same command goes on "
            "from what is finished",
            file=sys.stderr,
        )
        return WRONG
    except KeyboardInterrupt:
        print("report: interrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    print(f"{options.out / PAGE} is made; the tables are beside it")
    return 0


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _try_to_write(folder: Path) -> None:
    """Raise OSError now rather than after minutes of training."""
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError("you may not write there")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
