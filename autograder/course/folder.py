"""The course folder: where it is, and what it holds.

nbgrader works on a folder with ``source``, ``release``, ``submitted``, ``autograded`` and
``feedback``, a configuration and a database, the gradebook. Each of the course's labs is an
assignment in it. `autograder.course.make` makes one. Its settings are in ``course.toml``;
``nbgrader_config.py`` only hands them on, and reads ``own_config.py`` if an instructor puts one
there.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
import tomllib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import UserError, check_version
from autograder.files import write_whole
from autograder.intake.entries import nbgrader_name
from autograder.lab import Lab, LabError
from autograder.lab_file import load_lab
from autograder.records import CLASS
from autograder.text import clean, did_you_mean

if TYPE_CHECKING:
    from nbformat.notebooknode import NotebookNode
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

SETTINGS, CONFIG = "course.toml", "nbgrader_config.py"
#: Of the settings; older ones are read, also those in which none stands.
VERSION = 2
#: nbgrader's place for what passes between students and instructors; if this machine has none,
#: a course has one of its own.
EXCHANGE = Path("/usr/local/share/nbgrader/exchange")
#: No such kernel exists: nbgrader without our configuration stops before it runs anything.
KERNEL = {
    "name": "no-code-runs-here",
    "display_name": "no code runs here",
    "language": "python",
}
#: As many characters has nbgrader's column for the ids of students.
ID_LIMIT = 128


class CourseError(UserError):
    """The course can't be made or used; the text says why and what to do."""


@dataclass(frozen=True)
class Settings:
    """What stands in a course's ``course.toml``.

    Attributes
    ----------
    root
        The course's folder.
    id
        The course's name in the exchange.
    labs
        The name of each lab, which is the assignment's -> its ``lab.toml``.
    own_db_url
        Of the gradebook, as SQLAlchemy writes it; empty if it is a file in the folder.
    """

    root: Path
    id: str
    labs: Mapping[str, Path]
    own_db_url: str = ""

    @property
    def db_url(self) -> str:
        """Where the gradebook is, as SQLAlchemy writes it."""
        return self.own_db_url or sqlite_url(self.root / "gradebook.db")

    @property
    def gradebook(self) -> contextlib.AbstractContextManager[Gradebook]:
        """The gradebook, to be used in a ``with``.

        Raises
        ------
        CourseError
            If the database can't be reached, or somebody holds it locked.
        """
        # Imported here: nbgrader takes seconds to import.
        from autograder.course.database import open_gradebook

        return open_gradebook(self)

    def write(self) -> None:
        """Write the file.

        Raises
        ------
        OSError
            If it can't be written.
        """
        lines = [f"version = {VERSION}", f"id = {_toml(self.id)}"]
        lines += [f"db_url = {_toml(self.own_db_url)}", "", "[labs]"]
        lines += [f"{_toml(name)} = {_toml(str(path))}" for name, path in self.labs.items()]
        # The address may hold the database's password.
        write_whole(self.root / SETTINGS, "\n".join(lines) + "\n", 0o600)


@dataclass(frozen=True)
class Course:
    """A course, as it is for one of its labs.

    Attributes
    ----------
    settings
        Of the course.
    lab
        What is graded; its name is the assignment's and the notebook's.
    """

    settings: Settings
    lab: Lab

    @property
    def root(self) -> Path:
        """The course's folder."""
        return self.settings.root

    @property
    def gradebook(self) -> contextlib.AbstractContextManager[Gradebook]:
        """The gradebook, which all labs share; see `Settings.gradebook`."""
        return self.settings.gradebook

    @property
    def notebook(self) -> str:
        """The file name of the notebook."""
        return f"{self.lab.name}.ipynb"

    @property
    def source(self) -> Path:
        """The folder of which nbgrader makes what students receive."""
        return self.root / "source" / self.lab.name

    @property
    def released(self) -> Path:
        """The notebook that students received."""
        return self.root / "release" / self.lab.name / self.notebook

    @property
    def grades(self) -> Path:
        """The folder of the lab's records and pages."""
        return self.settings.root / "grades" / self.lab.name

    @property
    def is_graded(self) -> bool:
        """Whether there are records; decisions may be there before."""
        return (self.grades / CLASS).is_file()

    def submitted(self, student: str) -> Path:
        """Return the folder of a student's submission, where nbgrader looks for it.

        Raises
        ------
        CourseError
            If the id can't be the name of a folder.
        """
        name = nbgrader_name(student)
        if not name or "\0" in name or len(name) > ID_LIMIT or len(name.encode()) > 255:
            raise CourseError(
                f"nbgrader can't have a student {clean(student, 60)!r}: there ids name folders, "
                f"and have at most {ID_LIMIT} characters"
            )
        return self.root / "submitted" / name / self.lab.name

    def read_released(self) -> NotebookNode:
        """Read the notebook that students received; whoever changes it has to copy it.

        Raises
        ------
        CourseError
            If it is not there.
        """
        try:
            return read_once(self.released)
        except (OSError, ValueError) as error:
            raise CourseError(
                f"cannot read {clean(str(self.released))}; run make course again"
            ) from error


