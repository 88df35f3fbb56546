"""The class view: which mistakes a class made, and which it made together that nobody knows yet."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UserError
from autograder.intake.submission import Submission
from autograder.lab import Lab
from autograder.records import CheckResult, Grade, mistakes_of
from autograder.text import clean, counted

FOUND = "found"
#: Stands between mistakes that can't be told apart.
OR = " or "


class ReviewError(UserError):
    """The grades can't be reviewed, or a hint can't be added; the text says why."""


@dataclass(frozen=True)
class Group:
    """Students whose wrong numbers agree though no known mistake explains them.

    Attributes
    ----------
    students
        Who.
    checks
        Where their numbers agree.
    """

    students: tuple[str, ...]
    checks: tuple[str, ...]


class Review:
    """What a class did not understand, taken down one student after the other.

    Parameters
    ----------
    lab
        If it is given, checks of parts that use others count only for students of whom no mistake
        in those is known: a known one shows there as well.

    Attributes
    ----------
    students
        How many were looked at.
    """

    def __init__(self, lab: Lab | None = None):
        self.students = 0
        self._uses = {part.name: lab.uses(part.name) for part in lab.parts} if lab else {}
        self._found: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self._alike: dict[tuple[str, str], list[str]] = {}

    def add(self, grade: Grade) -> None:
        """Look at a student's grade."""
        self.students += 1
        told = {names for check in grade.checks if (names := mistakes_of(check))}
        certain = {names[0] for names in told if len(names) == 1}
        for names in told:
            if len(names) == 1 or not certain & set(names):
                self._found[tuple(sorted(names))].add(grade.student)
        explained = {check.part for check in grade.checks if mistakes_of(check)}
        for check in grade.checks:
            known = check.diagnosis or {}
            symptom = known.get("symptom")
            if mistakes_of(check) or not explained.isdisjoint(self._uses.get(check.part, ())):
                continue
            if known.get("telling") and isinstance(symptom, str):
                key = (sys.intern(check.id), symptom)
                self._alike.setdefault(key, []).append(grade.student)

    def mistakes(self) -> dict[str, list[str]]:
        """Return the students who made each mistake, the most frequent mistake first.

        Mistakes that can't be told apart are counted under one name, ``a or b``: it is not known
        which of them it is. They are not counted where the same student has one of them for
        certain.
        """
        found = self._found
        order = sorted(found, key=lambda names: (-len(found[names]), names))
        return {OR.join(names): sorted(found[names]) for names in order}

    def groups(self) -> list[Group]:
        """Group students by equal wrong numbers that no known mistake explains, largest first."""
        groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for (check_id, _), students in self._alike.items():
            if len(several := set(students)) > 1:
                groups[tuple(sorted(several))].append(check_id)
        found = [Group(students, tuple(sorted(checks))) for students, checks in groups.items()]
        return sorted(found, key=lambda group: (-len(group.students), group.students))


def told_mistake(check: CheckResult) -> str:
    """Return the name under which a check's mistakes are counted; empty if there are none."""
    return OR.join(sorted(mistakes_of(check)))


def review_text(grades: Iterable[Grade], lab: Lab | None = None) -> str:
    """Write the class view as text."""
    review = Review(lab)
    for grade in grades:
        review.add(grade)
    lines = [counted(review.students, "student"), "", "Known mistakes, and who made them:"]
    mistakes, groups = review.mistakes(), review.groups()
    for name, students in mistakes.items():
        lines.append(f"  {len(students):4}  {name}: {_listed(students)}")
    lines += [] if mistakes else ["  none"]
    lines += ["", "Equal wrong numbers that no known mistake explains:"]
    for group in groups:
        lines.append(f"  {len(group.students):4}  {_listed(group.students)}")
        lines += [f"        {check}" for check in group.checks]
    if groups:
        lines += [
            "",
            "Look at the code of one of a group. To give all of them a hint, from now on:",
            "  python -m autograder hint NAME --part PART --student STUDENT SUBMISSIONS \\",
            '      --check CHECK --hint en="..."',
            "  with a --check for each of those listed that the hint fits, and a --hint for each",
            "  language of the lab.",
        ]
    else:
        lines.append("  none")
    return "\n".join(lines)


def _listed(students: Sequence[str]) -> str:
    shown = ", ".join(clean(student, 40) for student in students[:10])
    return f"{shown} and {len(students) - 10} more" if len(students) > 10 else shown


def add_hint(
    lab: Lab,
    submission: Submission,
    name: str,
    part: str,
    hints: dict[str, str],
    checks: Sequence[str],
) -> Path:
    """Add a mistake that was found in a class to the catalogue, as it was handed in.

    Parameters
    ----------
    lab
        Whose catalogue.
    submission
        Of one of the students who made the mistake; its files are copied, its name is not.
    name
        For the mistake, in small letters, digits and hyphens.
    part
        The part of the lab in which it costs points.
    hints
        For the student, by language.
    checks
        The ids of the checks that it was written for. The student may have made other mistakes,
        which other checks show.

    Returns
    -------
    Path
        The file to which the entry was added.

    Raises
    ------
    ReviewError
        If the entry would not be a right one.
    """
    if lab.mistakes is None:
        raise ReviewError("this lab has no catalogue of mistakes; name a folder in lab.toml")
    suites = {known.name: known.suite for known in lab.parts}
    if part not in suites:
        raise ReviewError(f"the lab has no part {clean(part)!r}")
    if not checks:
        raise ReviewError("name the checks that the hint was written for, as review lists them")
    if other := [check for check in checks if check.partition("::")[0] != suites[part]]:
        raise ReviewError(f"{clean(other[0])!r} is no check of {part}; review lists them")
    if not name.replace("-", "").isalnum() or not name.isascii() or name != name.lower():
        raise ReviewError("name the mistake in small letters, digits and hyphens")
    for language in hints:
        if language not in lab.languages:
            raise ReviewError(
                f"this lab is not in {clean(language)!r} but in {', '.join(lab.languages)}"
            )
    if lacking := [language for language in lab.languages if not hints.get(language)]:
        raise ReviewError(f"a hint in {' and in '.join(lacking)} is missing")
    if submission.problems:
        raise ReviewError(f"choose another student: {'; '.join(submission.problems.values())}")
    example = lab.mistakes / FOUND / name
    if example.exists():
        raise ReviewError(f"there is a mistake {name} already, in {example}")
    example.mkdir(parents=True)
    for file, content in submission.files.items():
        (example / file).write_bytes(content)
    path = lab.mistakes / f"{FOUND}-{part.lower().replace('_', '-')}.toml"
    text = path.read_text(encoding="utf-8") if path.exists() else f"part = {_quoted(part)}\n"
    text += f"\n[mistakes.{name}]\nexample = {_quoted(f'{FOUND}/{name}')}\n"
    text += f"checks = {json.dumps(sorted(set(checks)))}\n"
    text += "".join(f"{language} = {_quoted(hints[language])}\n" for language in lab.languages)
    path.write_text(text, encoding="utf-8")
    return path


def _quoted(text: str) -> str:
    """Write a TOML string; JSON's escapes are TOML's."""
    return json.dumps(clean(text, 2000), ensure_ascii=False)
