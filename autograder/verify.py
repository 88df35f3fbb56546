"""Proves the suites: every known mistake is caught where it belongs, and nothing right is.

Three claims, each of which a change of a suite or of the catalogue can break:

- each mistake fails the checks that its entry names, and costs nothing in other classes' parts;
- every check fails for at least one mistake, so none is there for nothing;
- right solutions in other styles, and the reference, earn every point with every seed;

and one of the diagnosis: a mistake that is graded like a submission is named first.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from autograder.catalogue import Mistake, load_catalogue
from autograder.grading import Run, run_suites
from autograder.intake import Submission
from autograder.lab import Lab
from autograder.local import read_files, run_local

#: Of the matrix; any will do.
SEED = 0
#: Of the submissions that are diagnosed: the fingerprints are made with the run's own seed.
OTHER_SEED = 20


@dataclass(frozen=True)
class Verdict:
    """What was found.

    Attributes
    ----------
    matrix
        Mistake -> the checks that fail for it.
    checks
        All checks, in the suites' order.
    problems
        A sentence for everything that is not as claimed.
    notes
        A sentence for everything that a reader should know.
    """

    matrix: dict[str, set[str]]
    checks: list[str]
    problems: list[str]
    notes: list[str]


def verify(run: Run, jobs: int, seeds: int, long_seeds: int) -> Verdict:
    """Run the suites on all mistakes and all right solutions.

    Parameters
    ----------
    run
        The lab, and the sandbox in which mistakes are graded like submissions.
    jobs
        How many processes work at once.
    seeds, long_seeds
        With how many seeds the right solutions are run, and with how many of these also on checks
        that may take long.
    """
    lab = run.lab
    mistakes = load_catalogue(lab)
    right = {"the reference": read_files(lab.reference, lab)}
    for folder in sorted(lab.styles.iterdir()) if lab.styles else []:
        right[folder.name] = read_files(folder, lab)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=_quiet) as pool:
        # The longest tasks first, so that no process idles at the end.
        graded = [pool.submit(_graded, run, mistake) for mistake in mistakes]
        matrix = [pool.submit(_failed, lab, m.name, m.files, SEED) for m in mistakes if m.trusted]
        clean = [
            pool.submit(_failed, lab, name, files, seed, seed >= long_seeds)
            for seed in range(seeds)
            for name, files in right.items()
        ]
        problems = [
            f"{name} is right, but fails {_names(failed)} with seed {seed}"
            for name, failed, seed in (future.result() for future in clean)
            if failed
        ]
        found = {name: failed for name, failed, _ in (future.result() for future in matrix)}
        named = {
            mistake.name: future.result() for mistake, future in zip(mistakes, graded, strict=True)
        }
    checks = [f.check for f in run_local(lab, {"": right["the reference"]}, SEED)]
    problems += _judge(lab, mistakes, found, checks)
    notes = []
    for name, diagnosis in named.items():
        problem, note = _judge_diagnosis(name, diagnosis)
        problems += problem
        notes += note
    return Verdict(found, checks, problems, notes)


def _quiet() -> None:
    """Keep what the mistakes print and warn about to themselves."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)


def _failed(
    lab: Lab, name: str, files: Mapping[str, bytes], seed: int, quick: bool = False
) -> tuple[str, set[str], int]:
    findings = run_local(lab, {name: files}, seed, quick=quick)
    return name, {finding.check for finding in findings if finding.error}, seed


def _graded(run: Run, mistake: Mistake) -> list[list[str]]:
    """Grade a mistake's own part, in the jail; give the mistakes named at each failed check."""
    suite = next(part.suite for part in run.lab.parts if part.name == mistake.part)
    checks = run_suites(run, Submission(mistake.name, mistake.files), [suite])
    return [check.diagnosis["mistakes"] for check in checks if check.diagnosis]


def _judge(
    lab: Lab, mistakes: Iterable[Mistake], matrix: Mapping[str, set[str]], checks: list[str]
) -> list[str]:
    suites = {part.suite: part for part in lab.parts}
    problems = []
    for mistake in mistakes:
        failed = matrix.get(mistake.name, set())
        own = {check for check in failed if suites[check.split("::")[0]].name == mistake.part}
        whole = {check for check in failed if suites[check.split("::")[0]].whole}
        if mistake.trusted and not own:
            problems.append(f"{mistake.name} is not caught by any check of {mistake.part}")
        if other := failed - own - whole:
            problems.append(f"{mistake.name} costs points elsewhere: {_names(other)}")
        functions = {check.split("::")[1] for check in own}
        if missed := set(mistake.fails) - functions if mistake.trusted else set():
            problems.append(f"{mistake.name} should fail {_names(missed)} and does not")
    killed = set().union(*matrix.values()) if matrix else set()
    if unkilled := [check for check in checks if check not in killed]:
        problems.append(f"no mistake is caught by {_names(unkilled)}")
    return problems


def _judge_diagnosis(name: str, named: list[list[str]]) -> tuple[list[str], list[str]]:
    """Give what is wrong, and what is remarkable, about how a mistake was diagnosed."""
    firsts = {names[0] for names in named if names}
    if not any(name in names for names in named):
        return [f"{name} is not recognised"], []
    equals = {other for names in named for other in names if name in names} - {name}
    if equals and not any(names == [name] for names in named):
        return [], [f"{name} can't be told from {_names(equals)}: every check sees the same"]
    if name not in firsts:
        return [f"{name} is taken for {_names(firsts)}"], []
    return [], []


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(name.split("::")[-1] for name in names))


def matrix_text(verdict: Verdict) -> str:
    """Draw the matrix, mistakes by checks, as text; a column for each check, numbered below."""
    width = max((len(name) for name in verdict.matrix), default=0)
    lines = []
    numbers = [f"{number:2}" for number in range(1, len(verdict.checks) + 1)]
    for digit in (0, 1):
        lines.append(" " * (width + 1) + "".join(number[digit] for number in numbers))
    for name, failed in verdict.matrix.items():
        marks = "".join("x" if check in failed else "." for check in verdict.checks)
        lines.append(f"{name:{width}} {marks}")
    lines.append("")
    for number, check in zip(numbers, verdict.checks, strict=True):
        count = sum(check in failed for failed in verdict.matrix.values())
        lines.append(f"{number}  {check}: fails for {count} of {len(verdict.matrix)} mistakes")
    return "\n".join(lines)
