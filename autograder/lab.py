"""The description of a lab: everything that the engine knows of what it grades.

A lab is a folder with a ``lab.toml``. Another lab is another description and no change here.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import UserError
from autograder.languages import LOCALE, SOURCE_LANGUAGE

#: How a language is called, as in ``<html lang>``: BCP 47 without its rarer parts.
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")


class LabError(UserError):
    """The description is wrong; the text says where and what to do."""


#: The file that makes a folder a lab's.
DESCRIPTION = "lab.toml"


@dataclass(frozen=True)
class Limits:
    """What a submission may use; each can be set in the table ``[limits]``.

    Attributes
    ----------
    call, check, submission
        Seconds for one call into student code, one check, and one submission: those that the code
        computes or sleeps, not those that it waits for a processor. A check's marker may ask for
        other ``call_seconds`` and ``seconds``.
    sleep
        Seconds that a submission may sleep in all.
    timeouts
        After so many time-outs in a part, the rest of the part is not reached.
    memory_mib
        Address space of a worker.
    cpu
        Processor seconds of a worker.
    file_kib, notebook_kib
        Size of one source file, and of a notebook.
    archive_mib, unpacked_mib, entries
        Size of an archive, of all that it holds, and number of files of a submission.
    """

    call: float = 5
    check: float = 20
    submission: float = 600
    sleep: float = 60
    timeouts: int = 2
    memory_mib: int = 1024
    cpu: int = 600
    file_kib: int = 1024
    notebook_kib: int = 8192
    archive_mib: int = 10
    unpacked_mib: int = 32
    entries: int = 5000


@dataclass(frozen=True)
class Part:
    """A part of the lab: one file of the hidden suites.

    Attributes
    ----------
    name
        As it stands in grades.
    suite
        The file's name within the suites' folder.
    points
        What its checks must add up to.
    whole
        Whether its checks use several classes at once, so that a mistake in any of them shows.
    """

    name: str
    suite: str
    points: int
    whole: bool = False


@dataclass(frozen=True)
class Release:
    """How the students' folder is made.

    Attributes
    ----------
    folder
        Where it is written.
    skeletons
        Files of the reference from which the marked solutions are taken out.
    copies
        Target in the folder -> source in the lab, a file or a folder.
    notebook
        The source of the students' notebook, relative to the lab, if there is one; it becomes
        ``<name of the lab>.ipynb``.
    locale
        The translations of what the students' own checks say, relative to the lab, if there are
        any: in the Python files among the copies, and itself in one of the folders among them.
    """

    folder: str
    skeletons: tuple[str, ...]
    copies: dict[str, str]
    notebook: str | None = None
    locale: str | None = None


@dataclass(frozen=True)
class CourseRules:
    """What an nbgrader course of this lab goes by; each can be set in the table ``[course]``.

    Attributes
    ----------
    id
        The course's name in nbgrader's exchange.
    due
        When submissions are due; None if they never are.
    grace_days, percent_a_day
        What lateness costs; see `autograder.course.late`.
    """

    id: str = "course"
    due: datetime.datetime | None = None
    grace_days: int = 0
    percent_a_day: float = 0.0


@dataclass(frozen=True)
class Lab:
    """A lab, read from its description.

    Attributes
    ----------
    root
        The folder of ``lab.toml``; all other paths are relative to it.
    name, title
        For machines and for people.
    languages
        What students read is in these; the first is shown first. English is among them, since
        everything is written in it.
    suite, reference, sample
        The hidden suites, a submission that earns every point, and a sample class.
    needs
        Files and folders that the suites import or read besides.
    mistakes, styles, locale
        The catalogue of mistakes, right solutions in other styles, and the translations of what
        the suites say, if there are any.
    tasks
        What students write: the name of a class or function -> the file that holds it.
    parts
        In the order in which they are graded.
    limits
        See `Limits`.
    release
        See `Release`.
    course
        See `CourseRules`.
    """

    root: Path
    name: str
    title: str
    suite: Path
    reference: Path
    sample: Path
    mistakes: Path | None
    styles: Path | None
    locale: Path | None
    tasks: dict[str, str]
    parts: tuple[Part, ...]
    release: Release
    limits: Limits = field(default_factory=Limits)
    course: CourseRules = field(default_factory=CourseRules)
    needs: tuple[str, ...] = ()
    languages: tuple[str, ...] = (SOURCE_LANGUAGE,)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that a submission must hold, each once."""
        return tuple(dict.fromkeys(self.tasks.values()))

    @property
    def notebook(self) -> Path | None:
        """The source of the students' notebook, if there is one."""
        return self.root / self.release.notebook if self.release.notebook else None

    @property
    def max_score(self) -> int:
        """The sum of all parts' points."""
        return sum(part.points for part in self.parts)


