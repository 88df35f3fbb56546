"""Say everything in the language that was asked for: all is English, and ``locale`` translates.

The translations are gettext's, compiled from the lab's ``.po`` files.
"""

import functools
import gettext
import inspect
import locale
import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "locale"
REMEMBERED = FOLDER.with_name("language.txt")
"""Where ``language.py`` writes which language it put everything into."""
LANGUAGES = (
    "en",
    *sorted(path.parts[-3].replace("_", "-") for path in FOLDER.glob("*/LC_MESSAGES/messages.mo")),
)
SEVERAL = (FOLDER.parents[1] / "language.py").is_file()
"""Whether the lab is in several languages, of which one can be chosen."""

_chosen = None
_asked_for = False
"""Whether the command line chose the language, so that another command needs to be told, too."""


def set_language(name):
    """Choose the language for this process: the nearest there is, or else English."""
    global _chosen
    _chosen = _nearest(name)


def command(text):
    """Write a command of the lab to type next; it speaks the language that this one was asked for.

    Parameters
    ----------
    text : str
        Such as ``"check.py model"``.
    """
    return f"python {text} --lang {language()}" if _asked_for else f"python {text}"


def without_language(arguments):
    """Yield the arguments of a command line but ``--lang``, which chooses the language.

    Raises
    ------
    SystemExit
        If there are no texts in it, which is said.
    """
    global _asked_for
    arguments = iter(arguments)
    for argument in arguments:
        name = argument.removeprefix("--lang=") if argument.startswith("--lang=") else None
        if argument == "--lang":
            name = next(arguments, None)
        if name is None:
            yield argument
        elif not _near(name):
            speak_to(sys.stderr)
            text = say(
                "There are no texts in {wanted}. Choose one of {known}.",
                wanted=repr(name),
                known=listed(LANGUAGES),
            )
            print(text, file=sys.stderr)
            raise SystemExit(2)
        else:
            set_language(name)
            _asked_for = True


def language_option():
    """Return what stands in a usage for the choice of a language; nothing if there is none."""
    return say(" [--lang LANGUAGE]") if SEVERAL else ""


def about_languages():
    """Say how a language is chosen, at the end of every usage; nothing if there is one alone."""
    if not SEVERAL:
        return ""
    return say(
        "--lang {languages} chooses the language; `python language.py` does so for all commands.",
        languages="|".join(LANGUAGES),
    )


def listed(texts):
    """Put texts one after another."""
    return say(", ").join(texts)


def inside(call, name):
    """Name what a call gave or changed."""
    return say("{what}: {text}", what=call, text=name)


def speak_to(*streams):
    """Let streams take every text: what they can't show is replaced, or said in English instead.

    A Windows console has an encoding of its own when its output goes to a file or a pipe.
    """
    for stream in streams:
        stream.reconfigure(errors="replace")
        try:
            say("passed").encode(stream.encoding)
        except UnicodeEncodeError:
            set_language("en")


def language():
    """Return the language that was chosen, or else what ``language.py`` or the system says."""
    if _chosen:
        return _chosen
    system = (os.environ.get(variable) for variable in ("LC_ALL", "LC_MESSAGES", "LANG"))
    for name in (os.environ.get("LAB_LANG"), _remembered(), *system):
        if name:
            return _nearest(name)
    # Windows sets none of these.
    return _nearest(locale.getlocale()[0] or "en")


@functools.cache
def _remembered():
    try:
        return REMEMBERED.read_text("utf-8").strip()
    except (OSError, ValueError):
        return ""


def say(template, /, **values):
    """Return a message in the current language, with its values filled in."""
    return _translations(language()).gettext(template).format(**values)


def deferred(message):
    """Mark a message that is said later, so that it is found for translation."""
    return message


def title(check):
    """Return a check's title: its docstring, in the current language."""
    return _translations(language()).gettext(inspect.getdoc(check).partition("\n")[0])


@functools.cache
def _translations(name):
    folder, names = str(FOLDER), [name.replace("-", "_")]
    return gettext.translation("messages", folder, names, fallback=True)


def _nearest(name):
    """Return the language there is whose name is the most like, or else English."""
    return _near(name) or "en"


def _near(name):
    """Return the language that is meant, ``zh-TW`` by ``zh_TW.UTF-8``; empty if there is none."""
    name = name.lower().replace("_", "-").partition(".")[0]
    if name.startswith("chinese"):  # as Windows calls it
        name = "zh"
    found = [one for one in LANGUAGES if one.lower() == name]
    found += [one for one in LANGUAGES if one.lower().partition("-")[0] == name.partition("-")[0]]
    return found[0] if found else ""
