"""Results: what was found, what was decided about it, and what lateness costs, rounded once.

Everything that shows points shows those of a result. It has the form of a grade, so whoever shows
one need not know whether anything was decided.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.intake.entries import FILE_DATE, student_name
from autograder.intake.noted import Handin, read_handins
from autograder.lab import Lab
from autograder.messages import and_also, from_data, join, to_data
from autograder.records import EXCUSED, CheckResult, Grade, PartScore, RecordError, read_record
from autograder.results.decisions import (
    ADD,
    ALL,
    EXCUSE,
    EXTEND,
    POINTS,
    VOID,
    WEIGHT,
    Decision,
    read_decisions,
)
from autograder.results.earlier import read_earlier
from autograder.results.late import policy_of, seconds_late
from autograder.results.members import kept_roster, read_class
from autograder.text import clean

#: Points are rounded to these; a total is the sum of the rounded points of its parts.
DECIMALS = 2


class Results:
    """Makes results of a class's grades, by what is noted and decided about it.

    Iterating over it gives those of the whole class, by the students' folders: each is made when it
    is asked for, of its record, and is nobody's to keep.

    Parameters
    ----------
    out
        The folder of the class.
    lab
        What was graded.

    Attributes
    ----------
    roster
        Who is in the class, by id; nobody if there was no roster.
    rules
        What was decided for all, a sentence each.
    problems
        Which records could not be read the last time, and why.

    Raises
    ------
    UserError
        If the decisions, the times of hand-in or the roster can't be read.
    """

    def __init__(self, out: Path, lab: Lab):
        self._out, self._lab, self._decisions = out, lab, read_decisions(out)
        self._handins = read_handins(out)
        self.roster = {student.id: student for student in kept_roster(out) or ()}
        self.rules = tuple(d.said for d in self._decisions if not d.student)
        self.problems: list[str] = []

    def __iter__(self) -> Iterator[Grade]:
        self.problems = []
        return map(self.of, read_class(self._out, self.problems))

    def of(self, grade: Grade) -> Grade:
        """Make the result of a grade.

        Raises
        ------
        RecordError
            If it is of another lab.
        """
        if grade.lab not in ("", self._lab.name):
            raise RecordError(
                f"the grade of {clean(grade.student)} is of the lab {clean(grade.lab)}, and this "
                f"one is {clean(self._lab.name)}; name the other lab (--lab) or another folder"
            )
        if student := self.roster.get(grade.student):
            grade = replace(grade, name=student.name)
        if grade.answers:
            texts = [from_data(said) for said in (grade.said, grade.answers) if said]
            reason = join(and_also, texts)
            grade = replace(grade, reason=str(reason), said=to_data(reason))
        handins = self._handins.get(grade.student, ())
        return result_of(grade, self._decisions, self._lab, handins)

    def earlier(self, student: str) -> Grade | None:
        """Make the result of the attempt that was graded before; None if there is none."""
        earlier = read_earlier(self._out / student_name(student))
        return self.of(earlier) if earlier else None

    def participant(self, student: str) -> str:
        """Return as whom Moodle knows a student, ``Jane Doe_123``; empty if that is not known."""
        found = [h.participant for h in self._handins.get(student, ()) if h.participant]
        return found[-1] if found else ""


def read_result(path: Path, lab: Lab) -> Grade:
    """Read a record, and apply what was decided about the class that it lies in.

    Raises
    ------
    UserError
        If the record, or what belongs to the class, can't be read.
    """
    return Results(path.absolute().parent.parent, lab).of(read_record(path))


def result_of(
    grade: Grade, decisions: Sequence[Decision], lab: Lab, handins: Sequence[Handin] = ()
) -> Grade:
    """Apply to a grade what was decided, and what lateness costs.

    First what holds for all: the lab's points of a part, void checks, other weights. Then what
    holds for this student, from the checks to the total: of several decisions about the same the
    last counts, and what is added to it comes on top. At last the lab's late policy, unless
    somebody decided the total.

    Returns
    -------
    Grade
        With what is empty in a record.
    """
    about = [d for d in decisions if d.student in ("", grade.student)]
    if handins and grade.attempt:
        grade = _noted(grade, handins, lab)
    points = {part.name: part.points for part in lab.parts}
    if about or any(points.get(p.name, p.max_score) != p.max_score for p in grade.parts):
        grade = _decided(grade, about, lab)
    if due := due_of(grade.student, about, lab):
        zone = lab.course.due.tzinfo if lab.course.due else None
        grade = replace(grade, due=due.astimezone(zone).isoformat(timespec="minutes"))
    given = any(d.kind == POINTS and not (d.part or d.check) for d in about)
    return grade if given or not handins else _late(grade, about, lab)


def _noted(grade: Grade, handins: Sequence[Handin], lab: Lab) -> Grade:
    """Say of a grade of which attempt it is, and when that was handed in."""
    same = [handin for handin in handins if handin.number == grade.attempt]
    chosen = next((h for h in same if h.counts), same[-1] if same else None)
    if chosen is None:
        return replace(grade, attempts=len(handins))
    zone = lab.course.due.tzinfo if lab.course.due else None  # this machine's
    return replace(
        grade,
        # Attempts that lay in several folders have numbers of their own in each.
        attempt=handins.index(chosen) + 1 if len(same) > 1 else grade.attempt,
        attempts=len(handins),
        handed_in=chosen.time.astimezone(zone).isoformat(timespec="seconds") if chosen.time else "",
        time_from=chosen.origin,
    )


def due_of(student: str, decisions: Sequence[Decision], lab: Lab) -> datetime.datetime | None:
    """Return until when a student has; None if there is no deadline."""
    until = [d.until for d in decisions if d.kind == EXTEND and d.student == student]
    return until[-1] if until and lab.course.due else lab.course.due


def in_time_until(
    student: str, decisions: Sequence[Decision], lab: Lab
) -> datetime.datetime | None:
    """Return until when a submission is in time, with the minutes of grace; None for ever."""
    due = due_of(student, decisions, lab)
    return due and due + datetime.timedelta(minutes=lab.course.grace_minutes)


def _late(grade: Grade, about: Sequence[Decision], lab: Lab) -> Grade:
    """Take off what lateness costs: nothing if only a file's date says it, or the lab says so."""
    due = due_of(grade.student, about, lab)
    if not grade.handed_in or not due or grade.points is None:
        return grade
    late = seconds_late(datetime.datetime.fromisoformat(grade.handed_in), due)
    policy = policy_of(lab)
    penalty = 0.0
    if grade.time_from != FILE_DATE or lab.attempts.file_dates:
        penalty = _rounded(policy.penalty(grade.score, late))
    score = _rounded(grade.score - penalty)
    return replace(grade, late_days=policy.days(late), penalty=penalty, score=score)


