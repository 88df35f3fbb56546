"""Finds the mistakes that explain the failed checks of one part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from autograder.diagnosis.catalogue import (
    AND,
    COMBINATIONS,
    MOST_TOGETHER,
    Catalogue,
    Fingerprints,
)
from autograder.diagnosis.symptoms import UNWRITTEN, Symptom


@dataclass
class PartExplanation:
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
        self.alike: dict[str, frozenset[str]] = {}

    def explain(self) -> dict[str, list[str]]:
        """Find, for the failed checks, the mistakes that explain them."""
        self._compare()
        refused: set[str] = set()
        while True:
            self._choose(refused)
            self._combine(refused)
            weak = self._weak()
            if not weak:
                self._drop_needless()
                self._put_down()
                return self.explained
            refused |= weak

    def groups(self) -> list[list[str]]:
        """Return the mistakes that explain something, with those that can't be told from them."""
        told = list(self.explained.values())
        alone = [[name] for name in self.chosen if all(name not in names for names in told)]
        return list({tuple(names): names for names in [*told, *alone]}.values())

    def proved_by_numbers(self) -> dict[str, list[str]]:
        """Return what `explain` found where a check has enough wrong numbers of just one mistake.

        Nothing else is put down to it, and nothing is told by a message alone.
        """
        return {
            check: names
            for check, names in self.explained.items()
            if self.seen[check].telling and all(check in self.alike[name] for name in names)
        }

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
            self.alike[name] = frozenset(hits)
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
                    unlike = (self.fails[name] & set(self.written)) - hits
                    missed = unlike - set(self.explained)
                    told = name in self.telling
                    scores[name] = (len(new) - len(missed), len(new), -len(unlike), told)
            best = max(scores.values(), default=(-1, 0, 0))
            if best[0] < 0:
                return
            tied = [name for name, score in scores.items() if score == best]
            first = self.hits[tied[0]] & unexplained
            # What those that are there look like together needs no other mistake.
            if best[2] and any(self._explained_together(check) for check in sorted(first)):
                continue
            alike = [name for name in tied if self.hits[name] & unexplained == first]
            self.chosen += alike
            self.explained |= dict.fromkeys(first, alike)

    def _explained_together(self, check: str) -> bool:
        """Explain a check by all mistakes that were taken to be there, if they look like it."""
        names = tuple(self._there(check))
        if len(names) < 2 or not self._looks_like(check, names):
            return False
        self._take(check, names)
        return True

    def _there(self, check: str) -> list[str]:
        """Return the mistakes that were taken to be there, those that fail a check last."""
        there = list(dict.fromkeys(names[0] for names in self.explained.values()))
        there.sort(key=lambda name: check in self.fails[name])
        return there[-(MOST_TOGETHER - 1) :]

    def _looks_like(self, check: str, names: tuple[str, ...]) -> bool:
        """Return whether a check looks like several mistakes together."""
        self.tried += 1
        if self.tried > COMBINATIONS:
            return False
        joined = AND.join(names)
        made = self.catalogue.fingerprints({joined: [check]})[joined, check]
        return made is not None and made.same(self.seen[check])

    def _combine(self, refused: Set[str]) -> None:
        """Explain checks by several mistakes that meet there."""
        for check in self.written:
            if check in self.explained:
                continue
            for names in self._together(check, refused):
                if self._looks_like(check, names):
                    self._take(check, names)
                    break

    def _take(self, check: str, names: tuple[str, ...]) -> None:
        """Take several mistakes to be there; the check is told as the last one's."""
        self.explained[check] = [names[-1]]
        self.hits[names[-1]] = self.hits[names[-1]] | {check}
        if self.seen[check].telling:
            # What has no part in it is not proved by it.
            self.telling.update(name for name in names if check in self.fails[name])
        self.chosen += [name for name in names if name not in self.chosen]

    def _together(self, check: str, refused: Set[str]) -> Iterator[tuple[str, ...]]:
        """Yield mistakes that may meet at a check, the one that it shows last."""
        base = self._there(check)
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
            yield from ((one, name) for one in base[::-1] for name in base if one != name)

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

    def _drop_needless(self) -> None:
        """Drop what only a message speaks for, if others that are there have that message too."""
        for name in [name for name in self.chosen if name not in self.telling]:
            mine = [check for check, names in self.explained.items() if name in names]
            others = {
                check: [
                    other
                    for other in self.chosen
                    if other not in self.explained[check] and check in self.hits[other]
                ]
                for check in mine
            }
            if all(others.values()):
                self.explained |= {check: names[:1] for check, names in others.items()}
                self.chosen.remove(name)
