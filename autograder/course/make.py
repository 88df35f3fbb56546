"""Makes a course, adds labs to it, and brings it up to date."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from autograder.course.folder import (
    CONFIG,
    KERNEL,
    Course,
    CourseError,
    Settings,
    is_course,
    last_line,
    nbgrader_api,
    open_course,
    read_settings,
)
from autograder.files import make_private, write_whole
from autograder.intake.entries import nbgrader_name
from autograder.lab import Lab
from autograder.text import clean

_CONFIG_TEXT = """\
# Written by `make course`; what you want otherwise goes into own_config.py beside this file.
import os
import sys

sys.path.insert(0, {project!r})
from autograder.course.config import configure

configure(get_config(), os.path.dirname(os.path.abspath(__file__)))
if os.path.exists(os.path.join(os.path.dirname(os.path.abspath(__file__)), "own_config.py")):
    load_subconfig("own_config.py")
"""
#: What was there while something new is made in its place.
_BEFORE = ".before"


def make_course(
    lab: Lab, description: Path, root: Path, db_url: str | None = None
) -> tuple[Course, list[str]]:
    """Make a course of a lab, add the lab to a course, or bring it up to date there.

    What students handed in stays, and so do the other labs; if it can't be done, everything is as
    it was.

    Parameters
    ----------
    lab
        What is graded.
    description
        Its ``lab.toml``.
    root
        Where the course is or is to be.
    db_url
        Of the gradebook of a new course; an SQLite file in the folder by default.

    Returns
    -------
    course : Course
        As it is for this lab.
    notes : list of str
        What an instructor should know.

    Raises
    ------
    CourseError
        If it can't be made, or would mix what is there with something else.
    """
    from autograder.release.folder import read_notebook, write_folder
    from autograder.release.notebook import notebook_text

    root, description = root.resolve(), description.resolve()
    _check_lab(lab)
    before = read_settings(root) if is_course(root) else None
    if before:
        settings, notes = _with_lab(before, lab, description, db_url)
    else:
        settings, notes = _new(lab, description, root, db_url), []
    course = Course(settings, lab)
    try:
        make_private(root)  # it holds what students handed in, and their grades
        with _put_back(course, before):
            settings.write()
            (root / "exchange").mkdir(exist_ok=True)
            project = str(Path(__file__).resolve().parents[2])
            write_whole(root / CONFIG, _CONFIG_TEXT.format(project=project))
            write_folder(lab, course.source)
            assert lab.notebook
            text = notebook_text(read_notebook(lab, lab.notebook))
            (course.source / course.notebook).write_text(text, encoding="utf-8")
            notes += _generate(open_course(root, lab.name))
    except OSError as error:
        reason = error.strerror or error
        raise CourseError(f"cannot make the course in {clean(str(root))}: {reason}") from error
    return course, notes


def _check_lab(lab: Lab) -> None:
    """See that a lab can be one of a course.

    Raises
    ------
    CourseError
        If it can't.
    """
    if lab.notebook is None:
        raise CourseError("the lab has no notebook; name one in lab.toml, [release] notebook")
    if not lab.name or nbgrader_name(lab.name) != lab.name or "+" in lab.name:
        raise CourseError(
            f"nbgrader can't have an assignment {clean(lab.name)!r}; give the lab a name of "
            "letters, digits and -_ in its lab.toml"
        )


def _new(lab: Lab, description: Path, root: Path, db_url: str | None) -> Settings:
    """Return the settings of a new course.

    Raises
    ------
    CourseError
        If there is something else in its folder or its database.
    """
    settings = Settings(root, lab.course.id, {lab.name: description}, db_url or "")
    try:
        str(root).encode()
        if root.exists() and any(root.iterdir()):
            raise CourseError(f"{clean(str(root))} holds something else; choose another folder")
    except UnicodeEncodeError as error:
        raise CourseError("choose a folder whose name is text for the course") from error
    except OSError as error:
        raise CourseError(
            f"cannot make the course in {clean(str(root))}: {error.strerror}"
        ) from error
    if db_url:
        with settings.gradebook as gradebook:
            if there := [clean(assignment.name) for assignment in gradebook.assignments]:
                raise CourseError(
                    f"the database is the gradebook of another course, with {', '.join(there)}; "
                    "name an empty one, or the other course's folder"
                )
    return settings


def _with_lab(
    before: Settings, lab: Lab, description: Path, db_url: str | None
) -> tuple[Settings, list[str]]:
    """Return the settings of a course with a lab, which may be in it already.

    Raises
    ------
    CourseError
        If that would re-point a lab or the gradebook.
    """
    where, name, notes = clean(str(before.root)), clean(lab.name), list[str]()
    if db_url is not None and db_url != before.own_db_url:
        raise CourseError(
            f"the course in {where} has another gradebook, and points would be in two; make "
            "another course for this one"
        )
    for known, path in before.labs.items():
        if path.resolve() == description and known != lab.name:
            raise CourseError(
                f"the course in {where} knows {clean(str(path))} as {clean(known)!r}, and now it "
                f"is called {name!r}; give it back that name, or make another course"
            )
    path = before.labs.get(lab.name, description)
    if path.exists() and path.resolve() != description:
        raise CourseError(
            f"the course in {where} has a lab {name!r} already, that in {clean(str(path))}; give "
            "this one another name in its lab.toml, or make another course"
        )
    if lab.name not in before.labs and (before.root / "source" / lab.name).exists():
        raise CourseError(
            f"the course in {where} has an assignment {name!r} of its own; give this lab another "
            "name in its lab.toml, or make another course"
        )
    if lab.name not in before.labs:
        notes.append(f"{name} is added to {', '.join(map(clean, before.labs))}")
    elif path.resolve() != description:
        notes.append(f"{name} was in {clean(str(path))}, and is now in {clean(str(description))}")
    return replace(before, labs={**before.labs, lab.name: description}), notes


@contextlib.contextmanager
def _put_back(course: Course, before: Settings | None) -> Iterator[None]:
    """Have a course as it was before, if what is done goes wrong; a new one is then not there.

    Folders that were left aside when that was killed are what was there before.
    """
    folders = [course.source, course.released.parent]
    aside = {folder: folder.with_name(f"{_BEFORE}-{folder.name}") for folder in folders}
    for folder, kept in aside.items():
        folder.parent.mkdir(exist_ok=True)
        if folder.exists() and not kept.exists():
            folder.rename(kept)
        shutil.rmtree(folder, ignore_errors=True)
    try:
        yield
    except BaseException:
        if before is None:
            shutil.rmtree(course.root, ignore_errors=True)
            raise
        for folder, kept in aside.items():
            shutil.rmtree(folder, ignore_errors=True)
            if kept.exists():
                kept.rename(folder)
        before.write()
        raise
    for kept in aside.values():
        shutil.rmtree(kept, ignore_errors=True)


def _generate(course: Course) -> list[str]:
    """Have nbgrader make the students' version and enter the assignment in the gradebook.

    Returns
    -------
    list of str
        What changed in the gradebook, for the instructor.

    Raises
    ------
    CourseError
        If it could not.
    """
    name = course.lab.name
    from autograder.course.deadline import set_deadline

    with course.gradebook:
        pass  # says what is wrong with the database, which nbgrader would not
    result = nbgrader_api(course).generate_assignment(name)
    if not result["success"]:
        log = f"{result.get('log', '')}{result.get('error', '')}"
        if "submissions associated" in log:
            raise CourseError(
                "the notebook's cells have changed, and students have handed in already: cells "
                "can't change any more; undo the change, or make another course"
            )
        raise CourseError(f"nbgrader cannot make the students' version: {last_line(log)}")
    with course.gradebook as gradebook:
        gradebook.update_or_create_notebook(name, name, kernelspec=json.dumps(KERNEL))
        said = set_deadline(gradebook, course.lab)
    return [said] if said else []
