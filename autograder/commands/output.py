"""Write grades as another program wants them."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands import GRADES, OK, lab_of, told
from autograder.discovery import load_module, module_names
from autograder.errors import UserError
from autograder.text import clean


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments, those that formats have of their own included."""
    from autograder.outputs import formats

    names = module_names(formats)
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
        "--lang", help="what students read in one language (default: all of the lab)"
    )
    for name in names:
        if add := getattr(load_module(formats, name), "add_arguments", None):
            add(parser)


def run(options: argparse.Namespace) -> int:
    """Write the grades of a class or of one student.

    Returns
    -------
    int
        0, or 1 if some student's grade can't be written in this format; the others' are there.

    Raises
    ------
    UserError
        If there is nothing to write, or nowhere to write to.
    """
    from autograder.languages.translations import lab_languages
    from autograder.outputs import formats
    from autograder.outputs.files import single_record, write_text
    from autograder.records import read_record
    from autograder.results.members import class_records
    from autograder.results.results import Results, read_result
    from autograder.text import problem_of

    lab = lab_of(options)
    options.languages = lab_languages(lab, [options.lang] if options.lang else [])
    chosen = load_module(formats, options.format)
    single = single_record(options.grades)
    if single:
        result = read_result(single, lab)
        if hasattr(chosen, "write_class"):
            text = chosen.write_class([result], lab, options)
        else:
            text = chosen.write(result, lab, options)
        write_text(options.out, text)
        return OK
    written, problems, results = 0, [], Results(options.grades, lab)
    if hasattr(chosen, "write_class"):
        write_text(options.out, chosen.write_class(results, lab, options))
        return told(results.problems)
    for path in class_records(options.grades):
        folder = options.out / path.parent.name if options.out else path.parent
        try:
            text = chosen.write(results.of(read_record(path)), lab, options)
            write_text(folder / chosen.FILE_NAME, text)
            written += 1
        except UserError as error:
            problems.append(str(error))
        except Exception as error:  # of this record alone
            problems.append(f"cannot write the grade in {path}: {problem_of(error)}")
    where = clean(str(options.out or options.grades))
    print(f"{written} files {chosen.FILE_NAME} are in the students' folders in {where}")
    return told(problems)
