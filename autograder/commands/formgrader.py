"""Serve the course in the browser."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands import COURSE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "folder", type=Path, nargs="?", default=COURSE, help="the nbgrader course (%(default)s)"
    )
    parser.add_argument("--port", type=int, default=8888, help="0 for any (%(default)s)")


def run(options: argparse.Namespace) -> int:
    """Serve the course until interrupted."""
    import nbgrader  # noqa: F401  (the server runs elsewhere; what it lacks is said here)

    from autograder.course.folder import read_settings
    from autograder.course.server import serve

    return serve(read_settings(options.folder).root, options.port)
