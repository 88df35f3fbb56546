"""The course folder: where it is, what it holds, and how it is made.

nbgrader works on a folder with ``source``, ``release``, ``submitted``, ``autograded`` and
``feedback``, a configuration and a database, the gradebook. `make_course` makes one for a lab. Its
settings are in ``course.toml``; ``nbgrader_config.py`` only hands them on, and reads
``own_config.py`` if an instructor puts one there.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import tomllib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import UserError, check_version
from autograder.files import make_private, write_whole
from autograder.lab import Lab
from autograder.lab_file import load_lab
from autograder.text import clean

if TYPE_CHECKING:
    from nbformat.notebooknode import NotebookNode
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

SETTINGS, CONFIG = "course.toml", "nbgrader_config.py"
#: Of the settings; older ones are read, also those in which none stands.
VERSION = 1
#: nbgrader's place for what passes between students and instructors; if this machine has none,
#: a course has one of its own.
EXCHANGE = Path("/usr/local/share/nbgrader/exchange")
#: No such kernel exists: nbgrader without our configuration stops before it runs anything.
KERNEL = {
    "name": "no-code-runs-here",
    "display_name": "no code runs here",
    "language": "python",
}

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


class CourseError(UserError):
    """The course can't be made or used; the text says why and what to do."""


@dataclass(frozen=True)
class Course:
    """An nbgrader course of one lab.

    Attributes
    ----------
    root
        Its folder.
    lab
        What is graded; its name is the assignment's and the notebook's.
    db_url
        Of the gradebook, as SQLAlchemy writes it.
    """

    root: Path
    lab: Lab
    db_url: str

    @property
    def notebook(self) -> str:
        """The file name of the notebook."""
        return f"{self.lab.name}.ipynb"

    @property
    def released(self) -> Path:
        """The notebook that students received."""
        return self.root / "release" / self.lab.name / self.notebook

    def submitted(self, student: str) -> Path:
        """Return the folder of a student's submission, where nbgrader looks for it by the id.

        Raises
        ------
        CourseError
            If the id can't be the name of a folder.
        """
        if student in ("", ".", "..") or {"/", "\0"} & {*student} or len(student.encode()) > 255:
            raise CourseError(
                f"nbgrader can't have a student {clean(student, 60)!r}: there ids name folders"
            )
        return self.root / "submitted" / student / self.lab.name

    @property
    def gradebook(self) -> contextlib.AbstractContextManager[Gradebook]:
        """The gradebook, to be used in a ``with``.

        Raises
        ------
        CourseError
            If the database can't be reached.
        """
        return _gradebook(self)

    def read_released(self) -> NotebookNode:
        """Read the notebook that students received.

        Raises
        ------
        CourseError
            If it is not there.
        """
        import nbformat

        try:
            return nbformat.read(self.released, as_version=4)
        except (OSError, ValueError) as error:
            raise CourseError(
                f"cannot read {clean(str(self.released))}; run make course again"
            ) from error


@contextlib.contextmanager
def _gradebook(course: Course) -> Iterator[Gradebook]:
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SQLAlchemyError

    _find_alembic()
    try:
        gradebook = Gradebook(course.db_url, course.lab.course.id)
    except (SQLAlchemyError, ImportError) as error:
        # The first line: what follows is SQL, or an address with a password in it.
        reason = clean(str(getattr(error, "orig", None) or error).split("\n")[0], 200)
        raise CourseError(f"cannot open the gradebook of {course.root}: {reason}") from error
    with gradebook:
        yield gradebook


def _find_alembic() -> None:
    """Put this environment's programs on PATH: nbgrader calls alembic to make a database."""
    folder = str(Path(sys.executable).parent)
    if folder not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = folder + os.pathsep + os.environ.get("PATH", "")


def is_course(root: Path) -> bool:
    """Return whether a folder is a course."""
    return (root / SETTINGS).is_file()


