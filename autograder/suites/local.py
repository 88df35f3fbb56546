"""Runs hidden suites in this process, on code that the lab itself holds; never on a submission.

As a pytest plugin (``pytest -p autograder.suites.local tests/hidden --student DIR``) the checks run
as ordinary tests, which is how the reference's coverage is measured; their draws come from
`autograder.draws.PUBLIC_SECRET`, the same everywhere. `run_local` runs them on many variants in one
session and gives what each check found.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.draws import PUBLIC_SECRET, Draws
from autograder.jail.inside.loader import Sources
from autograder.jail.inside.worker import start_generators
from autograder.lab import Lab
from autograder.lab_file import load_lab
from autograder.suites.clock import Clock
from autograder.suites.points import check_id, marker
from autograder.suites.session import Show, Suites, quiet_session


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
        Whose tasks are looked for.
    """
    sources = Sources(files, str(folder))
    with sources.installed():
        yield LocalStudent(sources, lab)


class LocalPlugin(Suites):
    """Runs the suites on a folder, as ordinary tests."""

    def __init__(self, lab: Lab, draws: Draws, folder: Path):
        super().__init__(lab, draws)
        self.folder = folder

    @pytest.fixture
    def student(self) -> Iterator[LocalStudent]:
        """Return the classes of the folder, freshly imported for every check."""
        with local_student(read_files(self.folder, self.lab), self.folder, self.lab) as student:
            yield student

    @pytest.fixture
    def clock(self) -> Clock:
        """Return a clock that nobody looks at: code of the lab's own is not timed."""
        return Clock()

    @pytest.fixture
    def show(self) -> Show:
        """Return what shows nothing: there is no page."""
        return lambda make: None


def read_files(folder: Path, lab: Lab) -> dict[str, bytes]:
    """Read the files of the lab from a folder that holds them all."""
    return {name: (folder / name).read_bytes() for name in lab.files}


@dataclass(frozen=True)
class Finding:
    """What one check found in one variant.

    Attributes
    ----------
    variant, check
        Which.
    error
        What the check raised; None if it passed.
    """

    variant: str
    check: str
    error: BaseException | None


class VariantsPlugin(LocalPlugin):
    """Runs every check on every variant."""

    def __init__(
        self,
        lab: Lab,
        draws: Draws,
        variants: Mapping[str, Mapping[str, bytes]],
        wanted: Mapping[str, Sequence[str]],
        quick: bool,
    ):
        super().__init__(lab, draws, lab.reference)
        self.wanted, self.quick = wanted, quick
        self.variants, self.repeated = variants, True
        self.findings: list[Finding] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out the checks that may take long, if only the others are wanted."""
        super().pytest_collection_modifyitems(items)
        if self.quick:
            items[:] = [item for item in items if "seconds" not in marker(item)]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make an item of each check and each variant that is wanted there."""
        check = f"{metafunc.definition.path.name}::{metafunc.definition.name}"
        wanted = self.wanted.get(check, list(self.variants))
        metafunc.parametrize("student", wanted, indirect=True)

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[LocalStudent]:
        """Return the classes of the variant whose turn it is, as a worker would: draws included."""
        start_generators(self.draws.of_student(check_id(request.node)))
        variant = request.param
        with local_student(self.variants[variant], Path(variant), self.lab) as student:
            yield student

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Note what the check found."""
        error: BaseException | None = None
        try:
            yield
        except (Exception, pytest.fail.Exception) as raised:
            error = raised
        variant = item.callspec.params["student"]  # type: ignore[attr-defined]
        self.findings.append(Finding(variant, check_id(item), error))


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
    plugin = VariantsPlugin(lab, draws, variants, wanted or {}, quick)
    quiet_session(lab, plugin, None if wanted is None else list(wanted))
    return plugin.findings


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run in this process."""
    group = parser.getgroup("autograder")
    group.addoption("--lab", type=Path, default=Path("lab.toml"), help="the lab's description")
    group.addoption("--student", type=Path, help="the folder to run on (default: the reference)")
    group.addoption("--seed", type=int, default=0, help="of all draws")


def pytest_configure(config: pytest.Config) -> None:
    """Register the local plugin when this module is given to ``pytest -p``."""
    lab = load_lab(config.getoption("--lab"))
    folder = config.getoption("--student") or lab.reference
    draws = Draws(config.getoption("--seed"), PUBLIC_SECRET)
    config.pluginmanager.register(LocalPlugin(lab, draws, folder))
