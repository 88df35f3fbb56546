"""What a student should fix first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder import records
from autograder.lab import Lab
from autograder.languages import SOURCE_LANGUAGE
from autograder.outputs.content import place_of
from autograder.pages.shown import Check, Told, hint_of, unwritten
from autograder.records import CheckResult, builds_on, mistakes_of

#: So certain it is what to do where code is not written yet.
UNWRITTEN = 1


@dataclass
class Step:
    """One thing to do: what several failed checks have in common.

    Attributes
    ----------
    checks
        Those that it explains.
    rank
        The least is done first; the last number is the place of its first check.
    ids
        Of the checks in the record.
    said
        What is said of it.
    command
        With which the student can look at it; may be empty.
    """

    rank: tuple[float, ...]
    checks: list[Check] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    said: Told | None = None
    command: str = ""

    @property
    def seen(self) -> list[Check]:
        """The checks that failed by it."""
        return [check for check in self.checks if check.reached]

    @property
    def unreached(self) -> list[Check]:
        """The checks that were not run because of it."""
        return [check for check in self.checks if not check.reached]

    @property
    def points(self) -> float:
        """What is lost by it; nothing can be said of it where code is not written yet."""
        if self.rank[0] == UNWRITTEN:
            return 0
        return sum(check.max_points - check.points for check in self.checks)


def find_steps(results: Sequence[CheckResult], checks: Sequence[Check], lab: Lab) -> list[Step]:
    """Put failed checks with the same reason together, in the order in which to fix them.

    What is certain comes first: a known mistake, or what breaks the contract whatever its reason,
    as a wrong type or an exception. Then comes what is not written yet, in the suites' order; then
    what the numbers say, and last what nothing is known of. Of equally certain things the one on
    which more points depend comes first; where that is equal too, the suites' order is from the
    simple to what is made of it.

    A part that uses others fails with a mistake in any of them. Its checks count where a mistake is
    known, its own or another part's; with anything else it comes into it when those are right.
    What was not reached has no reason of its own: it depends on the check on which it builds, or on
    what ran out of time before it in its part.
    """
    order = {part.name: i for i, part in enumerate(lab.parts)}
    failed = {result.part for result in results if result.outcome != records.PASSED}
    shadowed = {part.name for part in lab.parts if lab.uses(part.name) & failed}
    steps: dict[tuple[str, str], Step] = {}
    alone: dict[tuple[str, str], bool] = {}
    late: dict[str, Step] = {}
    of: dict[tuple[str, str], Step] = {}
    for place, (result, check) in enumerate(zip(results, checks, strict=True)):
        if check.passed:
            continue
        if result.outcome == records.NOT_REACHED:
            before = of.get((result.part, builds_on(result))) or late.get(result.part)
            if before:
                before.checks.append(check)
                before.ids.append(result.id)
                of[result.part, result.name] = before
            continue
        hint = hint_of(result, SOURCE_LANGUAGE)
        # The same advice at two lines is two things to do, unless it is one known mistake.
        line = "" if mistakes_of(result) else place_of(result)
        reason = (hint, line) if hint else ("", result.message)
        step = steps.setdefault(reason, Step((4,)))
        step.checks.append(check)
        step.ids.append(result.id)
        of[result.part, result.name] = step
        if result.outcome == records.TIMEOUT:
            late.setdefault(result.part, step)
        unclear = result.part in shadowed and not mistakes_of(result)
        alone[reason] = alone.get(reason, True) and unclear
        rank = (_certainty(result), 0, order.get(result.part, len(order)), place)
        step.rank = min(step.rank, rank)
    for step in steps.values():
        step.rank = (step.rank[0], -step.points, *step.rank[2:])
    kept = [step for reason, step in steps.items() if not alone[reason]]
    return sorted(kept, key=lambda step: step.rank)


def _certainty(result: CheckResult) -> int:
    """Return how certain it is what is wrong: 0 for certainty, 3 if nothing is known."""
    known = result.diagnosis or {}
    if unwritten(result):
        return UNWRITTEN
    if mistakes_of(result) or known.get("exact") or result.outcome != records.FAILED:
        return 0
    return 2 if hint_of(result, SOURCE_LANGUAGE) else 3
