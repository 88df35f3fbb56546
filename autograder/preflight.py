"""Proves a lab before anything is graded by it, so that its mistakes cost no student anything.

The suites are collected, and every check has its points and its title and is neither skipped nor
there twice; the reference earns every point, graded as a submission is; and code that does nothing,
or next to nothing, earns at most `Lab.free_points`. `autograder.verify` proves much more, and takes
minutes; this takes seconds, and is done once for a lab, an engine and the versions that run it.
"""

from __future__ import annotations

import contextlib
import sys
import traceback
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from pathlib import Path

from autograder.draws import PUBLIC_SECRET, Draws
from autograder.examiner.answers import Answer
from autograder.examiner.errors import ExaminerError
from autograder.examiner.examiners import Examiners
from autograder.examiner.supervisor import Supervisor
from autograder.files import write_whole
from autograder.grading import Run
from autograder.jail.runtime import cache_folder
from autograder.jail.sandbox import Sandbox
from autograder.jail.trust import is_ours
from autograder.lab import Check, Lab, LabError
from autograder.lab_file import read_files
from autograder.records import FAILED, PASSED
from autograder.results.keys import key_of_lab
from autograder.suite_file import written_checks
from autograder.text import clean, problem_of

#: The folder, among what is kept for all runs, of an empty file for each lab that was proved.
PROVED = "proved"
#: The same wherever a lab is proved.
_DRAWS = Draws(0, PUBLIC_SECRET)


def preflight(lab: Lab, sandbox: Sandbox, jobs: int) -> None:
    """See that a lab is whole, unless it was seen before.

    A lab whose solution is kept elsewhere can't be proved; that is said, and it is graded by.

    Parameters
    ----------
    lab, sandbox
        What is proved, and how submissions are run.
    jobs
        How many processes work at once.

    Raises
    ------
    LabError
        If something in it is broken; the text says what, where, and what to do.
    SandboxError
        If nothing can be started here.
    """
    if not lab.reference.is_dir():
        print(
            f"autograder: the lab can't be proved: there is no solution in {_place(lab)}",
            file=sys.stderr,
        )
        return
    run = Run(lab, sandbox, _DRAWS)
    key = key_of_lab(run)
    if not _is_proved(key):
        if problem := _problem(run, jobs):
            raise LabError(f"the lab is broken: {problem}")
        _note(key)


def worth(lab: Lab, checks: Iterable[Check], passed: Collection[str]) -> float:
    """Return the points of the checks that passed, scaled to the points that the lab gives."""
    full: dict[str, int] = Counter()
    got: dict[str, int] = Counter()
    for check in checks:
        full[check.part] += check.points
        got[check.part] += check.points if check.id in passed else 0
    return sum(
        part.points * got[part.name] / full[part.name] for part in lab.parts if full[part.name]
    )


def _is_proved(key: str) -> bool:
    path = cache_folder() / PROVED / key
    with contextlib.suppress(OSError):
        return is_ours(path.parent) and is_ours(path)
    return False


def _note(key: str) -> None:
    """Note that a lab is whole; where that can't be, it is proved again the next time."""
    with contextlib.suppress(OSError):
        write_whole(cache_folder() / PROVED / key, "")


def _problem(run: Run, jobs: int) -> str:
    """Return what is broken in a lab, in a sentence; nothing if it is whole."""
    # Imported here: a lab that was proved before needs nothing of this.
    from autograder.diagnosis.mistakes import CatalogueError, load_catalogue
    from autograder.effortless import effortless

    lab = run.lab
    try:
        files = read_files(lab.reference, lab)
    except OSError as error:
        file = clean(Path(str(error.filename)).name)
        return f"{_place(lab)}{file} can't be read: {error.strerror}; put the solution there"
    variants = effortless(lab)
    try:
        load_catalogue(lab)  # grading makes a mistake only where it is looked for
    except CatalogueError as error:
        return str(error)
    with Examiners(lab, run.sandbox, run.draws, min(jobs, 1 + len(variants))) as examiners:
        right = examiners.submit(
            lambda supervisor: supervisor.examine(run.draws, None, (files, {}))
        )
        idle = {
            name: examiners.submit(partial(_passed, files=variant))
            for name, variant in variants.items()
        }
        checks = examiners.submit(lambda supervisor: supervisor.checks).result()
        try:
            problem = _unwritten(lab, checks) or _lost(lab, right.result())
            for name in () if problem else idle:
                problem = problem or _unearned(lab, checks, name, idle[name].result())
        except ExaminerError as error:
            return f"its suites can't be run on its own code: {error}; see what they do"
    return problem


def _passed(supervisor: Supervisor, files: Mapping[str, bytes]) -> set[str]:
    return {check for _, check, passed in supervisor.run_variants(_DRAWS, {"": files}) if passed}


def _unwritten(lab: Lab, checks: Iterable[Check]) -> str:
    """Return which check that somebody has written is not run, or counts other points."""
    found = list(checks)
    for part in lab.parts:
        written = written_checks(lab.suite / part.suite)
        own = {
            check.id.partition("::")[2]: check.points for check in found if check.part == part.name
        }
        for name, times in Counter(name for name, _ in written).items():
            if name not in own:
                return (
                    f"{part.suite} has a check {name} that pytest does not find; call it test_..."
                )
            if times > 1:
                return f"{part.suite} has two checks {name}, of which one is never run; rename it"
        total = sum(points or 0 for _, points in written)
        if part.points == total != sum(own.values()):
            return (
                f"the points of the checks in {part.suite} can't be read there; give those of the "
                f"part {part.name} in lab.toml"
            )
    return ""


def _lost(lab: Lab, answer: Answer) -> str:
    """Return which checks the reference does not pass."""
    failed = [check for check in answer.checks if check.outcome != PASSED]
    if not failed:
        return ""
    more = f", and {len(failed) - 1} more" if failed[1:] else ""
    why = clean((failed[0].outcome == FAILED and _raised(lab, failed[0].id)) or failed[0].message)
    return (
        f"the solution in {_place(lab)} does not pass {failed[0].id} ({why}){more}; fix the check "
        "or the solution"
    )


def _raised(lab: Lab, check: str) -> str:
    """Return which line of a check raises what on the solution; empty if it only compares.

    Graded, a check says nothing of its own exceptions, which could show what is right.
    """
    # Imported here: pytest takes long to import, and a lab that is whole does without.
    from autograder.checks.failure import CheckFailed
    from autograder.suites.local import run_local

    files = read_files(lab.reference, lab)
    (found,) = run_local(lab, {"": files}, _DRAWS, {check: [""]})
    if found.error is None or found.method or isinstance(found.error, CheckFailed):
        return ""
    frames = traceback.extract_tb(found.error.__traceback__)
    places = [f for f in frames if Path(f.filename).is_relative_to(lab.suite)]
    where = f"{Path(places[-1].filename).name}, line {places[-1].lineno}: " if places else ""
    return where + problem_of(found.error)


def _unearned(lab: Lab, checks: list[Check], name: str, passed: set[str]) -> str:
    """Return what code without work earns that it should not."""
    earned = worth(lab, checks, passed)
    if earned <= lab.free_points:
        return ""
    names = ", ".join(check.id for check in checks if check.id in passed)
    return (
        f"{name} earns {earned:g} points, and free_points in lab.toml allows {lab.free_points}: it "
        f"passes {clean(names)}; have them ask for more, or allow it"
    )


def _place(lab: Lab) -> str:
    return clean(f"{lab.reference.name}/")
