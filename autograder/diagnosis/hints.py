"""Says in each of a lab's languages what leads a student on."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from autograder.diagnosis.catalogue import Reason
from autograder.diagnosis.mistakes import read_catalogue
from autograder.draws import Draws
from autograder.lab import Lab
from autograder.messages import Message, join, say

if TYPE_CHECKING:
    from autograder.languages.translations import Language

#: So many hints are given where mistakes can't be told apart; where there are more, none.
SHOWN = 3


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
        return {mistake.name: mistake.hints for mistake in read_catalogue(self.lab)}

    def diagnosis(self, reason: Reason) -> dict[str, Any]:
        """Return what a grade keeps of a reason.

        Returns
        -------
        dict
            ``symptom`` (a name that equal failures share; without the secret nobody can tell which
            numbers have which name), ``telling``, ``exact`` and ``mistakes`` as in `Reason`, and
            ``hints`` (by language, or None).
        """
        return {
            "symptom": self.draws.name_of(reason.symptom),
            "telling": reason.telling,
            "exact": reason.exact,
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


def alternatives(hint: str, language: Language) -> list[str]:
    """Take a hint apart into those of which one is right."""
    if not hint:
        return []
    between = language.say(_or("\0", "\0")).strip("\0")
    return [text for text in hint.split(between) if text]


def _or(first: str, second: str) -> Message:
    return say("{first} Or: {second}", first=first, second=second)
