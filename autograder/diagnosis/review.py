"""The class view: which mistakes a class made, and which it made together that nobody knows yet."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UserError
from autograder.intake.submission import Submission
from autograder.lab import Lab
from autograder.records import CheckResult, Grade
from autograder.text import clean

FOUND = "found"


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


def count_mistakes(grades: Iterable[Grade]) -> dict[str, list[str]]:
    """Return the students who made each mistake, the most frequent mistake first."""
    found: dict[str, set[str]] = defaultdict(set)
    for grade in grades:
        for check in grade.checks:
            for name in _mistakes(check)[:1]:
                found[name].add(grade.student)
    order = sorted(found, key=lambda name: (-len(found[name]), name))
    return {name: sorted(found[name]) for name in order}


def _mistakes(check: CheckResult) -> list[str]:
    """Return the names of a record, which may have been damaged, that are names."""
    names = (check.diagnosis or {}).get("mistakes")
    return [n for n in names if isinstance(n, str)] if isinstance(names, list) else []


def find_groups(grades: Iterable[Grade]) -> list[Group]:
    """Group students by equal wrong numbers that no known mistake explains, largest first."""
    alike: dict[tuple[str, str], set[str]] = defaultdict(set)
    for grade in grades:
        for check in grade.checks:
            known = check.diagnosis or {}
            symptom = known.get("symptom")
            if known.get("telling") and isinstance(symptom, str) and not _mistakes(check):
                alike[check.id, symptom].add(grade.student)
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for (check_id, _), students in alike.items():
        if len(students) > 1:
            groups[tuple(sorted(students))].append(check_id)
    found = [Group(students, tuple(sorted(checks))) for students, checks in groups.items()]
    return sorted(found, key=lambda group: (-len(group.students), group.students))


def review_text(grades: Sequence[Grade]) -> str:
    """Write the class view as text."""
    lines = [f"{len(grades)} students", "", "Known mistakes, and who made them:"]
    mistakes = count_mistakes(grades)
    for name, students in mistakes.items():
        lines.append(f"  {len(students):4}  {name}: {_listed(students)}")
    lines += [] if mistakes else ["  none"]
    lines += ["", "Equal wrong numbers that no known mistake explains:"]
    groups = find_groups(grades)
    for group in groups:
        lines.append(f"  {len(group.students):4}  {_listed(group.students)}")
        lines += [f"        {check}" for check in group.checks]
    if groups:
        lines += [
            "",
            "Look at the code of one of a group. To give all of them a hint, from now on:",
            "  python -m autograder hint NAME --part PART --student STUDENT SUBMISSIONS \\",
            '      --hint en="..."    (and one --hint for each other language of the lab)',
        ]
    else:
        lines.append("  none")
    return "\n".join(lines)


def _listed(students: Sequence[str]) -> str:
    shown = ", ".join(clean(student, 40) for student in students[:10])
    return f"{shown} and {len(students) - 10} more" if len(students) > 10 else shown


def add_hint(lab: Lab, submission: Submission, name: str, part: str, hints: dict[str, str]) -> Path:
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
    if part not in [known.name for known in lab.parts]:
        raise ReviewError(f"the lab has no part {clean(part)!r}")
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
    text += "".join(f"{language} = {_quoted(hints[language])}\n" for language in lab.languages)
    path.write_text(text, encoding="utf-8")
    return path


def _quoted(text: str) -> str:
    """Write a TOML string; JSON's escapes are TOML's."""
    return json.dumps(clean(text, 2000), ensure_ascii=False)
