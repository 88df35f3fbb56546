"""Attempts: what somebody handed in at some time, as a platform gives it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

#: Before the number of somebody in an assignment of Moodle's, among their keys.
PARTICIPANT = "Participant "


@dataclass(frozen=True)
class Person:
    """Somebody who handed in, as far as a platform tells.

    Attributes
    ----------
    id
        How the platform calls them; the student's id if there is no roster that knows better.
    name, email
        May be empty.
    keys
        Other ids under which a roster may have them.
    """

    id: str
    name: str = ""
    email: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Attempt:
    """One attempt of one student or group.

    Attributes
    ----------
    people
        Whose.
    pieces
        The files and folders that it is made of: the path in the tree, and how the student named
        it; empty for a folder that the platform made.
    time
        When it was handed in, if the platform says so.
    order
        The platform's own number of it; a later one has a higher one.
    remarks
        What is to be said of it.
    """

    people: tuple[Person, ...]
    pieces: tuple[tuple[str, str], ...]
    time: datetime.datetime | None = None
    order: int = 0
    remarks: tuple[str, ...] = ()
