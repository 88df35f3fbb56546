"""Classroom 50's ``result.json``.

The format: ``classroom50/result/v1``, in github.com/foundation50/classroom50
``schemas/result-v1.schema.json``; who and what was graded comes from the variables that its runner
sets, which are listed on its wiki page "Advanced Autograding".
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
from collections.abc import Mapping
from typing import Any

from autograder.lab import Lab
from autograder.outputs.content import OutputError, checked
from autograder.records import EXCUSED, PASSED, Grade

FILE_NAME = "result.json"
SCHEMA = "classroom50/result/v1"
_VARIABLES = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
}


def write(grade: Grade, lab: Lab, options: argparse.Namespace) -> str:
    """Write a student's result."""
    return result_json(grade, os.environ, datetime.datetime.now(datetime.UTC))


def result_json(grade: Grade, variables: Mapping[str, str], now: datetime.datetime) -> str:
    """Write a grade.

    Parameters
    ----------
    grade
        The record.
    variables
        The environment that Classroom 50's runner gives.
    now
        With a time zone. It stands for the time of submission until the runner puts in that of
        the commit.

    Raises
    ------
    OutputError
        If a variable is not set; if the record is damaged; or if the grader failed, for the runner
        then writes by itself that there is no result, and a 0 here would be taken for a score.
    """
    grade = checked(grade)
    if grade.points is None:
        why = "is excused" if grade.status == EXCUSED else "the grader failed; grade it again"
        raise OutputError(f"{grade.student} has no result: {why}")
    tests = _tests(grade)
    result: dict[str, Any] = {"schema": SCHEMA}
    for field, variable in _VARIABLES.items():
        if not variables.get(variable):
            raise OutputError(
                f"the variable {variable} is not set; Classroom 50's runner sets it, so run this "
                "in its autograder.py"
            )
        result[field] = variables[variable]
    if not result["submission"].startswith("submit/"):
        raise OutputError("SUBMISSION_TAG should start with submit/, as Classroom 50's tags do")
    kind = variables.get("ASSIGNMENT_TYPE") or "individual"
    return _json(
        result
        | {
            "assignment_type": kind,
            "owner": variables.get("OWNER") or variables.get("USERNAME") or grade.student,
            "review": variables.get("REVIEW_URL") or result["commit"],
            "datetime": now.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "score": sum(test["score"] for test in tests),
            "max-score": sum(test["max-score"] for test in tests),
            "tests": tests,
        }
    )


def _tests(grade: Grade) -> list[dict[str, Any]]:
    """Return one test for each check, or for each part of what could not be graded."""
    if not grade.checks:
        return [
            _test(part.name, False, part.score, part.max_score, grade.reason or "")
            for part in grade.parts
        ]
    return [
        _test(
            f"{check.part}: {check.name}",
            check.outcome == PASSED,
            check.points,
            check.max_points,
            check.message,
        )
        for check in grade.checks
    ]


def _test(name: str, passed: bool, score: float, max_score: float, message: str) -> dict[str, Any]:
    # Its schema takes whole points only.
    whole, most = round(score), round(max_score)
    test = {"test-name": name, "passed": passed, "score": whole, "max-score": most}
    return test | {"message": message} if message else test


def _json(table: dict[str, Any]) -> str:
    return json.dumps(table, indent=2, allow_nan=False) + "\n"
