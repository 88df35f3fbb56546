"""Recognises known mistakes by what they look like from outside, several at once too.

The suites are run on the reference with each mistake of the catalogue in it, with the same draws;
what a failed check compared is the mistake's fingerprint at that check. A student's failed check
with the same fingerprint has, as far as can be seen, the same mistake. Each check is looked at on
its own: where it fails for one mistake's reason, it may hide another's. Where two mistakes meet in
one number, neither's fingerprint is there; then the suites are run on both together.

A mistake is not named if the student passes a check that it fails. A part that uses others fails
with a mistake in any of them; while one of those fails, only those of its own mistakes are named
whose numbers are there. Where no mistake fits, what the
numbers themselves say is passed on (`autograder.diagnosis.numbers`); and where that says nothing
either, nothing is said: a false hint costs a student more than none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.diagnosis.catalogue import Catalogue, Reason
from autograder.diagnosis.part import PartExplanation
from autograder.diagnosis.symptoms import UNWRITTEN, Symptom


def diagnose(
    checks: Mapping[str, str], symptoms: Mapping[str, Symptom], catalogue: Catalogue
) -> dict[str, Reason]:
    """Find what is known of the reason of each failed check.

    Parameters
    ----------
    checks
        The checks that were run and passed, or failed on an answer, and the part of each.
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
    named: list[list[str]] = []
    parts = dict.fromkeys(checks.values())
    uses = {part: catalogue.uses.get(part, ()) for part in parts}
    for part in sorted(parts, key=lambda part: len(uses[part])):  # what is used comes first
        seen = {c: s for c, s in symptoms.items() if checks[c] == part and s.text != UNWRITTEN}
        if not seen:
            continue
        if uses[part]:
            found |= _known_elsewhere(seen, named, catalogue)
        one = PartExplanation(part, checks, symptoms, catalogue)
        explained, groups = one.explain(), one.groups()
        if any(checks[check] in uses[part] for check in symptoms):
            # What is not known to come from a mistake elsewhere may well do so.
            explained = one.proved_by_numbers()
            groups = [names for check, names in explained.items() if check not in found]
        named += groups
        found |= {check: names for check, names in explained.items() if check not in found}
    return {
        check: Reason(
            symptom.digest,
            symptom.telling,
            symptom.exact,
            tuple(dict.fromkeys(catalogue.entries[name].kind for name in found.get(check, ()))),
            symptom.reason,
        )
        for check, symptom in symptoms.items()
    }


def _known_elsewhere(
    seen: Mapping[str, Symptom], named: Sequence[list[str]], catalogue: Catalogue
) -> dict[str, list[str]]:
    """Return, for checks that use other parts, a named mistake that is enough to fail them."""
    found = {}
    for check in seen:
        enough = (names for names in named if check in catalogue.entries[names[0]].together)
        if names := next(enough, None):
            found[check] = names
    return found
