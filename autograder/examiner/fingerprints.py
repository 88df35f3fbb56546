"""What every known mistake looks like at every check: made when first asked for, and kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from autograder.diagnosis.catalogue import AND, MOST_TOGETHER, Entry
from autograder.diagnosis.mistakes import (
    TOGETHER,
    Mistake,
    combined,
    load_fails,
    read_catalogue,
)
from autograder.draws import DrawSource
from autograder.examiner.answers import submission_job, variants_job
from autograder.examiner.channel import SYMPTOMS, VARIANTS
from autograder.examiner.errors import ExaminerError
from autograder.lab import Check, Lab

#: Has an examiner that sees no submission do a job of a kind.
Do = Callable[[str, dict[str, Any]], Any]

#: So many are kept: mistakes can be combined in any number of ways.
KEPT = 100_000


class FingerprintStore:
    """The fingerprints of a lab's catalogue of mistakes, for one run.

    Parameters
    ----------
    lab
        Whose catalogue.
    draws
        Of the run.
    """

    def __init__(self, lab: Lab, draws: DrawSource):
        self._lab, self._draws = lab, draws
        self._made: dict[tuple[str, str], Any] = {}
        self._making = threading.Lock()

    @cached_property
    def mistakes(self) -> dict[str, Mistake]:
        """All of them, by name."""
        return {mistake.name: mistake for mistake in read_catalogue(self._lab)}

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """What an examiner is told of each."""
        fails, together = load_fails(self._lab), load_fails(self._lab, TOGETHER)
        return {
            name: Entry(
                part=mistake.part,
                kind=mistake.kind,
                method=mistake.method,
                fails=frozenset(fails[name]) if name in fails else None,
                together=frozenset(together.get(name, ())),
                checks=mistake.checks,
            )
            for name, mistake in self.mistakes.items()
        }

    @property
    def kinds(self) -> set[str]:
        """The names under which they are told."""
        return {mistake.kind for mistake in self.mistakes.values()}

    def has(self, name: str) -> bool:
        """Return whether there is a mistake of this name, or all of those that it joins."""
        names = name.split(AND)
        return len(names) <= MOST_TOGETHER and all(one in self.mistakes for one in names)

    def get(self, wanted: Sequence[tuple[str, str]], checks: Sequence[Check], do: Do) -> list[Any]:
        """Return fingerprints.

        Parameters
        ----------
        wanted
            Mistake and check.
        checks
            Of the lab.
        do
            Makes those that are not there.

        Returns
        -------
        list
            Mistake, check, and the symptom as plain data or None, for each that was wanted.
        """
        with self._making:
            if len(self._made) > KEPT:
                self._made.clear()
            missing = [pair for pair in dict.fromkeys(wanted) if pair not in self._made]
            files = {name: self._files(name) for name, _ in missing}
            self._make([p for p in missing if files[p[0]] is not None], files, checks, do)
            for name in [name for name in files if files[name] is None]:
                those = [check for other, check in missing if other == name]
                self._examine(name, those, checks, do)
        return [[*pair, self._made[pair]] for pair in wanted]

    def _files(self, name: str) -> dict[str, bytes] | None:
        """Return what is run for a mistake, or for several; None if that may not be run here."""
        mistakes = [self.mistakes[one] for one in name.split(AND)]
        if not all(mistake.trusted for mistake in mistakes):
            return None
        try:
            return combined(self._lab, mistakes) if len(mistakes) > 1 else mistakes[0].files
        except ValueError:
            return {}  # they can't be made together

    def _make(
        self,
        pairs: Sequence[tuple[str, str]],
        files: Mapping[str, dict[str, bytes] | None],
        checks: Sequence[Check],
        do: Do,
    ) -> None:
        """Run checks on changes of the reference; what can't be run has no fingerprint."""
        self._made |= dict.fromkeys(pairs)
        pairs = [pair for pair in pairs if files[pair[0]]]
        if not pairs:
            return
        wanted: dict[str, list[str]] = {}
        for name, check in pairs:
            wanted.setdefault(check, []).append(name)
        variants = {name: files[name] or {} for name, _ in pairs}
        try:
            found = do(VARIANTS, variants_job(self._draws, checks, variants, wanted))
        except ExaminerError:
            if len(pairs) > 1:  # one of them is to blame
                middle = len(pairs) // 2
                self._make(pairs[:middle], files, checks, do)
                self._make(pairs[middle:], files, checks, do)
            return
        self._made |= {(name, check): symptom for name, check, symptom in found}

    def _examine(self, name: str, wanted: Sequence[str], checks: Sequence[Check], do: Do) -> None:
        """Run checks on what a student handed in, in the jail."""
        self._made |= dict.fromkeys((name, check) for check in wanted)
        if AND in name:
            return
        job = submission_job(self._draws, checks, wanted, self.mistakes[name].files, {})
        try:
            found = do(SYMPTOMS, job)
            symptoms = {(name, check): symptom for check, symptom in found if check in wanted}
        except (ExaminerError, TypeError, ValueError):
            return
        self._made |= symptoms
