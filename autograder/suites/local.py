"""Runs hidden suites in this process, on code that the lab itself holds; never on a submission.

As a pytest plugin (``pytest -p autograder.suites.local tests/hidden``) the checks run as ordinary
tests on the reference, which is how its coverage is measured; their draws come from
`autograder.draws.PUBLIC_SECRET`, the same everywhere. Another folder, ``--student DIR``, has to be
trusted explicitly with ``--unprotected``, since nothing keeps its code from anything: a submission
is looked at with `autograder.commands.inspect`. `run_local` runs them on many variants in one
session and gives what each check found.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.draws import PUBLIC_SECRET, Draws
from autograder.jail.inside.loader import Sources
from autograder.jail.inside.worker import start_generators
from autograder.lab import Lab
from autograder.lab_file import load_lab, read_files
from autograder.suites.points import check_id, marker
from autograder.suites.session import Draw, Examination, Suites, quiet_session
from autograder.text import clean


class LocalStudent:
    """The classes and functions of a submission, each an attribute of its name."""

    def __init__(self, sources: Sources, lab: Lab):
        self._sources, self._lab = sources, lab

    def __getattr__(self, name: str) -> Any:
        if name not in self._lab.tasks:
            raise AttributeError(f"the lab has no class {name}")
        return getattr(self._sources.load(self._lab.tasks[name].removesuffix(".py")), name)


@contextlib.contextmanager
def local_student(files: Mapping[str, bytes], folder: Path, lab: Lab) -> Iterator[LocalStudent]:
    """Return a submission's classes, imported afresh; nothing of them is left afterwards.

    Parameters
    ----------
    files
        Name -> content.
    folder
        Where they lie, or seem to: coverage and tracebacks call them by their path in it.
    lab
        Whose tasks are looked for, and beside whose data they find themselves.
    """
    sources = Sources(files, str(folder), str(lab.reference) if lab.data else None)
    with sources.installed():
        yield LocalStudent(sources, lab)


class LocalExamination(Examination):
    """Runs checks on the lab's own code, imported afresh for each of them.

    Parameters
    ----------
    lab
        Whose tasks are looked for.
    draws
        Of the checks.
    files
        The code.
    folder
        Where it lies, or seems to.
    """

    def __init__(self, lab: Lab, draws: Draw, files: Mapping[str, bytes], folder: Path):
        super().__init__(draws)
        self.lab, self.files, self.folder = lab, files, folder
        #: What a check raised, by its id.
        self.errors: dict[str, BaseException] = {}
        #: The method that it had called, if what was raised came from there.
        self.methods: dict[str, str] = {}

    @contextlib.contextmanager
    def student(self, item: pytest.Item) -> Iterator[LocalStudent]:
        """Return the classes as a worker would, with its draws."""
        start_generators(self.draws.of_student(check_id(item)))
        with local_student(self.files, self.folder, self.lab) as student:
            yield student

    def run(self, item: pytest.Item) -> None:
        """Note what the check found; one that never ends is stopped."""
        try:
            limits = self.lab.limits_of(item.path.name)
            with _limited(marker(item).get("seconds", limits.check)):
                item.runtest()
        except (Exception, TooLong, pytest.fail.Exception) as raised:
            self.errors[check_id(item)] = raised
            self.methods[check_id(item)] = self._method(raised)

    def _method(self, raised: BaseException) -> str:
        """Return the method from which an exception came, as `StudentError.method` has it."""
        own = (
            frame.f_code.co_name
            for frame, _ in traceback.walk_tb(raised.__traceback__)
            if Path(frame.f_code.co_filename).parent == self.folder
        )
        return next(own, "")


class TooLong(BaseException):
    """A check of the lab's own code took too long; no ``except Exception`` there catches this."""


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise `TooLong` when this process has computed for so long, if it can be told."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread has signals
        return

    def stop(*_: object) -> None:
        raise TooLong(f"over {seconds:g} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@dataclass(frozen=True)
class Finding:
    """What one check found in one variant.

    Attributes
    ----------
    variant, check
        Which.
    error
        What the check raised; None if it passed.
    method
        The method that the check had called, if that came from there.
    """

    variant: str
    check: str
    error: BaseException | None
    method: str


def run_local(
    lab: Lab,
    variants: Mapping[str, Mapping[str, bytes]],
    draws: Draws,
    wanted: Mapping[str, Sequence[str]] | None = None,
    *,
    quick: bool = False,
) -> list[Finding]:
    """Run checks on variants of a submission's files, here and now.

    Parameters
    ----------
    lab
        Whose suites.
    variants
        Name -> files. Code of the lab's own: it is run without any protection.
    draws
        The start of all draws.
    wanted
        Check id -> the variants to run it on; all on all by default.
    quick
        Leave out checks that ask for more time than the lab's limit.

    Raises
    ------
    RuntimeError
        If the suites can't be run.
    """
    findings: list[Finding] = []
    quiet_session(
        lab,
        Suites(
            lab,
            lambda suites: findings.extend(
                run_variants(suites, variants, draws, wanted, quick=quick)
            ),
        ),
    )
    return findings


def run_variants(
    suites: Suites,
    variants: Mapping[str, Mapping[str, bytes]],
    draws: Draw,
    wanted: Mapping[str, Sequence[str]] | None = None,
    *,
    quick: bool = False,
) -> list[Finding]:
    """Do what `run_local` does, in a session in which the suites are collected."""
    findings = []
    for check in suites.checks:
        names = list(variants) if wanted is None else wanted.get(check.id, [])
        for name in [] if quick and check.long else names:
            local = LocalExamination(suites.lab, draws, variants[name], Path(name))
            suites.run(local, [check.id])
            raised, method = local.errors.get(check.id), local.methods.get(check.id, "")
            findings.append(Finding(name, check.id, raised, method))
    return findings


class LocalPlugin(Suites):
    """Runs the suites on a folder, as ordinary tests."""

    def __init__(self, lab: Lab, draws: Draws, folder: Path):
        super().__init__(lab)
        self.examination = LocalExamination(lab, draws, read_files(folder, lab), folder)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run in this process."""
    group = parser.getgroup("autograder")
    group.addoption("--lab", type=Path, default=Path("lab.toml"), help="the lab's description")
    group.addoption("--student", type=Path, help="the folder to run on (default: the reference)")
    group.addoption(
        "--unprotected",
        action="store_true",
        help="run that folder's code in this process, where it may do whatever you may",
    )
    group.addoption("--seed", type=int, default=0, help="of all draws")


def pytest_configure(config: pytest.Config) -> None:
    """Register the local plugin when this module is given to ``pytest -p``.

    Raises
    ------
    pytest.UsageError
        If code that is not the reference would be run, and nobody said that it is to be trusted.
    """
    lab = load_lab(config.getoption("--lab"))
    folder = config.getoption("--student") or lab.reference
    if folder.resolve() != lab.reference.resolve():
        name = clean(str(folder))
        if not config.getoption("--unprotected"):
            raise pytest.UsageError(
                f"the code in {name} would run in this process, with everything that you may read "
                "and change; look at a submission with make inspect, which runs it in the jail, "
                "or add --unprotected if you trust it as your own"
            )
        print(
            f"autograder: NO SANDBOX: the code in {name} can read and change whatever you can",
            file=sys.stderr,
        )
    draws = Draws(config.getoption("--seed"), PUBLIC_SECRET)
    config.pluginmanager.register(LocalPlugin(lab, draws, folder))
