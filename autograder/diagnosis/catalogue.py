"""What is known of mistakes while a submission is looked at, and what is found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # who only supervises needs none of what it imports
    from autograder.diagnosis.symptoms import Symptom

#: Stands between the names of mistakes that are made together.
AND = "+"
#: So many mistakes may be combined, and so many combinations tried for a submission.
MOST_TOGETHER, COMBINATIONS = 6, 150

#: Mistake, or several joined by `AND`, and check -> what it looks like there; None where it passes.
Fingerprints: TypeAlias = "Mapping[tuple[str, str], Symptom | None]"


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
        The checks of parts that use its own that it is known to fail, as far as is known.
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
    uses
        Part -> the parts whose tasks it uses as well.
    fingerprints
        Gives the symptom of mistakes at checks.
    """

    entries: Mapping[str, Entry]
    uses: Mapping[str, Collection[str]]
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
