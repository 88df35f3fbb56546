"""The command ``output``: grades in a format, one file for each student or one for all."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.lab import Lab, load_lab
from autograder.languages.translations import lab_languages
from autograder.outputs.content import OutputError
from autograder.outputs.formats.annotations import annotation_lines
from autograder.outputs.formats.classroom50 import result_json
from autograder.outputs.formats.gradescope import results_json
from autograder.outputs.formats.junit import report_xml
from autograder.outputs.formats.markdown import class_markdown, summary_markdown
from autograder.records import FILE_NAME, Grade, write_whole
from autograder.text import clean


@dataclass(frozen=True)
class Format:
    """A format of one student's result.

    Attributes
    ----------
    file_name
        How its consumer wants the file to be called.
    write
        Makes the text.
    """

    file_name: str
    write: Callable[[Grade, Lab, argparse.Namespace], str]


FORMATS = {
    "gradescope": Format(
        "results.json", lambda grade, lab, options: results_json(grade, options.languages)
    ),
    "classroom50": Format(
        "result.json",
        lambda grade, lab, options: result_json(
            grade, os.environ, datetime.datetime.now(datetime.UTC)
        ),
    ),
    "junit": Format("junit.xml", lambda grade, lab, options: report_xml(grade, options.languages)),
    "github-summary": Format(
        "summary.md",
        lambda grade, lab, options: summary_markdown(grade, lab.title, options.languages),
    ),
    "github-annotations": Format(
        "annotations.txt",
        lambda grade, lab, options: annotation_lines(grade, lab, options.languages, options.folder),
    ),
}
#: The format that is one text for a whole class.
CLASS = "github-class"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("output", help="write grades as another program wants them")
    parser.add_argument("format", choices=[*FORMATS, CLASS])
    parser.add_argument(
        "grades",
        type=Path,
        nargs="?",
        default=Path("grades"),
        help="a folder that was graded, or one student's grade.json (%(default)s)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        help="a folder for the files of a class (default: beside each grade.json), or the file "
        "(default: standard output)",
    )
    parser.add_argument(
        "--lang", help="what students read in one language (default: all of the lab)"
    )
    parser.add_argument(
        "--folder",
        default="",
        help="for github-annotations: where in the repository the student's files lie",
    )
    parser.set_defaults(command=output_command)


def output_command(options: argparse.Namespace) -> int:
    """Write the grades of a class or of one student.

    Returns
    -------
    int
        0, or 1 if some student's grade can't be written in this format; the others' are there.

    Raises
    ------
    OutputError
        If there is nothing to write, or nowhere to write to.
    """
    lab = load_lab(options.lab)
    options.languages = lab_languages(lab, [options.lang] if options.lang else [])
    if options.format == CLASS:
        grades = sorted((_read(path) for path in _records(options.grades)), key=_student)
        _write(options.out, class_markdown(grades, lab.title))
        return 0
    chosen = FORMATS[options.format]
    single = _single(options.grades)
    if single:
        _write(options.out, chosen.write(_read(single), lab, options))
        return 0
    written, failed = 0, 0
    for path in _records(options.grades):
        folder = options.out / path.parent.name if options.out else path.parent
        try:
            _write(folder / chosen.file_name, chosen.write(_read(path), lab, options))
            written += 1
        except OutputError as error:
            failed += 1
            print(f"autograder: {clean(str(error), 1000)}", file=sys.stderr)
    where = clean(str(options.out or options.grades))
    print(f"{written} files {chosen.file_name} are in the students' folders in {where}")
    return 1 if failed else 0


def _student(grade: Grade) -> str:
    return grade.student


def _single(path: Path) -> Path | None:
    """Give the record if one student is meant, by a file or by the folder that holds it."""
    if path.is_dir():
        return path / FILE_NAME if (path / FILE_NAME).is_file() else None
    return path


def _records(path: Path) -> Iterator[Path]:
    if single := _single(path):
        yield single
        return
    found = sorted(path.glob(f"*/{FILE_NAME}"))
    if not found:
        raise OutputError(f"there are no grades in {clean(str(path))}; run make grade first")
    yield from found


def _read(path: Path) -> Grade:
    try:
        return Grade.from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OutputError(f"cannot read {clean(str(path))}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise OutputError(f"{clean(str(path))} can't be read: {clean(str(error))}") from error


def _write(path: Path | None, text: str) -> None:
    if path is None:
        sys.stdout.write(text)
        return
    try:
        write_whole(path, text)
    except OSError as error:
        raise OutputError(f"cannot write {clean(str(path))}: {error.strerror}") from error
