"""What an instructor decides about points, in a file beside the grades.

A decision is a table in ``decisions.toml`` that a person wrote, by hand or by a command, with who
and why. Decisions change no grade; `autograder.results.results` applies them to it. So they survive
every regrade, and taking one out of the file undoes it.
"""

from __future__ import annotations

import datetime
import difflib
import json
import math
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import UserError, check_version
from autograder.files import locked, make_private, write_whole
from autograder.lab import Lab
from autograder.records import DECISIONS
from autograder.text import clean, did_you_mean

VERSION = 1
POINTS, ADD, EXCUSE, EXTEND = "points add excuse extend".split()
VOID, WEIGHT, REMARK = "void weight remark".split()
#: Kind -> the keys that it needs, and those that it may have, beside who, why and when.
KINDS = {
    POINTS: ({"student", "points"}, {"part", "check"}),
    ADD: ({"student", "points"}, {"part", "check"}),
    EXCUSE: ({"student"}, set()),
    EXTEND: ({"student", "until"}, set()),
    VOID: ({"check", "give"}, set()),
    WEIGHT: ({"points"}, {"part", "check"}),
    REMARK: ({"student", "text"}, set()),
}
#: What becomes of the points of a check that is void: everybody's, or nobody's.
ALL, NOBODY = "all", "nobody"
TEXT_LIMIT = 1000


class DecisionError(UserError):
    """A decision can't be read, or is none; the text says which, what is wrong and what to do."""


@dataclass(frozen=True)
class Decision:
    """What somebody has decided.

    Attributes
    ----------
    kind
        `POINTS`: of a check, a part or the total, for a student; `ADD`: so many more than were
        found, or fewer; `EXCUSE`: a student has no points;
        `EXTEND`: a student has until a later time; `VOID`: a check counts for nobody; `WEIGHT`: a
        check or a part has other points; or `REMARK`: something that the student reads.
    who, why, when
        Of the person.
    student, part, check
        Whom and what it is about; empty for all.
    points
        For `POINTS` those that the student has, for `ADD` those that come to them, which may be
        below 0, for `WEIGHT` those that can be had.
    until
        For `EXTEND`.
    give
        For `VOID`: `ALL` have its points, or `NOBODY` can have them.
    text
        For `REMARK`.
    """

    kind: str
    who: str
    why: str
    when: datetime.datetime | None = None
    student: str = ""
    part: str = ""
    check: str = ""
    points: float = 0
    until: datetime.datetime | None = None
    give: str = ""
    text: str = ""

    @property
    def said(self) -> str:
        """The decision in a sentence."""
        about = f" of {self.check or self.part}" if self.check or self.part else ""
        told = {
            POINTS: f"{self.points:g} points{about}",
            ADD: f"{abs(self.points):g} points {'less' if self.points < 0 else 'more'}{about}",
            EXCUSE: "excused",
            EXTEND: f"more time, until {self.until:%Y-%m-%d %H:%M %Z}" if self.until else "",
            VOID: f"{self.check} does not count"
            + ("; everybody has its points" if self.give == ALL else ""),
            WEIGHT: f"{self.check or self.part} counts {self.points:g} points",
            REMARK: self.text,
        }[self.kind]
        return f"{told} ({self.why}; {self.who})" if self.kind != REMARK else told


