"""Check what you have written: ``python check.py``.

Prints one line for each check, then what went wrong and where to look. Names after it choose parts,
files, or single methods; ``--watch`` goes on and checks again whenever you save, and ``--lang``
chooses the language; ``--help`` shows examples. The exit status is 0 when everything passed, 1 when
not and 2 for wrong usage. ``pytest`` in this folder runs the same checks.
"""

import difflib
import importlib.util
import os
import sys

from checks.messages import (
    about_languages,
    language_option,
    listed,
    say,
    speak_to,
    without_language,
)
from checks.parts import PARTS
from checks.processes import Job, run_all
from checks.report import show_advice, show_checks, show_failures, show_progress
from checks.watch import Watch


class UsageError(Exception):
    """A command line that is not understood; its text says why, or is empty to show the usage."""


def jobs_of(names):
    """Return what to run for names of classes, files and methods; everything for none.

    Raises
    ------
    UsageError
        If there is no such name.
    """
    methods = {}
    known = {(part.prefix + m).lower(): (p, m) for p, part in PARTS.items() for m in part.methods}
    for name in names:
        plain = name.lower()
        whole = [p for p, part in PARTS.items() if plain in _names(p, part)]
        for part in whole:
            methods[part] = set(PARTS[part].methods)
        if plain in known:
            part, method = known[plain]
            methods.setdefault(part, set()).add(method)
        elif not whole:
            raise UsageError(_not_known(name))
    return [
        # All methods are everything, also what is about none.
        Job(part, () if methods.get(part) == set(PARTS[part].methods) else tuple(methods[part]))
        for part in PARTS
        if part in methods
    ] or [Job(part) for part in PARTS]


def _names(short, part):
    """Return what a part can be called, in small letters: also by a file of its own."""
    files = [file.lower() for file in part.files]
    return {short, part.title.lower(), *files, *(file.removesuffix(".py") for file in files)}


def _not_known(name):
    text = say("Not known: {argument}", argument=name)
    if name.startswith("-"):
        return text
    proper = [part.title for part in PARTS.values()]
    proper += [name for part in PARTS.values() for name in part.names]
    short = {full.lower(): full for full in proper}
    near = difflib.get_close_matches(name.lower(), short, 3, 0.7)
    # A method without its class.
    for full in short:
        if difflib.get_close_matches(name.lower(), [full.partition(".")[2]], 1, 0.7):
            near.append(full)
    names = dict.fromkeys(short[each] for each in near)
    if near:
        text = say(
            "Not known: {argument}. Did you mean {names}?",
            argument=name,
            names=_one_of(list(names)),
        )
    return text


def _one_of(names):
    return (
        say("{names} or {last}", names=listed(names[:-1]), last=names[-1])
        if names[1:]
        else names[0]
    )


def read_arguments(arguments):
    """Return what to run, and whether to watch; set the language.

    Raises
    ------
    UsageError
        If the command line is not understood.
    """
    names, watch = [], False
    for argument in without_language(arguments):
        if argument == "--watch":
            watch = True
        elif argument in ("-h", "--help"):
            raise UsageError
        else:
            names.append(argument)
    speak_to(sys.stdout, sys.stderr)
    return jobs_of(names), watch


def _examples():
    """Return commands to show, in columns."""
    short = list(PARTS)
    names = [PARTS[part].names for part in short]
    examples = {
        "everything": "",
        "part": short[len(short) // 2],
        "method": next((n for n in names[len(short) // 2][1:] or names[0]), ""),
        "watch": f"--watch {short[-1]}",
    }
    lines = {key: f"  python check.py {name}".rstrip() for key, name in examples.items()}
    width = max(map(len, lines.values())) + 3
    return {key: line.ljust(width) for key, line in lines.items()}


def main(arguments):
    """Run what the command line asks for; return the exit status."""
    try:
        jobs, watch = read_arguments(arguments)
    except UsageError as error:
        speak_to(sys.stdout, sys.stderr)
        usage = say(
            "usage: python check.py [--watch]{lang} [NAME ...]\n"
            "Checks all that you write, or only what is named:\n"
            "{everything}everything\n"
            "{part}one part\n"
            "{method}one function or method\n"
            "{watch}again whenever you save",
            lang=language_option(),
            **_examples(),
        )
        told = filter(None, [str(error), usage, about_languages()])
        print(*told, sep="\n", file=sys.stderr if str(error) else sys.stdout)
        return 2 if str(error) else 0
    if importlib.util.find_spec("numpy") is None:
        print(
            say(
                "The checks need {package}, which this Python does not have. Install it with: "
                "python -m pip install -r requirements.txt",
                package="numpy",
            ),
            file=sys.stderr,
        )
        return 1
    try:
        found, watcher = {}, Watch(jobs) if watch else None
        for job, checks in zip(jobs, run_all(jobs), strict=True):
            print(f"\n{PARTS[job.part].title} ({PARTS[job.part].file})")
            show_checks(checks)
            sys.stdout.flush()
            found[job.part] = checks
        checks = [check for those in found.values() for check in those]
        show_failures(checks)
        if not any(job.methods for job in jobs):
            show_progress(checks)
        show_advice(checks)
        sys.stdout.flush()
        if watcher:
            watcher.go_on(found)
    except BrokenPipeError:  # who reads the output has enough of it, as in `check.py | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("\n" + say("Ended."))
        return 130
    return 0 if all(check.outcome == "passed" for those in found.values() for check in those) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
