"""Recognises known mistakes by what they look like from outside.

The suites are run on the reference with each mistake of the catalogue in it, with the same draws;
what a failed check compared is the mistake's fingerprint at that check. A student's failed check
with the same fingerprint has, as far as can be seen, the same mistake. Where none fits, a simple
relation between the wrong and the right array is tried (`autograder.diagnosis.numbers`); and where
that fails too, nothing is said: a false hint costs a student more than none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from autograder.checks import CheckFailed, Known
from autograder.diagnosis.mistakes import Mistake, load_catalogue, load_fails
from autograder.diagnosis.numbers import reason
from autograder.draws import Draws
from autograder.lab import Lab
from autograder.messages import Message, join, say
from autograder.records import CheckResult
from autograder.suites.errors import ALLOWED_ERRORS, StudentError
from autograder.suites.local import run_local

#: Two programs that compute the same in another order differ by less.
ROUNDING = 1e-7
#: So many hints are given where mistakes can't be told apart; where there are more, none.
SHOWN = 3
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
    compared
        The answer, the right one, and what the check knows around them.
    """

    text: str
    values: np.ndarray | None = None
    compared: tuple[Any, np.ndarray | None, Known] | None = field(
        default=None, compare=False, repr=False
    )

    @cached_property
    def reason(self) -> Message | None:
        """What the numbers themselves say of the mistake."""
        try:
            return reason(*self.compared) if self.compared else None
        except np.linalg.LinAlgError:  # no decomposition of these numbers was found
            return None

    @property
    def telling(self) -> bool:
        """Whether it holds enough wrong numbers to tell a mistake by them alone."""
        if self.values is None:
            return False
        right = self.compared[1] if self.compared else None
        if right is None or right.shape != self.values.shape:
            return len(np.unique(self.values)) >= 3
        return len(np.unique(self.values[~np.isclose(self.values, right)])) >= 3

    def same(self, other: Symptom) -> bool:
        """Return whether two symptoms are equal up to rounding."""
        if self.text != other.text or (self.values is None) != (other.values is None):
            return False
        if self.values is None or other.values is None:
            return True
        return self.values.shape == other.values.shape and bool(
            np.allclose(self.values, other.values, ROUNDING, ROUNDING, equal_nan=True)
        )

    def name(self, draws: Draws) -> str:
        """Return a short name that equal symptoms share, for comparing across students.

        Without the secret nobody can tell which symptom has which name: it would carry numbers
        that a submission chose.
        """
        content = f"{self.text}\0".encode()
        if self.values is not None:
            content += f"{self.values.shape}\0".encode()
            with np.errstate(all="ignore"):
                content += (np.round(self.values, 5) + 0.0).tobytes()  # no -0.0
        return draws.name_of(content)


def symptom_of(error: BaseException) -> Symptom:
    """Return what is seen of a check's failure."""
    if isinstance(error, CheckFailed):
        values = error.actual
        if isinstance(values, int | float | np.number) and not isinstance(values, bool):
            values = np.array(values)
        if isinstance(values, np.ndarray) and values.dtype.kind in "biuf":
            text = f"{error.what} {values.dtype}"  # float32 is a mistake even when it is near
            values = np.asarray(values, dtype=np.float64)
            return Symptom(text, values, (error.actual, error.expected, error.known))
        return Symptom(str(error))
    if isinstance(error, StudentError):
        return Symptom(error.type_name)
    names = [kind.__name__ for kind in type(error).__mro__]
    return Symptom(next((name for name in names if name in ALLOWED_ERRORS), names[0]))


#: Runs checks on a submission's files in the jail; gives what the failed ones raised.
Examine = Callable[[Mapping[str, bytes], Sequence[str]], Mapping[str, BaseException]]


