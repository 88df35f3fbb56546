"""What errors have in common that a user can put right, and those that end a check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class UserError(Exception):
    """What was asked for can't be done; the text is one sentence that says why and what to do.

    The command line prints it without a traceback and exits with 2. Each room of the engine raises
    a class of its own, derived from this one.
    """


class NewerVersion(UserError):
    """A file was written by a newer version of the engine, which nothing here may replace."""


def check_version(table: Mapping[str, Any], known: int, name: str) -> None:
    """See that what stands in a file can be read here.

    Parameters
    ----------
    table
        Its content; where no version stands in it, it is the first.
    known
        The newest version that is read.
    name
        Of the file.

    Raises
    ------
    NewerVersion
        If it is a newer one.
    ValueError
        If it is none.
    """
    version = table.get("version", 1)
    if type(version) is not int or version < 1:
        raise ValueError("its version is no whole number from 1 on")
    if version > known:
        raise NewerVersion(
            f"{name} was written by a newer autograder (version {version} of its form, and this "
            f"one reads up to {known}); update autograder"
        )


class NoPlace(UserError):
    """There is nowhere left where anything could be graded; what is graded already stays."""


class WorkerLost(Exception):
    """The student's process can't be asked any more; a check must let it through."""
