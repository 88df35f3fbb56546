"""The description of a lab: everything that the engine knows of what it grades.

A lab is a folder with a ``lab.toml``. Another lab is another description and no change here.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.errors import UserError
from autograder.languages import SOURCE_LANGUAGE

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
    examiner_mib, examiner_cpu
        Address space, and processor seconds, of the process that runs the suites on a submission.
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
    examiner_mib: int = 768
    examiner_cpu: int = 60
    file_kib: int = 1024
    notebook_kib: int = 24_576
    archive_mib: int = 10
    unpacked_mib: int = 32
    entries: int = 5000


#: The limits that a part can have of its own.
PART_LIMITS = ("call", "check", "timeouts")


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
        Of the part; its checks are scaled to them if they add up to something else.
    graded
        What its checks look at that those that students receive do not, in words for students.
    uses
        The names of parts before it whose tasks its checks use as well, so that a mistake in one
        of those may show here.
    limits
        What takes the place of limits of the lab: of `PART_LIMITS`, by name.
    """

    name: str
    suite: str
    points: int
    graded: str = ""
    uses: tuple[str, ...] = ()
    limits: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """A check of a part, as it is found in the suites.

    Attributes
    ----------
    id, part, title, points
        As in `autograder.records.CheckResult`.
    long
        Whether it asks for more time than the lab's limit.
    requires
        The ids of those without which it is not reached.
    """

    id: str
    part: str
    title: str
    points: int
    long: bool
    requires: tuple[str, ...] = ()


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
    checks
        The folder of the lab's own public checks, relative to the lab, if there are any; the
        engine's checker is put around them, and around the checks that suites mark as public.
    left
        What is left to do when all of them pass: a text, with ``{command}`` in it, and the command.
    locale
        The translations of what the lab's public checks say, relative to the lab, if there are any.
    docstrings
        Python files of the folder whose docstrings and comments are translated there, too.
    documents
        Markdown files among the copies that become an HTML page and a PDF, too.
    """

    folder: str
    skeletons: tuple[str, ...]
    copies: dict[str, str]
    notebook: str | None = None
    locale: str | None = None
    docstrings: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    checks: str | None = None
    left: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class CourseRules:
    """The deadline, and what a course goes by; each can be set in the table ``[course]``.

    Attributes
    ----------
    id
        The name, in the exchange, of an nbgrader course that is made of the lab.
    due
        When submissions are due; None if they never are.
    grace_minutes, grace_days, percent_a_day
        What lateness costs; see `autograder.results.late`.
    """

    id: str = "course"
    due: datetime.datetime | None = None
    grace_minutes: int = 0
    grace_days: int = 0
    percent_a_day: float = 0.0


#: Which attempt counts: the last, the last before the deadline, or that with most points.
LATEST, IN_TIME, BEST = "latest", "latest in time", "best"


@dataclass(frozen=True)
class AttemptRules:
    """Which of several attempts counts; each can be set in the table ``[attempts]``.

    Attributes
    ----------
    counts
        ``"latest"``, ``"latest in time"``, which is the latest if none was in time, or ``"best"``.
    file_dates
        Whether the date of a file, where the platform does not say when it was handed in, counts
        as the time of hand-in, and so may cost points.
    """

    counts: str = LATEST
    file_dates: bool = False


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
        What students read is in these; the first is shown first. What the lab itself says is
        written in English, or in its only language.
    suite, reference, sample
        The hidden suites, a submission that earns every point, and a sample class.
    needs
        Files and folders that the suites import or read besides.
    mistakes, styles, locale
        The catalogue of mistakes, right solutions in other styles, and the translations of what
        the suites say, if there are any.
    graph
        The graph of what is computed from what, for students' pages, if there is one.
    tasks
        What students write: the name of a class or function -> the file that holds it.
    packages
        What student code may import besides NumPy and the standard library: distributions.
    data
        Files and folders of the reference that lie beside the students' files, too, for their
        code to read.
    parts
        In the order in which they are graded.
    free_points
        What code that does nothing, or returns zeros or its input, may earn.
    limits
        See `Limits`.
    release
        See `Release`.
    course
        See `CourseRules`.
    attempts
        See `AttemptRules`.
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
    attempts: AttemptRules = field(default_factory=AttemptRules)
    needs: tuple[str, ...] = ()
    languages: tuple[str, ...] = (SOURCE_LANGUAGE,)
    free_points: int = 0
    graph: Path | None = None
    packages: tuple[str, ...] = ()
    data: tuple[str, ...] = ()

    def moved(self, root: Path) -> Lab:
        """Return the same lab with all that lies in its folder in another one."""

        def there(path: Path) -> Path:
            inside = path.is_relative_to(self.root)
            return root / path.relative_to(self.root) if inside else path

        return replace(
            self,
            root=root,
            suite=there(self.suite),
            reference=there(self.reference),
            sample=there(self.sample),
            mistakes=self.mistakes and there(self.mistakes),
            styles=self.styles and there(self.styles),
            locale=self.locale and there(self.locale),
            graph=self.graph and there(self.graph),
        )

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that a submission must hold, each once."""
        return tuple(dict.fromkeys(self.tasks.values()))

    def uses(self, part: str) -> frozenset[str]:
        """Return the names of the parts that a part uses, by way of another one, too."""
        direct = next((each.uses for each in self.parts if each.name == part), ())
        return frozenset(direct).union(*map(self.uses, direct))

    def limits_of(self, suite: str) -> Limits:
        """Return the limits that hold in the part of a suite, a file's name."""
        own = next((part.limits for part in self.parts if part.suite == suite), {})
        return replace(self.limits, **own) if own else self.limits

    @property
    def data_sources(self) -> tuple[Path, ...]:
        """The files and folders of `data`, where they lie in the lab."""
        return tuple(self.reference / name for name in self.data)

    @property
    def suite_sources(self) -> tuple[Path, ...]:
        """The suites, and the files and folders that they need."""
        return (self.suite, *(self.root / name for name in self.needs))

    @property
    def notebook(self) -> Path | None:
        """The source of the students' notebook, if there is one."""
        return self.root / self.release.notebook if self.release.notebook else None

    @property
    def max_score(self) -> int:
        """The sum of all parts' points."""
        return sum(part.points for part in self.parts)
