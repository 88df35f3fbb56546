"""Check your three classes: ``python check.py``.

Prints one line for each check, then what went wrong and where to look. ``python check.py
linear_layer`` checks one class, ``python check.py Linear_Layer.forward`` one method, ``--watch``
goes on and checks again whenever you save, and ``--lang zh-TW`` prints all of it in Traditional
Chinese. The exit status is 0 when everything passed, 1 when not and 2 for wrong usage. ``pytest``
in this folder runs the same checks.
"""

import difflib
import importlib.util
import sys

from checks.messages import about_languages, listed, say, speak_to, without_language
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
    known = {f"{part.title}.{m}".lower(): (p, m) for p, part in PARTS.items() for m in part.methods}
    for name in names:
        plain = name.lower()
        if plain in known:
            part, method = known[plain]
            methods.setdefault(part, set()).add(method)
        elif plain.removesuffix(".py") in PARTS:
            methods[plain.removesuffix(".py")] = set(PARTS[plain.removesuffix(".py")].methods)
        else:
            raise UsageError(_not_known(name))
    return [
        # All methods are everything, also what is about none.
        Job(part, () if methods.get(part) == set(PARTS[part].methods) else tuple(methods[part]))
        for part in PARTS
        if part in methods
    ] or [Job(part) for part in PARTS]


def _not_known(name):
    text = say("Not known: {argument}", argument=name)
    if name.startswith("-"):
        return text
    proper = [part.title for part in PARTS.values()]
    proper += [f"{part.title}.{method}" for part in PARTS.values() for method in part.methods]
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


def main(arguments):
    """Run what the command line asks for; return the exit status."""
    try:
        jobs, watch = read_arguments(arguments)
    except UsageError as error:
        speak_to(sys.stdout, sys.stderr)
        usage = say(
            "usage: python check.py [--watch] [--lang LANGUAGE] [NAME ...]\n"
            "Checks your classes, or those parts of them that are named:\n"
            "  python check.py                        everything\n"
            "  python check.py linear_layer           one class\n"
            "  python check.py Linear_Layer.forward   one method\n"
            "  python check.py --watch model          again whenever you save"
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
            print(f"\n{PARTS[job.part].title} ({job.part}.py)")
            show_checks(checks)
            sys.stdout.flush()
            found[job.part] = checks
        checks = [check for those in found.values() for check in those]
        show_failures(checks)
        if not any(job.methods for job in jobs):
            show_progress(checks)
        show_advice(checks)
        if watcher:
            watcher.go_on(found)
    except KeyboardInterrupt:
        print("\n" + say("Ended."))
        return 130
    return 0 if all(check.outcome == "passed" for those in found.values() for check in those) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
