"""Write grades as another program wants them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.commands import GRADES, LOW, OK, lab_of
from autograder.discovery import entries, load_entry
from autograder.text import clean


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments, those that formats have of their own included."""
    from autograder.outputs import formats
    from autograder.outputs.words import LANGUAGES

    names = entries(formats)
    parser.add_argument("format", choices=names, help="which program's")
    parser.add_argument(
        "grades",
        type=Path,
        nargs="?",
        default=GRADES,
        help="a folder that was graded, or one student's grade.json (%(default)s)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        help="a folder for the files of a class (default: beside each grade.json), or the file "
        "(default: standard output)",
    )
    parser.add_argument(
        "--lang", choices=LANGUAGES, help="what students read in one language (default: both)"
    )
    for name in names:
        if add := getattr(load_entry(formats, name), "add_arguments", None):
            add(parser)


def run(options: argparse.Namespace) -> int:
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
    from autograder.outputs import formats
    from autograder.outputs.content import OutputError
    from autograder.outputs.files import all_records, read_record, single_record, write_text
    from autograder.outputs.words import LANGUAGES

    options.languages = [options.lang] if options.lang else LANGUAGES
    lab = lab_of(options)
    chosen = load_entry(formats, options.format)
    if hasattr(chosen, "write_class"):
        grades = [read_record(path, lab) for path in all_records(options.grades)]
        grades.sort(key=lambda grade: grade.student)
        write_text(options.out, chosen.write_class(grades, lab, options))
        return OK
    if single := single_record(options.grades):
        write_text(options.out, chosen.write(read_record(single, lab), lab, options))
        return OK
    written, failed = 0, 0
    for path in all_records(options.grades):
        folder = options.out / path.parent.name if options.out else path.parent
        try:
            text = chosen.write(read_record(path, lab), lab, options)
            write_text(folder / chosen.FILE_NAME, text)
            written += 1
        except OutputError as error:
            failed += 1
            print(f"autograder: {clean(str(error), 1000)}", file=sys.stderr)
    where = clean(str(options.out or options.grades))
    print(f"{written} files {chosen.FILE_NAME} are in the students' folders in {where}")
    return LOW if failed else OK
