"""Bring the catalogues of messages up to date."""

from __future__ import annotations

import argparse
import sys

from autograder.commands import LOW, OK, lab_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command has no arguments."""


def run(options: argparse.Namespace) -> int:
    """Put all messages that there are into the catalogues, and tell which lack a translation."""
    from autograder.languages.catalogues import update_catalogues

    lacking = update_catalogues(lab_of(options))
    for path, texts in lacking.items():
        for text in texts:
            print(f"autograder: {path} does not translate: {text}", file=sys.stderr)
    return LOW if any(lacking.values()) else OK
