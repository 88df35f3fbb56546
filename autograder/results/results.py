"""Results: what was found, and what was decided about it, put together and rounded once.

Everything that shows points shows those of a result. It has the form of a grade, so whoever shows
one need not know whether anything was decided.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autograder.lab import Lab
from autograder.records import EXCUSED, CheckResult, Grade, PartScore, read_record
from autograder.results.decisions import (
    ALL,
    EXCUSE,
    POINTS,
    VOID,
    WEIGHT,
    Decision,
    read_decisions,
)
from autograder.results.members import class_grades

#: Points are rounded to these; a total is the sum of the rounded points of its parts.
DECIMALS = 2


def class_results(out: Path, lab: Lab) -> tuple[list[Grade], list[str]]:
    """Read the results of a graded class.

    Returns
    -------
    results : list of Grade
        Sorted by the students' folders; at least one.
    problems : list of str
        Which records can't be read, and why.

    Raises
    ------
    UserError
        If there are no records that can be read, or the decisions can't be.
    """
    decisions = read_decisions(out)
    grades, problems = class_grades(out)
    return [result_of(grade, decisions, lab) for grade in grades], problems


def read_result(path: Path, lab: Lab) -> Grade:
    """Read a record, and apply what was decided about the class that it lies in.

    Raises
    ------
    UserError
        If the record or the decisions can't be read.
    """
    return result_of(read_record(path), read_decisions(path.absolute().parent.parent), lab)


def result_of(grade: Grade, decisions: Sequence[Decision], lab: Lab) -> Grade:
    """Apply what was decided to a grade.

    First what holds for all: the lab's points of a part, void checks, other weights. Then what
    holds for this student, from the checks to the total; of several decisions about the same the
    last counts.

    Returns
    -------
    Grade
        With `Grade.decided` and `Grade.rules`.
    """
    about = [d for d in decisions if d.student in ("", grade.student)]
    points = {part.name: part.points for part in lab.parts}
    if not about and all(points.get(p.name, p.max_score) == p.max_score for p in grade.parts):
        return grade
    checks = _checks(grade, about, lab)
    given = {(d.part, d.check): d for d in about if d.kind == POINTS}
    parts = []
    for part in grade.parts:
        own = [check for check in checks if check.part == part.name]
        decided = given.get((part.name, ""))
        score = sum(check.points for check in own) if own else part.score
        most = sum(check.max_points for check in own) if own else part.max_score
        parts.append(
            PartScore(part.name, _rounded(decided.points if decided else score), _rounded(most))
        )
    total = given.get(("", ""))
    score = total.points if total else sum(part.score for part in parts)
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
            points = given.get(checks[i].id, points)
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
