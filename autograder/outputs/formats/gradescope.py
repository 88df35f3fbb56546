"""Gradescope's ``results.json``.

The format: "Autograder Specifications", gradescope-autograders.readthedocs.io/en/latest/specs.
Everything is visible, since a hidden test would hide the total, too; every text says that it is
plain text, since that of the whole submission is taken for HTML otherwise.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from autograder.lab import Lab
from autograder.languages.translations import Language, say_in
from autograder.messages import Message
from autograder.outputs.content import (
    FAILURE,
    FAILURE_TITLE,
    FILES,
    Given,
    checked,
    hints_of,
    note_on,
    rejection,
    without_score,
)
from autograder.records import PASSED, REJECTED, CheckResult, Grade

FILE_NAME = "results.json"


def write(grade: Grade, lab: Lab, options: argparse.Namespace) -> str:
    """Write a student's result."""
    return results_json(grade, options.languages)


def results_json(grade: Grade, languages: Sequence[Language], note: str = "") -> str:
    """Write a grade; one that the grader failed at has no score, which is `failure_json`.

    Parameters
    ----------
    grade
        The record.
    languages
        Of what students read beside the messages.
    note
        Shown above everything else.

    Raises
    ------
    OutputError
        If the record is damaged.
    """
    grade = checked(grade)
    if grade.points is None:
        return failure_json(languages, *without_score(grade))
    lines = [note] if note else []
    if grade.status == REJECTED:
        lines.append(say_in(languages, rejection(grade), "\n"))
        tests = [
            _test("1", say_in(languages, FILES), 0, grade.max_score, False)
            | {"output": grade.reason or "-"}
        ]
    else:
        if grade.reason:
            lines.append(say_in(languages, note_on(grade.reason), "\n"))
        tests = list(_tests(grade, languages))
    return _json(
        {
            "score": grade.score,
            "execution_time": grade.seconds,
            "output": "\n".join(lines),
            "tests": tests,
            "extra_data": {
                "status": grade.status,
                "seed": grade.seed,
                "secret": grade.secret,
                "digest": grade.digest,
                "sandbox": list(grade.sandbox),
            },
        }
    )


def failure_json(
    languages: Sequence[Language], title: Message = FAILURE_TITLE, said: Message = FAILURE
) -> str:
    """Write that the grader failed: one test without points, so that no score is given."""
    text = say_in(languages, said, "\n")
    test = {
        "name": say_in(languages, title),
        "name_format": "text",
        "status": "failed",
        "output": text,
        "output_format": "text",
        "visibility": "visible",
    }
    return _json({"output": text, "tests": [test]})


def _tests(grade: Grade, languages: Sequence[Language]) -> list[dict[str, Any]]:
    numbers = {part.name: number for number, part in enumerate(grade.parts, 1)}
    counts = dict.fromkeys(numbers, 0)
    tests: list[dict[str, Any]] = []
    given: Given = {}
    for check in grade.checks:
        counts[check.part] = counts.get(check.part, 0) + 1
        number = f"{numbers.get(check.part, len(numbers) + 1)}.{counts[check.part]}"
        name = f"{check.part}: {check.name}"
        test = _test(number, name, check.points, check.max_points, check.outcome == PASSED)
        tests.append(test | {"tags": [check.part]} | _output(check, languages, given))
    return tests


def _test(number: str, name: str, points: float, max_points: float, passed: bool) -> dict[str, Any]:
    return {
        "score": points,
        "max_score": max_points,
        "status": "passed" if passed else "failed",
        "name": name,
        "name_format": "text",
        "number": number,
        "output_format": "text",
        "visibility": "visible",
    }


def _output(check: CheckResult, languages: Sequence[Language], given: Given) -> dict[str, str]:
    lines = [check.message] if check.message else []
    if check.outcome != PASSED:
        lines += hints_of(check, languages, given)
    return {"output": "\n".join(lines)} if lines else {}


def _json(table: dict[str, Any]) -> str:
    formats = {
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",  # what the grader prints is for instructors
    }
    return json.dumps(table | formats, indent=1, allow_nan=False) + "\n"
