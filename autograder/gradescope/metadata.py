"""What Gradescope says of a submission: who handed it in, when, and whether that was late.

The file: "Submission Metadata", gradescope-autograders.readthedocs.io. Gradescope takes nothing
off for lateness by itself, and neither does the grader: it is said, and instructors decide.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from autograder.languages.translations import Language
from autograder.messages import say
from autograder.text import clean


@dataclass(frozen=True)
class Metadata:
    """A submission, as far as Gradescope tells.

    Attributes
    ----------
    students
        The e-mail addresses of those who handed it in, or their names.
    late
        The time after the due date, the student's own if there is an extension; None if it was in
        time or there is none.
    """

    students: tuple[str, ...] = ()
    late: timedelta | None = None

    @property
    def name(self) -> str:
        """Who, for the record."""
        return ", ".join(self.students) or "submission"


def read_metadata(path: Path) -> Metadata:
    """Read the file; what is missing or unlike what is documented is left out."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return Metadata()
    table = _table(table)
    users = [_table(user) for user in _list(table.get("users"))]
    names = [user.get("email") or user.get("name") for user in users]
    return Metadata(
        students=tuple(clean(name, 100) for name in names if isinstance(name, str)),
        late=_late(table, users),
    )


def _late(table: dict[str, Any], users: Sequence[dict[str, Any]]) -> timedelta | None:
    """Return how late a submission is.

    A student's dates stand beside the student, with an extension or without; of a group, the
    latest counts.
    """
    handed_in = _time(table.get("created_at"))
    own = [_time(_table(user.get("assignment")).get("due_date")) for user in users]
    of_all = _time(_table(table.get("assignment")).get("due_date"))
    due = max(filter(None, own), default=of_all)
    return handed_in - due if handed_in and due and handed_in > due else None


def _time(value: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return time if time.tzinfo else None


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def lateness(late: timedelta | None, languages: Sequence[Language]) -> str:
    """Say how late a submission is, to the minute begun; nothing if it is not."""
    if late is None:
        return ""
    minutes = -(-late // timedelta(minutes=1))
    units = (
        (minutes // 1440, say("{count} d", count=minutes // 1440)),
        (minutes // 60 % 24, say("{count} h", count=minutes // 60 % 24)),
        (minutes % 60, say("{count} min", count=minutes % 60)),
    )
    return "\n".join(
        language.say(
            "Handed in {time} after the due date.",
            time=" ".join(language.say(unit) for count, unit in units if count),
        )
        for language in languages
    )
