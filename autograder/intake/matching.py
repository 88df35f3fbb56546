"""Finds the students of a roster to whom attempts belong.

By id, e-mail address, or the platform's number; else by a name that only one student has. What is
not certain is not decided: it is told, with who else it could be.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from autograder.intake.attempts import Person
from autograder.intake.entries import student_id
from autograder.intake.roster import Student
from autograder.text import clean

#: So many of those who could be meant are named, and so alike must they be.
CANDIDATES, CUTOFF = 3, 0.6


def squeezed(name: str) -> str:
    """Return a name's letters and digits only, in small letters, without accents.

    Canvas writes ``doejane`` for "Doe, Jané".
    """
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in apart if c.isalnum())


def _words(name: str) -> str:
    """Return a name with its words in alphabetical order: "Doe, Jane" is "Jane Doe"."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(c if c.isalnum() else " " for c in apart if not unicodedata.combining(c))
    return " ".join(sorted(kept.split()))


@dataclass(frozen=True)
class Match:
    """What was found for somebody who handed in.

    Attributes
    ----------
    student
        Of the roster; None if nobody, or more than one, could be meant.
    doubt
        What an instructor should know, if anything.
    """

    student: Student | None
    doubt: str = ""


class Matcher:
    """Finds students.

    Parameters
    ----------
    roster
        Who is in the class.
    """

    def __init__(self, roster: Sequence[Student]):
        self._roster = roster
        self._ids = {student.id: student for student in roster}
        self._keys = _index(roster, lambda s: [s.email.casefold(), *map(str.casefold, s.keys)])
        self._emails = _index(roster, lambda s: [s.email.casefold().partition("@")[0]])
        self._names = _index(
            roster, lambda s: [_words(s.name), *(squeezed(each) for each in _orders(s.name))]
        )
        self._low = _index(roster, lambda s: [s.id.casefold()])

    def match(self, person: Person) -> Match:
        """Find the student that somebody is."""
        known = [student_id(person.id), *map(student_id, person.keys)]
        for text in known:
            if text in self._ids:
                return Match(self._ids[text])
        low = [text.casefold() for text in (person.email, *known) if text]
        shown = clean(person.id, 60)
        for index, certain in ((self._keys, True), (self._emails, False), (self._low, False)):
            found = {s.id: s for text in low for s in index.get(text, ())}
            if len(found) == 1:
                doubt = f"{shown} was taken for {_list(found.values())}"
                return Match(next(iter(found.values())), "" if certain else doubt)
            if found:
                return Match(None, _could_be(shown, found.values()))
        name = person.name or person.id
        found = {
            s.id: s for text in (_words(name), squeezed(name)) for s in self._names.get(text, ())
        }
        if len(found) == 1:
            return Match(next(iter(found.values())))
        if found:
            return Match(None, _could_be(shown, found.values()))
        return Match(None, f"{shown} is not in the roster{self._nearest(person)}")

    def _nearest(self, person: Person) -> str:
        texts: dict[str, Student] = {}
        for student in self._roster:
            for text in (student.id, student.name, student.email):
                if text:
                    texts.setdefault(text.casefold(), student)
        near: dict[str, Student] = {}
        for text in filter(None, (person.name, person.id, person.email)):
            for found in difflib.get_close_matches(text.casefold(), texts, CANDIDATES, CUTOFF):
                near.setdefault(texts[found].id, texts[found])
        if not near:
            return ""
        return f"; nearest: {_list(list(near.values())[:CANDIDATES])}"


def _index(
    roster: Sequence[Student], texts: Callable[[Student], list[str]]
) -> dict[str, list[Student]]:
    index: dict[str, list[Student]] = {}
    for student in roster:
        for text in {text for text in texts(student) if text}:
            index.setdefault(text, []).append(student)
    return index


def _orders(name: str) -> Iterable[str]:
    """Yield a name as it is, and with each of its words as the beginning."""
    words = name.replace(",", " ").split()
    for at in range(max(1, len(words))):
        yield " ".join((*words[at:], *words[:at]))


def _could_be(shown: str, found: Iterable[Student]) -> str:
    return f"{shown} could be {_list(found)}; name it by the id"


def _list(students: Iterable[Student]) -> str:
    return ", ".join(
        f"{clean(s.id, 60)} ({clean(s.name, 60)})" if s.name else clean(s.id, 60) for s in students
    )
