"""Annotations of GitHub Actions: messages at the lines of the student's files.

A line of a job's output that starts with ``::error`` is one; what may stand in it and how it is
escaped: "Workflow commands for GitHub Actions" and ``toCommandValue``, ``escapeData`` and
``escapeProperty`` in github.com/actions/toolkit ``packages/core/src``.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence

from autograder.lab import Lab
from autograder.languages.translations import Language, say_in
from autograder.outputs.content import Finding, checked, findings, more, rejection, without_score
from autograder.records import REJECTED, Grade

FILE_NAME = "annotations.txt"
#: GitHub shows so many of a kind for each step.
SHOWN = 10
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = _DATA | {":": "%3A", ",": "%2C"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the format's own argument."""
    parser.add_argument(
        "--folder",
        default="",
        help="for github-annotations: where in the repository the student's files lie",
    )


def write(grade: Grade, lab: Lab, options: argparse.Namespace) -> str:
    """Write a student's result."""
    return annotation_lines(grade, lab, options.languages, options.folder)


def annotation_lines(
    grade: Grade, lab: Lab, languages: Sequence[Language], folder: str = ""
) -> str:
    """Write an annotation for each finding; nothing if all passed.

    A class's own mistakes come first, and of these the costliest: mistakes in what uses several
    classes at once are mostly theirs.

    Parameters
    ----------
    grade
        The record.
    lab
        Whose files they are.
    languages
        Of what is said beside the messages.
    folder
        Where in the repository the student's files lie.

    Raises
    ------
    OutputError
        If the record is damaged.
    """
    grade = checked(grade)
    if grade.points is None:
        return _command("error", {}, say_in(languages, without_score(grade)[1], "\n"))
    if grade.status == REJECTED:
        return _command("error", {}, say_in(languages, rejection(grade), "\n"))
    later = {part.name for part in lab.parts if part.uses}
    found = findings(grade, languages)
    found.sort(key=lambda finding: (finding.part in later, -finding.points))
    lines = [_command("error", *_annotation(finding, lab, folder)) for finding in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(_command("notice", {}, say_in(languages, more(len(found) - SHOWN))))
    return "".join(lines)


def _annotation(finding: Finding, lab: Lab, folder: str) -> tuple[dict[str, str], str]:
    file, line = place(finding, lab)
    properties = {"file": f"{folder.strip('/')}/{file}".lstrip("/")} if file else {}
    if line:
        properties["line"] = line
    properties["title"] = f"{finding.part}: {finding.titles[0]}"
    if len(finding.titles) > 1:
        properties["title"] += f" (+{len(finding.titles) - 1})"
    return properties, "\n".join([finding.message, *finding.hints])


def place(finding: Finding, lab: Lab) -> tuple[str, str]:
    """Return the file and the line of a mistake, as far as they can be told.

    An exception's place stands at the start of its message, before anything that comes from the
    student; of other mistakes the file is known if the part is one class's.
    """
    files = "|".join(map(re.escape, lab.files))
    match = re.match(
        rf"Your code raised (?:an exception|\w+) at ({files}), line (\d{{1,7}}) \(", finding.message
    )
    return (match[1], match[2]) if match else (lab.tasks.get(finding.part, ""), "")


def _command(kind: str, properties: dict[str, str], message: str) -> str:
    listed = ",".join(f"{name}={_escape(value, _PROPERTY)}" for name, value in properties.items())
    return f"::{kind}{' ' + listed if listed else ''}::{_escape(message, _DATA)}\n"


def _escape(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)