def find_lab(given: Path | None = None) -> Path:
    """Find the description of the lab that is meant.

    Parameters
    ----------
    given
        A description, or the folder that it lies in; by default the current folder and those
        above it are searched.

    Raises
    ------
    LabError
        If none is given and there is none.
    """
    if given:
        return given / DESCRIPTION if given.is_dir() else given
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / DESCRIPTION).is_file():
            return folder / DESCRIPTION
    raise LabError(
        f"there is no {DESCRIPTION} in {here} or in a folder above it; go to the lab's folder, or "
        "name it with --lab FOLDER"
    )


def load_lab(path: Path) -> Lab:
    """Read and check a description.

    Parameters
    ----------
    path
        The ``lab.toml``.

    Raises
    ------
    LabError
        If it can't be read or does not describe a lab.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LabError(f"cannot read the lab's description {path}: {error.strerror}") from error
    except ValueError as error:
        raise LabError(f"{path} is not valid TOML: {error}") from error
    root = path.resolve().parent
    try:
        lab, release = table["lab"], table["release"]
        result = Lab(
            root=root,
            name=_text(lab["name"]),
            title=_text(lab["title"]),
            suite=root / _text(lab["suite"]),
            reference=root / _text(lab["reference"]),
            sample=root / _text(lab["sample"]),
            mistakes=root / _text(lab["mistakes"]) if "mistakes" in lab else None,
            styles=root / _text(lab["styles"]) if "styles" in lab else None,
            locale=root / _text(lab["locale"]) if "locale" in lab else None,
            tasks={name: _text(file) for name, file in table["tasks"].items()},
            parts=tuple(Part(**part) for part in table["parts"]),
            release=Release(
                _text(release["folder"]),
                tuple(release["skeletons"]),
                dict(release["copies"]),
                _text(release["notebook"]) if "notebook" in release else None,
                _text(release["locale"]) if "locale" in release else None,
            ),
            limits=_limits(table.get("limits", {})),
            course=_course(table.get("course", {})),
            needs=tuple(map(_text, lab.get("needs", []))),
            languages=_languages(lab.get("languages", [SOURCE_LANGUAGE]), "locale" in lab),
        )
    except KeyError as error:
        raise LabError(f"{path} lacks the entry {error}") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise LabError(f"{path} has an entry that is not as it should be: {error}") from error
    for part in result.parts:
        if not (result.suite / part.suite).is_file():
            raise LabError(f"{path} names the suite {part.suite}, which is not in {result.suite}")
    return result


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} should be a string")
    return value


def _languages(tags: Any, translated: bool) -> tuple[str, ...]:
    """Check a list of languages; `translated` tells whether the lab has translations of its own."""
    if not isinstance(tags, list) or not tags:
        raise ValueError('`languages` should be a list of at least one, like ["en"]')
    for tag in tags:
        if not LANGUAGE_TAG.fullmatch(_text(tag)):
            raise ValueError(f"the language {tag!r} should be written like en, fr-CA or zh-TW")
        if tags.count(tag) > 1:
            raise ValueError(f"the language {tag!r} is in `languages` more than once")
        known = tag == SOURCE_LANGUAGE or (LOCALE / tag.replace("-", "_")).is_dir()
        if not known and not translated:
            raise ValueError(
                f"the engine is not translated into the language {tag!r}; name a folder for the "
                "lab's own translations as `locale`, and run python -m autograder messages"
            )
    if SOURCE_LANGUAGE not in tags:
        raise ValueError(f"{SOURCE_LANGUAGE!r} should be in `languages`: all is written in English")
    return tuple(tags)


def _limits(table: dict[str, Any]) -> Limits:
    known = {field.name for field in dataclasses.fields(Limits)}
    for name, value in table.items():
        if name not in known:
            raise ValueError(f"there is no limit {name!r}; there are {', '.join(sorted(known))}")
        if not isinstance(value, int | float) or value <= 0:
            raise ValueError(f"the limit {name} should be a number above 0")
    return Limits(**table)


def _course(table: dict[str, Any]) -> CourseRules:
    rules = CourseRules(**table)
    _text(rules.id)
    if not isinstance(rules.due, datetime.datetime | None):
        raise ValueError("`due` should be a date and a time, like 2026-12-20T23:59:00+08:00")
    if rules.due is not None and rules.due.tzinfo is None:
        raise ValueError("`due` should say how far it is from UTC, like 2026-12-20T23:59:00+08:00")
    if not rules.id or set(rules.id) & set("/+ \\") or rules.id.startswith("."):
        raise ValueError(f"the course's id {rules.id!r} should be a plain name")
    if not isinstance(rules.grace_days, int) or rules.grace_days < 0:
        raise ValueError("`grace_days` should be a whole number, 0 or more")
    percent = rules.percent_a_day
    if not isinstance(percent, int | float) or not 0 <= percent <= 100:
        raise ValueError("`percent_a_day` should be a number from 0 to 100")
    return rules
