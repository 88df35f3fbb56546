"""JUnit XML, as pytest writes it (``junit_family=xunit2``) and GitLab and Jenkins read it.

A check is a ``testcase``: one that failed holds a ``failure``, one whose code did not answer an
``error``, and one that was not reached is ``skipped``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from autograder.lab import Lab
from autograder.languages.translations import Language, say_in
from autograder.outputs.content import FILES, checked, hints_of, without_score
from autograder.records import (
    CRASHED,
    FAILED,
    NOT_REACHED,
    PASSED,
    REJECTED,
    TIMEOUT,
    CheckResult,
    Grade,
)

FILE_NAME = "junit.xml"
_TAGS = {FAILED: "failure", TIMEOUT: "error", CRASHED: "error", NOT_REACHED: "skipped"}


def write(grade: Grade, lab: Lab, options: argparse.Namespace) -> str:
    """Write a student's result."""
    return report_xml(grade, options.languages)


def report_xml(grade: Grade, languages: Sequence[Language]) -> str:
    """Write a grade as one suite, named after the student.

    Names are unique: a case's class is the student and the part, so that the reports of a whole
    class can be read by one pipeline.

    Raises
    ------
    OutputError
        If the record is damaged.
    """
    grade = checked(grade)
    cases = [_case(grade, check, languages) for check in grade.checks]
    _make_unique(cases, grade.checks)
    if grade.status == REJECTED:
        reason = grade.reason or "-"
        cases.append(_whole(grade, say_in(languages, FILES), "failure", reason))
    elif grade.points is None:
        title, text = (say_in(languages, said, "\n") for said in without_score(grade))
        cases.append(_whole(grade, title, "error", text))
    suite = ET.Element(
        "testsuite",
        name=grade.student,
        errors=_count(cases, "error"),
        failures=_count(cases, "failure"),
        skipped=_count(cases, "skipped"),
        tests=str(len(cases)),
        time=f"{grade.seconds:.3f}",
    )
    suite.extend(cases)
    suites = ET.Element("testsuites", name="autograder")
    suites.append(suite)
    return '<?xml version="1.0" encoding="utf-8"?>' + ET.tostring(suites, "unicode") + "\n"


def _case(grade: Grade, check: CheckResult, languages: Sequence[Language]) -> ET.Element:
    case = ET.Element(
        "testcase",
        classname=f"{grade.student}.{check.part}",
        name=check.name,
        time=f"{check.seconds:.3f}",
    )
    if check.outcome != PASSED:
        detail = ET.SubElement(case, _TAGS[check.outcome], message=check.message)
        detail.text = "\n".join([check.message, *hints_of(check, languages)])
    return case


def _make_unique(cases: Sequence[ET.Element], checks: Sequence[CheckResult]) -> None:
    """Add the function to a title that two checks of a part share."""
    named: dict[tuple[str, str], list[int]] = {}
    for index, case in enumerate(cases):
        named.setdefault((case.attrib["classname"], case.attrib["name"]), []).append(index)
    for indices in named.values():
        for index in indices if len(indices) > 1 else ():
            cases[index].attrib["name"] += f" ({checks[index].id.rpartition('::')[2]})"


def _whole(grade: Grade, name: str, tag: str, message: str) -> ET.Element:
    case = ET.Element("testcase", classname=grade.student, name=name, time=f"{grade.seconds:.3f}")
    ET.SubElement(case, tag, message=message).text = message
    return case


def _count(cases: Sequence[ET.Element], tag: str) -> str:
    return str(sum(case.find(tag) is not None for case in cases))
