"""Put the notebook into another language: ``python notebook_language.py zh-TW``, or ``en``.

Close the notebook first. Answers, results and cells of your own stay as they are; the notebook
holds its texts in all its languages.
"""

import json
import sys
from pathlib import Path

from checks.messages import LANGUAGES, listed, say, set_language, speak_to

NOTEBOOK = Path(__file__).resolve().with_name("lab1.ipynb")


class NotebookError(Exception):
    """The notebook can't be read or written; the text says why."""


def language():
    """Return the language of the notebook; ``"en"`` if there is none that says so."""
    try:
        return str(_read()["metadata"]["language"])
    except (NotebookError, KeyError):
        return "en"


def translate(notebook, wanted):
    """Put a notebook into another language.

    Parameters
    ----------
    notebook : dict
        As read from its file. Changed in place.
    wanted : str
        One of its languages.

    Raises
    ------
    NotebookError
        If it has no texts in this language.
    """
    cells = [cell for cell in notebook["cells"] if cell["metadata"].get("languages")]
    known = sorted({tag for cell in cells for tag in cell["metadata"]["languages"]})
    if wanted not in known:
        raise NotebookError(
            say(
                "The notebook has no texts in {wanted}. Choose one of {known}.",
                wanted=repr(wanted),
                known=listed(known),
            )
        )
    for cell in cells:
        texts = cell["metadata"]["languages"]
        source = "".join(cell["source"])
        for text in sorted(texts.values(), key=len, reverse=True):
            if source.startswith(text):  # what follows is the student's
                source = texts[wanted] + source.removeprefix(text)
                break
        cell["source"] = source.splitlines(keepends=True)
    notebook["metadata"]["language"] = wanted


def _read():
    try:
        notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
        notebook["metadata"], notebook["cells"]
    except OSError as error:
        raise NotebookError(
            say("Cannot read {file}: {error}", file=NOTEBOOK.name, error=error.strerror)
        ) from error
    except (ValueError, TypeError, KeyError) as error:
        raise NotebookError(
            say("{file} is not a notebook. Take a fresh copy of it.", file=NOTEBOOK.name)
        ) from error
    return notebook


def main(arguments):
    """Put the notebook into the language that was asked for; return 0 if that was done."""
    speak_to(sys.stdout, sys.stderr)
    if len(arguments) != 1 or arguments[0].startswith("-"):
        usage = say(
            "usage: python notebook_language.py {languages}\n"
            "Puts the texts of lab1.ipynb into this language. Close the notebook first; answers, "
            "results\nand cells of your own stay as they are. For example:\n"
            "  python notebook_language.py {last}",
            languages="|".join(LANGUAGES),
            last=LANGUAGES[-1],
        )
        asked = arguments in (["-h"], ["--help"])
        print(usage, file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    try:
        notebook = _read()
        translate(notebook, arguments[0])
        text = json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
        draft = NOTEBOOK.with_suffix(".tmp")  # so that a full disk costs no answer
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(NOTEBOOK)
    except (NotebookError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    set_language(arguments[0])  # not before: what goes wrong is told in the reader's own
    print(
        say(
            "{file} is in English now. If it is open, reload it from disk before you go on.",
            file=NOTEBOOK.name,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
