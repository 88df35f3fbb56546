"""Reads a submission's files and notebook: in a fork that can do nothing else, see `reader`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from autograder.course.alignment import Released, align
from autograder.course.answers import Reading, choose, waiting
from autograder.course.render import Patience
from autograder.intake.entries import Entry
from autograder.intake.errors import Refused
from autograder.intake.notebooks import TYPED
from autograder.intake.submission import read_entry
from autograder.lab import Limits
from autograder.messages import message_of


def read_both(
    entry: Entry,
    limits: Limits,
    wanted: Mapping[str, int],
    main: Sequence[str],
    name: str,
    released: Sequence[Released],
) -> list[Any]:
    """Give what `read_files` and `read_notebook` give."""
    return [
        read_files(entry, limits, wanted, main),
        read_notebook(entry, limits, name, released),
    ]


def read_files(
    entry: Entry, limits: Limits, wanted: Mapping[str, int], main: Sequence[str]
) -> list[Any]:
    """Read the files that are wanted.

    Parameters
    ----------
    entry, limits, wanted, main
        As in `autograder.intake.submission.read_entry`.

    Returns
    -------
    list
        The files, what is wrong with others, and remarks.
    """
    found = read_entry(entry, limits, wanted, main)
    plain = {name: str(problem) for name, problem in found.problems.items()}
    return [found.files, plain, [str(remark) for remark in found.remarks]]


def read_notebook(entry: Entry, limits: Limits, name: str, released: Sequence[Released]) -> bytes:
    """Read the notebook, and find out which of its texts can be shown.

    Parameters
    ----------
    entry, limits
        As in `autograder.intake.submission.read_entry`.
    name, released
        As in `autograder.course.answers.choose`.

    Returns
    -------
    bytes
        JSON, of which `autograder.course.answers.Reading.from_plain` makes the reading.
    """
    try:
        found = read_entry(entry, limits, {}, (), limits.notebook_kib)
    except Refused as refused:
        return _plain(waiting(message_of(refused)))
    reading = choose(found.notebooks, found.others, name, released)
    if reading.cells is None:
        return _plain(reading)
    patience = Patience()
    cells = []
    for cell, place in zip(reading.cells, align(reading.cells, released), strict=True):
        known = place is not None and (cell.code or released[place].unchanged(cell))
        if not known and not patience.renders(cell.text, code=cell.code):
            cell = replace(cell, outputs=((TYPED, ""), *cell.outputs))
        cells.append(cell)
    return _plain(replace(reading, cells=cells))


def _plain(reading: Reading) -> bytes:
    return json.dumps(reading.to_plain()).encode()
