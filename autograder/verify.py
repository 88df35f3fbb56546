"""Proves the suites: every known mistake is caught where it belongs, and nothing right is.

Claims, each of which a change of a suite or of the catalogue can break:

- each mistake fails, of its own part, exactly the checks that were accepted, and costs nothing in
  a part that does not use its own;
- every check fails for at least one mistake, so none is there for nothing;
- code that does nothing, or returns zeros or its input, earns no more than the lab allows;
- the reference and right solutions in other styles earn every point with every seed, and graded
  like submissions in the jail;

one that needs no mistake: titles, translations and what students receive are as they should be
(`autograder.proofs`); and one of the diagnosis: a mistake that is graded like a submission is named
first. With another seed it fails the same checks, too; that no points depend on the seed is proved
at length by `autograder.luck`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from autograder import proofs
from autograder.diagnosis.mistakes import Mistake, load_catalogue, load_fails
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.effortless import effortless
from autograder.errors import UserError
from autograder.examiner.examiners import Examiners
from autograder.examiner.supervisor import Supervisor
from autograder.extras import advice
from autograder.grading import Run
from autograder.lab import Check, Lab
from autograder.lab_file import read_files
from autograder.preflight import worth
from autograder.progress import Progress
from autograder.records import PASSED

Result = TypeVar("Result")
#: Of the matrix; any will do.
SEED = 0
#: Of the submissions that are diagnosed.
OTHER_SEED = 20
#: So many mistakes are run on the long checks too: wrong training goes on to its very end.
LONG = 8


@dataclass(frozen=True)
class Price:
    """What a mistake costs.

    Attributes
    ----------
    mistake, part
        Its name, and the part that it belongs to.
    own, whole
        The points that it costs there, and in parts that use that one.
    entire
        Whether it was run on the checks that may take long, too; if not, it may cost more.
    """

    mistake: str
    part: str
    own: int
    whole: int
    entire: bool


@dataclass(frozen=True)
class Verdict:
    """What was found.

    Attributes
    ----------
    fails
        Mistake -> the checks of its own part that it fails.
    matrix
        Mistake -> all checks that it fails.
    together
        Mistake -> the checks of parts that use its own that it fails, of those it was run on.
    checks
        All checks, in the suites' order.
    slow
        Those that may take long, which were run on some mistakes only.
    prices
        Of each mistake.
    problems
        A sentence for everything that is not as claimed.
    notes
        A sentence for everything that a reader should know.
    """

    fails: dict[str, set[str]]
    matrix: dict[str, set[str]]
    together: dict[str, set[str]]
    checks: list[str]
    slow: set[str]
    prices: list[Price]
    problems: list[str]
    notes: list[str]


def verify(run: Run, jobs: int, seeds: int, progress: Progress, accept: bool = False) -> Verdict:
    """Run the suites on all mistakes and all right solutions.

    Parameters
    ----------
    run
        The lab, and the sandbox in which mistakes are graded like submissions.
    jobs
        How many processes work at once.
    seeds
        With how many seeds the right solutions are run, on checks that take no long time; with one
        more seed they are graded like submissions, on all checks.
    progress
        Follows the work.
    accept
        Take what the mistakes fail now for right, and look at nothing else.
    """
    lab = run.lab
    mistakes = load_catalogue(lab)
    changes = [mistake for mistake in mistakes if mistake.trusted]
    right = right_code(lab)
    users = {
        part.name: {other.suite for other in lab.parts if part.name in lab.uses(other.name)}
        for part in lab.parts
    }
    later = {part.suite for part in lab.parts if part.uses}
    own = {part.name: part.suite for part in lab.parts}
    with Examiners(lab, run.sandbox, run.draws, jobs) as examiners:

        def start(task: Callable[..., Result], *arguments: Any) -> Future[Result]:
            return examiners.submit(lambda supervisor: task(supervisor, *arguments))

        matrix = {m.name: start(_failed, m.files, SEED, True) for m in changes}
        graded = {m.name: start(_graded, run, m) for m in mistakes if not accept}
        clean = {
            (name, seed): start(_failed, files, seed, True)
            for seed in range(0 if accept else seeds)
            for name, files in right.items()
        }
        jailed = {name: start(_lost, run, files) for name, files in right.items() if not accept}
        idle = {
            (name, seed): start(_failed, files, seed, False)
            for seed in range(0 if accept else seeds)
            for name, files in effortless(lab).items()
        }
        progress.follow("mistakes", matrix.values())
        progress.follow("mistakes, graded and diagnosed", graded.values())
        progress.follow("right code", clean.values())
        progress.follow("right code, graded", jailed.values())
        progress.follow("code that does nothing", idle.values())
        found = {name: future.result() for name, future in matrix.items()}
        wide = [
            m for m in changes if any(_suite(check) in users[m.part] for check in found[m.name])
        ]
        wide = [m for m in changes if own[m.part] in later] + wide[:: max(1, len(wide) // LONG)]
        long = {m.name: start(_failed, m.files, SEED, False) for m in wide}
        progress.follow("mistakes, checks that may take long", long.values())
        found |= {name: future.result() for name, future in long.items()}
        problems = [
            f"{name} is right, but fails {check_names(failed)} with seed {seed}"
            for (name, seed), future in clean.items()
            if (failed := future.result())
        ]
        problems += [
            f"{name} is right, but graded as a submission it fails {check_names(failed)}"
            for name, future in jailed.items()
            if (failed := future.result())
        ]
        named = {name: future.result() for name, future in graded.items()}
        all_checks = start(lambda supervisor: supervisor.checks).result()
        points = {check.id: check.points for check in all_checks}
        checks = list(points)
        for (name, seed), future in idle.items():
            passed = set(checks) - future.result()
            earned = worth(lab, all_checks, passed)
            if earned > lab.free_points:
                problems.append(
                    f"{name} earns {earned:g} points with seed {seed}: it passes "
                    f"{check_names(passed)}"
                )
    fails = {
        m.name: {check for check in found[m.name] if _suite(check) == own[m.part]} for m in changes
    }
    problems += _judge(fails, fails if accept else load_fails(lab))
    for m in changes:
        other = {c for c in found[m.name] - fails[m.name] if _suite(c) not in users[m.part]}
        if other:
            names = [part.name for part in lab.parts if part.suite in {*map(_suite, other)}]
            problems.append(
                f"{m.name} costs points elsewhere: {check_names(other)}; hand those checks what "
                f"they need of {m.part}, or where they must use the student's, name it in "
                f'lab.toml, at {" and ".join(names)}: uses = ["{m.part}"]'
            )
    notes = []
    if not accept:
        problems += _lucky(found, {name: answer.outcomes for name, answer in named.items()})
        problems += [*proofs.titles(all_checks), *proofs.translations(lab)]
        try:
            problems += proofs.release(lab, right)
        except UserError as error:
            problems.append(str(error))
        except ModuleNotFoundError as error:
            notes.append(f"what students receive is not proved: {advice(error) or error}")
    if unkilled := set(checks).difference(*found.values()):
        problems.append(f"no mistake is caught by {check_names(unkilled)}")
    unrecognised = {m.name: m.unrecognised for m in mistakes if m.unrecognised}
    kinds = {m.name: m.kind for m in mistakes}
    for name, answer in named.items():
        problem, note = _judge_diagnosis(kinds[name], answer.named)
        if name in unrecognised and problem:
            problem, note = [], [f"{name} is not recognised: {unrecognised[name]}"]
        problems += problem
        notes += note
    together = {
        m.name: shared
        for m in changes
        if (shared := {check for check in found[m.name] if _suite(check) in users[m.part]})
    }
    slow = {check.id for check in all_checks if check.long}
    lost = {name: _lost_with(failed, all_checks) for name, failed in found.items()}
    prices = [
        Price(
            m.name,
            m.part,
            sum(points[check] for check in lost[m.name] if _suite(check) == own[m.part]),
            sum(points[c] for c in lost[m.name] if _suite(c) in users[m.part]),
            m.name in long or not slow,
        )
        for m in changes
    ]
    return Verdict(fails, found, together, checks, slow, prices, problems, notes)


def _lost_with(failed: set[str], checks: Iterable[Check]) -> set[str]:
    """Return the checks that give no points: those that fail, and those that require them."""
    lost = set(failed)
    for check in checks:  # one can only require what stands before it
        if lost.intersection(check.requires):
            lost.add(check.id)
    return lost


def right_code(lab: Lab) -> dict[str, dict[str, bytes]]:
    """Return the reference and the right solutions in other styles, each by its name."""
    folders = sorted(lab.styles.iterdir()) if lab.styles else []
    found = {"the reference": lab.reference} | {folder.name: folder for folder in folders}
    return {name: read_files(folder, lab) for name, folder in found.items()}


def _suite(check: str) -> str:
    return check.split("::")[0]


def check_names(checks: Iterable[str]) -> str:
    """Write the ids of checks without their files."""
    return ", ".join(sorted(check.split("::")[-1] for check in checks))


def _draws(seed: int) -> Draws:
    """Return draws that are the same wherever the suites are proved."""
    return Draws(seed, PUBLIC_SECRET)


def _failed(supervisor: Supervisor, files: Mapping[str, bytes], seed: int, quick: bool) -> set[str]:
    ran = supervisor.run_variants(_draws(seed), {"": files}, quick=quick)
    return {check for _, check, passed in ran if not passed}


def _lost(supervisor: Supervisor, run: Run, files: dict[str, bytes]) -> set[str]:
    """Grade right code in the jail, long checks too; give the checks that it does not pass."""
    answer = supervisor.examine(run.draws, None, (files, {}))
    return {check.id for check in answer.checks if check.outcome != PASSED}


@dataclass(frozen=True)
class _Graded:
    """What came of a mistake that was graded: its checks, and the mistakes named at each."""

    outcomes: dict[str, str]
    named: list[list[str]]


def _graded(supervisor: Supervisor, run: Run, mistake: Mistake) -> _Graded:
    """Grade a mistake's own part, in the jail."""
    suite = next(part.suite for part in run.lab.parts if part.name == mistake.part)
    answer = supervisor.examine(run.draws, [suite], (mistake.files, {}))
    named = [list(reason.mistakes) for reason in answer.reasons.values()]
    return _Graded({check.id: check.outcome for check in answer.checks}, named)