def read_decisions(out: Path) -> list[Decision]:
    """Read the decisions about a graded class; none where there is no file.

    Raises
    ------
    DecisionError
        If it can't be read, or one of them is none.
    """
    path = out / DECISIONS
    try:
        return _parse(path.read_text(encoding="utf-8"), clean(str(path)))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DecisionError(f"cannot read {clean(str(path))}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DecisionError(f"{clean(str(path))} is not UTF-8; save it so") from error


def _parse(text: str, name: str) -> list[Decision]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DecisionError(f"{name} is not TOML: {clean(str(error))}") from error
    try:
        check_version(table, VERSION, name)
    except ValueError as error:
        raise DecisionError(f"{name} can't be read: {error}") from error
    table.pop("version", None)
    rows = table.pop("decision", [])
    if table:
        raise DecisionError(f"{name} has {_near(min(table), ['version', 'decision'])}")
    if type(rows) is not list:
        raise DecisionError(f"{name}: a decision starts with a line [[decision]]")
    return [_decision(row, f"decision {number} in {name}") for number, row in enumerate(rows, 1)]


def _decision(row: Any, name: str) -> Decision:
    if type(row) is not dict:
        raise DecisionError(f"{name} is no table")
    kind = row.get("kind")
    if kind not in KINDS:
        raise DecisionError(f"the kind of {name} should be one of {', '.join(KINDS)}")
    needed, allowed = KINDS[kind]
    needed = needed | {"kind", "who", "why"}
    allowed = needed | allowed | {"when"}
    if missing := sorted(needed - set(row)):
        raise DecisionError(f"{name} lacks {', '.join(missing)}")
    if unknown := sorted(set(row) - allowed):
        raise DecisionError(f"{name} has {_near(unknown[0], allowed)}")
    for key, value in row.items():
        signed = key == "points" and kind == ADD and type(value) in (int, float)
        if not _RIGHT[key](abs(value) if signed else value):
            raise DecisionError(f"{key} of {name} should be {_WANTED.get(key, 'a short text')}")
    if "part" in row and "check" in row:
        raise DecisionError(f"{name} is about a part or about a check, not both")
    if kind == WEIGHT and not ("part" in row or "check" in row):
        raise DecisionError(f"{name} should say which part or which check counts so much")
    return Decision(**row)


def _near(key: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(key, known, 1)
    meant = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(known))}"
    return f"an unknown key {clean(key)!r}; {meant}"


def _is_text(value: Any) -> bool:
    return type(value) is str and 0 < len(value.strip()) <= TEXT_LIMIT


def _is_points(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < math.inf


def _is_time(value: Any) -> bool:
    return isinstance(value, datetime.datetime) and value.tzinfo is not None


_RIGHT: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys("kind who why student part check text".split(), _is_text),
    "points": _is_points,
    "when": _is_time,
    "until": _is_time,
    "give": lambda value: value in (ALL, NOBODY),
}
_WANTED = {
    "points": "a number that is not below 0",
    "when": "a time with its zone, 2026-12-20T23:59:00+08:00",
    "until": "a time with its zone, 2026-12-20T23:59:00+08:00",
    "give": f"{ALL!r} or {NOBODY!r}",
}


def check_decision(
    decision: Decision, lab: Lab, students: Collection[str], checks: Collection[str]
) -> None:
    """See that what a decision is about is there.

    Parameters
    ----------
    decision
        What is decided.
    lab
        Whose parts there are.
    students, checks
        All that there are.

    Raises
    ------
    DecisionError
        If it is about somebody or something else.
    """
    for what, value, known in (
        ("student", decision.student, students),
        ("part", decision.part, [part.name for part in lab.parts]),
        ("check", decision.check, checks),
    ):
        if value and value not in known:
            raise DecisionError(f"there is no {what} {clean(value)!r}{did_you_mean(value, known)}")


def add_decision(out: Path, decision: Decision) -> int:
    """Write a decision below those that are there, whose text stays as it is.

    Returns
    -------
    int
        Its number.

    Raises
    ------
    DecisionError
        If the file can't be read, or the decision would not be one.
    OSError
        If it can't be written.
    """
    path = out / DECISIONS
    if not out.is_dir():
        make_private(out)
    with locked(out):  # several may decide at once
        known = read_decisions(out)
        text = path.read_text(encoding="utf-8") if path.exists() else f"version = {VERSION}\n"
        row = {key: value for key, value in vars(decision).items() if value not in ("", None)}
        if decision.kind not in (POINTS, ADD, WEIGHT):
            row.pop("points", None)
        lines = [f"{key} = {_written(value)}" for key, value in row.items()]
        text = f"{text.rstrip()}\n\n[[decision]]\n" + "\n".join(lines) + "\n"
        _parse(text, clean(str(path)))
        write_whole(path, text)
    return len(known) + 1


def _written(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="seconds")
    # What JSON escapes, TOML reads; but a character of two halves would be no character there.
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else f"{value:g}"
