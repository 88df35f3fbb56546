"""Jails without a supervisor, for tests of what is in them."""

import contextlib

from autograder.jail.processes import Starting


def start_jail(sandbox):
    """Start a nursery of workers."""
    return Starting(sandbox.command).wait()[0]


@contextlib.contextmanager
def open_jail(sandbox):
    """Start a nursery, and end it with all that it started."""
    jail = start_jail(sandbox)
    try:
        yield jail
    finally:
        jail.close()
