"""Recognises known mistakes by what they look like from outside.

The suites are run on the reference with each mistake of the catalogue in it, with the same draws;
what a failed check compared is the mistake's fingerprint at that check. A student's failed check
with the same fingerprint has, as far as can be seen, the same mistake. Where none fits, a simple
relation between the wrong and the right array is tried (`autograder.signature`); and where that
fails too, nothing is said: a false hint costs a student more than none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from autograder.catalogue import Mistake, load_catalogue
from autograder.compare import CheckFailed
from autograder.lab import Lab
from autograder.local import run_local
from autograder.records import CheckResult
from autograder.remote import ALLOWED_ERRORS, StudentError
from autograder.signature import Texts, relation

#: Two programs that compute the same in another order differ by less.
ROUNDING = 1e-7
#: What has not been written yet needs no diagnosis.
UNWRITTEN = "NotImplementedError"


@dataclass(frozen=True)
class Symptom:
    """What a failed check looked like.

    Attributes
    ----------
    text
        What was compared; or the whole message, or the type of an exception, if nothing was.
    values
        The wrong numbers; None if there were none.
    relation
        What `autograder.signature.relation` says of them.
    """

    text: str
    values: np.ndarray | None = None
    relation: Texts | None = field(default=None, compare=False)

    @property
    def telling(self) -> bool:
        """Whether it holds enough numbers to tell a mistake by them alone."""
        return self.values is not None and len(np.unique(self.values)) >= 3

    def same(self, other: Symptom) -> bool:
        """Tell whether two symptoms are equal up to rounding."""
        if self.text != other.text or (self.values is None) != (other.values is None):
            return False
        if self.values is None or other.values is None:
            return True
        return self.values.shape == other.values.shape and bool(
            np.allclose(self.values, other.values, ROUNDING, ROUNDING, equal_nan=True)
        )

    @cached_property
    def digest(self) -> str:
        """A short name that equal symptoms share, for comparing across students."""
        rounded = (
            ""
            if self.values is None
            else np.array2string(
                np.round(self.values + 0.0, 5), threshold=10_000, floatmode="fixed", precision=5
            )
        )
        return hashlib.sha256(f"{self.text}\0{rounded}".encode()).hexdigest()[:16]


def symptom_of(error: BaseException) -> Symptom:
    """Give what is seen of a check's failure."""
    if isinstance(error, CheckFailed):
        values = error.actual
        if isinstance(values, int | float | np.number) and not isinstance(values, bool):
            values = np.array(values)
        if isinstance(values, np.ndarray) and values.dtype.kind in "biuf":
            text = f"{error.what} {values.dtype}"  # float32 is a mistake even when it is near
            values = np.asarray(values, dtype=np.float64)
            return Symptom(text, values, relation(error.actual, error.expected))
        return Symptom(str(error))
    if isinstance(error, StudentError):
        return Symptom(error.type_name)
    names = [kind.__name__ for kind in type(error).__mro__]
    return Symptom(next((name for name in names if name in ALLOWED_ERRORS), names[0]))


#: Runs checks on a submission's files in the jail; gives what the failed ones raised.
Examine = Callable[[Mapping[str, bytes], Sequence[str]], Mapping[str, BaseException]]


class Catalogue:
    """The mistakes of a lab and their fingerprints, which are made when they are asked for."""

    def __init__(self, lab: Lab, seed: int, examine: Examine):
        self.lab, self.seed, self.examine = lab, seed, examine
        self._made: dict[tuple[str, str], Symptom | None] = {}

    @cached_property
    def mistakes(self) -> dict[str, Mistake]:
        """All of them, by name."""
        return {mistake.name: mistake for mistake in load_catalogue(self.lab)}

    def of_part(self, part: str) -> list[str]:
        """Name the mistakes of a part."""
        return [name for name, mistake in self.mistakes.items() if mistake.part == part]

    def fingerprints(
        self, names: Sequence[str], checks: Sequence[str]
    ) -> Mapping[tuple[str, str], Symptom | None]:
        """Give the symptom (None: it passes) of each of these mistakes at each of these checks."""
        missing = {
            name: [check for check in checks if (name, check) not in self._made] for name in names
        }
        variants = {n: self.mistakes[n].files for n in names if self.mistakes[n].trusted}
        wanted = [check for check in checks if any(check in missing[name] for name in variants)]
        if wanted:
            for finding in run_local(self.lab, variants, self.seed, wanted):
                seen = symptom_of(finding.error) if finding.error else None
                self._made[finding.variant, finding.check] = seen
        for name in set(names) - set(variants):
            if missing[name]:
                errors = self.examine(self.mistakes[name].files, missing[name])
                for check in missing[name]:
                    error = errors.get(check)
                    self._made[name, check] = symptom_of(error) if error else None
        return self._made


def diagnose(
    results: list[CheckResult], symptoms: Mapping[str, Symptom], catalogue: Catalogue
) -> list[CheckResult]:
    """Add to each failed check what is known of its reason.

    Parameters
    ----------
    results
        What the checks found.
    symptoms
        Check id -> what its failure looked like.
    catalogue
        The known mistakes.

    Returns
    -------
    list of CheckResult
        The same, with ``diagnosis`` filled in for those that failed on an answer: a dict with
        ``symptom`` (equal for equal failures), ``telling`` (whether it stands on numbers),
        ``mistakes`` (names, the likeliest first) and ``hints`` (by language, or None).
    """
    found: dict[str, list[str]] = {}
    for part in dict.fromkeys(result.part for result in results):
        checks = [result.id for result in results if result.part == part]
        seen = {check: symptoms[check] for check in checks if check in symptoms}
        if any(symptom.text != UNWRITTEN for symptom in seen.values()):
            found |= _explain(seen, checks, catalogue.of_part(part), catalogue)
    return [
        replace(result, diagnosis=_diagnosis(symptoms[result.id], found.get(result.id), catalogue))
        if result.id in symptoms
        else result
        for result in results
    ]


def _explain(
    seen: dict[str, Symptom], checks: list[str], names: list[str], catalogue: Catalogue
) -> dict[str, list[str]]:
    """Find, for a part's failed checks, the mistakes that explain them, the likeliest first."""
    made = catalogue.fingerprints(names, list(seen))

    def matched(name: str) -> set[str]:
        known = {check: made[name, check] for check in seen if seen[check].text != UNWRITTEN}
        return {check for check, s in known.items() if s is not None and s.same(seen[check])}

    candidates = {name: hits for name in names if (hits := matched(name))}
    made = catalogue.fingerprints(list(candidates), checks)
    scores: dict[str, tuple[int, int]] = {}
    for name, hits in candidates.items():
        fails = {check for check in checks if made[name, check] is not None}
        # What the student passes, a mistake that fails it can't be there. A message without numbers
        # says little: it counts only if all else agrees, in a class that mostly works.
        alone = fails <= hits and 2 * len(seen) <= len(checks)
        if fails <= set(seen) and (alone or any(seen[check].telling for check in hits)):
            scores[name] = (len(hits) - len(fails - hits), len(hits))
    found: dict[str, list[str]] = {}
    for name in sorted(scores, key=lambda name: scores[name], reverse=True):
        for check in candidates[name]:
            best = found.setdefault(check, [])
            if not best or scores[best[0]] == scores[name]:
                best.append(name)
    return found


def _diagnosis(symptom: Symptom, names: list[str] | None, catalogue: Catalogue) -> dict[str, Any]:
    hints = catalogue.mistakes[names[0]].hints if names else symptom.relation
    return {
        "symptom": symptom.digest,
        "telling": symptom.telling,
        "mistakes": names or [],
        "hints": hints,
    }
