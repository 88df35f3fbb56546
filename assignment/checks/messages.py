"""Say everything in the language that was asked for: all is English, and ``locale`` translates.

The translations are gettext's, compiled from the lab's ``.po`` files.
"""

import functools
import gettext
import inspect
import locale
import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "locale"
LANGUAGES = (
    "en",
    *sorted(path.parts[-3].replace("_", "-") for path in FOLDER.glob("*/LC_MESSAGES/messages.mo")),
)

_chosen = None


def set_language(name):
    """Choose the language for this process: the nearest there is, or else English."""
    global _chosen
    _chosen = _nearest(name)


def without_language(arguments):
    """Yield the arguments of a command line but ``--lang``, which chooses the language."""
    arguments = iter(arguments)
    for argument in arguments:
        if argument.startswith("--lang="):
            set_language(argument.removeprefix("--lang="))
        elif argument == "--lang" and (name := next(arguments, None)) is not None:
            set_language(name)
        else:
            yield argument


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
    """Return the language that was chosen, or else the one that the environment asks for."""
    if _chosen:
        return _chosen
    for variable in ("LAB_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(variable):
            return _nearest(os.environ[variable])
    # Windows sets none of these.
    return _nearest(locale.getlocale()[0] or "en")


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
    """Return the language there is whose name is the most like, ``zh_TW.UTF-8`` for ``zh-TW``."""
    name = name.lower().replace("_", "-").partition(".")[0]
    if name.startswith("chinese"):  # as Windows calls it
        name = "zh"
    found = [one for one in LANGUAGES if one.lower() == name]
    found += [one for one in LANGUAGES if one.lower().partition("-")[0] == name.partition("-")[0]]
    return found[0] if found else "en"
