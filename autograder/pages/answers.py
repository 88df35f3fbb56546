"""The answers in a student's notebook, which people grade, and what of their points is known."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.course.report import Score
from autograder.languages import SOURCE_LANGUAGE
from autograder.languages.translations import Language
from autograder.release.questions import Question


@dataclass(frozen=True)
class Answer:
    """An answer; `points` is None while it waits, and `again` if its points are looked at again."""

    title: str
    max_points: float
    points: float | None
    again: bool


@dataclass(frozen=True)
class Answers:
    """All answers of a student.

    Attributes
    ----------
    known
        Whether there is a gradebook that knows of them.
    """

    known: bool
    each: tuple[Answer, ...]

    @property
    def max_points(self) -> float:
        """What all of them can give."""
        return sum(answer.max_points for answer in self.each)

    @property
    def given(self) -> float:
        """The points that were given."""
        return sum(answer.points or 0 for answer in self.each)

    @property
    def waiting(self) -> float:
        """The points of those that nobody has graded."""
        return sum(answer.max_points for answer in self.each if answer.points is None)


def answers_shown(
    questions: Sequence[Question], given: Mapping[str, Score] | None, language: Language
) -> Answers | None:
    """Put together what is known of a student's answers; None if there are no questions.

    Parameters
    ----------
    questions
        Of the lab's notebook.
    given
        The scores that a gradebook has, by question; None if it has nothing of this student's.
    language
        Of the titles.
    """
    if not questions:
        return None
    return Answers(
        given is not None,
        tuple(
            _answer(question, (given or {}).get(question.name), language) for question in questions
        ),
    )


def _answer(question: Question, score: Score | None, language: Language) -> Answer:
    titles = question.titles
    title = titles.get(language.tag) or titles.get(SOURCE_LANGUAGE) or question.name
    points = score.points if score else None
    if points is not None and not math.isfinite(points):
        points = None
    again = bool(score and score.waiting)
    return Answer(title, question.points, points, again)
