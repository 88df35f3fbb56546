"""Check your three classes: ``python check.py``, or ``python check.py linear_layer``.

Prints one line for each check, then what went wrong and where to look. ``--lang zh-TW`` prints
all of it in Traditional Chinese. The exit status is 0 when everything passed, 1 when not and 2
for wrong usage. ``pytest`` in this folder runs the same checks.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from checks.messages import LANGUAGES, language, say, set_language

FOLDER = Path(__file__).resolve().parent
PARTS = {"activation": "Activation", "linear_layer": "Linear_Layer", "model": "Model"}
BACKSTOP_SECONDS = 60
"""A single check has its own, shorter limit; this is for code that will not be interrupted."""


@dataclass
class Check:
    """One check and how it ended: passed, failed, missing, started or not run."""

    part: str
    title: str
    outcome: str = "not run"
    message: str = ""
    printed: int = 0


def run(part):
    """Run the checks of one class in a process of their own.

    Parameters
    ----------
    part : str
        A key of `PARTS`.

    Returns
    -------
    list of Check
        In the order of the file.
    """
    with tempfile.TemporaryDirectory() as folder:
        records, settings = Path(folder, "records"), Path(folder, "pytest.ini")
        records.touch()
        # Settings of our own, or pytest would take those of a project around this folder.
        settings.write_text("[pytest]\n")
        output, ending = _run_pytest(part, records, settings)
        checks = _read(part, records)
    for check in checks:
        if check.outcome == "started":
            check.outcome, check.message = "failed", ending
    if not checks:
        text = " ".join(output.split())[-300:]
        message = say("The checks of this class could not start. pytest says: {text}", text=text)
        checks = [Check(part, PARTS[part], "failed", message)]
    return checks


def _run_pytest(part, records, settings):
    """Run pytest; return its output, and a message for a check that it ended in the middle of."""
    command = [sys.executable, "-m", "pytest", f"checks/test_{part}.py", "-q"]
    command += ["-p", "no:cacheprovider", "-c", str(settings), f"--rootdir={FOLDER}"]
    command += [f"--confcutdir={FOLDER}"]  # nor their conftest.py
    environment = os.environ | {
        "LAB_CHECK_RECORDS": str(records),
        "LAB_LANG": language(),
        "PYTEST_ADDOPTS": "",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    try:
        done = subprocess.run(
            command,
            cwd=FOLDER,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=BACKSTOP_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return "", say(
            "This check did not end and could only be stopped from outside. Look for a loop "
            "that never ends; a bare `except:` in it also hides the stop signal."
        )
    ending = say(
        "Your code ended the whole Python process ({how}) during this check; the checks "
        "after it could not run.",
        how=say("exit status {code}", code=done.returncode),
    )
    return done.stdout.decode("utf-8", "replace"), ending


def _read(part, records):
    """Fold the records into checks; the latest about a check counts."""
    checks = {}
    for line in records.read_text(encoding="utf-8").splitlines():
        values = json.loads(line)
        name = values.pop("check")
        if name not in checks:
            checks[name] = Check(part, values["title"])
        for key, value in values.items():
            setattr(checks[name], key, value)
    return list(checks.values())


def show_part(part, checks):
    """Print one line for each check of a class."""
    words = {
        "passed": say("passed"),
        "failed": say("FAILED"),
        "missing": say("not written yet"),
        "not run": say("not run"),
    }
    width = max(map(_width, words.values()))
    print(f"\n{PARTS[part]} ({part}.py)")
    for check in checks:
        word = words[check.outcome]
        print(f"  {word}{' ' * (width - _width(word))}  {check.title}")
    printed = sum(check.printed for check in checks)
    if printed:
        print(
            "  "
            + say(
                "(Your code printed {count} lines meanwhile. They are not shown here.)",
                count=printed,
            )
        )


def show_failures(checks):
    """Print what was wrong; once where several checks failed for the same reason."""
    reasons = {}
    for check in checks:
        if check.outcome == "failed":
            reasons.setdefault((check.part, check.message), []).append(check)
    if reasons:
        heading = say("What to look at")
        print(f"\n{heading}\n{'-' * _width(heading)}")
    for (part, message), failed in reasons.items():
        print(f"\n{PARTS[part]}: {failed[0].title}")
        if len(failed) > 1:
            print(
                "  "
                + say(
                    "(for the same reason, further checks failed: {count})", count=len(failed) - 1
                )
            )
        print("  " + message.replace("\n", "\n  "))


def show_summary(checks):
    """Print how many passed, what to do first, and what all this is not."""
    passed = [check for check in checks if check.outcome == "passed"]
    print("\n" + say("{passed} of {total} checks passed.", passed=len(passed), total=len(checks)))
    print(_advice(checks))
    print(
        say("This is not your grade: the graded checks are more than these, and use other numbers.")
    )


def _advice(checks):
    for part in PARTS:
        messages = [(c.outcome, c.message) for c in checks if c.part == part]
        if messages and messages[0][0] == "failed" and len(set(messages)) == 1 < len(messages):
            return say(
                "First get {file} to load: nothing else in it can be checked before.",
                file=f"{part}.py",
            )
    for check in checks:
        if check.outcome == "failed":
            return say(
                "Do first: {part}, “{title}”. What comes after it may have the same cause.",
                part=PARTS[check.part],
                title=check.title,
            )
    for check in checks:
        if check.outcome == "missing":
            return say(
                "Do next: {part}, “{title}”. {message}",
                part=PARTS[check.part],
                title=check.title,
                message=check.message,
            )
    later = list(PARTS)[list(PARTS).index(checks[-1].part) + 1 :]
    if later:
        return say(
            "All of these checks pass. Next comes {part}: `python check.py {name}`.",
            part=PARTS[later[0]],
            name=later[0],
        )
    return say(
        "All of these checks pass. Now run `python gradient_check.py`, and train your network on "
        "both datasets."
    )


def _width(text):
    """Columns that a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _parts_asked_for(arguments):
    """Return the parts named on the command line, or None for wrong usage; set the language."""
    arguments, parts = list(arguments), []
    while arguments:
        argument = arguments.pop(0)
        if argument == "--lang" and arguments:
            set_language(arguments.pop(0))
        elif argument.startswith("--lang="):
            set_language(argument.removeprefix("--lang="))
        elif argument.lower().removesuffix(".py") in PARTS:
            parts.append(argument.lower().removesuffix(".py"))
        else:
            if argument not in ("-h", "--help"):
                print(say("Not known: {argument}", argument=argument), file=sys.stderr)
            return None
    return [part for part in PARTS if part in parts or not parts]


def main(arguments):
    """Run what the command line asks for; return the exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a terminal may not have every character
    parts = _parts_asked_for(arguments)
    if parts is None:
        print(
            say(
                "usage: python check.py [--lang {languages}] [activation] [linear_layer] [model]\n"
                "Checks your classes; without a name, all three.",
                languages="|".join(LANGUAGES),
            ),
            file=sys.stderr,
        )
        return 0 if arguments in (["-h"], ["--help"]) else 2
    for package in ("numpy", "pytest"):
        if importlib.util.find_spec(package) is None:
            print(
                say(
                    "The checks need {package}, which this Python does not have. Install it with: "
                    "python -m pip install -r requirements.txt",
                    package=package,
                ),
                file=sys.stderr,
            )
            return 1
    checks = []
    for part in parts:
        found = run(part)
        show_part(part, found)
        checks += found
    show_failures(checks)
    show_summary(checks)
    return 0 if all(check.outcome == "passed" for check in checks) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
