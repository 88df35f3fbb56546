"""Proves that points do not depend on the seed: the same code earns the same, whatever is drawn.

Right code earns every point with every seed. Every mistake, and pairs of mistakes in different
parts, fail the same checks with every seed: a mistake those of its own part and of the parts that
use several tasks at once, and a pair those of the latter, since `autograder.verify` proves that
none costs points elsewhere. Checks that may take long are run for a sample of mistakes.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from autograder.diagnosis.mistakes import Mistake, load_catalogue
from autograder.draws import PUBLIC_SECRET, Draws
from autograder.examiner.examiners import Examiners
from autograder.examiner.supervisor import Supervisor
from autograder.grading import Run
from autograder.lab import Lab
from autograder.lab_file import read_files
from autograder.progress import Progress
from autograder.text import counted
from autograder.verify import check_names, right_code

#: The parts of a name of a check.
SEPARATOR = "::"
#: So many variants are run in one examiner.
BATCH = 20
#: What a variant fails, by its name: with each seed a set of checks.
Fails = Mapping[str, Mapping[int, frozenset[str]]]


@dataclass(frozen=True)
class Size:
    """How much is run.

    Attributes
    ----------
    seeds
        How many.
    pairs
        How many pairs of mistakes.
    long, long_seeds
        How many mistakes are run on checks that may take long, and with how many of the seeds.
    """

    seeds: int
    pairs: int
    long: int
    long_seeds: int


@dataclass(frozen=True)
class Proof:
    """What was found.

    Attributes
    ----------
    counts
        How much was run, in a sentence each.
    problems
        A sentence for everything that depends on a seed.
    """

    counts: list[str]
    problems: list[str]


def prove(run: Run, jobs: int, size: Size, progress: Progress) -> Proof:
    """Run the suites on mistakes and on right code, with many seeds.

    Parameters
    ----------
    run
        The lab; the draws are those of seeds 0, 1, 2, ... with a secret that everybody knows.
    jobs
        How many processes work at once.
    size
        How much is run.
    progress
        Follows the work.
    """
    lab = run.lab
    mistakes = [mistake for mistake in load_catalogue(lab) if mistake.trusted]
    files = {mistake.name: mistake.files for mistake in mistakes}
    right = right_code(lab)
    pairs = pairs_of(lab, mistakes, size.pairs)
    with Examiners(lab, run.sandbox, run.draws, jobs) as examiners:
        checks = examiners.submit(lambda supervisor: supervisor.checks).result()
        quick = [check.id for check in checks if not check.long]
        long = [check.id for check in checks if check.long]
        # Of each part: the checks at which its mistakes may show.
        shown = {
            part.name: [
                check.id
                for check in checks
                if not check.long and (check.part == part.name or part.name in lab.uses(check.part))
            ]
            for part in lab.parts
        }
        later = {part.name for part in lab.parts if part.uses}
        joint = [check.id for check in checks if not check.long and check.part in later]
        sample = [*files][:: max(1, len(files) // max(1, size.long))][: size.long]
        seeds, few = range(size.seeds), range(min(size.seeds, size.long_seeds))
        work = {
            "right code": _start(examiners, right, dict.fromkeys(right, quick), seeds),
            "mistakes": _start(
                examiners,
                files,
                {m.name: shown[m.part] for m in mistakes},
                seeds,
            ),
            "pairs of mistakes": _start(examiners, pairs, dict.fromkeys(pairs, joint), seeds),
            "checks that may take long": _start(
                examiners, files, dict.fromkeys(sample if long else [], long), few
            ),
        }
        for stage, futures in work.items():
            progress.follow(stage, futures)
        found = {stage: _collect(futures) for stage, futures in work.items()}
    problems = [
        f"{name} is right, but fails {check_names(failed)} with seed {seed}"
        for name, by_seed in found.pop("right code").items()
        for seed, failed in by_seed.items()
        if failed
    ]
    problems += [problem for stage in found.values() for problem in differences(stage)]
    counts = [
        f"{counted(len(right), 'right solution')}, {counted(len(mistakes), 'mistake')} and "
        f"{counted(len(pairs), 'pair')} of them, {counted(size.seeds, 'seed')}",
        f"checks that may take long: {len(few)} seeds of {', '.join(sample)}",
    ]
    return Proof(counts, problems)


def pairs_of(lab: Lab, mistakes: Sequence[Mistake], number: int) -> dict[str, dict[str, bytes]]:
    """Put pairs of mistakes of different parts, in different files, into one submission each.

    The same pairs each time, drawn from all that there are.
    """
    reference = read_files(lab.reference, lab)

    def changed(mistake: Mistake) -> dict[str, bytes]:
        return {n: text for n, text in mistake.files.items() if text != reference[n]}

    possible = [
        (first, second)
        for first, second in itertools.combinations(mistakes, 2)
        if first.part != second.part and not set(changed(first)) & set(changed(second))
    ]
    drawn = random.Random(0).sample(possible, min(number, len(possible)))
    return {f"{a.name} + {b.name}": {**reference, **changed(a), **changed(b)} for a, b in drawn}


def differences(fails: Fails) -> list[str]:
    """Tell of everything that fails other checks with one seed than with another."""
    problems = []
    for name, by_seed in fails.items():
        for check in sorted(frozenset().union(*by_seed.values())):
            seeds = [seed for seed, failed in by_seed.items() if check in failed]
            if len(seeds) < len(by_seed):
                share = f"{len(seeds)} of {len(by_seed)} seeds"
                problems.append(
                    f"{name} fails {check_names([check])} with {share}: "
                    f"{', '.join(map(str, seeds[:5]))}{', ...' if seeds[5:] else ''}"
                )
    return problems


Found = tuple[int, dict[str, frozenset[str]]]


def _start(
    examiners: Examiners,
    variants: Mapping[str, Mapping[str, bytes]],
    wanted: Mapping[str, Sequence[str]],
    seeds: Iterable[int],
) -> list[Future[Found]]:
    """Have variants run with every seed, each on the checks that are wanted of it."""
    pairs = list(wanted.items())
    batches = [dict(pairs[i : i + BATCH]) for i in range(0, len(pairs), BATCH)]
    return [
        examiners.submit(partial(_run, variants=variants, wanted=batch, seed=seed))
        for seed in seeds
        for batch in batches
    ]


def _run(
    supervisor: Supervisor,
    variants: Mapping[str, Mapping[str, bytes]],
    wanted: Mapping[str, Sequence[str]],
    seed: int,
) -> Found:
    by_check = defaultdict(list)
    for name, checks in wanted.items():
        for check in checks:
            by_check[check].append(name)
    ran = supervisor.run_variants(
        Draws(seed, PUBLIC_SECRET), {name: variants[name] for name in wanted}, by_check
    )
    failed = {(name, check) for name, check, passed in ran if not passed}
    return seed, {
        name: frozenset(check for check in checks if (name, check) in failed)
        for name, checks in wanted.items()
    }


def _collect(futures: Iterable[Future[Found]]) -> Fails:
    found: dict[str, dict[int, frozenset[str]]] = defaultdict(dict)
    for future in futures:
        seed, failed = future.result()
        for name, checks in failed.items():
            found[name][seed] = checks
    return found
