"""Points and comments that several people give at once, on formgrader's pages.

nbgrader's page sends all it knows of a cell, and what it sends is stored: who has opened the page
earlier would take away, without a word, what somebody else has given since. Here it also says what
it was opened with. Only what was changed is stored, in one step of the database, and only if nobody
has changed it otherwise meanwhile; else both are shown, and a person decides.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbgrader.api import Comment, Grade, Gradebook
from nbgrader.server_extensions.formgrader import apihandlers
from nbgrader.server_extensions.formgrader.base import (
    BaseApiHandler,
    BaseHandler,
    check_notebook_dir,
    check_xsrf,
)
from sqlalchemy import case, func, or_, update
from sqlalchemy.exc import DBAPIError
from tornado import web

from autograder.course.database import told_if_locked

#: What people change, and what that is called.
FIELDS: Mapping[type[Any], Mapping[str, str]] = {
    Grade: {"manual_score": "points", "extra_credit": "extra credit"},
    Comment: {"manual_comment": "comment"},
}
GRADED_AGAIN = (
    "This submission was graded again after you opened it, and its answers may be others now. What "
    "you gave is saved and marked for another look; reload the page."
)
OK, BAD_REQUEST, NOT_FOUND, CONFLICT, LOCKED = 200, 400, 404, 409, 503


def save(
    gradebook: Gradebook, kind: type[Any], key: str, sent: Any, graded_again: bool = False
) -> tuple[int, dict[str, Any]]:
    """Store what somebody gave for a cell.

    Parameters
    ----------
    gradebook
        Is changed and committed.
    kind
        `nbgrader.api.Grade` or `nbgrader.api.Comment`.
    key
        Which one.
    sent
        What the page sends: the fields, and in ``before`` as they were when it was opened. Without
        ``before`` whatever is there is replaced.
    graded_again
        Whether the page shows an earlier grading.

    Returns
    -------
    status : int
        Of HTTP.
    table : dict
        What is in the gradebook now; with it a ``message`` if nothing was stored, or a ``notice``.
    """
    database = gradebook.db
    try:
        wanted = {name: _value(kind, sent.get(name)) for name in FIELDS[kind]}
        before = {n: _value(kind, sent["before"].get(n)) for n in wanted if "before" in sent}
    except (AttributeError, TypeError, ValueError):
        return BAD_REQUEST, {"message": "points are numbers, and comments texts"}
    if before:
        wanted = {name: value for name, value in wanted.items() if value != before[name]}
    statement = update(kind).where(kind.id == key)
    for name, value in wanted.items() if before else ():
        column = getattr(kind, name)
        statement = statement.where(
            or_(
                column.is_not_distinct_from(before[name]),
                column.is_not_distinct_from(value),
            )
        )
    values: dict[str, Any] = dict(wanted)
    if kind is Grade:
        points = func.coalesce(wanted.get("manual_score", Grade.manual_score), Grade.auto_score)
        values["needs_manual_grade"] = graded_again or case((points.is_(None), True), else_=False)
    stored = (
        not values
        or database.execute(
            statement.values(**values).execution_options(synchronize_session=False)
        ).rowcount
    )
    database.commit()
    found = database.get(kind, key, populate_existing=True)
    if found is None:
        return NOT_FOUND, {"message": "it is not in the gradebook any more; reload the page"}
    table: dict[str, Any] = found.to_dict()
    if not stored:
        return CONFLICT, table | {"message": _conflict(kind, table, wanted)}
    return OK, table | ({"notice": GRADED_AGAIN} if graded_again else {})


def _value(kind: type[Any], sent: Any) -> float | str | None:
    """Return what was sent as the database has it.

    Raises
    ------
    ValueError
        If it is no number, or no text.
    """
    if kind is Grade:
        number = None if sent is None or sent == "" else float(sent)
        if number is not None and not math.isfinite(number):
            raise ValueError(sent)
        return number
    if not isinstance(sent, str | None):
        raise ValueError(sent)
    return sent or None


def _conflict(kind: type[Any], now: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    def words(values: Mapping[str, Any]) -> str:
        return ", ".join(
            f"{'no' if values[name] is None else ''} {FIELDS[kind][name]} "
            f"{'' if values[name] is None else repr(values[name])}".strip()
            for name in wanted
        )

    return (
        "Somebody else has changed this since you opened the page. "
        f"Theirs: {words(now)}. Yours: {words(wanted)}."
    )


def answer(handler: BaseApiHandler, kind: type[Any], key: str) -> None:
    """Store what a page sends to one of formgrader's handlers, and write what became of it.

    Parameters
    ----------
    handler
        Of nbgrader's.
    kind, key
        As for `save`.
    """
    sent, gradebook = handler.get_json_body(), handler.gradebook
    try:
        found = gradebook.db.get(kind, key)
        again = found is not None and isinstance(sent, dict) and _graded_again(handler, found, sent)
        status, table = save(gradebook, kind, key, sent, again)
    except DBAPIError as error:
        gradebook.db.rollback()
        said = told_if_locked(handler.coursedir.db_url, str(error.orig))
        status, table = LOCKED, {"message": said or "the gradebook can't be written to"}
    handler.set_status(status)
    handler.write(json.dumps(table))


def _graded_again(handler: BaseApiHandler, found: Any, sent: Mapping[str, Any]) -> bool:
    """Return whether a submission was graded after the page was opened that sends something."""
    submission, directory = found.notebook.assignment, handler.coursedir
    folder = directory.format_path(
        directory.autograded_directory, submission.student_id, submission.assignment.name
    )
    opened = sent.get("opened")
    return bool(opened) and opened != version_of(Path(folder, f"{found.notebook.name}.ipynb"))


@web.authenticated
@check_xsrf  # type: ignore[untyped-decorator]
@check_notebook_dir  # type: ignore[untyped-decorator]
def _put_grade(self: Any, key: str) -> None:
    answer(self, Grade, key)


@web.authenticated
@check_xsrf  # type: ignore[untyped-decorator]
@check_notebook_dir  # type: ignore[untyped-decorator]
def _put_comment(self: Any, key: str) -> None:
    answer(self, Comment, key)


def version_of(notebook: Path) -> str:
    """Return what tells one grading of a submission from another; empty if it is not there."""
    try:
        return str(notebook.stat().st_mtime_ns)
    except OSError:
        return ""


def _forget(self: Any) -> None:
    """Have the next request read anew: other programs write to the gradebook, too.

    It ends a transaction that failed, without which nothing could be read any more.
    """
    if gradebook := self.settings.get("nbgrader_gradebook"):
        gradebook.db.remove()


def mark_together() -> None:
    """Have formgrader, in this process, store what several people give."""
    apihandlers.GradeHandler.put = _put_grade
    apihandlers.CommentHandler.put = _put_comment
    BaseHandler.on_finish = _forget


def page_script(notebook: Path) -> str:
    """Return the script by which the page of a submission says what it was opened with."""
    opened = json.dumps(version_of(notebook))
    return f"const OPENED = {opened};\n" + _SCRIPT


_SCRIPT = Path(__file__).with_name("marking.js").read_text(encoding="utf-8")