def _decided(grade: Grade, about: Sequence[Decision], lab: Lab) -> Grade:
    """Apply what was decided."""
    checks = _checks(grade, about, lab)
    given = {(d.part, d.check): d for d in about if d.kind == POINTS}
    parts = []
    for part in grade.parts:
        own = [check for check in checks if check.part == part.name]
        decided = given.get((part.name, ""))
        score = sum(check.points for check in own) if own else part.score
        most = sum(check.max_points for check in own) if own else _most(part, about, lab)
        score = max(0, (decided.points if decided else score) + _added(about, part=part.name))
        parts.append(PartScore(part.name, _rounded(score), _rounded(most)))
    total = given.get(("", ""))
    score = total.points if total else sum(part.score for part in parts)
    score = max(0, score + _added(about))
    excused = any(d.kind == EXCUSE for d in about)
    return replace(
        grade,
        status=EXCUSED if excused else grade.status,
        score=_rounded(score),
        max_score=_rounded(sum(part.max_score for part in parts)),
        parts=tuple(parts),
        checks=tuple(_rounded_checks(checks, parts)),
        decided=tuple(d.said for d in about if d.student),
        rules=tuple(d.said for d in about if not d.student),
    )


def _most(part: PartScore, about: Sequence[Decision], lab: Lab) -> float:
    """Return what a part counts where there are no checks, as of a student who is missing."""
    weights = [d.points for d in about if d.kind == WEIGHT and d.part == part.name]
    of_lab = next((p.points for p in lab.parts if p.name == part.name), part.max_score)
    return weights[-1] if weights else of_lab


def _added(about: Sequence[Decision], part: str = "", check: str = "") -> float:
    """Return what was added by hand to the points of a part, of a check, or in all."""
    return sum(d.points for d in about if d.kind == ADD and (d.part, d.check) == (part, check))


def _checks(grade: Grade, about: Sequence[Decision], lab: Lab) -> list[CheckResult]:
    """Return the checks with their points as decided, not yet rounded."""
    weights = {(d.part, d.check): d.points for d in about if d.kind == WEIGHT}
    void = {d.check: d.give for d in about if d.kind == VOID}
    given = {d.check: d.points for d in about if d.kind == POINTS and d.check}
    wanted = {part.name: float(part.points) for part in lab.parts}
    checks = []
    for check in grade.checks:
        most = weights.get(("", check.id), check.max_points)
        points = check.points * most / check.max_points if check.max_points else 0.0
        checks.append(replace(check, points=points, max_points=most))
    for name, most in wanted.items():
        own = [i for i, check in enumerate(grade.checks) if check.part == name]
        # The lab's points are for all of its checks as they are; with weights they change.
        before = sum(grade.checks[i].max_points for i in own)
        scale = most / before if before else 0.0
        if (name, "") in weights:
            now = sum(checks[i].max_points for i in own)
            scale = weights[name, ""] / now if now else 0.0
        for i in own:
            points, most_here = checks[i].points * scale, checks[i].max_points * scale
            if give := void.get(checks[i].id):
                points = most_here = most_here if give == ALL else 0.0
            points = given.get(checks[i].id, points) + _added(about, check=checks[i].id)
            points = max(0, points)
            checks[i] = replace(checks[i], points=points, max_points=most_here)
    return checks


def _rounded_checks(checks: Sequence[CheckResult], parts: Sequence[PartScore]) -> list[CheckResult]:
    """Round the checks' points so that those of each part add up to what the part has."""
    found = list(checks)
    for part in parts:
        own = [i for i, check in enumerate(checks) if check.part == part.name]
        most = _adding_up([checks[i].max_points for i in own])
        points = _adding_up([checks[i].points for i in own])
        for i, p, m in zip(own, points, most, strict=True):
            found[i] = replace(checks[i], points=p, max_points=m)
    return found


def _adding_up(values: Sequence[float]) -> list[float]:
    """Round numbers so that their sum is the rounded sum: the largest remainders go up."""
    unit = 10**DECIMALS
    floors = [math.floor(value * unit + 1e-6) for value in values]
    up = round(sum(values) * unit) - sum(floors)
    order = sorted(range(len(values)), key=lambda i: floors[i] - values[i] * unit)
    for i in order[: max(0, up)]:
        floors[i] += 1
    return [_rounded(number / unit) for number in floors]


def _rounded(points: float) -> float:
    """Round points; what is whole becomes a whole number, as grades have them."""
    number = round(points, DECIMALS)
    return int(number) if number == int(number) else number
