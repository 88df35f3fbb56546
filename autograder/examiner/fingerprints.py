"""What every known mistake looks like at every check: made when first asked for, and kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from autograder.diagnosis.mistakes import Mistake, load_catalogue, load_fails
from autograder.draws import Draws
from autograder.examiner.answers import submission_job, variants_job
from autograder.examiner.channel import SYMPTOMS, VARIANTS
from autograder.examiner.errors import ExaminerError
from autograder.lab import Check, Lab

#: Has an examiner that sees no submission do a job of a kind.
Do = Callable[[str, dict[str, Any]], Any]


class FingerprintStore:
    """The fingerprints of a lab's catalogue of mistakes, for one run.

    Parameters
    ----------
    lab
        Whose catalogue.
    draws
        Of the run.
    """

    def __init__(self, lab: Lab, draws: Draws):
        self._lab, self._draws = lab, draws
        self._made: dict[tuple[str, str], Any] = {}
        self._making = threading.Lock()

    @cached_property
    def mistakes(self) -> dict[str, Mistake]:
        """All of them, by name."""
        return {mistake.name: mistake for mistake in load_catalogue(self._lab)}

    @property
    def parts(self) -> dict[str, str]:
        """The part in which each mistake costs points."""
        return {name: mistake.part for name, mistake in self.mistakes.items()}

    @cached_property
    def fails(self) -> dict[str, set[str]]:
        """The checks that each mistake is known to fail."""
        return load_fails(self._lab)

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
            missing = [pair for pair in dict.fromkeys(wanted) if pair not in self._made]
            trusted = [pair for pair in missing if self.mistakes[pair[0]].trusted]
            self._make(trusted, checks, do)
            for name in dict.fromkeys(name for name, _ in missing):
                if not self.mistakes[name].trusted:
                    self._examine(name, [c for n, c in missing if n == name], checks, do)
        return [[*pair, self._made[pair]] for pair in wanted]

    def _make(self, pairs: Sequence[tuple[str, str]], checks: Sequence[Check], do: Do) -> None:
        """Run checks on changes of the reference; what can't be run has no fingerprint."""
        if not pairs:
            return
        self._made |= dict.fromkeys(pairs)
        wanted: dict[str, list[str]] = {}
        for name, check in pairs:
            wanted.setdefault(check, []).append(name)
        variants = {name: self.mistakes[name].files for name, _ in pairs}
        try:
            found = do(VARIANTS, variants_job(self._draws, checks, variants, wanted))
        except ExaminerError:
            if len(pairs) > 1:  # one of them is to blame
                middle = len(pairs) // 2
                self._make(pairs[:middle], checks, do)
                self._make(pairs[middle:], checks, do)
            return
        self._made |= {(name, check): symptom for name, check, symptom in found}

    def _examine(self, name: str, wanted: Sequence[str], checks: Sequence[Check], do: Do) -> None:
        """Run checks on what a student handed in, in the jail."""
        self._made |= dict.fromkeys((name, check) for check in wanted)
        job = submission_job(self._draws, checks, wanted, self.mistakes[name].files, {})
        try:
            found = do(SYMPTOMS, job)
            symptoms = {(name, check): symptom for check, symptom in found if check in wanted}
        except (ExaminerError, TypeError, ValueError):
            return
        self._made |= symptoms
