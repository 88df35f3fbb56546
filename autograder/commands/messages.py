"""Update the translations from the messages in the source."""

from __future__ import annotations

import argparse
import sys

from autograder.commands import LOW, OK, lab_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command has no arguments."""


def run(options: argparse.Namespace) -> int:
    """Put all messages that there are into the translations, and report which have none."""
    from autograder.languages.extraction import put_together, untranslated_engine, update_all

    lab = lab_of(options)
    for tag in untranslated_engine(lab):
        print(f"note: the engine is not translated into {tag}, so its messages are with the lab's")
    for problem in put_together(lab) if len(lab.languages) > 1 else ():
        print(f"note: {problem}")
    lacking = update_all(lab)
    for path, texts in lacking.items():
        for text in texts:
            first = text.partition("\n")[0]  # of a docstring
            print(f"autograder: {path} does not translate: {first}", file=sys.stderr)
    return LOW if any(lacking.values()) else OK
