"""What a container of a lab's image runs: ``python -m autograder.container.run``.

Without a command it grades ``/submissions`` into ``/grades``, and options are those of ``grade``.
Both have to be mounted: what is written to a folder of the container's own is gone with it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.cli import USAGE
from autograder.cli import main as autograder

LAB, SUBMISSIONS, GRADES = "/lab", "/submissions", "/grades"
_MOUNTS = Path("/proc/self/mountinfo")


def main(arguments: Sequence[str]) -> int:
    """Run a command on the lab that is in the image, and return its exit status."""
    asks = "-h" in arguments or "--help" in arguments
    if arguments and not arguments[0].startswith("-"):
        return autograder(["--lab", LAB, *arguments])
    if not asks and (folder := not_mounted(_MOUNTS.read_text().splitlines())):
        print(
            f'autograder: nothing is mounted at {folder}; give a folder of yours: -v "$PWD'
            f'/{folder.strip("/")}:{folder}{":ro" if folder == SUBMISSIONS else ""}"',
            file=sys.stderr,
        )
        return USAGE
    return autograder(["--lab", LAB, "grade", SUBMISSIONS, "--out", GRADES, *arguments])


def not_mounted(mounts: Iterable[str]) -> str | None:
    """Return which of the two folders is not mounted, if one is not.

    Parameters
    ----------
    mounts
        Lines of proc(5)'s ``mountinfo``, whose fifth field is where something is mounted.
    """
    places = {line.split()[4] for line in mounts}
    return next((folder for folder in (SUBMISSIONS, GRADES) if folder not in places), None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
