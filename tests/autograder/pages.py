"""What the tests of pages share: a class of grades with everything in it that a page can show."""

from dataclasses import replace

import numpy as np

from autograder.checks import figures
from autograder.messages import say, to_data
from autograder.pages import classview
from autograder.records import CheckResult, Grade, PartScore
from autograder.suites.errors import error_class
from autograder.suites.exception_text import explain

HINTS = {"en": "Print `w.shape`. Is it `(3, 5)`?", "zh-TW": "印出 `w.shape`。是 `(3, 5)` 嗎？"}


def check(number, part="Doubler", outcome="passed", message="", diagnosis=None, pictures=()):
    passed = outcome == "passed"
    return CheckResult(
        name=f"check number {number}",
        id=f"test_{part.lower()}.py::test_{number}",
        part=part,
        points=2 if passed else 0,
        max_points=2,
        outcome=outcome,
        message=str(message),
        diagnosis=diagnosis,
        seconds=0.01,
        said=to_data(message),
        figures=tuple(pictures),
    )


def diagnosis(*mistakes, hints=HINTS, symptom="abc", telling=True, exact=False):
    return {
        "symptom": symptom,
        "telling": telling,
        "exact": exact,
        "mistakes": list(mistakes),
        "hints": hints,
    }


def grade(student, checks, **fields):
    parts = dict.fromkeys(check.part for check in checks)
    return Grade(
        student=student,
        status="graded",
        score=sum(check.points for check in checks),
        max_score=sum(check.max_points for check in checks),
        seed=7,
        digest="sha256:" + 64 * "a",
        parts=tuple(
            PartScore(
                part,
                sum(check.points for check in checks if check.part == part),
                sum(check.max_points for check in checks if check.part == part),
            )
            for part in parts
        ),
        checks=tuple(checks),
        **fields,
    )


def all_pictures(title="The curve", name="your network"):
    right = np.arange(1.0, 13.0).reshape(3, 4)
    wrong = right.copy()
    wrong[1] *= -1.0
    inside = np.add.outer(np.arange(6), np.arange(6)) > 5
    points = np.array([[0.1, 0.2, 0], [0.8, 0.9, 1]])
    return [
        *figures.of_failure(wrong, right),
        *figures.of_failure(np.where(np.arange(4) == 2, 0.0, right), right),
        *figures.of_failure(np.ones((3, 3)) + np.eye(3), np.ones((3, 3))),
        *figures.of_failure(2.0 * np.ones((3, 3)) - np.eye(3), np.ones((3, 3))),
        *figures.of_failure(np.array([1.0, 0.0, 3.0]), np.array([1.0, 2.0, 3.0])),
        *figures.of_failure(right.T, right),
        figures.curves(title, [1, 10, 100], [(name, [0.5, 0.1]), ("reference", [0.5, 0.1, 0.02])]),
        figures.curves(title, [1, 10, 100], [(name, []), ("reference", [0.5, 0.1, 0.02])]),
        figures.regions(title, inside, (-0.1, 1.1), points),
    ]


WRONG_SHAPE = say(
    "{what} has the wrong shape: {actual} instead of {right}.",
    what="w of a layer",
    actual="(3, 2)",
    right="(2, 3)",
)


def raised(text="name 'x' is not defined", line=2, source="a = 1\nb = x + 1\n"):
    error = error_class("NameError")(text)
    error.type_name, error.text, error.file, error.line = "NameError", text, "doubler.py", line
    return explain(error, {"doubler.py": source.encode()})


def a_class():
    """Give grades of every status and outcome, with every picture."""
    known = diagnosis("w-transposed")
    right = [check(i) for i in range(4)] + [
        check(4, "Counter"),
        check(5, "Counter", pictures=all_pictures()[-3:]),
    ]
    failing = [
        check(0),
        check(1, outcome="failed", message=WRONG_SHAPE, diagnosis=known, pictures=all_pictures()),
        check(2, outcome="failed", message=WRONG_SHAPE, diagnosis=known),
        check(3, outcome="failed", message=raised()),
        check(4, "Counter", "timeout", say("Out of time: {reason}.", reason="5 s")),
        check(5, "Counter", "not reached", say("Not reached: {reason}.", reason="5 s")),
    ]
    alike = [
        check(0, outcome="failed", message="no", diagnosis=diagnosis(hints=None, symptom="x")),
        *right[1:],
    ]
    missing = say("{file} is missing", file="doubler.py")
    return [
        grade("s01", right),
        grade("s02", failing),
        grade("s03", alike),
        grade("s04 李小明", alike),
        grade("s05", failing, reason=str(missing), said=to_data(missing)),
        Grade("s06", "rejected", 0, 12, 7, reason=str(missing), said=to_data(missing)),
        Grade("s07", "error", 0, 12, 7, reason="the grader failed"),
    ]


#: What the little lab computes, as its graph would say it.
GRAPH = """
title = { en = "All of it", zh-TW = "\u5168\u90e8" }
caption = { en = "Arrows.", zh-TW = "\u7bad\u982d\u3002" }

[[nodes]]
name = "class"
label = "Doubler"
at = [0, 0]
size = [1, 2]
frame = true

[[nodes]]
name = "forward"
label = "forward"
note = { en = "twice", zh-TW = "\u5169\u500d" }
at = [0, 0]
checks = ["test_doubler.py::test_forward", "test_doubler.py::test_zeros"]

[[nodes]]
name = "add"
label = "a_name_that_is_much_too_long"
at = [1, 1]
checks = ["test_counter.py::test_add"]

[[nodes]]
name = "value"
label = "x"
at = [0, 1]

[[edges]]
from = "value"
to = "forward"
label = "<b>"

[[edges]]
from = "forward"
to = "add"
back = true
"""


def graded(**outcomes):
    """Grade checks, by name, in the parts of the little lab."""
    parts = {"forward": "Doubler", "zeros": "Doubler", "add": "Counter"}
    checks = [
        replace(
            check(i, parts[name], outcome, "" if outcome == "passed" else f"about {name}"),
            id=f"test_{parts[name].lower()}.py::test_{name}",
        )
        for i, (name, outcome) in enumerate(outcomes.items())
    ]
    return grade("s", checks)


def class_page(site, grades):
    """Give the page of a class, whole."""
    return "".join(classview.class_page(site, grades))
