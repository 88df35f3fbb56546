"""The deadline in the gradebook, and extensions of it."""

import datetime
from dataclasses import replace

import pytest

from autograder.cli import OK, main
from autograder.course.deadline import local, set_deadline
from autograder.course.extensions import apply_extensions, decisions_of, with_templates
from autograder.intake.entries import nbgrader_name
from autograder.lab import CourseRules
from autograder.results.decisions import EXTEND, Decision, add_decision
from tests.autograder.course import copy_course, write_course

TAIPEI = datetime.timezone(datetime.timedelta(hours=8))
DUE = datetime.datetime(2026, 12, 20, 23, 59, tzinfo=TAIPEI)
IN_UTC = datetime.datetime(2026, 12, 20, 15, 59)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return write_course(tmp_path_factory.mktemp("deadline"))


@pytest.fixture
def course(template, tmp_path):
    return copy_course(template, tmp_path)


def lab_due(course, due):
    return replace(course.lab, course=CourseRules(due=due))


def test_a_deadline_that_was_set_stays_unless_the_lab_has_another(course):
    with course.gradebook as gradebook:
        assert set_deadline(gradebook, lab_due(course, None)) == ""
        gradebook.update_or_create_assignment("small", duedate=IN_UTC)
        assert set_deadline(gradebook, lab_due(course, None)) == ""
        assert set_deadline(gradebook, lab_due(course, DUE)) == ""
        assert gradebook.find_assignment("small").duedate == IN_UTC
        later = DUE + datetime.timedelta(days=1)
        assert set_deadline(gradebook, lab_due(course, later)) == (
            "the deadline of small was 2026-12-20 23:59 UTC+08:00 in the gradebook, and is "
            "2026-12-21 23:59 UTC+08:00 now, as lab.toml says"
        )
        assert gradebook.find_assignment("small").duedate == IN_UTC + datetime.timedelta(days=1)


def test_times_are_written_in_the_zone_of_the_deadline(course):
    moment = IN_UTC.replace(tzinfo=datetime.UTC)
    assert local(moment, lab_due(course, DUE)) == "2026-12-20 23:59 UTC+08:00"
    here = moment.astimezone()
    assert local(moment, course.lab) == f"{here:%Y-%m-%d %H:%M %Z}"


def extend(student, until, when=1):
    moment = datetime.datetime(2026, 12, when, tzinfo=datetime.UTC)
    return Decision(EXTEND, "me", "ill", moment, student=student, until=until)


def test_extensions_reach_the_gradebook(course):
    day = datetime.timedelta(days=1)
    with course.gradebook as gradebook:
        gradebook.update_or_create_assignment("small", duedate=IN_UTC)
        for student in ("ann", "ben", "cat"):
            gradebook.add_student(student)
            gradebook.add_submission("small", student)
        gradebook.grant_extension("small", "cat", days=3)
        decided = [extend("ann", DUE + day), extend("ann", DUE + 2 * day), extend("dan", DUE)]
        apply_extensions(gradebook, course.lab, [*decided, extend("ben", DUE - day)])
        found = {s.student_id: s.extension for s in gradebook.assignment_submissions("small")}
        assert found == {"ann": 2 * day, "ben": 0 * day, "cat": 3 * day}
        apply_extensions(gradebook, course.lab, [extend("ann", DUE), extend("cat", DUE)], "ann")
        found = {s.student_id: s.extension for s in gradebook.assignment_submissions("small")}
        assert found == {"ann": 0 * day, "ben": 0 * day, "cat": 3 * day}


def test_extensions_are_of_a_lab_and_of_students_whom_nbgrader_knows_by_other_names(course):
    student, day = "x[1]", datetime.timedelta(days=1)
    with course.gradebook as gradebook:
        gradebook.update_or_create_assignment("small", duedate=IN_UTC)
        gradebook.add_student(nbgrader_name(student))
        gradebook.add_submission("small", nbgrader_name(student))
        add_decision(course.grades, extend(student, DUE + day))
        apply_extensions(gradebook, course.lab, decisions_of(course), student)
        (submission,) = gradebook.assignment_submissions("small")
        assert submission.extension == day
    assert not course.is_graded
    assert main(["pages", "--course", str(course.root)]) == OK


def test_the_pages_lead_to_the_extensions():
    from jinja2 import Environment, FileSystemLoader
    from nbgrader.server_extensions.formgrader import handlers

    loader = with_templates(FileSystemLoader([handlers.template_path]))
    pages = Environment(loader=loader, autoescape=True)
    text = pages.get_template("manage_submissions.tpl").render(base_url="/u", assignment_id="a b")
    assert 'href="/u/formgrader/extensions/a%20b"' in text
    assert "Autograde" in text  # nbgrader's own table
    row = {"id": "<b>", "name": "", "handed_in": "", "until": "tomorrow", "why": "ill"}
    known = {"base_url": "/u", "assignment_id": "a", "due": "soon", "rows": [row], "said": ""}
    text = pages.get_template("extensions.tpl").render(**known, token="t", start="")
    assert "&lt;b&gt;" in text and "<b>s" in text and "tomorrow" in text
    assert "has no deadline" in pages.get_template("extensions.tpl").render(**known | {"due": ""})