def read_once(path: Path) -> NotebookNode:
    """Read a notebook, unless the file is as it was when it was read before.

    Raises
    ------
    OSError
        If it is not there.
    ValueError
        If it is no notebook.
    """
    now = path.stat()
    return _read(path, (now.st_ino, now.st_size, now.st_mtime_ns))


@functools.lru_cache(8)
def _read(path: Path, _state: tuple[int, int, int]) -> NotebookNode:
    import nbformat

    return nbformat.read(path, as_version=4)


def sqlite_url(file: Path) -> str:
    """Return the URL of a database in a file, whatever the file is called."""
    from sqlalchemy.engine import URL

    # Which writes a question mark, or a percent sign, so that it is read as one.
    return URL.create("sqlite", database=str(file)).render_as_string(hide_password=False)


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def is_course(root: Path) -> bool:
    """Return whether a folder is a course."""
    return (root / SETTINGS).is_file()


def read_settings(root: Path) -> Settings:
    """Read the settings of a course.

    Raises
    ------
    CourseError
        If the folder is not a course, or its settings are damaged.
    NewerVersion
        If a newer version of the engine has made it.
    LabError
        If the first version made it, for one lab, and that can't be read.
    """
    root = root.resolve()
    file = clean(str(root / SETTINGS))
    try:
        text = (root / SETTINGS).read_text(encoding="utf-8")
    except OSError as error:
        raise CourseError(f"{clean(str(root))} is not a course; run make course") from error
    except ValueError as error:
        raise CourseError(f"{file} is not UTF-8; restore it") from error
    try:
        table = tomllib.loads(text)
        check_version(table, VERSION, file)
        if table.get("version", 1) == 1:
            lab = load_lab(Path(table["lab"]))
            table |= {"id": lab.course.id, "labs": {lab.name: table["lab"]}}
        labs = {name: root / path for name, path in table["labs"].items()}
        settings = Settings(root, str(table["id"]), labs, str(table["db_url"]))
    except KeyError as error:
        raise CourseError(f"{file} lacks the entry {error}; add it") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise CourseError(f"{file} can't be read: {clean(str(error))}; correct it") from error
    if not labs:
        raise CourseError(f"{file} names no lab; add one below [labs]")
    return settings


def open_course(root: Path, name: str) -> Course:
    """Open a course for one of its labs.

    Parameters
    ----------
    root
        The course's folder.
    name
        The lab's, which is the assignment's.

    Raises
    ------
    CourseError
        If the folder is not a course, or the lab not one of it.
    UserError
        If the settings or the lab can't be read.
    """
    settings = read_settings(root)
    where = clean(str(settings.root))
    if name not in settings.labs:
        meant = did_you_mean(name, settings.labs)
        raise CourseError(
            f"{clean(name)!r} is no lab of the course in {where}{meant}; make course adds one"
        )
    path = settings.labs[name]
    if not path.exists():
        raise CourseError(
            f"the lab {clean(name)} of the course in {where} is not in {clean(str(path))} any "
            "more; run make course for it where it is now"
        )
    lab = load_lab(path)
    if lab.name != name:
        raise LabError(
            f"{clean(str(path))} calls its lab {clean(lab.name)!r}, and the course in {where} "
            f"knows it as {clean(name)!r}; give it back that name"
        )
    return Course(settings, lab)


def find_alembic() -> None:
    """Put this environment's programs on PATH: nbgrader calls alembic to make a database."""
    folder = str(Path(sys.executable).parent)
    if folder not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = folder + os.pathsep + os.environ.get("PATH", "")


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

    find_alembic()
    # Of nbgrader's own making, and of no use to an instructor.
    warnings.filterwarnings("ignore", "Object of type", SAWarning)
    config = nbgrader_config(course)
    config.merge(Config(settings))
    return NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)


def last_line(log: str) -> str:
    """Return the last line of a log of nbgrader's, which says what went wrong."""
    lines = [line for line in log.strip().splitlines() if line.strip()]
    return clean(lines[-1]) if lines else "it does not say why"