class Catalogue:
    """The mistakes of a lab and their fingerprints, which are made when they are asked for."""

    def __init__(self, lab: Lab, draws: Draws, examine: Examine):
        self.lab, self.draws, self.examine = lab, draws, examine
        self._made: dict[tuple[str, str], Symptom | None] = {}

    @cached_property
    def mistakes(self) -> dict[str, Mistake]:
        """All of them, by name."""
        return {mistake.name: mistake for mistake in load_catalogue(self.lab)}

    @cached_property
    def fails(self) -> dict[str, set[str]]:
        """The checks that each mistake is known to fail; a new one may not be there yet."""
        return load_fails(self.lab)

    def candidates(self, part: str, checks: Sequence[str]) -> dict[str, list[str]]:
        """Return the mistakes of a part that may fail some of these checks, and which."""
        return {
            name: those
            for name, mistake in self.mistakes.items()
            if mistake.part == part
            and (those := [c for c in checks if c in self.fails.get(name, checks)])
        }

    def fingerprints(
        self, wanted: Mapping[str, Sequence[str]]
    ) -> Mapping[tuple[str, str], Symptom | None]:
        """Return the symptom of each mistake at each of these checks; None where it passes."""
        by_check: dict[str, list[str]] = {}
        for name, checks in wanted.items():
            missing = [check for check in checks if (name, check) not in self._made]
            if missing and not self.mistakes[name].trusted:
                errors = self.examine(self.mistakes[name].files, missing)
                for check in missing:
                    self._note(name, check, errors.get(check))
                continue
            for check in missing:
                by_check.setdefault(check, []).append(name)
        if by_check:
            variants = {name: self.mistakes[name].files for name in wanted}
            for finding in run_local(self.lab, variants, self.draws, by_check):
                self._note(finding.variant, finding.check, finding.error)
        return self._made

    def _note(self, name: str, check: str, error: BaseException | None) -> None:
        self._made[name, check] = symptom_of(error) if error else None


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
            found |= _explain(seen, checks, part, catalogue)
    return [
        replace(result, diagnosis=_diagnosis(symptoms[result.id], found.get(result.id), catalogue))
        if result.id in symptoms
        else result
        for result in results
    ]


def _explain(
    seen: dict[str, Symptom], checks: list[str], part: str, catalogue: Catalogue
) -> dict[str, list[str]]:
    """Find, for a part's failed checks, the mistakes that explain them, the likeliest first."""
    written = [check for check in seen if seen[check].text != UNWRITTEN]
    wanted = catalogue.candidates(part, written)
    made = catalogue.fingerprints(wanted)
    matches: dict[str, set[str]] = {}
    for name, those in wanted.items():
        hits = {c for c in those if (s := made[name, c]) is not None and s.same(seen[c])}
        if hits:
            matches[name] = hits
    # The rest of what they fail, for those that are not in the accepted table yet.
    new = {name: checks for name in matches if name not in catalogue.fails}
    made = catalogue.fingerprints(new)
    scores: dict[str, tuple[int, int]] = {}
    alone: set[str] = set()
    for name, hits in matches.items():
        fails = catalogue.fails.get(name) or {c for c in checks if made[name, c] is not None}
        # What the student passes, a mistake that fails it can't be there.
        if fails <= set(seen):
            telling = any(seen[check].telling for check in hits)
            if telling or fails <= hits:
                scores[name] = (len(hits) - len(fails - hits), len(hits))
            if not telling:
                alone.add(name)
    # A message without numbers says little: it counts only if, in the end, nothing is left
    # unexplained.
    if not set(seen) <= set().union(*(matches[name] for name in scores)):
        scores = {name: score for name, score in scores.items() if name not in alone}
    found: dict[str, list[str]] = {}
    for name in sorted(scores, key=lambda name: scores[name], reverse=True):
        for check in matches[name]:
            best = found.setdefault(check, [])
            if not best or scores[best[0]] == scores[name]:
                best.append(name)
    return found


def _diagnosis(symptom: Symptom, names: list[str] | None, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "symptom": symptom.name(catalogue.draws),
        "telling": symptom.telling,
        "mistakes": names or [],
        "hints": _hints(symptom, names, catalogue),
    }


def _hints(
    symptom: Symptom, names: list[str] | None, catalogue: Catalogue
) -> dict[str, str] | None:
    """Say in each language what leads on."""
    known = [catalogue.mistakes[name].hints for name in names or ()]
    found = symptom.reason
    if not 0 < len(known) <= SHOWN and not found:
        return None
    # Imported here: right submissions need no translations.
    from autograder.languages.translations import lab_languages

    hints = {}
    for language in lab_languages(catalogue.lab):
        if 0 < len(known) <= SHOWN:
            # Mistakes that look the same from outside: the student can tell which it is.
            hints[language.tag] = language.say(join(_or, [hint[language.tag] for hint in known]))
        elif found:
            hints[language.tag] = language.say(found)
    return hints


def _or(first: str, second: str) -> Message:
    return say("{first} Or: {second}", first=first, second=second)