def open_course(root: Path) -> Course:
    """Read the settings of a course.

    Raises
    ------
    CourseError
        If the folder is not a course.
    NewerVersion
        If a newer version of the engine has made it.
    LabError
        If its lab can't be read.
    """
    root = root.resolve()
    try:
        settings = tomllib.loads((root / SETTINGS).read_text(encoding="utf-8"))
        check_version(settings, VERSION, clean(str(root / SETTINGS)))
        lab, db_url = Path(settings["lab"]), str(settings["db_url"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CourseError(f"{clean(str(root))} is not a course; run make course") from error
    return Course(root, load_lab(lab), db_url or f"sqlite:///{root / 'gradebook.db'}")


def make_course(lab: Lab, description: Path, root: Path, db_url: str | None = None) -> Course:
    """Make the folder of a course, or bring one up to date; what students handed in stays.

    Parameters
    ----------
    lab
        What is graded.
    description
        Its ``lab.toml``.
    root
        Where the course is to be.
    db_url
        Of the gradebook; an SQLite file in the folder by default, or what it was.

    Raises
    ------
    CourseError
        If it can't be made.
    """
    from sqlalchemy.engine import make_url

    from autograder.release.folder import read_notebook, write_folder
    from autograder.release.notebook import notebook_text

    if lab.notebook is None:
        raise CourseError("the lab has no notebook; name one in lab.toml, [release] notebook")
    root = root.resolve()
    if db_url is None and is_course(root):
        known = open_course(root).db_url
        db_url = "" if known.startswith(f"sqlite:///{root}/") else known
    try:
        if make_url(f"sqlite:///{root}/x").database != f"{root}/x":
            raise CourseError("choose a folder without ? in its name for the course")
        if root.exists() and any(root.iterdir()) and not is_course(root):
            raise CourseError(f"{clean(str(root))} holds something else; choose another folder")
        make_private(root)  # it holds what students handed in, and their grades
        (root / "exchange").mkdir(exist_ok=True)
        source = root / "source" / lab.name
        shutil.rmtree(source, ignore_errors=True)
        source.parent.mkdir(exist_ok=True)
        write_folder(lab, source)
        text = notebook_text(read_notebook(lab, lab.notebook))
        (source / f"{lab.name}.ipynb").write_text(text, encoding="utf-8")
        settings = {"version": VERSION, "lab": str(description.resolve()), "db_url": db_url or ""}
        text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
        write_whole(root / SETTINGS, text, 0o600)  # it may hold the database's password
        project = str(Path(__file__).resolve().parents[2])
        write_whole(root / CONFIG, _CONFIG_TEXT.format(project=project))
    except OSError as error:
        reason = error.strerror or error
        raise CourseError(f"cannot make the course in {clean(str(root))}: {reason}") from error
    course = open_course(root)
    _generate(course)
    return course


def _generate(course: Course) -> None:
    """Have nbgrader make the students' version and enter the assignment in the gradebook.

    Raises
    ------
    CourseError
        If it could not.
    """
    from autograder.course.deadline import set_deadline

    with course.gradebook as gradebook:
        gradebook.update_or_create_assignment(course.lab.name)
        if said := set_deadline(gradebook, course.lab):
            print(said)
    result = nbgrader_api(course).generate_assignment(course.lab.name)
    if not result["success"]:
        log = f"{result.get('log', '')}{result.get('error', '')}"
        if "submissions associated" in log:
            raise CourseError(
                "the notebook's cells have changed, and students have handed in already: cells "
                "can't change any more; undo the change, or make another course"
            )
        raise CourseError(f"nbgrader cannot make the students' version: {last_line(log)}")
    with course.gradebook as gradebook:
        gradebook.update_or_create_notebook(
            course.lab.name, course.lab.name, kernelspec=json.dumps(KERNEL)
        )


def nbgrader_config(course: Course) -> Config:
    """Read a course's configuration of nbgrader, an instructor's own included."""
    from traitlets.config.loader import PyFileConfigLoader

    return PyFileConfigLoader(CONFIG, path=str(course.root)).load_config()


def nbgrader_api(course: Course, **settings: dict[str, Any]) -> NbGraderAPI:
    """Return nbgrader's own interface to a course.

    Parameters
    ----------
    course
        Which.
    settings
        More configuration: a class's name -> its values.
    """
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from sqlalchemy.exc import SAWarning
    from traitlets.config import Config

    _find_alembic()
    # Of nbgrader's own making, and of no use to an instructor.
    warnings.filterwarnings("ignore", "Object of type", SAWarning)
    config = nbgrader_config(course)
    config.merge(Config(settings))
    return NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)


def last_line(log: str) -> str:
    """Return the last line of a log of nbgrader's, which says what went wrong."""
    lines = [line for line in log.strip().splitlines() if line.strip()]
    return clean(lines[-1]) if lines else "it does not say why"
