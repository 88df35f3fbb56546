"""Recognises known mistakes by what they look like from outside, several at once too.

The suites are run on the reference with each mistake of the catalogue in it, with the same draws;
what a failed check compared is the mistake's fingerprint at that check. A student's failed check
with the same fingerprint has, as far as can be seen, the same mistake. Each check is looked at on
its own: where it fails for one mistake's reason, it may hide another's. Where two mistakes meet in
one number, neither's fingerprint is there; then the suites are run on both together.

A mistake is not named if the student passes a check that it fails. Where no mistake fits, what the
numbers themselves say is passed on (`autograder.diagnosis.numbers`); and where that says nothing
either, nothing is said: a false hint costs a student more than none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from autograder.diagnosis.symptoms import UNWRITTEN, Symptom

#: Stands between the names of mistakes that are made together.
AND = "+"
#: So many mistakes may be combined, and so many combinations tried for a submission.
MOST_TOGETHER, COMBINATIONS = 6, 150

#: Mistake, or several joined by `AND`, and check -> what it looks like there; None where it passes.
Fingerprints = Mapping[tuple[str, str], Symptom | None]


@dataclass(frozen=True)
class Entry:
    """What is known of a mistake while a submission is looked at.

    Attributes
    ----------
    part
        In which it costs points.
    kind
        The name under which it is told.
    method
        In which it is; empty if that is not known.
    fails
        The checks of its part that it is known to fail; None if that was not accepted yet.
    together
        The checks of parts that use all classes that it is known to fail, as far as is known.
    checks
        The only checks at which it is looked for; None for all.
    """

    part: str
    kind: str
    method: str = ""
    fails: frozenset[str] | None = None
    together: frozenset[str] = frozenset()
    checks: frozenset[str] | None = None


@dataclass(frozen=True)
class Catalogue:
    """The known mistakes.

    Attributes
    ----------
    entries
        By name.
    whole
        The parts that use all classes at once.
    fingerprints
        Gives the symptom of mistakes at checks.
    """

    entries: Mapping[str, Entry]
    whole: Collection[str]
    fingerprints: Callable[[Mapping[str, Sequence[str]]], Fingerprints]


@dataclass(frozen=True)
class Reason:
    """What is known of the reason of a failed check.

    Attributes
    ----------
    symptom
        The `Symptom.digest`.
    telling
        Whether it stands on numbers.
    exact
        Whether the check's message is all there is to say.
    mistakes
        Names of known mistakes; if there are several, they can't be told apart.
    relation
        What can be said without knowing the mistake.
    """

    symptom: str
    telling: bool
    exact: bool
    mistakes: tuple[str, ...]
    relation: str | None


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
    named: list[str] = []
    parts = dict.fromkeys(checks.values())
    for part in sorted(parts, key=lambda part: part in catalogue.whole):
        seen = {c: s for c, s in symptoms.items() if checks[c] == part and s.text != UNWRITTEN}
        if not seen:
            continue
        if part in catalogue.whole:
            known = _known_elsewhere(seen, named, catalogue)
            found |= known
            if any(checks[check] not in catalogue.whole for check in symptoms):
                continue  # what is not known to come from a mistake elsewhere may well do so
        one = _Part(part, checks, symptoms, catalogue)
        explained = one.explain()
        named += one.chosen
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
    seen: Mapping[str, Symptom], named: Sequence[str], catalogue: Catalogue
) -> dict[str, list[str]]:
    """Return, for checks that use all classes, a named mistake that is enough to fail them."""
    found = {}
    for check in seen:
        enough = [name for name in named if check in catalogue.entries[name].together]
        if enough:
            found[check] = enough[:1]
    return found


@dataclass
class _Part:
    """The failed checks of a part, and the mistakes that may explain them.

    Attributes
    ----------
    explained
        Check -> the mistakes that explain it.
    chosen
        The mistakes that are taken to be there, the likeliest first.
    """

    part: str
    checks: Mapping[str, str]
    symptoms: Mapping[str, Symptom]
    catalogue: Catalogue
    explained: dict[str, list[str]] = field(default_factory=dict)
    chosen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        own = [check for check, part in self.checks.items() if part == self.part]
        self.seen = {c: self.symptoms[c] for c in own if c in self.symptoms}
        self.written = [c for c in self.seen if self.seen[c].text != UNWRITTEN]
        self.own = own
        self.fails: dict[str, Set[str]] = {}
        self.hits: dict[str, set[str]] = {}
        self.telling: set[str] = set()
        self.tried = 0

    def explain(self) -> dict[str, list[str]]:
        """Find, for the failed checks, the mistakes that explain them."""
        self._compare()
        refused: set[str] = set()
        while True:
            self._choose(refused)
            self._combine(refused)
            weak = self._weak()
            if not weak:
                self._put_down()
                return self.explained
            refused |= weak

    def _compare(self) -> None:
        """Find the mistakes that may be there, and the checks that look like each of them."""
        entries, passed = self.catalogue.entries, set(self.checks) - set(self.symptoms)
        wanted: dict[str, list[str]] = {}
        for name, entry in entries.items():
            if entry.part != self.part or entry.together & passed:
                continue
            fails = entry.fails if entry.checks is None else entry.checks
            # What the student passes, a mistake that fails it can't be there.
            if fails is not None and fails & passed:
                continue
            if those := [c for c in self.written if fails is None or c in fails]:
                wanted[name] = those
                if fails is not None:
                    self.fails[name] = fails
        made = self.catalogue.fingerprints(wanted)
        self._look_at_new(wanted, made)
        for name in self.fails:
            hits = {
                check
                for check in wanted[name]
                if (symptom := made[name, check]) is not None and symptom.same(self.seen[check])
            }
            self.hits[name] = hits
            if any(self.seen[check].telling for check in hits):
                self.telling.add(name)

    def _look_at_new(self, wanted: Mapping[str, list[str]], made: Fingerprints) -> None:
        """Find out what those mistakes fail of which that is not known yet."""
        new = [name for name in wanted if name not in self.fails]
        near = [
            name
            for name in new
            if any((s := made[name, c]) is not None and s.same(self.seen[c]) for c in wanted[name])
        ]
        passed = [check for check in self.own if check not in self.seen]
        more = self.catalogue.fingerprints(dict.fromkeys(near, passed)) if passed else {}
        for name in near:
            if all(more[name, check] is None for check in passed):
                self.fails[name] = {c for c in wanted[name] if made[name, c] is not None}

    def _choose(self, refused: Set[str]) -> None:
        """Take the mistake that explains most, then the one that explains most of the rest."""
        self.explained, self.chosen = {}, []
        while True:
            unexplained = set(self.written) - set(self.explained)
            scores = {}
            for name, hits in self.hits.items():
                new = hits & unexplained
                if new and name not in refused:
                    missed = (self.fails[name] & set(self.written)) - hits - set(self.explained)
                    scores[name] = (len(new) - len(missed), len(new), name in self.telling)
            best = max(scores.values(), default=(-1,))
            if best[0] < 0:
                return
            tied = [name for name, score in scores.items() if score == best]
            first = self.hits[tied[0]] & unexplained
            alike = [name for name in tied if self.hits[name] & unexplained == first]
            self.chosen += alike
            self.explained |= dict.fromkeys(first, alike)

    def _combine(self, refused: Set[str]) -> None:
        """Explain checks by several mistakes that meet there."""
        for check in self.written:
            if check in self.explained:
                continue
            for names in self._together(check, refused):
                self.tried += 1
                if self.tried > COMBINATIONS:
                    return
                joined = AND.join(names)
                made = self.catalogue.fingerprints({joined: [check]})[joined, check]
                if made is not None and made.same(self.seen[check]):
                    self._take(check, names)
                    break

    def _take(self, check: str, names: tuple[str, ...]) -> None:
        """Take several mistakes to be there; the check is told as the last one's."""
        self.explained[check] = [names[-1]]
        self.hits[names[-1]] = self.hits[names[-1]] | {check}
        if self.seen[check].telling:
            self.telling.update(names)
        self.chosen += [name for name in names if name not in self.chosen]

    def _together(self, check: str, refused: Set[str]) -> Iterator[tuple[str, ...]]:
        """Yield mistakes that may meet at a check, the one that it shows last."""
        there = list(dict.fromkeys(names[0] for names in self.explained.values()))
        there.sort(key=lambda name: check in self.fails[name])
        base = there[-(MOST_TOGETHER - 1) :]
        if not base:
            return
        if len(base) > 1 and check in self.fails[base[-1]]:
            yield tuple(base)
        others = [
            name
            for name in self.fails
            if check in self.fails[name] and name not in self.chosen and name not in refused
        ]
        # What hides behind another mistake in all of its checks comes last.
        others.sort(key=lambda name: (not self.hits[name], len(self.fails[name])))
        yield from ((*base, name) for name in others)
        if len(base) > 1:
            yield from ((one, name) for one in base[::-1] for name in there if one != name)

    def _weak(self) -> set[str]:
        """Return the chosen mistakes that too little speaks for.

        A message without numbers says little. It counts only if nothing that has to do with the
        same method is left unexplained but what the mistake is known to fail; an exception, which
        says even less, only if nothing at all is.
        """
        left = set(self.written) - set(self.explained)
        about: dict[str, set[str]] = defaultdict(set)
        for entry in self.catalogue.entries.values():
            if entry.part == self.part and entry.fails:
                about[entry.method] |= entry.fails
        weak = set()
        for name in self.chosen:
            if name in self.telling:
                continue
            near = about[self.catalogue.entries[name].method] - self.fails[name]
            if all(self.seen[check].raised for check in self.hits[name]):
                near = left
            if near & left:
                weak.add(name)
        return weak

    def _put_down(self) -> None:
        """Put down what is left to a mistake that is there and known to be enough to fail it."""
        for check in self.written:
            enough = [name for name in self.chosen if check in self.fails[name]]
            if enough and check not in self.explained:
                self.explained[check] = enough[:1]
