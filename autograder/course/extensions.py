"""Extensions in the browser: a page of formgrader on which a student is given more time.

nbgrader keeps an extension with a submission, so nobody can have one who has not handed in yet.
Here it is a decision among the lab's grades, in ``decisions.toml``, as `decide extend` writes it;
the gradebook gets it as soon as there is a submission.
"""

from __future__ import annotations

import datetime
import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, DictLoader, PrefixLoader
from nbgrader.api import Gradebook
from nbgrader.server_extensions.formgrader import handlers
from nbgrader.server_extensions.formgrader.base import (
    BaseHandler,
    check_notebook_dir,
    check_xsrf,
)
from tornado import web

from autograder.course.deadline import local, zone_of
from autograder.course.folder import Course, CourseError, open_course
from autograder.course.late_plugin import LateDays, update_penalties
from autograder.errors import UserError
from autograder.intake.entries import nbgrader_student
from autograder.lab import Lab
from autograder.results.decisions import EXTEND, Decision, add_decision, read_decisions
from autograder.text import clean

ADDRESS = r"/formgrader/extensions/([^/]+)/?"
_TEMPLATES = Path(__file__).with_name("templates")


def decisions_of(course: Course) -> list[Decision]:
    """Read what was decided in the course about the lab.

    Raises
    ------
    DecisionError
        If it can't be read.
    """
    return read_decisions(course.grades)


def apply_extensions(
    gradebook: Gradebook, lab: Lab, decisions: Sequence[Decision], student: str | None = None
) -> None:
    """Enter extensions into the gradebook; those of whom nothing was decided stay.

    Parameters
    ----------
    gradebook
        Is changed, and not committed.
    lab
        Whose name is the assignment's.
    decisions
        The last about a student counts.
    student
        Whose; all by default.
    """
    until = {
        decision.student: decision.until
        for decision in decisions
        if decision.kind == EXTEND and decision.until and student in (None, decision.student)
    }
    due = gradebook.find_assignment(lab.name).duedate
    for submission in gradebook.assignment_submissions(lab.name) if until and due else ():
        who = nbgrader_student(submission.student_id)
        if who in until:
            moment = until[who].astimezone(datetime.UTC).replace(tzinfo=None)
            submission.extension = max(moment - due, datetime.timedelta())


class ExtensionsHandler(BaseHandler):
    """The page of an assignment's extensions."""

    @web.authenticated
    @check_xsrf  # type: ignore[untyped-decorator]
    @check_notebook_dir  # type: ignore[untyped-decorator]
    def get(self, assignment: str) -> None:
        """Show who has until when."""
        self._show(self._course(assignment), "")

    @web.authenticated
    @check_notebook_dir  # type: ignore[untyped-decorator]
    def post(self, assignment: str) -> None:
        """Give a student more time."""
        course = self._course(assignment)
        try:
            said = self._extend(course)
        except (UserError, ValueError, OSError) as error:
            self.set_status(400)
            said = clean(f"Nothing was changed: {error}")
        self._show(course, said)

    def _course(self, assignment: str) -> Course:
        try:
            return open_course(Path(self.coursedir.root), assignment)
        except CourseError as error:
            raise web.HTTPError(404, str(error)) from error

    def _extend(self, course: Course) -> str:
        student, why = self.get_body_argument("student"), self.get_body_argument("why").strip()
        until = _until(self.get_body_argument("until"), course.lab)
        if not why:
            raise ValueError("say why, for whoever asks later")
        who = _name_of(self.current_user)
        with course.gradebook as gradebook:
            if student not in {nbgrader_student(known.id) for known in gradebook.students}:
                raise ValueError(f"the gradebook has no student {clean(student)}")
            if gradebook.find_assignment(course.lab.name).duedate is None:
                raise ValueError("the assignment has no deadline; set one first")
            now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
            decision = Decision(EXTEND, who, why, now, student=student, until=until)
            add_decision(course.grades, decision)
            apply_extensions(gradebook, course.lab, decisions_of(course), student)
            gradebook.db.commit()
            plugin = LateDays(parent=self.coursedir.parent)
            plugin.rules = course.lab.course
            update_penalties(gradebook, course.lab.name, plugin)
        return f"{clean(student)} has until {local(until, course.lab)}."

    def _show(self, course: Course, said: str) -> None:
        until = {d.student: d for d in decisions_of(course) if d.kind == EXTEND}
        with course.gradebook as gradebook:
            due = gradebook.find_assignment(course.lab.name).duedate
            due = due and due.replace(tzinfo=datetime.UTC)
            handed_in = {s.student_id: s for s in gradebook.assignment_submissions(course.lab.name)}
            rows = [
                _row(
                    student,
                    handed_in.get(student.id),
                    until.get(nbgrader_student(student.id)),
                    course.lab,
                )
                for student in gradebook.students
            ]
        self.write(
            self.render(
                "extensions.tpl",
                base_url=self.base_url,
                assignment_id=course.lab.name,
                due=local(due, course.lab) if due else "",
                start=f"{due.astimezone(zone_of(course.lab, due)):%Y-%m-%dT%H:%M}" if due else "",
                rows=rows,
                said=said,
                token=self.xsrf_token.decode(),
            )
        )


def _until(text: str, lab: Lab) -> datetime.datetime:
    try:
        until = datetime.datetime.fromisoformat(text)
        return until.replace(tzinfo=zone_of(lab, until))
    except (ValueError, OverflowError) as error:
        raise ValueError("give a day and a time") from error


def _name_of(user: Any) -> str:
    """Return who decided; with a token alone that is the user whose server it is."""
    known = user is not None and not str(user.display_name).startswith("Anonymous")
    return clean(user.username, 100) if known else getpass.getuser()


def _row(student: Any, submission: Any, decision: Decision | None, lab: Lab) -> dict[str, str]:
    until = decision.until if decision else None
    if until is None and submission is not None and submission.extension and submission.duedate:
        until = submission.duedate.replace(tzinfo=datetime.UTC)
    moment = submission and submission.timestamp
    return {
        "id": nbgrader_student(student.id),
        "name": " ".join(filter(None, (student.first_name, student.last_name))),
        "handed_in": local(moment.replace(tzinfo=datetime.UTC), lab) if moment else "",
        "until": local(until, lab) if until else "",
        "why": f"{decision.why} ({decision.who})" if decision else "",
    }


def add_page() -> None:
    """Have formgrader serve the page, whichever way it is started."""
    if all(known[0] != ADDRESS for known in handlers.default_handlers):
        handlers.default_handlers.append((ADDRESS, ExtensionsHandler))


def with_templates(loader: BaseLoader) -> BaseLoader:
    """Return nbgrader's templates with ours, which may extend those of the same name."""
    ours = {path.name: path.read_text(encoding="utf-8") for path in _TEMPLATES.glob("*.tpl")}
    return ChoiceLoader([DictLoader(ours), PrefixLoader({"nbgrader": loader}), loader])
