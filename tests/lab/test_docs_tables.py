"""What the documentation lists is what the code has: keys, defaults, fields, formats, points."""

import dataclasses
import inspect
import json
import re

from autograder import checks
from autograder.discovery import load_module, module_names
from autograder.lab import AttemptRules, CourseRules, Lab, Limits, Part, Release
from autograder.lab_file import load_lab
from autograder.outputs import formats
from autograder.records import CheckResult, Grade, PartScore
from tests.lab.documentation import DOCS, ROOT, keys_under, table_under

LAB = load_lab(ROOT / "lab.toml")
LAB_TOML = DOCS / "reference" / "lab-toml.md"
RECORD = DOCS / "reference" / "grade-json.md"


def fields(kind, *without):
    return [field.name for field in dataclasses.fields(kind) if field.name not in without]


def test_every_key_of_a_lab_is_described():
    others = ("root", "tasks", "parts", "limits", "release", "course", "attempts")
    assert sorted(keys_under(LAB_TOML, "## lab")) == sorted(fields(Lab, *others))
    assert sorted(keys_under(LAB_TOML, "## parts")) == sorted(fields(Part))
    assert sorted(keys_under(LAB_TOML, "## release")) == sorted(fields(Release))
    assert keys_under(LAB_TOML, "## limits") == fields(Limits)
    assert keys_under(LAB_TOML, "## course") == fields(CourseRules)
    assert keys_under(LAB_TOML, "## attempts") == fields(AttemptRules)


def test_defaults_are_those_of_the_code():
    kinds = {"limits": Limits(), "course": CourseRules(), "attempts": AttemptRules()}
    for name, kind in kinds.items():
        heading = f"## {name}"
        for key, default, _ in table_under(LAB_TOML, heading):
            value = getattr(kind, key.strip("`"))
            said = None if default == "none" else json.loads(default.strip("`"))
            assert value == said, key


def test_every_field_of_a_record_is_described():
    assert sorted(keys_under(RECORD, "## The grade")) == sorted(fields(Grade))
    assert sorted(keys_under(RECORD, "## A part")) == sorted(fields(PartScore))
    assert sorted(keys_under(RECORD, "## A check")) == sorted(fields(CheckResult))


def test_every_format_is_described():
    rows = table_under(DOCS / "reference" / "formats.md", "All formats:")
    assert {row[0].strip("`") for row in rows} == set(module_names(formats))
    for row in rows:
        module = load_module(formats, row[0].strip("`"))
        assert row[1].strip("`") == getattr(module, "FILE_NAME", "standard output")


def test_points_are_the_labs():
    rows = table_under(DOCS / "grading.md", "The points of Lab 1:")
    suites = f"{LAB.suite.relative_to(ROOT)}/"
    expected = [[p.name, str(p.points), f"`{suites}{p.suite}`"] for p in LAB.parts]
    assert rows == expected


def test_there_are_many_questions_with_an_answer():
    text = (DOCS / "how-do-i.md").read_text("utf-8")
    answers = re.split(r"^### How do I .*\?$", text, flags=re.MULTILINE)[1:]
    assert len(answers) >= 25
    assert all(len(answer.strip()) > 20 for answer in answers)


def api_rows():
    """Write a row for each name of the API: a call, and its docstring's first line."""
    rows = {}
    for name in checks.__all__:
        value, called = getattr(checks, name), name
        if callable(value) and name != "CheckFailed":
            signature = inspect.signature(value)
            plain = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
            called += str(signature.replace(parameters=plain, return_annotation=signature.empty))
        rows[name] = f"| `{called}` | {inspect.getdoc(value).splitlines()[0]} |"
    return rows


def test_the_api_for_authors_is_told_in_plain_text():
    page = (DOCS / "reference" / "checks.md").read_text("utf-8")
    assert [row for row in api_rows().values() if row not in page] == []
