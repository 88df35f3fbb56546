"""What a graded notebook shows of a grade: its checks with their messages, and the files."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path

from nbformat.notebooknode import NotebookNode
from rich.console import Console
from rich.text import Text

from autograder.course.cells import code, markdown
from autograder.lab import Lab
from autograder.languages import SOURCE_LANGUAGE
from autograder.languages.translations import Language, lab_languages, say_in
from autograder.messages import say
from autograder.outputs.content import Given, hints_of
from autograder.records import GRADED, PASSED, CheckResult, Grade
from autograder.results.earlier import since
from autograder.text import clean, clean_lines

FILE_LIMIT = 100_000
#: nbgrader's comment on an answer that is none.
NO_ANSWER = "No response."
_FIXED = say("did not pass in the last attempt")
_BROKEN = say("passed in the last attempt")
#: Of a line of text, in columns.
WIDTH = 92
#: In which students' files are written; any other is read as UTF-8.
_ENCODINGS = frozenset({"utf-8", "utf-8-sig", "big5", "cp950", "gbk", "iso-8859-1", "cp1252"})


def part_text(grade: Grade, part: str, lab: Lab, earlier: Grade | None = None) -> str:
    """Write what became of a part: its points, then every check, those with lost points first.

    Parameters
    ----------
    grade
        Of one submission.
    part
        The name of one of its parts.
    lab
        Whose translations are used: everything is said in each language.
    earlier
        Of the attempt before.
    """
    languages = lab_languages(lab)
    points = next(score for score in grade.parts if score.name == part)
    lines = [f"{part}: {points.score} / {points.max_score}"]
    if grade.status != GRADED:
        reason = say_in(languages, grade.said or grade.reason or "", "\n")
        return "\n".join([*lines, "", reason, ""])
    checks = [check for check in grade.checks if check.part == part]
    change, given = since(earlier, grade), Given()
    if change and earlier:
        before = next((score.score for score in earlier.parts if score.name == part), 0)
        lines.append(say_in(languages, say("in the last attempt: {points}", points=before)))
    now = {check: _FIXED for check in change.fixed} if change else {}
    now |= {check: _BROKEN for check in change.broken} if change else {}
    for check in sorted(checks, key=lambda check: check.outcome == PASSED):
        passed = check.outcome == PASSED
        lines += [] if passed else [""]
        lines.append(f"{'✓' if passed else '✗'} {clean(check.name)}")
        lines[-1] += f"  ({check.points} / {check.max_points})"
        if check.id in now:
            lines.append(f"    {say_in(languages, now[check.id])}")
        if not passed:
            lines += [f"    {line}" for line in _findings(check, languages, given)]
    return "\n".join(lines) + "\n"


def _findings(check: CheckResult, languages: Sequence[Language], given: Given) -> Iterator[str]:
    """Yield what was found and the hint, in one language after the other."""
    for language in languages:
        heading = [] if language.tag == SOURCE_LANGUAGE else [f"〔{language.say(check.name)}〕"]
        found = [] if language.tag != SOURCE_LANGUAGE else [clean(check.message, 2000)]
        for text in (*heading, *found, *hints_of(check, [language], given)):
            yield from _wrapped(text)


def _wrapped(text: str) -> list[str]:
    """Break a line that would run out of the page; Chinese has no spaces, and is twice as wide."""
    return [line.plain.rstrip() for line in Text(text).wrap(Console(width=WIDTH), WIDTH)]


def file_cells(folder: Path, lab: Lab) -> list[NotebookNode]:
    """Make cells that show the files that were handed in.

    Parameters
    ----------
    folder
        Where they are.
    lab
        Which names them, and says in which languages the headings are.
    """
    languages = lab_languages(lab)
    heading, missing = (say_in(languages, text, " · ") for text in (say("Files"), say("missing")))
    cells = [markdown(f"## {heading}", "files")]
    for number, name in enumerate(lab.files):
        cells.append(markdown(f"### `{name}`", f"file-{number}"))
        try:
            text = clean_lines(source_text((folder / name).read_bytes()), FILE_LIMIT)
            cells.append(code(text, f"source-{number}"))
        except FileNotFoundError:
            cells.append(markdown(missing, f"source-{number}"))
    return cells


def source_text(raw: bytes) -> str:
    """Decode a source file as Python would, or as well as can be."""
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(raw).readline)[0]
    except SyntaxError:
        encoding = "utf-8"
    return raw.decode(encoding if encoding in _ENCODINGS else "utf-8", "replace")
