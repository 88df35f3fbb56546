"""The deadline of an assignment in the gradebook, where formgrader and its students see it."""

from __future__ import annotations

import datetime

from nbgrader.api import Gradebook

from autograder.lab import Lab
from autograder.text import clean


def set_deadline(gradebook: Gradebook, lab: Lab) -> str:
    """Enter a lab's deadline into the gradebook; what was set there stays if the lab has none.

    Parameters
    ----------
    gradebook
        Is changed and committed; the assignment is there already.
    lab
        Whose name is the assignment's.

    Returns
    -------
    str
        What was changed, for the instructor; empty if nothing was.
    """
    due = lab.course.due
    assignment = gradebook.find_assignment(lab.name)
    before = assignment.duedate and assignment.duedate.replace(tzinfo=datetime.UTC)
    if due is None or due == before:
        return ""
    assignment.duedate = due.astimezone(datetime.UTC).replace(tzinfo=None)
    gradebook.db.commit()
    if before is None:
        return f"the deadline of {clean(lab.name)} is {local(due, lab)}, as lab.toml says"
    return (
        f"the deadline of {clean(lab.name)} was {local(before, lab)} in the gradebook, and is "
        f"{local(due, lab)} now, as lab.toml says"
    )


def local(moment: datetime.datetime, lab: Lab) -> str:
    """Write a time in the zone of the lab's deadline, or else of this machine.

    Parameters
    ----------
    moment
        With a zone.
    lab
        Whose students read it.
    """
    return f"{moment.astimezone(zone_of(lab, moment)):%Y-%m-%d %H:%M %Z}"


def zone_of(lab: Lab, moment: datetime.datetime) -> datetime.tzinfo | None:
    """Return the zone in which a lab's times are written, at some moment."""
    return lab.course.due.tzinfo if lab.course.due else moment.astimezone().tzinfo