def _lucky(found: Mapping[str, set[str]], outcomes: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Compare what mistakes fail with what they fail in the jail, with another seed."""
    problems = []
    for name, failed in found.items():
        graded = outcomes[name]
        if passed := {check for check in failed if graded.get(check) == PASSED}:
            problems.append(
                f"{name} fails {check_names(passed)} with seed {SEED}, and passes as a submission "
                f"with seed {OTHER_SEED}; ask for more in it, or draw less"
            )
    return problems


def _judge(fails: Mapping[str, set[str]], accepted: Mapping[str, set[str]]) -> list[str]:
    """Compare what the mistakes fail with what was accepted."""
    problems = [
        f"{name} is not caught by any check of its part" for name in fails if not fails[name]
    ]
    for name, failed in fails.items():
        if name not in accepted:
            problems.append(
                f"{name} is new; look at what it fails and accept it: {check_names(failed)}"
            )
        elif missed := accepted[name] - failed:
            problems.append(f"{name} should fail {check_names(missed)} and does not any more")
        elif new := failed - accepted[name]:
            problems.append(
                f"{name} fails {check_names(new)}, which it did not when it was accepted; if that "
                "is right: `verify --accept`"
            )
    gone = set(accepted) - set(fails)
    return problems + [f"{name} was accepted and is not in the catalogue" for name in sorted(gone)]


def _judge_diagnosis(name: str, named: list[list[str]]) -> tuple[list[str], list[str]]:
    """Return what is wrong, and what is remarkable, about how a mistake was diagnosed."""
    with_it = [names for names in named if name in names]
    if not with_it:
        others = {first for names in named for first in names[:1]}
        return [
            f"{name} is {f'taken for {check_names(others)}' if others else 'not recognised'}"
        ], []
    if any(names[0] == name for names in with_it) and any(names == [name] for names in with_it):
        return [], []
    equals = set.intersection(*(set(names) for names in with_it)) - {name}
    return [], [
        f"{name} can't be told from {check_names(equals)}: every check sees the same of both"
    ]
