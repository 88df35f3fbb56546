"""Pack what you hand in: ``python hand_in.py``, or ``python hand_in.py 112550001``.

Makes ``<your ID>.zip`` of your files and the notebook, and nothing else. Before that it runs
the checks once and looks whether the questions are answered; what is not finished is told, and
packed all the same. At the end stands a receipt. Its digest is the one on your feedback page, if
that belongs to the same code. It is made of the lab's Python files alone, in the order of
their names::

    sha256sum FILE.py ... | sha256sum

with each end of a line counted as one ``\\n``, as Linux and macOS write it, so that it stays the
same whether the archive is unpacked on the way or not. ``--lang`` chooses the language.

The exit status is 0 when everything is finished and packed, 1 when something is unfinished, 2 when
nothing was packed.
"""

import contextlib
import hashlib
import importlib.util
import os
import re
import sys
import unicodedata
import zipfile
from pathlib import Path

from checks.answers import answered
from checks.messages import (
    about_languages,
    command,
    language_option,
    listed,
    say,
    speak_to,
    without_language,
)
from checks.parts import ARCHIVE_KIB, FILE_KIB, FILES, NOTEBOOK, NOTEBOOK_KIB, PARTS, QUESTIONS
from checks.processes import Job, run_all

FOLDER = Path(__file__).resolve().parent
REMEMBERED = FOLDER / ".student-id"
ID = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")
ID_LENGTH = 40
FORBIDDEN = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)
"""Windows makes no file of such a name."""
KIB = 1 << 10


class RefusedError(Exception):
    """Nothing can be packed; the text says why and what to do."""


def student_id(given):
    """Return the ID that names the archive, as given, remembered or asked for.

    Raises
    ------
    RefusedError
        If there is none, or no file can be named like that.
    """
    try:
        remembered = REMEMBERED.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        remembered = ""
    if not given and sys.stdin.isatty():
        ask = say("Your student ID: ")
        if remembered:
            ask = say("Your student ID (Enter for {remembered}): ", remembered=remembered)
        try:
            given = input(ask)
        except EOFError:
            given = ""
    elif not given and remembered:
        print(say("Your student ID, as the last time: {remembered}", remembered=remembered))
    # Digits that a Chinese keyboard makes are wider.
    name = unicodedata.normalize("NFKC", given or remembered).strip().removesuffix(".zip")
    if not name:
        raise RefusedError(
            say(
                "Your student ID names the archive. Give it: {command}",
                command=command("hand_in.py 112550001"),
            )
        )
    if not ID.fullmatch(name) or len(name) > ID_LENGTH or FORBIDDEN.fullmatch(name):
        raise RefusedError(
            say(
                "An archive can't be named {name!r}: a student ID has letters and digits of ASCII, "
                "with a dot, a hyphen or an underscore between them at most.",
                name=name[:80],
            )
        )
    return name


def read_file(name, kib):
    """Return the bytes of a file that is packed.

    Raises
    ------
    RefusedError
        If it is not there, a link, too large, or can't be read.
    """
    path = FOLDER / name
    try:
        if name not in os.listdir(FOLDER):  # Windows and macOS would find Layer.py, too
            near = [each for each in os.listdir(FOLDER) if each.lower() == name]
            told = say("There is no {file} in this folder.", file=name)
            if near:
                told = say(
                    "There is no {file} in this folder, but there is {found}: rename it.",
                    file=name,
                    found=near[0],
                )
            raise RefusedError(told)
        if path.is_symlink() or not path.is_file():
            raise RefusedError(
                say("{file} is a link or a folder. Put the file itself there.", file=name)
            )
        if path.stat().st_size > kib * KIB:
            advice = ""
            if name == NOTEBOOK:
                advice = " " + say("Clear the outputs of its largest cells, and save it.")
            told = say(
                "{file} is larger than {size} MiB, which is refused.",
                file=name,
                size=f"{kib / KIB:g}",
            )
            raise RefusedError(told + advice)
        return path.read_bytes()
    except OSError as error:
        raise RefusedError(
            say("{file} can't be read: {reason}.", file=name, reason=error.strerror)
        ) from error


