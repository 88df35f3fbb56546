"""Recognises known mistakes by what they look like from outside.

The suites are run on the reference with each mistake of the catalogue in it, with the same draws;
what a failed check compared is the mistake's fingerprint at that check. A student's failed check
with the same fingerprint has, as far as can be seen, the same mistake. Where none fits, a simple
relation between the wrong and the right array is tried (`autograder.diagnosis.numbers`); and where
that fails too, nothing is said: a false hint costs a student more than none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from autograder.checks import CheckFailed, Known
from autograder.diagnosis.mistakes import load_catalogue
from autograder.diagnosis.numbers import reason
from autograder.draws import Draws
from autograder.lab import Lab
from autograder.messages import Message, join, say
from autograder.suites.errors import ALLOWED_ERRORS, StudentError

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

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what equal symptoms share; it is not to be shown, see `Draws.name_of`."""
        content = f"{self.text}\0".encode()
        if self.values is not None:
            content += f"{self.values.shape}\0".encode()
            with np.errstate(all="ignore"):
                content += (np.round(self.values, 5) + 0.0).tobytes()  # no -0.0
        return hashlib.sha256(content).hexdigest()


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


#: Mistake and check -> what the one looks like at the other; None where it passes.
Fingerprints = Mapping[tuple[str, str], Symptom | None]


@dataclass(frozen=True)
class Catalogue:
    """What is known of the mistakes while a submission is looked at.

    Attributes
    ----------
    parts
        Mistake -> the part in which it costs points.
    fails
        Mistake -> the checks that it is known to fail; a new one may not be there yet.
    fingerprints
        Gives the symptom of each mistake at each of these checks.
    """

    parts: Mapping[str, str]
    fails: Mapping[str, set[str]]
    fingerprints: Callable[[Mapping[str, Sequence[str]]], Fingerprints]

    def candidates(self, part: str, checks: Sequence[str]) -> dict[str, list[str]]:
        """Return the mistakes of a part that may fail some of these checks, and which."""
        return {
            name: those
            for name, own in self.parts.items()
            if own == part and (those := [c for c in checks if c in self.fails.get(name, checks)])
        }


@dataclass(frozen=True)
class Reason:
    """What is known of the reason of a failed check.

    Attributes
    ----------
    symptom
        The `Symptom.digest`.
    telling
        Whether it stands on numbers.
    mistakes
        Names of known mistakes, the likeliest first.
    relation
        What the numbers themselves say.
    """

    symptom: str
    telling: bool
    mistakes: tuple[str, ...]
    relation: str | None


def diagnose(
    checks: Mapping[str, str], symptoms: Mapping[str, Symptom], catalogue: Catalogue
) -> dict[str, Reason]:
    """Find what is known of the reason of each failed check.

    Parameters
    ----------
    checks
        The checks that were run, and the part of each.
    symptoms
        Check id -> what its failure looked like.
    catalogue
        The known mistakes.

    Returns
    -------
    dict
        Check id -> reason, for those that failed on an answer.
    """
    found: dict[str, list[str]] = {}
    for part in dict.fromkeys(checks.values()):
        own = [check for check in checks if checks[check] == part]
        seen = {check: symptoms[check] for check in own if check in symptoms}
        if any(symptom.text != UNWRITTEN for symptom in seen.values()):
            found |= _explain(seen, own, part, catalogue)
    return {
        check: Reason(symptom.digest, symptom.telling, tuple(found.get(check, ())), symptom.reason)
        for check, symptom in symptoms.items()
    }


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


class Hints:
    """Says in each of a lab's languages what leads on.

    Parameters
    ----------
    lab
        Its catalogue of mistakes is read when it is needed first.
    draws
        Of the run.
    """

    def __init__(self, lab: Lab, draws: Draws):
        self.lab, self.draws = lab, draws

    @cached_property
    def _known(self) -> dict[str, dict[str, str]]:
        return {mistake.name: mistake.hints for mistake in load_catalogue(self.lab)}

    def diagnosis(self, reason: Reason) -> dict[str, Any]:
        """Return what a grade keeps of a reason.

        Returns
        -------
        dict
            ``symptom`` (a name that equal failures share; without the secret nobody can tell which
            numbers have which name), ``telling`` and ``mistakes`` as in `Reason`, and ``hints`` (by
            language, or None).
        """
        return {
            "symptom": self.draws.name_of(reason.symptom),
            "telling": reason.telling,
            "mistakes": list(reason.mistakes),
            "hints": self._hints(reason),
        }

    def _hints(self, reason: Reason) -> dict[str, str] | None:
        named = 0 < len(reason.mistakes) <= SHOWN
        if not named and not reason.relation:
            return None
        # Imported here: right submissions need no translations.
        from autograder.languages.translations import lab_languages

        hints = {}
        for language in lab_languages(self.lab):
            if named:
                # Mistakes that look the same from outside: the student can tell which it is.
                texts = [self._known[name][language.tag] for name in reason.mistakes]
                hints[language.tag] = language.say(join(_or, texts))
            elif reason.relation:
                hints[language.tag] = language.say(reason.relation)
        return hints


def _or(first: str, second: str) -> Message:
    return say("{first} Or: {second}", first=first, second=second)