def file_digest(content):
    """Return the SHA-256 of a file, in hexadecimal, its ends of lines counted as ``\\n``."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")).hexdigest()


def digest(files):
    """Return the digest of what is graded, which stands on the feedback page.

    Parameters
    ----------
    files : dict
        Name -> content.
    """
    lines = "".join(f"{file_digest(files[name])}  {name}\n" for name in sorted(files))
    return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"


def pack(path, files):
    """Write an archive; the same files give the same bytes.

    Raises
    ------
    RefusedError
        If it can't be written, or is too large.
    """
    if sum(map(len, files.values())) > ARCHIVE_KIB * KIB - (1 << 12):
        raise RefusedError(
            say(
                "All files together are larger than {size} MiB, which is refused. Clear the "
                "outputs of the notebook's largest cells, and save it.",
                size=f"{ARCHIVE_KIB / KIB:g}",
            )
        )
    draft = path.with_name(f".{path.name}.part")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
            for name in sorted(files):
                member = zipfile.ZipInfo(name)  # of 1980, as the first of all zips
                member.create_system, member.external_attr = 3, 0o100644 << 16
                archive.writestr(member, files[name])
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise RefusedError(
            say(
                "{file} can't be written: {reason}. If it is open somewhere, close it there.",
                file=path.name,
                reason=error.strerror,
            )
        ) from error


def check_files():
    """Run the checks; return what is to be told, and whether all passed."""
    if importlib.util.find_spec("numpy") is None:
        return [say("The checks did not run: this Python has no NumPy.")], False
    checks = [check for found in run_all([Job(part) for part in PARTS]) for check in found]
    left = [check for check in checks if check.outcome != "passed"]
    passed = len(checks) - len(left)
    lines = [say("{passed} of {total} checks passed.", passed=passed, total=len(checks))]
    for name, part in PARTS.items():
        count = sum(check.part == name for check in left)
        if not all(check.loads for check in checks if check.part == name):
            told = say(
                "{file} can't be loaded: as it is, what needs it earns no points.", file=part.file
            )
            lines.append(told)
        elif count:
            lines.append(
                say("{part}: checks that do not pass: {count}.", part=part.title, count=count)
            )
    if left:
        lines.append(say("`{command}` says why.", command=command("check.py")))
    return lines, not left


def check_notebook():
    """Look at the notebook; return what is to be told, and whether it is finished.

    Raises
    ------
    RefusedError
        If there is one that nobody can open.
    """
    if not QUESTIONS:
        return [], True
    found = answered(FOLDER / NOTEBOOK)
    if not found.readable:
        told = say(
            "{problem}. To hand in without it, move it to another folder.", problem=found.problem
        )
        raise RefusedError(told)
    if found.problem:
        return [say("Answers: {problem}.", problem=found.problem)], False
    lines = [say("Questions that have an answer: all {count}.", count=len(QUESTIONS))]
    if found.empty:
        lines = [say("Questions without an answer: {numbers}.", numbers=_numbers(found.empty))]
    if found.short:
        lines.append(
            say("Questions answered in a word or two: {numbers}.", numbers=_numbers(found.short))
        )
    if found.not_run:
        lines.append(
            say(
                "{file}: code cells without a result: {count}. Run all cells and save the "
                "notebook.",
                file=NOTEBOOK,
                count=found.not_run,
            )
        )
    if found.failed:
        lines.append(
            say(
                "{file}: code cells that ended with an error: {count}.",
                file=NOTEBOOK,
                count=found.failed,
            )
        )
    return lines, not (found.empty or found.not_run or found.failed)


def _numbers(numbers):
    return listed(map(str, numbers))


def show_receipt(path, files, graded):
    """Print what was packed."""
    print("\n" + say("Receipt: {file}", file=path.name))
    width = max(map(len, files))
    for name in sorted(files):
        print(f"  {name:<{width}} {len(files[name]):>9,} B  sha256:{file_digest(files[name])}")
    print(say("Digest of your files, to compare with the one on your feedback page:"))
    print(f"  {digest(graded)}")


def hand_in(given):
    """Check, pack, and print the receipt; return whether everything is finished.

    Raises
    ------
    RefusedError
        If nothing can be packed.
    """
    name = student_id(given)
    graded = {file: read_file(file, FILE_KIB) for file in FILES}
    files = dict(graded)
    if NOTEBOOK and NOTEBOOK in os.listdir(FOLDER):
        files[NOTEBOOK] = read_file(NOTEBOOK, NOTEBOOK_KIB)
    told, complete = check_notebook()
    lines, finished = check_files()
    print(*lines, *told, sep="\n")
    path = FOLDER / f"{name}.zip"
    pack(path, files)
    with contextlib.suppress(OSError):
        REMEMBERED.write_text(name + "\n", encoding="utf-8")
    show_receipt(path, files, graded)
    if finished and complete:
        print(say("Now hand in {file}, as it is.", file=path.name))
    else:
        print(
            say(
                "Not everything is finished, see above. You can hand in {file} as it is, or finish "
                "first and run this again.",
                file=path.name,
            )
        )
    return finished and complete


def main(arguments):
    """Do what the command line asks for; return the exit status."""
    given = list(without_language(arguments))
    speak_to(sys.stdout, sys.stderr)
    if len(given) > 1 or any(argument.startswith("-") for argument in given):
        usage = say(
            "usage: python hand_in.py{lang} [ID]\n"
            "Packs what you hand in as ID.zip and prints a receipt. It says what is unfinished,\n"
            "and packs all the same. For example:\n"
            "  python hand_in.py 112550001\n"
            "Without an ID it takes that of the last time, or asks for it.",
            lang=language_option(),
        )
        asked = given in (["-h"], ["--help"])
        told = filter(None, [usage, about_languages()])
        print(*told, sep="\n", file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    try:
        return 0 if hand_in("".join(given)) else 1
    except RefusedError as error:
        print(say("Nothing was packed. {reason}", reason=error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\n" + say("Ended."))
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
